"""The progress of a batch counts its orders by stage. A whole batch can be paused, resumed and withdrawn."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from panels import schedule
from panels.bulk import progress
from panels.calls.claiming import Claims
from panels.models import Order, OrderEvent
from panels.models.order_states import IllegalMoveError
from panels.money.costs import cost_of
from panels.orders.moves import move_all
from tests.bulk.batches import make_confirmed
from tests.factories import make_batch, make_order, make_panel, make_placed, make_service, make_user, row_of

pytestmark = pytest.mark.django_db


def test_no_order_of_a_paused_batch_is_sent_until_it_is_resumed():
    service = make_service()
    batch = make_confirmed(service)
    assert progress.pause(batch)
    assert not progress.pause(batch)
    assert Claims(service.panel_id).take() == ([], None)
    assert schedule.waiting()["submit"] == []
    assert progress.resume(batch)
    assert not progress.resume(batch)
    assert schedule.waiting()["submit"] == [service.panel_id]
    assert Claims(service.panel_id).take() == ([batch.orders.get()], None)


def test_a_draft_cannot_be_paused():
    assert not progress.pause(make_batch(row_of(make_service())))


def test_a_withdrawal_takes_only_the_queued_orders_of_the_batch(monkeypatch):
    monkeypatch.setattr(progress, "CHUNK", 2)
    user, service = make_user("Operator"), make_service()
    batch = make_confirmed(*[service] * 6)
    sending, held, *waiting = batch.orders.order_by("pk")
    Order.objects.filter(pk=sending.pk).update(state="sending", attempt=1)
    Order.objects.filter(pk=held.pk).update(held_reason="The price has risen.")
    other = make_order(service)
    assert progress.withdraw_unsent(batch, user) == 5
    assert Counter(batch.orders.values_list("state", flat=True)) == {"withdrawn": 5, "sending": 1}
    assert Order.objects.get(pk=other.pk).state == "queued"
    taken = Order.objects.get(pk=held.pk)
    assert (taken.held_reason, taken.finished_at is None) == ("", False)
    assert [(event.what, event.actor) for event in waiting[0].events.order_by("pk")][-1] == ("withdrawn", user)
    assert progress.withdraw_unsent(batch, user) == 0


def test_a_move_of_many_orders_skips_orders_in_another_state_and_refuses_an_illegal_move():
    waiting, placed = make_order(), make_placed()
    pks = [waiting.pk, placed.pk]
    withdrawn = (Order.State.QUEUED, Order.State.WITHDRAWN)
    assert move_all(pks, withdrawn, what=OrderEvent.What.WITHDRAWN) == 1
    assert Order.objects.get(pk=placed.pk).state == "placed"
    assert (waiting.events.count(), placed.events.count()) == (1, 0)
    with pytest.raises(IllegalMoveError):
        move_all(pks, (Order.State.PLACED, Order.State.QUEUED), what=OrderEvent.What.RELEASED)


def test_progress_counts_every_stage_and_sums_the_costs_of_the_lines_by_currency():
    euro = make_service(make_panel(reported_currency="EUR"))
    service = make_service()
    batch = make_confirmed(*[service] * 9, euro)
    orders = list(batch.orders.order_by("pk"))
    changes = [
        {"held_reason": "Why"},
        {"state": "sending"},
        {"state": "placed", "progress": "in_progress", "charge": Decimal("0.5")},
        {"state": "placed", "progress": "completed"},
        {"state": "refused"},
        {"state": "unknown"},
        {"state": "withdrawn"},
        {"state": "written_off"},
    ]
    for order, fields in zip(orders, changes, strict=False):
        Order.objects.filter(pk=order.pk).update(**fields)
    # Many panels report a charge of 0 right after an order.
    Order.objects.filter(pk=orders[9].pk).update(state="placed", charge=0)
    found = progress.find_progress(batch)
    assert (found.queued, found.held, found.sending, found.placed, found.finished) == (1, 1, 1, 2, 1)
    assert (found.refused, found.unknown, found.withdrawn, found.written_off) == (1, 1, 1, 1)
    assert (found.total, found.sent, found.settled) == (10, 6, 7)
    assert (found.is_open, found.is_done) == (True, False)
    # Seven orders in USD cost as expected or as charged. The refused and the withdrawn order cost nothing.
    assert found.costs == (("EUR", Decimal("0.9"), True), ("USD", Decimal("5.9"), True))
    lines = [cost for order in batch.orders.all() if (cost := cost_of(order))]
    assert sum(cost.amount for cost in found.costs) == sum(cost.amount for cost in lines)


def test_a_batch_of_refused_and_withdrawn_orders_has_no_cost():
    batch = make_confirmed(*[make_service()] * 2)
    batch.orders.filter(pk=batch.orders.first().pk).update(state="refused")
    batch.orders.exclude(state="refused").update(state="withdrawn")
    assert progress.find_progress(batch).costs == ()


def test_the_progress_of_many_batches_takes_three_queries(django_assert_num_queries):
    batches = [make_confirmed(make_service()) for _ in range(5)]
    with django_assert_num_queries(3):
        assert [each.queued for each in progress.progress_of(batches).values()] == [1] * 5


def test_paused_batches_are_named_where_their_orders_wait():
    here, there = make_service(), make_service(make_panel())
    batch, going = make_confirmed(here, here, there), make_confirmed(here)
    assert progress.pause(batch)
    first = batch.orders.filter(panel=here.panel).first()
    Order.objects.filter(pk=first.pk).update(held_reason="The price has risen.")
    assert [(each, each.number) for each in progress.paused_at(here.panel)] == [(batch, 1)]
    assert [(each, each.number) for each in progress.paused_at(there.panel)] == [(batch, 1)]
    Order.objects.filter(panel=there.panel).update(state="placed")
    assert not progress.paused_at(there.panel)
    assert progress.resume(batch)
    assert not progress.paused_at(here.panel)
    assert going.orders.exists()
