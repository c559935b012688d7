"""The past of the demo that no call can make: the calls of each day, old prices, and orders of days."""

from __future__ import annotations

import datetime as dt
import random
import threading
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from panels.calls.catalog import sync_catalog
from panels.models import Order, OrderEvent, OrderReading, Panel, PanelDay, Service, ServiceChange
from panels.orders import following
from panels.orders.refill_ends import note_refill_ends
from panels.sandbox import SandboxPanel

DAYS = 30
# Of so many days, one is a day with many failed calls.
BAD_DAYS = 9
# The prices of a service as a part of its first one, and how many days ago they began.
PRICES = (("1.12", 54), ("1.05", 47), ("0.94", 40), ("1", 33))
MOVED = (
    *("created_at", "send_after", "send_deadline", "sent_at", "placed_at", "checked_at", "changed_at", "finished_at"),
    *("status_at", "moved_after", "moved_before", "finished_after", "finished_before", "unreadable_since"),
)
ENDED = ("changed_at", "finished_at", "finished_before")
KNOWN_FOR = dt.timedelta(days=60)


def write_calls(panel: Panel, chance: random.Random) -> None:
    """Count calls on each of the last days before today."""
    today = timezone.now().date()
    for days in range(1, DAYS):
        answers = chance.randint(240, 420)
        failures = chance.randint(40, 90) if days % BAD_DAYS == 0 else chance.choice((0, 0, 0, 1, 3))
        day = today - dt.timedelta(days=days)
        PanelDay.add(panel.pk, day, answers=answers, failures=failures, seconds=answers * 0.4)


def write_prices(service: Service, sandbox: SandboxPanel) -> None:
    """Let the panel change the price of a service, as if all services had been known for months."""
    Service.objects.filter(panel=service.panel_id).update(first_seen_at=F("first_seen_at") - KNOWN_FOR)
    first = service.rate_per_1000
    for factor, days in PRICES:
        sandbox.change_service(service.remote_id, rate=first * Decimal(factor))
        sync_catalog(service.panel_id, threading.Event())
        newest = ServiceChange.objects.filter(service=service).order_by("-pk")[:1]
        ServiceChange.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).update(
            at=F("at") - dt.timedelta(days=days)
        )
    service.refresh_from_db()


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
