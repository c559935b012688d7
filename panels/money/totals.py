"""Keeps the totals by day, panel and currency equal to the sums of their orders.

No amount is ever added to a total. Days with changed orders are summed again from their orders, and once a day all days
are. So the code that changes orders needs no knowledge of totals, and a wrong total does not last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from panels.models import DayTotal, JobRun, Order, Recount
from panels.money.costs import COST, IS_EXPECTED, IS_UNPRICED

JOB = "sum spend"
# Longer than a transaction may stay open, and more than clocks may differ. A change may become visible only after a sum
# that began later.
OVERLAP = dt.timedelta(minutes=10)
BULK = 500
DAYS_AT_ONCE = 100
AMOUNTS = ("cost", "orders", "expected", "unpriced")
Day = tuple[dt.date, int]
# The days of the spend.
MONTH, DAY = 30, dt.timedelta(days=1)
NOTHING = Decimal(0)


def update_totals() -> int:
    """Sum the days with changes since the last run, and return their number. Each panel's day counts."""
    now = timezone.now()
    newest = _newest().values_list("summed_at", flat=True).first()
    if newest is None:
        return recount()
    days = touched_days(min(newest, now) - OVERLAP)
    totals: list[DayTotal] = []
    for first in range(0, len(days), DAYS_AT_ONCE):
        totals += _sum_orders(orders_on(days[first : first + DAYS_AT_ONCE]), now)
    _store_totals(totals, set(days))
    return len(days)


def recount() -> int:
    """Sum all days, and return their number. Each panel's day counts."""
    totals = _sum_orders(placed_orders(), timezone.now())
    days = {(total.day, total.panel_id) for total in totals}
    _store_totals(totals, days | set(DayTotal.objects.values_list("day", "panel")))
    return len(days)


def spend(now: dt.datetime, totals: QuerySet[Any] | None = None) -> list[dict[str, Any]]:
    """Return the cost of the orders placed today, in the last 7 days and in the last 30 days, a row for each currency.

    totals: rows with the fields of a `DayTotal`, such as those of one client, or all totals.

    `as_of`: the time when all totals were last equal to the orders. `today_expected`, `week_expected` and
    `month_expected`: the number of orders whose charge is not known yet. `days`: each of the 30 days with two amounts,
    the cost, and the cost if it contains expected costs. One of them is zero, because only the sum of both is kept.
    """
    month = last_month(now)
    totals = DayTotal.objects.all() if totals is None else totals
    rows = (
        totals.filter(day__range=(month[0], month[-1]))
        .order_by("currency", "day")
        .values("currency", "day")
        .annotate(
            spent=Sum("cost"),
            number=Sum("orders"),
            without_price=Sum("unpriced"),
            estimates=Sum("expected"),
            as_of=Coalesce(Subquery(_good_run().values("finished_at")), Subquery(_newest().values("summed_at")[:1])),
        )
    )
    return [_of_currency(currency, list(days), month) for currency, days in groupby(rows, lambda row: row["currency"])]


def _of_currency(currency: str, rows: list[Any], month: list[dt.date]) -> dict[str, Any]:
    days = dict.fromkeys(month, (NOTHING, NOTHING))
    days |= {row["day"]: (NOTHING, row["spent"]) if row["estimates"] else (row["spent"], NOTHING) for row in rows}
    found: dict[str, Any] = {"currency": currency, "as_of": rows[0]["as_of"], "days": days}
    for name, first in (("today", month[-1]), ("week", month[-7]), ("month", month[0])):
        since = [row for row in rows if row["day"] >= first]
        found |= {name: sum(row["spent"] for row in since), f"{name}_expected": sum(row["estimates"] for row in since)}
    return found | {name: sum(row[name] for row in rows) for name in ("number", "without_price")}


def last_month(now: dt.datetime) -> list[dt.date]:
    """Return the last 30 days of the site, today included."""
    return [today(now) - number * DAY for number in reversed(range(MONTH))]


def kept_costs(panel: int = 0) -> list[Any]:
    """Return the cost of all accepted orders, or of those of one panel, a row for each currency like `sum_costs`.

    `panel` is a pk. 0 is no panel.
    """
    totals = DayTotal.objects.filter(panel=panel) if panel else DayTotal.objects.all()
    return list(
        totals.order_by("currency")
        .values("currency")
        .annotate(amount=Sum("cost"), number=Sum("orders"), expected=Sum("expected"), unpriced=Sum("unpriced"))
    )


