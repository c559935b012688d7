"""A claim takes the orders that may go out now, within the limits of their panel, each once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.calls import claiming
from panels.calls.catalog import FROM_PANEL, store_catalog
from panels.calls.claiming import Claims
from panels.models import Batch, Controls, Order, Panel, Service, ServiceFacts
from panels.protocol.wire import Catalog, CatalogRow
from tests.calls.sending import events_of
from tests.factories import make_offer, make_order, make_panel, make_service, read_offers
from tests.locks import run_behind

State = Order.State


@pytest.mark.django_db
def test_a_claim_takes_as_many_as_there_are_calls_left_and_counts_each_of_them():
    service = make_service(make_panel(parallel_calls=4, calls_per_minute=6))
    orders = [make_order(service) for _ in range(6)]
    taken, wait = Claims(service.panel_id).take(2)
    assert taken == orders[:1]
    assert timedelta(seconds=9) < wait <= timedelta(seconds=10)
    Panel.objects.update(calls_per_minute=None)
    assert Claims(service.panel_id).take(2) == (orders[1:3], None)
    assert Claims(service.panel_id).take(9) == (orders[3:4], None)
    assert Claims(service.panel_id).take(9) == ([], None)
    assert [events_of(order) for order in orders] == [["sent"]] * 4 + [[]] * 2


@pytest.mark.django_db
def test_a_claim_passes_over_what_it_holds_back():
    service = make_service(make_panel(parallel_calls=4))
    dear = make_service(service.panel)
    first, second, third = make_order(service), make_order(dear), make_order(service)
    Service.objects.filter(pk=dear.pk).update(is_listed=False)
    assert Claims(service.panel_id).take(2) == ([], timedelta())
    assert Claims(service.panel_id).take(2) == ([first, third], None)
    second.refresh_from_db()
    assert second.is_held


@pytest.mark.django_db
def test_a_claim_is_committed_with_its_deadline_before_anything_is_sent():
    order = make_order()
    claimed = Claims(order.panel_id).take()
    order.refresh_from_db()
    assert claimed == ([order], None)
    assert (order.state, order.attempt) == (State.SENDING, 1)
    assert order.send_deadline > timezone.now() + timedelta(seconds=order.panel.total_timeout)


@pytest.mark.django_db
def test_no_more_than_parallel_calls_are_in_flight_across_workers():
    service = make_service(make_panel(parallel_calls=2))
    for _ in range(3):
        make_order(service)
    assert Claims(service.panel_id).take()[0]
    assert Claims(service.panel_id).take()[0]
    assert Claims(service.panel_id).take() == ([], None)
    Order.objects.filter(state=State.SENDING).update(send_deadline=timezone.now() - timedelta(seconds=1))
    assert Claims(service.panel_id).take()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(("unanswered", "room"), [(0, 3), (1, 0)])
def test_a_claim_takes_nothing_beside_an_order_on_its_way_where_one_at_a_time_is_sent(unanswered, room):
    service = make_service(make_panel(parallel_calls=4, calls_per_minute=None))
    orders = [make_order(service) for _ in range(5)]
    claims = Claims(service.panel_id)
    assert claims.take(1) == (orders[:1], None)
    Panel.objects.update(unanswered_orders=unanswered)
    assert claims.take(4) == (orders[1 : 1 + room], None)


@pytest.mark.django_db
def test_a_claim_that_comes_second_to_an_order_takes_nothing_and_looks_again(monkeypatch):
    panel = make_panel(parallel_calls=2)
    service = make_service(panel)
    first, second = make_order(service), make_order(service)
    hold_back = claiming._hold_back

    def withdraw_meanwhile(orders):
        Order.objects.filter(pk=first.pk).update(state=State.WITHDRAWN)
        return hold_back(orders)

    monkeypatch.setattr(claiming, "_hold_back", withdraw_meanwhile)
    assert Claims(panel.pk).take(2) == ([], timedelta())
    monkeypatch.undo()
    assert events_of(second) == []


@pytest.mark.django_db
def test_calls_per_minute_hold_across_claims():
    service = make_service(make_panel(calls_per_minute=6, parallel_calls=2))
    make_order(service)
    make_order(service)
    assert Claims(service.panel_id).take()[0]
    taken, wait = Claims(service.panel_id).take()
    assert not taken
    assert timedelta(seconds=8) < wait <= timedelta(seconds=10)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "stop",
    [
        lambda order: Panel.objects.update(is_active=False),
        lambda order: Panel.objects.update(paused_reason="by_hand"),
        lambda order: Panel.objects.update(
            paused_reason="unreachable", paused_until=timezone.now() + timedelta(minutes=1)
        ),
        lambda order: Controls.objects.create(pk=1, sending_stopped_at=timezone.now()),
        lambda order: Order.objects.update(held_reason="look"),
        lambda order: Order.objects.update(send_after=timezone.now() + timedelta(minutes=1)),
        lambda order: Order.objects.update(batch=Batch.objects.create(state="paused", source="paste")),
    ],
    ids=["inactive panel", "paused by hand", "paused for a time", "switch", "held", "not yet", "paused batch"],
)
def test_nothing_is_claimed_while(stop):
    order = make_order()
    stop(order)
    assert Claims(order.panel_id).take() == ([], None)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite sees nothing from before it waited")
@pytest.mark.django_db(transaction=True)
def test_the_switch_stops_a_claim_that_waits_for_its_panel():
    order = make_order()
    claimed = run_behind(
        Panel.objects.filter(pk=order.panel_id),
        lambda: Claims(order.panel_id).take(),
        lambda: Controls.objects.create(pk=1, sending_stopped_at=timezone.now()),
    )
    assert claimed == ([], None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rate_per_1000": Decimal("0.95")}, ""),
        ({"rate_per_1000": Decimal("0.94500001")}, "risen from 0.90\u00a0USD to 0.94500001\u00a0USD"),
        ({"rate_per_1000": Decimal("0.10")}, ""),
        ({"is_listed": False}, "no longer lists"),
        ({"type": "package", "raw_type": "Package"}, "type has changed to Package"),
    ],
)
def test_the_price_guard_holds_what_a_person_has_not_agreed_to(change, words):
    order = make_order()
    if change.get("rate_per_1000") == Decimal("0.95"):
        change = {"rate_per_1000": Decimal("0.945")}
    Service.objects.update(**change)
    claimed = Claims(order.panel_id).take()
    order.refresh_from_db()
    if words:
        # The next claim may be at once, because the next order may go out.
        assert claimed == ([], timedelta())
        assert Claims(order.panel_id).take() == ([], None)
        assert words in order.held_reason
        assert events_of(order) == ["held"]
    else:
        assert claimed == ([order], None)


def rename(service, name):
    """Store a catalog in which only the name of a service has changed, as a sync does. The facts are read later."""
    terms = {field: getattr(service, field) for field in FROM_PANEL}
    row = CatalogRow(remote_id=service.remote_id, **terms | {"name": name})
    store_catalog(service.panel, Catalog((row,), 0))


OTHER = "By its name and category, the service is TikTok likes now. It was Instagram followers when it was ordered."


@pytest.mark.django_db
def test_an_order_whose_service_became_another_thing_is_held_before_and_after_its_name_is_read():
    service = make_offer("Instagram Followers", make_panel(parallel_calls=4), category="")
    read_offers()
    early, late = make_order(service), make_order(service, send_after=timezone.now() + timedelta(hours=1))
    rename(service, "TikTok Likes")
    assert ServiceFacts.objects.get().version == ServiceFacts.STALE
    assert Claims(service.panel_id).take(4) == ([], timedelta())
    read_offers()
    Order.objects.filter(pk=late.pk).update(send_after=timezone.now())
    assert Claims(service.panel_id).take(4) == ([], timedelta())
    assert Claims(service.panel_id).take(4) == ([], None)
    for order in (early, late):
        order.refresh_from_db()
        assert (order.state, order.held_reason, events_of(order)) == ("queued", OTHER, ["held"])


@pytest.mark.django_db
def test_an_order_whose_service_is_called_otherwise_goes_out_without_another_query():
    service = make_offer("Instagram Followers", make_panel(parallel_calls=4))
    first, second, third = (make_order(service) for _ in range(3))
    claims, counts = Claims(service.panel_id), []
    for order, name in ((first, service.name), (second, "Instagram Followers | 5K/Day"), (third, "IG Followers ⚡")):
        rename(service, name)
        with CaptureQueriesContext(connection) as queries:
            assert claims.take() == ([order], None)
        counts.append(len(queries))
        assert not any('FROM "panels_service"' in query["sql"] for query in queries)
    assert len(set(counts)) == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite sees nothing from before it waited")
@pytest.mark.django_db(transaction=True)
def test_a_claim_that_waits_for_a_sync_holds_what_the_sync_has_changed():
    order = make_order(make_service(name="Instagram Followers", category=""))
    service, panel = Service.objects.filter(pk=order.service_id), Panel.objects.filter(pk=order.panel_id)
    claimed = run_behind(panel, lambda: Claims(order.panel_id).take(), lambda: service.update(name="TikTok Likes"))
    order.refresh_from_db()
    assert (claimed, order.held_reason) == (([], timedelta()), OTHER)


@pytest.mark.django_db
def test_a_held_order_lets_the_next_one_pass():
    first = make_order()
    second = make_order(make_service(first.panel))
    Service.objects.filter(pk=first.service_id).update(is_listed=False)
    assert Claims(first.panel_id).take() == ([], timedelta())
    assert Claims(first.panel_id).take() == ([second], None)


@pytest.mark.django_db
def test_a_client_made_with_an_old_key_takes_nothing_more():
    order = make_order()
    called = Panel.objects.get()
    panel = Panel.objects.get()
    panel.set_key("a-new-key-0123456789")
    panel.save()
    assert Claims(order.panel_id, called=called).take() == ([], None)
    assert Claims(order.panel_id, called=panel).take() == ([order], None)


@pytest.mark.django_db
def test_a_time_out_that_was_changed_meanwhile_ends_the_work_of_the_old_client():
    order = make_order()
    called = Panel.objects.get()
    Panel.objects.update(read_timeout=5)
    assert Claims(order.panel_id, called=called).take() == ([], None)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"body": "json"}, {"user_agent": "Mozilla/5.0"}, {"always_send_quantity": True}])
def test_another_way_of_calling_ends_the_work_of_the_old_client(change):
    order = make_order()
    called = Panel.objects.get()
    Panel.objects.update(**change)
    assert Claims(order.panel_id, called=called).take() == ([], None)
    assert Claims(order.panel_id, called=Panel.objects.get()).take() == ([order], None)


@pytest.mark.django_db
def test_a_claim_reads_its_panel_once():
    order = make_order()
    called = Panel.objects.get()
    with CaptureQueriesContext(connection) as queries:
        assert Claims(order.panel_id, called=called).take() == ([order], None)
    assert sum('FROM "panels_panel"' in query["sql"] for query in queries) == 1
