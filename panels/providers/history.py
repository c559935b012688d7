"""How an account and its services were over time: the balance, the orders and calls of each day, and the prices."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum, Value

from panels.models import DayTotal, Panel, PanelDay, Service
from panels.money import totals

# A busy panel is read every two minutes. So the readings of a day or of months are shown, never all of them.
MOST_READINGS, MOST_CHANGES = 200, 200
READINGS_OF = dt.timedelta(days=90)
PERCENT = Decimal("0.01")


def balances(panel: Panel, now: dt.datetime) -> list[tuple[dt.datetime, Decimal]]:
    """Return the latest balances of a panel in its present currency, from the first on."""
    lately = panel.balance_readings.filter(at__gte=now - READINGS_OF).order_by("-at")
    latest = list(lately.values_list("at", "balance", "currency")[:MOST_READINGS])
    return [(at, balance) for at, balance, currency in reversed(latest) if currency == panel.currency]


class Month(NamedTuple):
    """The days of a panel: the number of accepted orders, and the numbers of answered and of failed calls."""

    orders: dict[dt.date, tuple[int]]
    calls: dict[dt.date, tuple[int, int]]


def last_month(panel: Panel, now: dt.datetime) -> Month:
    """Return the last 30 days: all of them if any had orders, and in UTC those that had calls."""
    month = totals.last_month(now)
    first = now.astimezone(dt.UTC).date() - dt.timedelta(days=len(month) - 1)
    # By single days, because the index has the day before the panel.
    accepted = DayTotal.objects.filter(day__in=month, panel=panel).order_by().values("day")
    called = PanelDay.objects.filter(panel=panel, day__gte=first, calls__gt=0).order_by()
    rows = (
        accepted.annotate(kind=Value(0), good=Sum("orders"), bad=Value(0))
        .values_list("kind", "day", "good", "bad")
        .union(called.annotate(kind=Value(1)).values_list("kind", "day", "answers", "failures"), all=True)
    )
    found: tuple[dict[dt.date, tuple[int, int]], ...] = ({}, {})
    for kind, day, good, bad in sorted(rows):
        found[kind][day] = good, bad
    orders = {day: found[0].get(day, (0, 0))[:1] for day in month} if found[0] else {}
    return Month(orders, found[1])


def uptime(calls: dict[dt.date, tuple[int, int]]) -> dict[dt.date, Decimal]:
    """Return the percentage of the calls of each day that the panel answered."""
    return {
        day: (Decimal(100) * answers / (answers + failures)).quantize(PERCENT)
        for day, (answers, failures) in calls.items()
    }


def prices(service: Service) -> list[tuple[dt.datetime, Decimal]]:
    """Return the prices of a service and the times from which they held. It is empty if the price never changed."""
    newest_first = service.changes.filter(field="rate_per_1000").order_by("-at", "-pk")
    changes = list(newest_first.values_list("at", "old", "new")[:MOST_CHANGES])[::-1]
    if not changes:
        return []
    at, price, _ = changes[0]
    start = min(service.first_seen_at, at) if len(changes) < MOST_CHANGES else at
    points = [(start, Decimal(price)), *((at, Decimal(new)) for at, _, new in changes)]
    if points[-1][1] != service.rate_per_1000:
        points.append((service.last_seen_at, service.rate_per_1000))
    return points
