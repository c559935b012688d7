"""Orders move only as the table of moves allows, together or not at all."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from panels.models import Order, OrderEvent
from panels.models.order_states import IllegalMoveError
from panels.orders.moves import MovedOnError, move_all, move_together
from tests.factories import make_order, make_panel, make_placed, make_service

State = Order.State


@pytest.mark.django_db
def test_orders_move_together_or_not_at_all():
    service = make_service()
    orders = [make_order(service, attempt=number) for number in (0, 3)]
    changes = [(order, f"Attempt {order.attempt + 1}", {"attempt": order.attempt + 1}) for order in orders]
    Order.objects.filter(pk=orders[1].pk).update(state=State.WITHDRAWN)
    with pytest.raises(MovedOnError):
        move_together(State.SENDING, changes, what=OrderEvent.What.SENT)
    assert [Order.objects.get(pk=order.pk).state for order in orders] == ["queued", "withdrawn"]
    assert [order.state for order in orders] == ["queued", "queued"]
    Order.objects.filter(pk=orders[1].pk).update(state=State.QUEUED)
    move_together(State.SENDING, changes, what=OrderEvent.What.SENT)
    assert [(order.state, order.attempt) for order in orders] == [("sending", 1), ("sending", 4)]
    assert list(Order.objects.order_by("pk").values_list("state", "attempt")) == [("sending", 1), ("sending", 4)]
    assert [order.events.get().detail for order in orders] == ["Attempt 1", "Attempt 4"]


@pytest.mark.django_db
def test_a_move_that_comes_second_writes_nothing():
    order = make_order()
    same = Order.objects.get(pk=order.pk)
    assert order.advance(State.WITHDRAWN)
    assert not same.advance(State.SENDING, attempt=1)
    same.refresh_from_db()
    assert same.state == State.WITHDRAWN


@pytest.mark.django_db
def test_one_remote_id_belongs_to_one_order():
    first = make_placed(remote_id="77")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_placed(first.service, remote_id="77")
    make_placed(make_service(make_panel()), remote_id="77")


@pytest.mark.django_db
def test_of_many_orders_those_in_the_first_state_are_moved_and_counted(operator):
    service = make_service()
    waiting, held = make_order(service), make_order(service, held_reason="The price has risen.")
    sending, other = make_order(service, state="sending"), make_order(service)
    pks, change = [waiting.pk, held.pk, sending.pk], (State.QUEUED, State.WITHDRAWN)
    assert move_all(pks, change, what=OrderEvent.What.WITHDRAWN, actor=operator, held_reason="") == 2
    rows = Order.objects.order_by("pk").values_list("state", "held_reason")
    assert list(rows) == [("withdrawn", ""), ("withdrawn", ""), ("sending", ""), ("queued", "")]
    for order in (waiting, held):
        event = order.events.get()
        assert (event.what, event.actor) == ("withdrawn", operator)
    assert not sending.events.exists()
    assert not other.events.exists()


@pytest.mark.django_db
def test_many_orders_move_only_as_the_table_of_moves_allows():
    order = make_order()
    with pytest.raises(IllegalMoveError):
        move_all([order.pk], (State.QUEUED, State.PLACED), what=OrderEvent.What.PLACED)
    assert Order.objects.get().state == State.QUEUED
