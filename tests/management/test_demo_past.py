"""The past of the demo is consistent: days before today, and readings within an order."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from panels.management.demo_past import move_back, write_calls
from panels.management.demo_prices import DAYS
from panels.models import OrderReading, PanelDay
from tests.factories import make_panel, make_placed

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def test_calls_are_counted_on_each_day_before_today():
    panel = make_panel()
    write_calls(panel, random.Random(1))
    days = PanelDay.objects.filter(panel=panel)
    assert days.count() == DAYS - 1
    assert days.latest("day").day == timezone.now().date() - timedelta(days=1)
    assert days.filter(failures__gte=40).exists()


@pytest.mark.parametrize("finished_at", [None, timezone.now()], ids=["under way", "finished"])
def test_readings_are_between_the_acceptance_and_the_end(finished_at):
    now = timezone.now()
    order = make_placed(finished_at=finished_at, progress="completed" if finished_at else "in_progress")
    for remains in (900, 500, 0):
        OrderReading.objects.create(order=order, at=now, progress="in_progress", remains=remains, is_lasting=True)
    move_back(order, 10 * HOUR, 3 * HOUR)
    order.refresh_from_db()
    times = list(order.readings.order_by("pk").values_list("at", flat=True))
    assert order.placed_at < times[0] < times[1] < times[2]
    if finished_at:
        assert times[2] == order.finished_at == order.finished_before
        assert order.moved_before < order.finished_after < order.finished_before
    else:
        assert times[2] > now - HOUR
