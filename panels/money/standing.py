"""How the accounts stand: what is pending and waiting there, how long the balance lasts, and what came in lately."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum, Value

from panels.models import DayTotal, Entry, Order, Panel
from panels.models.planning import Literal, unindexed
from panels.money.costs import PENDING_PARTS
from panels.money.totals import DAY, midnight, today
from panels.protocol.order_price import SIX_PLACES

NOTHING = Decimal(0)
WEEK = 7
Kind = Entry.Kind
# What came in, under the names of the pages.
RECEIVED = {Kind.DEPOSIT: "deposited", Kind.BONUS: "bonus", Kind.GIVEN_BACK: "given_back"}
SPANS = {"today": 0, "week": 6, "month": 29}


@dataclass(frozen=True, slots=True)
class Promised:
    """Expected costs: their sum, the number of orders, and how many of them have no known cost."""

    amount: Decimal = NOTHING
    number: int = 0
    unpriced: int = 0

    def __add__(self, other: Promised) -> Promised:
        return Promised(self.amount + other.amount, self.number + other.number, self.unpriced + other.unpriced)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one account stands, in the currency of the panel. `days`: how long the balance lasts, None if unknown."""

    panel: Panel
    waiting: Promised
    pending: Promised
    days: Decimal | None

    @property
    def top_up(self) -> Decimal | None:
        """The amount that is missing for all orders that wait, None if nothing is missing or known to be."""
        free = self.panel.free_balance
        if free is None or self.panel.gives_credit or self.waiting.amount <= max(free, NOTHING):
            return None
        return Decimal(self.waiting.amount - free)


@dataclass(slots=True)
class Promises:
    """What waits and what is pending, by the pk of the panel and the currency."""

    waiting: dict[tuple[int, str], Promised] = field(default_factory=lambda: defaultdict(Promised))
    pending: dict[tuple[int, str], Promised] = field(default_factory=lambda: defaultdict(Promised))

    def standings(self, panels: Collection[Panel], now: dt.datetime) -> list[Standing]:
        """Return how the accounts stand."""
        days = lasting(panels, now)
        keys = {panel: (panel.pk, panel.currency) for panel in panels}
        none = Promised()
        return [
            Standing(panel, self.waiting.get(key, none), self.pending.get(key, none), days.get(panel.pk))
            for panel, key in keys.items()
        ]

    def of_currency(self, currency: str) -> tuple[Promised, Promised]:
        """Return what waits and what is pending in a currency at all panels."""
        waiting, pending = (
            sum((each for (_, of), each in promised.items() if of == currency), Promised())
            for promised in (self.waiting, self.pending)
        )
        return waiting, pending

    @property
    def currencies(self) -> set[str]:
        """The currencies in which anything waits or is pending."""
        return {currency for _, currency in (*self.waiting, *self.pending)}


def promises() -> Promises:
    """Read what waits and what is pending at all panels, in one query."""
    found = Promises()
    pending = [_summed(part, "pending") for part in PENDING_PARTS]
    rows = _summed(Q(state=Order.State.QUEUED), "waiting").union(*pending, all=True)
    for what, panel_pk, currency, amount, number, priced in rows:
        promised = Promised(Decimal(amount or 0).quantize(SIX_PLACES), number, number - priced)
        getattr(found, what)[panel_pk, currency] += promised
    return found


def _summed(which: Q, what: str) -> QuerySet[Order, tuple[str, int, str, Decimal | None, int, int]]:
    """Sum the expected costs of orders by panel and currency."""
    return (
        Order.objects.filter(which)
        .order_by()
        .annotate(what=Value(what), at=unindexed("panel_id"))
        .values("what", "at", "currency")
        .annotate(amount=Sum("expected_cost"), number=Count("pk"), priced=Count("expected_cost"))
        .values_list("what", "at", "currency", "amount", "number", "priced")
    )


def lasting(panels: Collection[Panel], now: dt.datetime) -> dict[int, Decimal]:
    """Return for how many days each balance lasts at the mean spend of the last 7 full days, by the pk of the panel.

    A panel without a balance or without spend is left out.
    """
    day = today(now)
    week = [day - number * DAY for number in range(1, WEEK + 1)]
    rows = DayTotal.objects.filter(day__in=week, panel__in=[panel.pk for panel in panels]).order_by()
    spent = {(pk, currency): cost for pk, currency, cost in rows.values_list("panel", "currency").annotate(Sum("cost"))}
    found = {}
    for panel in panels:
        cost = spent.get((panel.pk, panel.currency), NOTHING)
        if panel.balance is not None and cost > 0:
            found[panel.pk] = max(panel.balance, NOTHING) * WEEK / Decimal(cost)
    return found


def received(now: dt.datetime) -> dict[str, dict[str, dict[str, Decimal]]]:
    """Return what came in today, in the last 7 days and in the last 30 days.

    By currency, then `given_back`, `deposited` and `bonus`, then `today`, `week` and `month`. Entries of the time
    before the books were opened count too.
    """
    starts = {name: midnight(today(now) - days * DAY) for name, days in SPANS.items()}
    # The kinds stand in the statement itself. Else SQLite would not use their index.
    kinds = [Literal(kind.value) for kind in RECEIVED]
    entries = Entry.objects.filter(kind__in=kinds, value_at__gte=starts["month"]).order_by()
    sums = entries.values_list("currency", "kind").annotate(
        **{name: Sum("amount", filter=Q(value_at__gte=start), default=NOTHING) for name, start in starts.items()}
    )
    found: dict[str, dict[str, dict[str, Decimal]]] = {}
    for currency, kind, *amounts in sums:
        rounded = [Decimal(amount).quantize(SIX_PLACES) for amount in amounts]
        found.setdefault(currency, {})[RECEIVED[Kind(kind)]] = dict(zip(starts, rounded, strict=True))
    return found
