"""The filters of the lists: which rows they keep, and which input they refuse."""

import datetime as dt
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.utils import timezone

from panels import filters
from panels.calls.catalog import FROM_PANEL, store_catalog
from panels.filters import BatchFilter, OrderFilter, RefillFilter, ServiceFilter
from panels.models import Batch, Order, Panel, Refill
from panels.models.order_states import Stage
from panels.protocol.wire import Catalog, CatalogRow
from tests.factories import (
    make_batch,
    make_campaign,
    make_client,
    make_order,
    make_panel,
    make_placed,
    make_refill,
    make_service,
    make_user,
    row_of,
)

pytestmark = pytest.mark.django_db


def orders(**query):
    return set(OrderFilter(query).qs)


def catalog(**query):
    return ServiceFilter(query, Panel.objects.all())


def services(**query):
    return set(catalog(**query).qs)


@pytest.mark.parametrize("few", [4000, 0])
def test_search_finds_the_same_orders_whether_matches_are_few_or_many(monkeypatch, few):
    monkeypatch.setattr(filters, "FEW", few)
    likes = make_service(name="Gold Likes", remote_id="k-77")
    order = make_placed(likes, remote_id="Ab-1234", link="https://www.instagram.com/p/Xyz/")
    make_placed(link="https://example.com/other")
    for text in ("Ab-1234", "instagram.com/p/X", "gold LIKES", "likes gold", "k-77", f"#{order.pk}", str(order.pk)):
        assert orders(q=text) == {order}, text
    assert orders(q="silver likes") == set()


def test_a_number_sign_finds_only_our_own_number():
    order = make_placed()
    other = make_placed(remote_id=str(order.pk))
    assert orders(q=f"#{order.pk}") == {order}
    assert orders(q=str(order.pk)) == {order, other}


def test_the_search_for_an_order_without_a_panel_id_does_not_find_all_such_orders():
    make_order()
    assert orders(q="#") == set()


def test_held_orders_are_not_among_the_queued_orders():
    held, queued, placed = make_order(held_reason="The price has risen."), make_order(), make_placed()
    assert orders(state="held") == {held}
    assert orders(state="queued") == {queued}
    assert orders(state="placed") == {placed}


def test_a_stage_is_one_word_for_several_states_and_goes_with_the_old_filters():
    waiting, held, running, ended = (
        make_order(),
        make_order(held_reason="The price has risen."),
        make_placed(progress="in_progress"),
        make_placed(progress="completed"),
    )
    found = {stage: orders(stage=stage) for stage in Stage.values}
    assert {stage: rows for stage, rows in found.items() if rows} == {
        "waiting": {waiting}, "needs_you": {held}, "running": {running}, "done": {ended},
    }  # fmt: skip
    assert orders(stage="running", state="placed", progress="in_progress") == {running}
    assert orders(stage="running", progress="completed") == set()
    assert not OrderFilter({"stage": "completed"}).is_valid()


def test_running_includes_placed_orders_without_a_status_and_finished_includes_every_end():
    fresh, running = make_placed(progress=""), make_placed(progress=Order.Progress.IN_PROGRESS)
    done, canceled = (make_placed(progress=end) for end in (Order.Progress.COMPLETED, Order.Progress.CANCELED))
    make_order()
    assert orders(progress="running") == {fresh, running}
    assert orders(progress="finished") == {done, canceled}
    assert orders(progress="canceled") == {canceled}
    assert orders(progress="finished", state="queued") == set()


def test_both_days_of_a_range_are_included():
    early, late = (make_order(created_at=dt.datetime(2024, 5, day, 23, 59, tzinfo=dt.UTC)) for day in (1, 2))
    assert orders(created_from="2024-05-01", created_to="2024-05-02") == {early, late}
    assert orders(created_to="2024-05-01") == {early}
    assert orders(created_from="2024-05-02") == {late}
    assert not OrderFilter({"created_from": "9999-12-31"}).is_valid()


