"""Open orders are counted by panel, and an order waits for a person if its service or price has changed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.models import Batch, Order, Service
from panels.orders.queue import count_open, queued, reason_to_hold
from tests.factories import make_order, make_panel, make_placed, make_service

pytestmark = pytest.mark.django_db
OPEN_STATES = ("queued", "sending", "unknown")


@pytest.mark.parametrize("state", [state for state in Order.State.values if state != "placed"])
def test_an_order_that_no_panel_is_known_to_have_is_open_until_it_is_decided(state):
    order = make_order(state=state)
    opened, queued = count_open()
    assert opened[order.panel_id] == (state in OPEN_STATES)
    assert queued[order.panel_id] == (state == "queued")


@pytest.mark.parametrize("progress", ["", *Order.Progress.values])
@pytest.mark.parametrize("is_followed", [True, False])
def test_a_placed_order_is_open_while_it_runs_and_is_followed(progress, is_followed):
    order = make_placed(progress=progress, **({} if is_followed else {"next_check_at": None}))
    opened, queued = count_open()
    assert opened[order.panel_id] == (is_followed and progress not in Order.FINISHED)
    assert not queued


def test_each_panel_has_its_own_count_in_one_query():
    busy, quiet, idle = (make_service(make_panel()) for _ in range(3))
    make_order(busy)
    make_order(busy, held_reason="The price has risen.")
    make_placed(busy)
    make_placed(quiet)
    with CaptureQueriesContext(connection) as queries:
        opened, queued = count_open()
    assert [opened[service.panel_id] for service in (busy, quiet, idle)] == [3, 1, 0]
    assert [queued[service.panel_id] for service in (busy, quiet, idle)] == [2, 0, 0]
    assert len(queries) == 1


def test_orders_wait_in_the_order_of_their_times_unless_a_person_must_act():
    service, now = make_service(), timezone.now()
    later, second, first = (make_order(service, send_after=now - timedelta(minutes=ago)) for ago in (1, 2, 2))
    make_order(service, held_reason="The price has risen.")
    make_order(service, state="sending")
    paused, confirmed = (Batch.objects.create(state=state, source="paste") for state in ("paused", "confirmed"))
    make_order(service, batch=paused)
    last = make_order(service, batch=confirmed, send_after=now)
    assert list(queued()) == [second, first, later, last]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"rate_per_1000": Decimal("0.99")}, ""),
        ({"rate_per_1000": Decimal("0.991")}, "The price has risen from 0.9 to 0.991."),
        ({"is_listed": False}, "The panel no longer lists this service."),
        ({"type": "package", "raw_type": "Package"}, "The service's type has changed to Package."),
        ({"type": "", "raw_type": ""}, "The service's type has changed to unknown."),
    ],
)
def test_a_person_must_look_if_the_service_or_its_price_has_changed(settings, change, words):
    settings.PRICE_GUARD_PERCENT = 10
    order = make_order()
    Service.objects.update(**change)
    assert reason_to_hold(Order.objects.get(pk=order.pk)) == words
