"""Computes the cost of an order by one rule, in SQL and in Python, and the part of balances that is spent already.

asked, queued, sending, unknown, lost   the expected cost
placed                                  the charge; the expected cost while the panel reports no charge,
                                        or reports 0 for an order that has not finished;
                                        less the money given back, unless the panel lowered the charge by it
refused, withdrawn                      nothing, because nothing was ordered

A cost is an estimate while no charge is known, or while the money given back is computed and not confirmed.

*Pending* is the expected cost of an order that the panel may have charged without telling so: it is being sent, it is
unknown, or it was placed here and has no usable charge yet. A queued order is *waiting* instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When
from django.db.models.functions import Now

from panels.models import Batch, Order, Panel
from panels.models.fields import MoneyField
from panels.models.order_states import UNCHARGED
from panels.models.planning import unindexed, unindexed_text
from panels.protocol.order_price import SIX_PLACES

State, Source = Order.State, Order.GivenBack
NOTHING_ORDERED = (State.REFUSED, State.WITHDRAWN)

IS_ORDERED = ~Q(state__in=NOTHING_ORDERED)
# Many panels report 0 right after an order.
_IS_CHARGED = Q(state=State.PLACED, charge__isnull=False) & (~Q(charge=0) | Q(progress__in=Order.FINISHED))
_IS_REDUCED = Q(state=State.PLACED, given_back__isnull=False) & ~Q(given_back_source=Source.TOLD)
_IS_ASSUMED = Q(state=State.PLACED, given_back__gt=0, given_back_source=Source.COMPUTED)


def _without_given_back(full: str) -> Case:
    """Return a cost without the money given back, and never below zero."""
    return Case(
        When(_IS_REDUCED & Q(given_back__gte=F(full)), then=0),
        When(_IS_REDUCED, then=F(full) - F("given_back")),
        default=F(full),
        output_field=MoneyField(),
    )


COST = Case(
    When(_IS_CHARGED, then=_without_given_back("charge")),
    When(IS_ORDERED, then=_without_given_back("expected_cost")),
    default=None,
    output_field=MoneyField(),
)
_HAS_COST = _IS_CHARGED | Q(expected_cost__isnull=False)
IS_EXPECTED = IS_ORDERED & _HAS_COST & (~_IS_CHARGED | _IS_ASSUMED)
IS_UNPRICED = IS_ORDERED & ~_IS_CHARGED & Q(expected_cost__isnull=True)
ON_THE_WAY = (State.SENDING, State.UNKNOWN)
# In two parts, because each part has an index.
PENDING_PARTS = (Q(state__in=ON_THE_WAY), UNCHARGED)
IS_PENDING = PENDING_PARTS[0] | PENDING_PARTS[1]


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of an order. is_expected: the amount is an estimate."""

    amount: Decimal
    is_expected: bool


def cost_of(order: Order) -> Cost | None:
    """Return the cost of an order, None if nothing was ordered or if the cost is not known."""
    full = full_cost_of(order)
    if full is None:
        return None
    is_placed, back = order.state == State.PLACED, order.given_back or Decimal(0)
    is_assumed = is_placed and back > 0 and order.given_back_source == Source.COMPUTED
    amount = max(full - back, Decimal(0)) if is_placed and order.given_back_source != Source.TOLD else full
    return Cost(amount, is_expected=is_assumed or not _is_charged(order))


def full_cost_of(order: Order) -> Decimal | None:
    """Return the cost of an order before the money that its panel gave back."""
    if order.state in NOTHING_ORDERED:
        return None
    known: Decimal | None = order.charge if _is_charged(order) else order.expected_cost
    return known


def is_pending(order: Order) -> bool:
    """Return whether the panel may have charged an order without telling so. `IS_PENDING` is the same rule in SQL."""
    is_placed_here = order.state == State.PLACED and order.rate_agreed is not None
    return order.state in ON_THE_WAY or (is_placed_here and not _is_charged(order))


def _is_charged(order: Order) -> bool:
    is_told = order.state == State.PLACED and order.charge is not None
    return is_told and (bool(order.charge) or order.is_finished)


@dataclass(frozen=True, slots=True)
class Estimate:
    """The expected cost of several orders: their number, how many have no known cost, and a sum for each currency.

    fingerprint: a text that changes with the orders and with the cost of each, so that a form can tell what a person
    saw.
    """

    number: int
    unpriced: int
    sums: tuple[tuple[str, Decimal], ...]
    fingerprint: str


def estimate(orders: QuerySet[Order]) -> Estimate:
    """Return what orders will cost when they are sent."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    digest, number, unpriced = sha256(), 0, 0
    for pk, currency, expected in orders.order_by("pk").values_list("pk", "currency", "expected_cost"):
        digest.update(f"{pk} {expected} {currency};".encode())
        number += 1
        if expected is None:
            unpriced += 1
        else:
            sums[currency] += expected
    return Estimate(number, unpriced, tuple(sorted(sums.items())), digest.hexdigest())


def sum_costs(orders: QuerySet[Order]) -> list[Any]:
    """Return the cost of orders, a row for each currency.

    `amount`: the sum of their costs, None if no cost is known. `number`: how many were ordered. `expected`: how many of
    these have an estimated cost. `unpriced`: how many have no known cost.
    """
    return list(
        orders.order_by("currency")
        .values("currency")
        .annotate(
            amount=Sum(COST),
            number=Count("pk", filter=IS_ORDERED),
            expected=Count("pk", filter=IS_EXPECTED),
            unpriced=Count("pk", filter=IS_UNPRICED),
        )
    )


def promised_costs(panels: Collection[Panel]) -> dict[tuple[int, str], Decimal]:
    """Return the part of each panel's balance that is spent already, by pk and currency.

    This is the cost of the orders that wait to be sent, and of the orders that were sent after the last reading. An
    order that waits for something else, as for money or approval, does not count, because later orders are sent before
    it.
    """
    unsent = Order.objects.filter(state__in=(State.QUEUED, State.SENDING), held_reason="", held_for_funds_at=None)
    # The rule of `orders.queue.queued`.
    for waits in ({"batch__state": Batch.State.PAUSED}, {"service__waits_until__gt": Now()}):
        unsent = unsent.exclude(state=State.QUEUED, **waits)
    waiting = unsent.alias(at=unindexed("panel_id")).filter(at__in=[panel.pk for panel in panels])
    unread = Q(pk__in=())
    for panel in panels:
        if panel.balance_checked_at:
            unread |= Q(panel=panel, sent_at__gte=panel.balance_checked_at)
    taken = Order.objects.alias(now=unindexed_text("state")).filter(now__in=(Order.State.PLACED, Order.State.UNKNOWN))
    sent = taken.filter(unread)
    costs: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for orders in (waiting, sent):
        sums = orders.order_by().values_list("panel_id", "currency").annotate(sum=Sum(COST))
        for panel_pk, currency, cost in sums:
            costs[panel_pk, currency] += (cost or Decimal()).quantize(SIX_PLACES)
    return costs