def test_a_span_of_days_ends_today_and_so_stays_right_in_a_saved_view():
    now = timezone.now()
    today, week, month = (make_order(created_at=now - dt.timedelta(days=days)) for days in (0, 6, 29))
    make_order(created_at=now - dt.timedelta(days=30))
    assert orders(created="today") == {today}
    assert orders(created="7d") == {today, week}
    assert orders(created="30d") == {today, week, month}
    assert orders(created="30d", created_to=str((now - dt.timedelta(days=7)).date())) == {month}
    assert not OrderFilter({"created": "8d"}).is_valid()


def test_me_is_the_person_who_looks():
    anna, bruno = make_user(), make_user()
    mine, other = make_order(placed_by=anna), make_order(placed_by=bruno)
    assert set(OrderFilter({"who": "me"}, anna).qs) == orders(who=str(anna.pk)) == {mine}
    assert set(OrderFilter({"who": "me"}, bruno).qs) == {other}
    # Without a person nobody is meant, rather than everybody.
    assert not OrderFilter({"who": "me"}).is_valid()
    refill = make_refill(requested_by=anna)
    make_refill(requested_by=bruno)
    assert set(RefillFilter({"who": "me", "requested": "today"}, anna).qs) == {refill}


def test_batches_are_kept_by_state_source_panel_person_and_day():
    anna, panel = make_user(), make_panel()
    wanted = make_batch(row_of(make_service(panel)), created_by=anna, panel=panel)
    other = make_batch(row_of(make_service()), source=Batch.Source.PASTE)
    Batch.objects.filter(pk=other.pk).update(state="discarded", created_at=timezone.now() - dt.timedelta(days=2))
    for query in (
        {"state": "draft"},
        {"source": "file"},
        {"panel": str(panel.pk)},
        {"who": "me"},
        {"created": "today"},
    ):
        assert set(BatchFilter(query, anna).qs) == {wanted}, query
    assert set(BatchFilter({}, anna).qs) == {wanted, other}


def test_the_names_of_rows_are_read_only_for_a_filter_that_offers_them(django_assert_num_queries):
    panel = make_panel()
    with django_assert_num_queries(0):
        assert OrderFilter({"state": "held", "created": "today"}).is_valid()
    with django_assert_num_queries(1):
        assert OrderFilter({"panel": str(panel.pk), "client": "null"}).is_valid()


@pytest.mark.parametrize("kind", [OrderFilter, RefillFilter, BatchFilter])
def test_every_preset_can_be_read(kind):
    for label, query in kind.PRESETS.items():
        assert kind(QueryDict(query), make_user()).is_valid(), label


def test_the_box_for_attention_keeps_orders_that_wait_for_a_person():
    held, queued = make_order(held_reason="The price has risen."), make_order()
    assert orders(attention="1") == {held}
    assert orders(attention="") == {held, queued}


def test_refills_are_kept_by_request_progress_and_panel():
    refill, other = make_refill(), make_refill(state="sent", progress=Refill.Progress.COMPLETED)
    for query, kept in (
        ({"state": "queued"}, refill),
        ({"progress": "completed"}, other),
        ({"panel": str(other.order.panel_id)}, other),
    ):
        assert set(RefillFilter(query).qs) == {kept}, query


def test_only_listed_services_of_active_panels_are_kept_by_default():
    listed, unlisted = make_service(), make_service(is_listed=False)
    inactive = make_service(make_panel(is_active=False))
    assert services() == {listed}
    assert services(show="unlisted") == {unlisted}
    assert services(show="all") == {listed, unlisted, inactive}
    assert services(panel=str(inactive.panel_id)) == {inactive}


def test_a_service_is_kept_only_if_it_has_every_word():
    likes = make_service(name="Instagram Likes HQ", category="Instagram")
    make_service(name="TikTok Likes", category="TikTok")
    assert services(q="LIKES insta") == {likes}
    assert services(q="likes views") == set()


