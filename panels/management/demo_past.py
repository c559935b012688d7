"""Moves the orders of today into the past of the demo, and counts the calls of each day."""

from __future__ import annotations

import datetime as dt
import random

from django.db.models import F
from django.utils import timezone

from panels.management.demo_prices import DAYS
from panels.models import Order, OrderEvent, OrderReading, Panel, PanelDay
from panels.orders import following
from panels.orders.refill_ends import note_refill_ends

# Of so many days, one is a day with many failed calls.
BAD_DAYS = 9
MOVED = (
    *("created_at", "send_after", "send_deadline", "sent_at", "placed_at", "checked_at", "changed_at", "finished_at"),
    *("status_at", "moved_after", "moved_before", "finished_after", "finished_before", "unreadable_since"),
)
ENDED = ("changed_at", "finished_at", "finished_before")


def write_calls(panel: Panel, chance: random.Random) -> None:
    """Count calls on each of the last days before today."""
    today = timezone.now().date()
    rows = []
    for days in range(1, DAYS):
        answers = chance.randint(240, 420)
        failures = chance.randint(40, 90) if days % BAD_DAYS == 0 else chance.choice((0, 0, 0, 1, 3))
        counts = {"calls": answers + failures, "answers": answers, "failures": failures, "seconds": answers * 0.4}
        rows.append(PanelDay(panel=panel, day=today - dt.timedelta(days=days), **counts))
    PanelDay.objects.bulk_create(rows)


def move_back(order: Order, ago: dt.timedelta, lasted: dt.timedelta) -> None:
    """Move an order and its history into the past. If it has ended, it ends so long after its start."""
    Order.objects.filter(pk=order.pk).update(**{name: F(name) - ago for name in MOVED})
    OrderEvent.objects.filter(order=order).update(at=F("at") - ago)
    order.refresh_from_db()
    if order.finished_at:
        lasted = min(lasted, ago * 0.8)
        ended = order.finished_at + lasted
        between = {"moved_before": ended - lasted * 0.8, "finished_after": ended - lasted * 0.05}
        Order.objects.filter(pk=order.pk).update(**dict.fromkeys(ENDED, ended), **between)
        order.refresh_from_db()
        note_refill_ends([order])
        order.save(update_fields=("refill_until",))
        OrderEvent.objects.filter(order=order, what=OrderEvent.What.PROGRESS).update(at=ended)
    _space_readings(order, order.finished_at or timezone.now())
    if order.next_check_at:
        Order.objects.filter(pk=order.pk).update(next_check_at=following.next_check_at(order, timezone.now()))


def _space_readings(order: Order, end: dt.datetime) -> None:
    """Space the readings of an order evenly between its acceptance and its end."""
    start = order.placed_at
    if start is None:
        return
    readings = list(OrderReading.objects.filter(order=order).order_by("pk").values_list("pk", flat=True))
    for number, pk in enumerate(readings, 1):
        OrderReading.objects.filter(pk=pk).update(at=start + (end - start) * number / len(readings))
