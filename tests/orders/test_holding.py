"""The orders that wait for a service are put on hold together, and released together."""

from __future__ import annotations

import uuid
from copy import copy

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from panels.models import Order, OrderEvent
from panels.models.writing import insert_rows
from panels.orders import holding
from panels.orders.holding import OVERCHARGED, hold_waiting, release_held
from tests.factories import make_order, make_placed, make_service

pytestmark = pytest.mark.django_db


def test_what_waits_for_a_service_is_held_and_nothing_else(operator, monkeypatch):
    monkeypatch.setattr(holding, "CHUNK", 2)
    service, other = make_service(), make_service()
    waiting = [make_order(service) for _ in range(5)]
    held = make_order(service, held_reason="The price has risen.")
    free = [make_order(other), make_placed(service), make_order(service, state="sending")]
    assert hold_waiting(service, operator) == 5
    assert hold_waiting(service, operator) == 0
    for order in waiting:
        order.refresh_from_db()
        assert order.is_held
        event = order.events.get()
        assert (event.what, event.detail, event.actor) == (OrderEvent.What.HELD, OVERCHARGED, operator)
    assert Order.objects.filter(held_reason="").count() == len(free)
    held.refresh_from_db()
    assert held.held_reason == "The price has risen."


@pytest.mark.parametrize("change", [hold_waiting, release_held])
def test_thousands_of_orders_take_few_queries(change, operator):
    service = make_service()
    make_many(service, 2 * holding.CHUNK, held_reason="" if change is hold_waiting else OVERCHARGED)
    # For each piece, and for the empty one at the end: lock, read, write and log, in a transaction.
    with CaptureQueriesContext(connection) as queries:
        assert change(service, operator) == 2 * holding.CHUNK
    assert len(queries) <= 3 * 7
    assert OrderEvent.objects.count() == 2 * holding.CHUNK


def make_many(service, number, **fields):
    first = make_order(service, **fields)
    others = [copy(first) for _ in range(number - 1)]
    for order in others:
        order.pk, order.token = None, uuid.uuid4()
    insert_rows(others)


def test_only_what_was_held_for_this_reason_is_released(operator):
    service = make_service()
    order, held = make_order(service), make_order(service, held_reason="The price has risen.")
    hold_waiting(service, operator)
    assert release_held(service, operator) == 1
    order.refresh_from_db()
    held.refresh_from_db()
    assert not order.is_held
    assert held.is_held
    assert order.events.latest("pk").what == OrderEvent.What.RELEASED
