"""Lets orders above the limits of a person wait until a manager has approved them.

    asked ──approved──────────────────▶ queued
      └──not approved, or taken back──▶ withdrawn

Whether an order is asked is decided when it is created, under a lock of the person's limits. Nothing else leads from
asked to queued than `approve`. The orders of a batch are approved together. Why an order waits is a list of sentences,
so another check can add its own. Rows are locked in one order, to avoid deadlocks: orders, limits, people.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal, NamedTuple

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from panels.models import Batch, Order, OrderEvent, OrderLimit
from panels.models.order_states import APPROVAL
from panels.money.costs import COST, NOTHING_ORDERED
from panels.money.totals import midnight, today
from panels.orders.moves import move_all
from panels.pages.numbers import exact
from panels.people.order_limits import Limits, limits_of
from panels.protocol.order_price import SIX_PLACES

State, What = Order.State, OrderEvent.What
MAY_APPROVE = "panels.approve_order"
CHUNK = 500
NOW = dt.timedelta()
NOTHING = Decimal()
CHANGED = "The orders, or what was ordered on that day, have changed since this page was shown. Nothing was approved."
OWN = "You cannot approve your own order while you have limits. Another manager can."


class Wanted(NamedTuple):
    """Orders in one currency: their number and total cost, the largest cost, and how many costs are not known."""

    currency: str
    number: int
    total: Decimal
    largest: Decimal
    unpriced: int


def add_up(costs: Iterable[tuple[str, Decimal | None, int]]) -> list[Wanted]:
    """Sum orders by currency. costs: the currency, the cost and the number of some orders of equal cost."""
    sums: dict[str, Wanted] = {}
    for currency, cost, number in costs:
        sofar = sums.get(currency) or Wanted(currency, 0, NOTHING, NOTHING, 0)
        sums[currency] = Wanted(
            currency,
            sofar.number + number,
            sofar.total + (cost or NOTHING) * number,
            max(sofar.largest, cost or NOTHING),
            sofar.unpriced + (number if cost is None else 0),
        )
    return list(sums.values())


# -- when an order is created


def find_reasons(
    person: Any, wanted: Iterable[Wanted], limits: Limits | None = None, *, replaced: Iterable[Q] = ()
) -> list[str]:
    """Return why orders that a person creates now must wait for approval, a sentence for each reason.

    limits: those of the person if they are locked. replaced: matches orders that are withdrawn together with this.
    """
    own = limits_of(person) if limits is None else limits
    if not own:
        return []
    ordered = _ordered_on(person, today(), own)
    for some in replaced:
        for currency, amount in _ordered_on(person, today(), own, some).items():
            ordered[currency] -= amount
    return _above(wanted, own, ordered)


def decide(orders: Sequence[Order], person: Any, limits: Limits) -> None:
    """Let new orders wait for approval if together they are above the limits. The limits are locked.

    The caller stores the orders in the same transaction, with the events of `events_of`.
    """
    wanted = add_up((order.currency, order.expected_cost, 1) for order in orders)
    if reasons := find_reasons(person, wanted, limits):
        text = "\n".join(reasons)
        for order in orders:
            order.state, order.asked_because = State.ASKED, text


def _ordered_on(person: Any, day: dt.date, limits: Limits, some: Q | None = None) -> dict[str, Decimal]:
    """Return what the orders of a person cost that were created on a day, or of some of them, by currency."""
    currencies = [currency for currency, each in limits.items() if each.per_day is not None]
    if not currencies:
        return defaultdict(Decimal)
    first, last = midnight(day), midnight(day + dt.timedelta(days=1))
    orders = _counted().filter(placed_by=person, created_at__gte=first, created_at__lt=last, currency__in=currencies)
    found = orders.filter(some) if some is not None else orders
    sums = found.values_list("currency").annotate(sum=Sum(COST))
    return defaultdict(Decimal, {currency: _rounded(cost) for currency, cost in sums})


def _counted() -> QuerySet[Order]:
    """Return the orders that count for the limit of a day. Imported orders were placed elsewhere."""
    return Order.objects.filter(rate_agreed__isnull=False).exclude(state__in=NOTHING_ORDERED).order_by()


def _above(wanted: Iterable[Wanted], limits: Limits, ordered: Mapping[str, Decimal]) -> list[str]:
    reasons = []
    for each in wanted:
        if limit := limits.get(each.currency):
            reasons += _reasons_in(each, limit, ordered.get(each.currency, NOTHING))
    return reasons


def _reasons_in(wanted: Wanted, limit: OrderLimit, ordered: Decimal) -> list[str]:
    currency, reasons = wanted.currency, []
    an_order, a_day = (exact(amount, currency) for amount in (limit.largest, limit.per_day))
    if limit.largest is not None and wanted.largest > limit.largest:
        what = "This" if wanted.number == 1 else "The largest order"
        cost = exact(wanted.largest, currency)
        reasons.append(f"{what} costs {cost}, above the limit of {an_order} an order.")
    if limit.per_day is not None and ordered + wanted.total > limit.per_day:
        cost = exact(ordered + wanted.total, currency)
        reasons.append(f"This makes {cost} on one day, above the limit of {a_day} a day.")
    if wanted.unpriced:
        most = f"{an_order} an order" if limit.largest is not None else f"{a_day} a day"
        reasons.append(f"The cost is not known in advance, and the limit is {most}.")
    return reasons


# -- what a manager decides


@dataclass(frozen=True, slots=True)
class Case:
    """What waits for approval: an order, or the orders of a batch, and why it is above the limits at present.

    mark: a text that changes with all of this. The approval carries the mark that the manager saw.
    """

    person: int | None
    wanted: tuple[Wanted, ...]
    reasons: tuple[str, ...]

    @property
    def mark(self) -> str:
        return sha256(repr((self.wanted, self.reasons)).encode()).hexdigest()[:20]


def look_at(kind: Literal["pk", "batch"], pks: Iterable[int]) -> dict[int, Case]:
    """Return the cases of some orders or batches by pk, with three queries. What does not wait has no case."""
    asked = Order.objects.filter(**{f"{kind}__in": list(pks)}, state=State.ASKED).order_by()
    sums = asked.values_list(kind, "placed_by", "currency").annotate(
        number=Count("pk"),
        total=Sum("expected_cost"),
        largest=Max("expected_cost"),
        unpriced=Count("pk", filter=Q(expected_cost__isnull=True)),
        at=Min("created_at"),
    )
    rows = list(sums.order_by(kind, "currency"))
    people = {row[1] for row in rows} - {None}
    limits: dict[int, dict[str, OrderLimit]] = defaultdict(dict)
    for limit in OrderLimit.objects.filter(person__in=people):
        limits[limit.person_id][limit.currency] = limit
    ordered = _ordered_since(limits, min((row[-1] for row in rows), default=timezone.now()))
    found: dict[int, tuple[int | None, list[Wanted], list[str]]] = {}
    for pk, person, currency, number, total, largest, unpriced, at in rows:
        wanted = Wanted(currency, number, _rounded(total), _rounded(largest), unpriced)
        others = ordered.get((person, currency, today(at)), NOTHING) - wanted.total
        _, all_wanted, reasons = found.setdefault(pk, (person, [], []))
        all_wanted.append(wanted)
        reasons += _above([wanted], limits.get(person, {}), {currency: max(others, NOTHING)})
    return {pk: Case(person, tuple(wanted), tuple(reasons)) for pk, (person, wanted, reasons) in found.items()}


def _ordered_since(people: Iterable[int], since: dt.datetime) -> dict[tuple[int, str, dt.date], Decimal]:
    """Return what people ordered on the days since a moment, by person, currency and day."""
    orders = _counted().filter(placed_by__in=list(people), created_at__gte=midnight(today(since)))
    days = orders.annotate(day=TruncDate("created_at", tzinfo=timezone.get_default_timezone()))
    sums = days.values_list("placed_by", "currency", "day").annotate(sum=Sum(COST))
    return {(person, currency, day): _rounded(cost) for person, currency, day, cost in sums}


def approve(asked: Order | Batch, actor: Any, shown: str, word: str = "", *, wait: dt.timedelta = NOW) -> str:
    """Queue an order, or the orders of a batch, all or none; return "", or the reason why this is not possible.

    shown: the mark of the case that the manager saw. What was ordered on that day is looked at again under the locks.
    wait: how long the order can be taken back. Its price and terms are compared at its claim, as of any order.
    """
    kind = _kind_of(asked)
    with transaction.atomic():
        pks = _lock(asked)
        if not pks:
            return _too_late(asked)
        if isinstance(asked, Order) and asked.batch_id:
            return f"Order {asked.pk} belongs to a batch. Approve the batch."
        people = Order.objects.filter(pk__in=pks[:1]).values("placed_by")
        limits = list(OrderLimit.objects.filter(person__in=people).order_by("pk").select_for_update(no_key=True))
        case = look_at(kind, [asked.pk])[asked.pk]
        if case.person == actor.pk and limits:
            return OWN
        if case.mark != shown:
            return CHANGED
        fields = {"asked_because": "", "send_after": timezone.now() + wait}
        _move(pks, State.QUEUED, What.APPROVED, actor, word, by=APPROVAL, **fields)
    return ""


def refuse(asked: Order | Batch, actor: Any, word: str = "") -> str:
    """Withdraw an order, or the orders of a batch, because a manager says no; return "", or why it is not possible."""
    with transaction.atomic():
        pks = _lock(asked)
        if not pks:
            return _too_late(asked)
        text = f"Not approved by {actor}{f': {word}' if word else '.'}"
        _move(pks, State.WITHDRAWN, What.NOT_APPROVED, actor, word, error_text=text, finished_at=timezone.now())
    return ""


def _kind_of(asked: Order | Batch) -> Literal["pk", "batch"]:
    return "batch" if isinstance(asked, Batch) else "pk"


def _lock(asked: Order | Batch) -> list[int]:
    """Lock the orders that wait for this approval, and return their pks."""
    waiting = Order.objects.filter(**{_kind_of(asked): asked.pk}, state=State.ASKED)
    return list(waiting.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _move(pks: Sequence[int], to: Any, what: OrderEvent.What, actor: Any, word: str, **fields: Any) -> None:
    for start in range(0, len(pks), CHUNK):
        some = pks[start : start + CHUNK]
        move_all(some, (State.ASKED, to), what=what, detail=word, actor=actor, **fields)


def _too_late(asked: Order | Batch) -> str:
    if isinstance(asked, Batch):
        return f"No order of {asked} waits for approval any more. Nothing was changed."
    now = Order.objects.get(pk=asked.pk)
    return f"Order {asked.pk} is {now.get_state_display().lower()} now. Nothing was changed."


def count_asked() -> int:
    """Count the orders that wait for approval."""
    return Order.objects.filter(state=State.ASKED).count()


def _rounded(amount: Decimal | None) -> Decimal:
    """Return a sum of the database. SQLite adds decimals as floats."""
    return (amount or NOTHING).quantize(SIX_PLACES)