def test_an_answer_that_a_panel_does_not_state_is_neither_yes_nor_no():
    yes, no, unknown = (make_service(refill=answer) for answer in (True, False, None))
    assert [services(refill=each) for each in ("yes", "no", "unknown")] == [{yes}, {no}, {unknown}]


def test_the_type_and_the_category_narrow_the_catalog():
    package, magic = make_service(type="package", category="TikTok"), make_service(type="", category="Magic tricks")
    assert services(type="package") == services(category="tiktok") == {package}
    assert services(type="unknown") == services(category="TRICKS") == {magic}


def test_prices_of_two_currencies_are_not_compared():
    euro = make_service(make_panel(reported_currency="EUR"), rate_per_1000=Decimal(1))
    make_service(make_panel(reported_currency="USD"), rate_per_1000=Decimal(2))
    ranged, sorted_by_price = catalog(price_to="5"), catalog(sort="price")
    assert (ranged.lacks_currency, ranged.is_refused, set(ranged.qs)) == (True, True, set())
    assert (sorted_by_price.is_refused, sorted_by_price.sort_field) == (False, "name")
    one_currency = catalog(price_to="5", sort="price", currency="EUR")
    assert (one_currency.lacks_currency, one_currency.sort_field, set(one_currency.qs)) == (
        False, "rate_per_1000", {euro},
    )  # fmt: skip


def test_input_that_cannot_be_read_keeps_nothing():
    make_service()
    make_order()
    assert catalog(price_from="abc").is_refused
    assert services(price_from="abc") == services(panel="999") == set()
    assert not OrderFilter({"panel": "999"}).is_valid()


def test_a_filter_knows_whether_it_narrows():
    assert not catalog(sort="-name", unknown="x").is_narrowed
    assert catalog(q="likes").is_narrowed


@pytest.mark.parametrize("few", [4000, 0])
def test_an_order_is_found_by_the_name_of_its_service_as_ordered_and_by_the_present_name(monkeypatch, few):
    monkeypatch.setattr(filters, "FEW", few)
    service = make_service(name="Gold Likes", category="TikTok", remote_id="k-77")
    order, other = make_order(service), make_order(make_service(name="Views"))
    rename(service, "Silver Comments")
    assert order.service_name == "Gold Likes"
    for text in ("gold likes", "LIKES gold", "silver comments", "k-77", "gold tiktok"):
        assert orders(q=text) == {order}, text
    assert orders(q="views") == {other}
    assert orders(q="bronze likes") == set()


def rename(service, name):
    """Store a catalog in which only the name of a service is another."""
    values = {field: getattr(service, field) for field in FROM_PANEL} | {"name": name}
    store_catalog(service.panel, Catalog((CatalogRow(remote_id=service.remote_id, **values),), 0))


# -- labels


def test_orders_are_kept_by_client_and_campaign():
    nova = make_client("Nova")
    spring, launch = make_campaign("Spring", nova), make_campaign("Launch")
    first = make_order(client=nova, campaign=spring)
    second = make_order(client=nova)
    third, fourth = make_order(campaign=launch), make_order()
    assert orders(client=nova.pk) == {first, second}
    assert orders(campaign=spring.pk) == orders(campaign=spring.pk, client=nova.pk) == {first}
    assert orders(client="null") == {third, fourth}
    assert orders(client="null", campaign=launch.pk) == {third}
    assert orders(client="null", campaign=spring.pk) == set()
    assert not OrderFilter({"client": "999"}).is_valid()


@pytest.mark.parametrize("few", [4000, 0])
def test_a_reference_is_found_by_its_start_in_any_case(monkeypatch, few):
    monkeypatch.setattr(filters, "FEW", few)
    order = make_order(reference="PO-17/Éclair", reference_key="po-17/éclair", note="Hidden")
    make_order()
    for text in ("PO-17/éclair", "po-1", "po-17/É"):
        assert orders(q=text) == {order}, text
    # Neither a part of a reference nor a note is searched.
    assert orders(q="17/") == orders(q="hidden") == set()
