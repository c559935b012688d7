"""An action that a person confirmed is done to exactly its orders, and each order has a result."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from panels.models import Order, OrderAction, Refill
from panels.orders.actions import carry_out, confirm_action, delete_old_drafts, draft_action
from tests.factories import make_order, make_placed, make_service

pytestmark = pytest.mark.django_db


def run(action):
    return carry_out(action.pk, threading.Event())


def outcomes(action):
    return {line.order_id: (line.outcome, line.detail) for line in action.lines.all()}


def test_nothing_happens_before_it_is_confirmed(operator):
    order = make_order()
    action = draft_action("withdraw", [order.pk], operator)
    assert run(action) == set()
    order.refresh_from_db()
    assert order.state == Order.State.QUEUED


def test_it_is_done_to_the_orders_as_confirmed_and_reported_for_each(operator):
    service = make_service()
    waiting, placed, other = make_order(service), make_placed(service), make_order(service)
    action = draft_action("withdraw", [waiting.pk, placed.pk], operator)
    assert confirm_action(action)
    assert not confirm_action(action)
    run(action)
    waiting.refresh_from_db()
    other.refresh_from_db()
    assert (waiting.state, other.state) == (Order.State.WITHDRAWN, Order.State.QUEUED)
    assert outcomes(action)[waiting.pk] == ("done", "")
    assert outcomes(action)[placed.pk][0] == "skipped"
    assert "on its way" in outcomes(action)[placed.pk][1]
    action.refresh_from_db()
    assert action.finished_at is not None


@pytest.mark.parametrize(
    ("kind", "progress", "is_done"),
    [
        ("refresh", "in_progress", lambda order: order.check_requested_at is not None),
        ("refill", "completed", lambda order: Refill.objects.filter(order=order, requested_by__isnull=False).exists()),
        ("cancel", "in_progress", lambda order: order.cancel_state == "queued"),
    ],
)
def test_each_kind_queues_its_request(operator, kind, progress, is_done):
    order = make_placed(progress=progress)
    action = draft_action(kind, [order.pk], operator)
    confirm_action(action)
    assert run(action) == {order.panel_id}
    order.refresh_from_db()
    assert is_done(order)


def test_it_goes_on_where_it_was_stopped(operator, monkeypatch):
    orders = [make_order() for _ in range(5)]
    action = draft_action("withdraw", [order.pk for order in orders], operator)
    confirm_action(action)
    monkeypatch.setattr("panels.orders.actions.CHUNK", 2)
    stopping = threading.Event()
    stopping.set()
    carry_out(action.pk, stopping)
    assert action.lines.filter(outcome="").count() == 5
    run(action)
    assert action.lines.filter(outcome="done").count() == 5
    assert OrderAction.objects.get().finished_at is not None


def test_what_nobody_confirmed_is_deleted_after_a_day(operator):
    old, new, done = (draft_action("withdraw", [make_order().pk], operator) for _ in range(3))
    confirm_action(done)
    OrderAction.objects.exclude(pk=new.pk).update(created_at=timezone.now() - timedelta(days=2))
    assert delete_old_drafts() == 1
    assert set(OrderAction.objects.values_list("pk", flat=True)) == {new.pk, done.pk}
    assert old.pk not in OrderAction.objects.values_list("pk", flat=True)
