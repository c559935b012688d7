"""The filter of orders: which orders it keeps, and which input it refuses."""

import datetime as dt

import pytest
from django.utils import timezone

from panels.calls.catalog import FROM_PANEL, store_catalog
from panels.filters import OrderFilter, order_search
from panels.models import Order, ServiceFacts
from panels.models.order_states import Stage
from panels.models.order_values import LIFETIME
from panels.protocol.wire import Catalog, CatalogRow
from tests.factories import (
    make_campaign,
    make_client,
    make_offer,
    make_order,
    make_placed,
    make_service,
    read_offers,
)

pytestmark = pytest.mark.django_db


def find_many(monkeypatch, many):
    """Let the search find more than `many` orders as it finds very many."""
    for name in ("MANY", "MOST_READ", "FEW_SERVICES"):
        monkeypatch.setattr(order_search, name, many)


def orders(**query):
    return set(OrderFilter(query).qs)


@pytest.mark.parametrize("many", [10_000, 0])
def test_search_finds_the_same_orders_whether_matches_are_few_or_many(monkeypatch, many):
    find_many(monkeypatch, many)
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


def test_orders_are_found_whose_refill_ends_soon():
    now, day = timezone.now(), dt.timedelta(days=1)
    ends = {"past": now - day, "soon": now + 6 * day, "later": now + 8 * day, "far": LIFETIME, "not": None}
    made = {name: make_placed(progress="completed", refill_until=end) for name, end in ends.items()}
    assert orders(refill="7d") == {made["soon"]}
    assert orders(refill="30d") == {made["soon"], made["later"]}
    assert "refill=7d" in OrderFilter.PRESETS.values()


def test_both_days_of_a_range_are_included():
    early, late = (make_order(created_at=dt.datetime(2024, 5, day, 23, 59, tzinfo=dt.UTC)) for day in (1, 2))
    assert orders(created_from="2024-05-01", created_to="2024-05-02") == {early, late}
    assert orders(created_to="2024-05-01") == {early}
    assert orders(created_from="2024-05-02") == {late}
    assert not OrderFilter({"created_from": "9999-12-31"}).is_valid()


def test_the_box_for_attention_keeps_orders_that_wait_for_a_person():
    held, queued = make_order(held_reason="The price has risen."), make_order()
    assert orders(attention="1") == {held}
    assert orders(attention="") == {held, queued}


@pytest.mark.parametrize("many", [10_000, 0])
def test_an_order_is_found_by_the_name_of_its_service_as_ordered_and_by_the_present_name(monkeypatch, many):
    find_many(monkeypatch, many)
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


@pytest.mark.django_db
def test_the_orders_of_a_product_are_those_of_its_offers():
    first, second, other = (
        make_offer("Instagram Followers"),
        make_offer("Instagram Followers"),
        make_offer("TikTok Likes"),
    )
    read_offers()
    orders = {make_order(first), make_order(second)}
    make_order(other)
    product = ServiceFacts.objects.get(pk=first.pk).product_id
    assert set(OrderFilter({"product": str(product)}).rows) == orders
