"""The time that sending takes is estimated, and another number of orders at a time is offered with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.models import Panel
from panels.orders import pace
from tests.factories import make_order, make_panel, make_placed, make_service, make_unknown

pytestmark = pytest.mark.django_db
LONG = timedelta(hours=2)


def test_a_new_panel_gets_one_order_at_a_time():
    assert Panel().parallel_calls == 1


@pytest.mark.parametrize(
    ("limits", "minutes"),
    [
        ({"parallel_calls": 1, "calls_per_minute": None}, 50),
        ({"parallel_calls": 4, "calls_per_minute": None}, 12.5),
        # The limit of calls a minute is slower than the panel's answers.
        ({"parallel_calls": 20, "calls_per_minute": 60}, 1000 / 60),
        ({"parallel_calls": 1, "calls_per_minute": 60}, 50),
    ],
)
def test_without_an_order_the_time_is_assumed(limits, minutes):
    found = pace.estimate(make_panel(**limits), 1000)
    assert found.is_assumed
    assert found.time == timedelta(minutes=minutes)


def test_the_last_orders_show_how_long_one_takes():
    service = make_service()
    now = timezone.now()
    for seconds in (6, 7, 60):
        make_placed(service, sent_at=now, placed_at=now + timedelta(seconds=seconds))
    found = pace.estimate(service.panel, 10)
    assert (found.time, found.each, found.is_assumed) == (timedelta(seconds=70), timedelta(seconds=7), False)


@pytest.mark.parametrize(
    ("waited", "fields", "offered"),
    [
        (LONG, {}, 2),
        (LONG, {"parallel_calls": 4}, 8),
        (LONG, {"parallel_calls": 20}, None),
        (LONG, {"calls_per_minute": 6}, None),
        (LONG, {"paused_reason": "by_hand"}, None),
        (timedelta(minutes=50), {}, None),
    ],
)
def test_more_at_a_time_is_offered_where_orders_wait_longer_than_an_hour(waited, fields, offered):
    service = make_service(make_panel(**fields))
    make_order(service, send_after=timezone.now() - waited)
    found = pace.offer(service.panel)
    assert (found and found.at_a_time) == offered
    if found:
        assert (found.is_more, found.waiting) == (True, 1)


@pytest.mark.parametrize(("parallel", "offered"), [(4, 1), (1, None)])
def test_one_at_a_time_is_offered_after_an_order_without_an_answer(parallel, offered):
    service = make_service(make_panel(parallel_calls=parallel))
    assert pace.offer(service.panel) is None
    make_unknown(service)
    found = pace.offer(service.panel)
    assert (found and found.at_a_time) == offered
