"""Keeps what was spent and delivered for clients, by day, equal to the orders.

    orders change ──mark_changed, name_days──▶ Recount ──compute──▶ ClientDay and ClientUnits
                                                  ▲
    each night all days are compared ─────────────┘ those that differ

Nothing is ever added to a row. The orders of a named day are read anew, so a wrong row does not last. `compute` alone
writes the rows. Orders are read without a transaction, and each transaction writes a few hundred rows.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Min, Model, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from panels.models import ClientDay, ClientUnits, JobRun, Panel, Recount
from panels.models.order_values import OrderValues
from panels.money.totals import (
    BULK,
    DAY,
    OVERLAP,
    Day,
    by_day,
    orders_on,
    placed_orders,
    read_sums,
    today,
    touched_days,
)

MARK, JOB, COMPARE = "find changed days of clients", "sum spend of clients", "compare all spend of clients"
# The days of one piece, and the nap after it as a multiple of the time that it took.
AT_ONCE, NAP = 50, 1.0
CLIENT = {"client_pk": Coalesce("client_id", Value(0)), "campaign_pk": Coalesce("campaign_id", Value(0))}
# What the delivered quantity of an order follows from.
DELIVERED = ("quantity", "params", "progress", "remains", "start_count")
# The key of a row, and its amounts.
Rows = dict[tuple[Any, ...], tuple[Any, ...]]


class _Delivered(OrderValues):
    """The values of an order from which its delivered quantity follows."""

    def __init__(self, row: Iterable[Any]) -> None:
        self.quantity, self.params, self.progress, self.remains, self.start_count = row


# -- which days are summed anew


def mark_changed() -> int:
    """Name the days with orders that were placed or changed since the last run, and return their number."""
    now = timezone.now()
    good_run = JobRun.objects.filter(name=MARK, succeeded_at__isnull=False).first()
    # Before the first run, the comparison of all days names them.
    last = good_run.succeeded_at if good_run and good_run.succeeded_at else now
    return _name(touched_days(min(last, now) - OVERLAP))


def _name(days: Collection[Day]) -> int:
    for piece in _pieces(sorted(days)):
        Recount.objects.bulk_create([Recount(day=day, panel_id=panel_pk) for day, panel_pk in piece])
    return len(days)


def compare(stopping: threading.Event, nap: float = NAP) -> int:
    """Read all days anew, name those whose rows differ, and return their number."""
    panels = list(Panel.objects.values_list("pk", flat=True))
    days = [(day, pk) for day in _all_days() for pk in panels]
    number = 0
    for piece in _pieces(days, AT_ONCE):
        if stopping.is_set():
            break
        began = time.monotonic()
        number += _name(_different(set(piece)))
        stopping.wait(nap * (time.monotonic() - began))
    return number


def _all_days() -> Iterator[dt.date]:
    """Yield the days from the first order, or from the first row, to the last."""
    placed = placed_orders().aggregate(first=Min("placed_at"), last=Max("placed_at"))
    kept = [model.objects.aggregate(first=Min("day"), last=Max("day")) for model in KINDS]
    edges = [today(at) for at in placed.values() if at] + [day for each in kept for day in each.values() if day]
    if edges:
        first = min(edges)
        yield from (first + number * DAY for number in range((max(edges) - first).days + 1))


def _different(days: set[Day]) -> set[Day]:
    """Return those of these days whose rows are not those of their orders."""
    found: set[Day] = set()
    for model, read in KINDS.items():
        found |= {(key[0], key[1]) for key, _ in _kept(model, days).items() ^ read(days).items()}
    return found


# -- the rows


def compute(stopping: threading.Event, nap: float = NAP) -> int:
    """Sum the named days, a piece at a time, and return their number."""
    number = 0
    while not stopping.is_set():
        began = time.monotonic()
        named = list(Recount.objects.values_list("pk", "day", "panel")[:AT_ONCE])
        if not named:
            break
        days = {(day, panel_pk) for _, day, panel_pk in named}
        for model, read in KINDS.items():
            _store(model, read(days), days)
        # A day that was named meanwhile has another row, and is summed again.
        Recount.objects.filter(pk__in=[pk for pk, _, _ in named]).delete()
        number += len(days)
        stopping.wait(nap * (time.monotonic() - began))
    return number


def _read_days(days: Collection[Day]) -> Rows:
    """Return the costs of the orders of some days."""
    sums = read_sums(orders_on(days), **CLIENT)
    return {_key(ClientDay, row): tuple(row[name] for name in ClientDay.AMOUNTS) for row in sums}


def _read_units(days: Collection[Day]) -> Rows:
    """Return the units that the orders of some days delivered. An order of an unknown quantity counts as no order."""
    product = {name: Coalesce(F(f"service__facts__product__{name}"), Value("")) for name in ("platform", "metric")}
    orders = by_day(orders_on(days)).annotate(**CLIENT, **product)
    units: Counter[tuple[Any, ...]] = Counter()
    numbers: Counter[tuple[Any, ...]] = Counter()
    width = len(ClientUnits.KEY)
    for row in orders.values_list(*ClientUnits.KEY, *DELIVERED).iterator(chunk_size=BULK):
        order, key = _Delivered(row[width:]), row[:width]
        if delivered := order.delivered_by(order):
            units[key] += delivered
            numbers[key] += 1
    return {key: (number, numbers[key]) for key, number in units.items()}


# For each kind of row: what its rows must be for some days.
KINDS: dict[Any, Any] = {ClientDay: _read_days, ClientUnits: _read_units}


def _key(model: Any, row: Any) -> tuple[Any, ...]:
    return tuple(row[name] for name in model.KEY)


def _kept(model: Any, days: Collection[Day]) -> Rows:
    """Return the stored rows of some days."""
    width = len(model.KEY)
    rows = model.objects.filter(day__in={day for day, _ in days}).order_by().values_list(*model.KEY, *model.AMOUNTS)
    return {row[:width]: row[width:] for row in rows if row[:2] in days}


def _store(model: Any, rows: Rows, days: Collection[Day]) -> None:
    """Make the stored rows of some days equal to these rows. Equal rows are not written again."""
    kept = _kept(model, days)
    gone = [key for key in kept if key not in rows]
    changed = [(key, amounts) for key, amounts in rows.items() if kept.get(key) != amounts]
    for piece in _pieces(gone):
        with transaction.atomic():
            for key in piece:
                model.objects.filter(**dict(zip(model.KEY, key, strict=True))).delete()
    for piece in _pieces(changed):
        model.objects.bulk_create(
            [_row(model, key, amounts) for key, amounts in piece],
            update_conflicts=True,
            unique_fields=[name.removesuffix("_id") for name in model.KEY],
            update_fields=model.AMOUNTS,
        )


def _row(model: Any, key: tuple[Any, ...], amounts: tuple[Any, ...]) -> Model:
    row: Model = model(**dict(zip((*model.KEY, *model.AMOUNTS), (*key, *amounts), strict=True)))
    return row


def _pieces(rows: list[Any], size: int = BULK) -> Iterator[list[Any]]:
    for first in range(0, len(rows), size):
        yield rows[first : first + size]
