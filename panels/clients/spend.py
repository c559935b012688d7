"""What clients and campaigns have spent, what was delivered for them, and what runs. It is read from the kept days."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum, Value

from panels.models import Campaign, Client, ClientDay, ClientUnits, Order, Refill
from panels.models.order_states import STAGE, Stage
from panels.models.planning import unindexed
from panels.money.prices import Markup, price_of
from panels.money.totals import last_month, midnight, today

# The stages of orders that go on.
OPEN = (Stage.WAITING, Stage.SENDING, Stage.RUNNING)
# The stages whose orders are counted. Those with a problem are the orders of the last 30 days.
COUNTED = (*OPEN, Stage.NEEDS_YOU, Stage.PROBLEM)
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent in one currency. is_expected: a part of it is an estimate."""

    currency: str
    amount: Decimal
    is_expected: bool = False


@dataclass(frozen=True, slots=True)
class Costs:
    """The orders of a campaign in one currency: their number and cost in all time, and the cost of the last 30 days.

    campaign: None for the orders without a campaign.
    """

    campaign: Campaign | None
    orders: int
    all: Spent
    month: Spent


@dataclass(frozen=True, slots=True)
class Units:
    """The delivered units of a metric in all time and in the last 30 days, and the number of their orders."""

    platform: str
    metric: str
    orders: int
    all: int
    month: int


def markup_of(client: Client | None) -> Markup | None:
    """Return the mark-up of a client, None if there are no prices."""
    if client is None or client.markup_percent is None:
        return None
    return Markup(client.markup_percent, client.markup_step)


def price_for(client: Client | None, cost: Decimal | None) -> Decimal | None:
    """Return the price that a client pays for this cost, None without a mark-up or without a cost."""
    markup = markup_of(client)
    return None if markup is None or cost is None else price_of(cost, markup)


def spent_this_month(client_pks: Collection[int], now: dt.datetime) -> dict[int, list[Spent]]:
    """Return what clients have spent since the first day of the month, by client, a row for each currency."""
    days = ClientDay.objects.filter(client_pk__in=client_pks, day__gte=today(now).replace(day=1))
    sums = days.order_by("currency").values_list("client_pk", "currency").annotate(Sum("cost"), Sum("expected"))
    found: dict[int, list[Spent]] = defaultdict(list)
    for pk, currency, cost, expected in sums:
        found[pk].append(Spent(currency, cost, is_expected=bool(expected)))
    return found


def count_orders(of: str, pks: Collection[int], now: dt.datetime) -> dict[int, Counter[str]]:
    """Return the number of orders in each of the COUNTED stages, by client or by campaign.

    of: the name of the column, "client_id" or "campaign_id".
    """
    # The index of the stages finds few orders. That of a client would find all orders of years.
    orders = Order.objects.order_by().annotate(of=unindexed(of), at=STAGE).filter(of__in=pks)
    first, *others = [_at_stage(orders, stage, now) for stage in COUNTED]
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for pk, stage, number in first.union(*others, all=True):
        found[pk][stage] = number
    return found


def _at_stage(orders: QuerySet[Any], stage: Stage, now: dt.datetime) -> QuerySet[Any, Any]:
    at = orders.filter(at=stage)
    if stage == Stage.PROBLEM:
        at = at.filter(created_at__gte=midnight(last_month(now)[0]))
    counted: QuerySet[Any, Any] = at.values_list("of", Value(stage.value)).annotate(number=Count("pk"))
    return counted


def open_orders(of: str, pk: int, most: int) -> list[Order]:
    """Return the newest orders that go on, of a client or a campaign."""
    orders = Order.objects.alias(of=unindexed(of), at=STAGE).filter(of=pk, at__in=OPEN)
    return list(orders.select_related("panel", "service", "campaign").order_by("-created_at", "-pk")[:most])


def costs_by_campaign(client: Client, now: dt.datetime) -> list[Costs]:
    """Return what each campaign of a client has cost, a row for each currency, the dearest of the month first."""
    since = Q(day__gte=last_month(now)[0])
    sums = (
        ClientDay.objects.filter(client_pk=client.pk)
        .order_by()
        .values_list("campaign_pk", "currency")
        .annotate(
            Sum("orders"),
            Sum("cost"),
            Sum("expected"),
            month=Sum("cost", filter=since, default=NOTHING),
            month_expected=Sum("expected", filter=since, default=0),
        )
    )
    campaigns = Campaign.objects.in_bulk([pk for pk, *_ in sums if pk])
    rows = [
        Costs(campaigns.get(pk), orders, Spent(currency, cost, bool(all_expected)), Spent(currency, month, bool(few)))
        for pk, currency, orders, cost, all_expected, month, few in sums
    ]
    return sorted(rows, key=lambda row: (row.all.currency, -row.month.amount, -row.all.amount))


def delivered_units(now: dt.datetime, **of: int) -> list[Units]:
    """Return the delivered units of each metric, the most of the month first. `of`: a client_pk or a campaign_pk."""
    since = Q(day__gte=last_month(now)[0])
    sums = (
        ClientUnits.objects.filter(**of)
        .order_by()
        .values_list("platform", "metric")
        .annotate(Sum("orders"), Sum("units"), month=Sum("units", filter=since, default=0))
    )
    rows = [Units(*row) for row in sums]
    return sorted(rows, key=lambda row: (-row.month, -row.all))


def count_refills(now: dt.datetime, **of: int) -> tuple[int, int]:
    """Return the number of refills requested in the last 30 days, and how many of them were refused."""
    asked = Refill.objects.order_by().filter(requested_at__gte=midnight(last_month(now)[0]), **of)
    number: dict[str, int] = asked.aggregate(all=Count("pk"), refused=Count("pk", filter=Q(state="refused")))
    return number["all"], number["refused"]


def prices(client: Client, rows: Collection[Spent]) -> Iterator[Spent]:
    """Yield the prices of sums that a client has spent. There are none without a mark-up."""
    for row in rows:
        price = price_for(client, row.amount)
        if price is not None:
            yield Spent(row.currency, price, row.is_expected)