def is_summed() -> bool:
    """Return whether the last sum succeeded. Only then do missing totals mean that nothing was spent."""
    return _good_run().exists()


def _good_run() -> QuerySet[JobRun]:
    return JobRun.objects.filter(name=JOB, last_error="", finished_at__isnull=False)


def _newest() -> QuerySet[DayTotal]:
    return DayTotal.objects.order_by("-summed_at")


def placed_orders() -> QuerySet[Order]:
    """Return the orders that count. An order that was placed stays placed."""
    # With a condition on the state, SQLite would read nearly all orders.
    return Order.objects.filter(placed_at__isnull=False).order_by()


def by_day(orders: QuerySet[Order]) -> QuerySet[Any]:
    """Add to placed orders the day of the site on which they count, as `day`."""
    return orders.annotate(day=TruncDate("placed_at", tzinfo=timezone.get_default_timezone()))


def touched_days(since: dt.datetime) -> list[Day]:
    """Return the days with an order that was placed or changed since then. Each panel's day is one."""
    touched = placed_orders().alias(touched_at=Coalesce("changed_at", "placed_at"))
    return list(by_day(touched.filter(touched_at__gte=since)).values_list("day", "panel").distinct())


def orders_on(days: Collection[Day]) -> QuerySet[Order]:
    """Return the orders placed on some days at some panels, by ranges of time, because they can use an index."""
    found = Q()
    for day, panel_pk in days:
        found |= Q(panel=panel_pk, placed_at__gte=midnight(day), placed_at__lt=midnight(day + dt.timedelta(days=1)))
    return placed_orders().filter(found)


def name_days(orders: Iterable[Order]) -> None:
    """Let the days of these orders be summed anew for their clients.

    Call it in the transaction that changes the client, the campaign or the money given back of the orders.
    """
    days = {(today(order.placed_at), order.panel_id) for order in orders if order.placed_at}
    Recount.objects.bulk_create([Recount(day=day, panel_id=panel_pk) for day, panel_pk in sorted(days)])


def read_sums(orders: QuerySet[Order], **keys: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the sums of placed orders for each day, panel and currency, and for each of these keys.

    A row has the keys, and the AMOUNTS by their names.
    """
    sums = (
        by_day(orders)
        .annotate(**keys)
        .values("day", "panel_id", "currency", *keys)
        .annotate(
            sum=Sum(COST),
            number=Count("pk"),
            not_charged=Count("pk", filter=IS_EXPECTED),
            without=Count("pk", filter=IS_UNPRICED),
        )
    )
    for row in sums:
        cost = Decimal(row.pop("sum") or 0).quantize(Decimal("0.000001"))
        amounts = (cost, row.pop("number"), row.pop("not_charged"), row.pop("without"))
        yield row | dict(zip(AMOUNTS, amounts, strict=True))


def _sum_orders(orders: QuerySet[Order], now: dt.datetime) -> list[DayTotal]:
    return [DayTotal(**row, summed_at=now) for row in read_sums(orders)]


def _store_totals(totals: list[DayTotal], days: set[Day]) -> None:
    """Write all totals of these days in one transaction, because the next run starts from the newest total."""
    kept = {(total.day, total.panel_id, total.currency) for total in totals}
    stored = DayTotal.objects.filter(day__in={day for day, _ in days}).values_list("day", "panel", "currency", "pk")
    gone = [pk for *key, pk in stored if tuple(key[:2]) in days and tuple(key) not in kept]
    with transaction.atomic():
        DayTotal.objects.filter(pk__in=gone).delete()
        DayTotal.objects.bulk_create(
            totals,
            batch_size=BULK,
            update_conflicts=True,
            unique_fields=("day", "panel", "currency"),
            update_fields=(*AMOUNTS, "summed_at"),
        )


def today(now: dt.datetime | None = None) -> dt.date:
    """Return the present day in the time zone of the site. All totals and filters count days by it."""
    return timezone.localdate(now, timezone.get_default_timezone())


def midnight(day: dt.date) -> dt.datetime:
    """Return the first moment of a day of the site. Its days are the same for everybody."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min), timezone.get_default_timezone())
