"""Which orders are open, and which of them wait to be sent."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from panels.models import Order
from panels.orders.queue import count_open
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
