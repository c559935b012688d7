"""No minute has more calls than a person allowed, and no wait is longer than that limit needs."""

from __future__ import annotations

from bisect import bisect_left
from datetime import timedelta

import pytest
from django.utils import timezone

from panels.models import Panel


@pytest.mark.parametrize("per_minute", [1, 5, 9, 10, 30, 60, 120, 600])
def test_no_minute_holds_more_calls_than_are_allowed(per_minute):
    panel = Panel(calls_per_minute=per_minute)
    now = start = timezone.now()
    calls = []
    while now < start + timedelta(minutes=5):
        slot = panel.call_slot(now)
        if slot <= now:
            panel.take_call_slot(now)
            calls.append(now)
        else:
            now = slot
    for number, first in enumerate(calls):
        assert bisect_left(calls, first + timedelta(minutes=1)) - number <= per_minute
    assert len(calls) >= per_minute * 3


def test_a_panel_without_a_limit_waits_for_nothing():
    panel = Panel(calls_per_minute=None)
    now = timezone.now()
    assert panel.call_slot(now) == now
    assert panel.take_call_slot(now) == {}


def test_a_clock_that_was_set_back_stops_nothing():
    now = timezone.now()
    panel = Panel(calls_per_minute=60, next_call_at=now + timedelta(hours=8))
    assert panel.call_slot(now) == now
    panel.take_call_slot(now)
    assert panel.next_call_at < now + timedelta(seconds=5)
