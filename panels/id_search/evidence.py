"""What hints at whether an unknown order reached its panel: the balance around it, and our orders beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum, Value

from panels.models import BalanceReading, Order, OrderEvent

NEIGHBOURS = 3
State = Order.State


@dataclass(frozen=True, slots=True)
class Around:
    """Our other orders at a panel around an order's last attempt, the earlier ones first."""

    # By when they were sent: an order that a person resolved was placed, for us, hours after it got its id.
    before: Sequence[Order]
    after: Sequence[Order]
    # The last one whose id must be lower, and the first whose id must be higher, if the panel counts up.
    lower: Order | None
    higher: Order | None
    # When the last attempt had ended.
    ended: datetime


@dataclass(frozen=True, slots=True)
class Between:
    """Our other orders that were sent between two readings of a balance, and what they were expected to cost."""

    placed: int
    cost: Decimal
    # Placed ones whose cost in the balance's currency is not known.
    unpriced: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """The readings just before and after the last attempt, and what else moved the balance between them."""

    before: BalanceReading | None
    after: BalanceReading | None
    # The panel could still take the order when the later balance was read, so that one tells nothing.
    is_early: bool
    # None where the two readings cannot be compared.
    between: Between | None

    @property
    def fell_by(self) -> Decimal | None:
        """How much the balance fell, below zero if it rose; None where the two readings do not tell."""
        if self.between is None or self.before is None or self.after is None:
            return None
        fell: Decimal = self.before.balance - self.after.balance
        return fell

    @property
    def rose_by(self) -> Decimal | None:
        """How much the balance rose, None if it did not."""
        return -self.fell_by if self.fell_by is not None and self.fell_by < 0 else None


def attempt_ended(order: Order, events: Iterable[OrderEvent] | None = None) -> datetime:
    """Say from when on the panel could not take an unknown order's last attempt any more.

    That is the deadline, even where we knew earlier that no answer would come: what stands between us and the panel may
    have given up while the panel went on. `events` are the order's, for a page that has them at hand.
    """
    if order.sent_at and order.send_deadline and order.send_deadline > order.sent_at:
        return order.send_deadline
    known = order.events.all() if events is None else events
    became_unknown = max((event.at for event in known if event.what == OrderEvent.What.UNKNOWN), default=None)
    # A restored copy does not know when it was sent, or whether: only that it was not yet.
    if order.sent_at is None:
        return became_unknown or order.created_at
    return max(became_unknown or order.sent_at, order.sent_at)


def others_sent(order: Order) -> QuerySet[Order]:
    """Return the others that have an id and were sent by us: when orders were placed elsewhere nobody knows."""
    others = Order.objects.filter(
        panel=order.panel_id, remote_id__gt="", sent_at__isnull=False, placed_at__isnull=False
    )
    return others.exclude(pk=order.pk)


def find_around(order: Order, events: Iterable[OrderEvent] | None = None) -> Around:
    """Find our orders around an order's last attempt, whose end its `events` may tell."""
    ended = attempt_ended(order, events)
    sent_at, sent = order.sent_at or ended, others_sent(order)
    # Of those under way just then, any may come first.
    had_its_id = Q(placed_at__lte=sent_at) | Q(send_deadline__lt=sent_at)
    before, after, lower, higher = _find_each(
        Order.objects.select_related("service"),
        "sent_at",
        sent.filter(sent_at__lte=sent_at).order_by("-sent_at")[:NEIGHBOURS],
        sent.filter(sent_at__gt=sent_at).order_by("sent_at")[:NEIGHBOURS],
        sent.filter(had_its_id, sent_at__lt=sent_at).order_by("-sent_at")[:1],
        sent.filter(sent_at__gte=ended).order_by("sent_at")[:1],
    )
    return Around(before, after, next(iter(lower), None), next(iter(higher), None), ended)


def collect_evidence(order: Order, around: Around) -> Evidence:
    """Look up what the balance shows; the panel is not asked."""
    sent_at = order.sent_at or around.ended
    readings = BalanceReading.objects.filter(panel=order.panel_id)
    before, early, after = _find_each(
        BalanceReading.objects.all(),
        "at",
        readings.filter(at__lte=sent_at).order_by("-at")[:1],
        readings.filter(at__gt=sent_at, at__lte=around.ended).order_by("-at")[:1],
        readings.filter(at__gt=around.ended).order_by("at")[:1],
    )
    is_early = bool(early) and not after
    first, last = next(iter(before), None), next(iter(after or early), None)
    if first is None or last is None or is_early or first.currency != last.currency:
        return Evidence(first, last, is_early, None)
    return Evidence(first, last, is_early, _between(order, first, last))


def _find_each(rows: QuerySet[Any], by: str, *lists: QuerySet[Any]) -> list[list[Any]]:
    """Return the rows of several short lists, each in one order, by one question."""
    numbered = [
        rows.filter(pk__in=each.values("pk")).order_by().annotate(list_number=Value(number))
        for number, each in enumerate(lists)
    ]
    found: list[list[Any]] = [[] for _ in lists]
    for row in numbered[0].union(*numbered[1:], all=True).order_by(by):
        found[row.list_number].append(row)
    return found


def _between(order: Order, before: BalanceReading, after: BalanceReading) -> Between:
    sent = Order.objects.filter(panel=order.panel_id, sent_at__gt=before.at, sent_at__lte=after.at).exclude(pk=order.pk)
    is_placed = Q(state=State.PLACED)
    has_price = Q(currency=before.currency, expected_cost__isnull=False)
    found = sent.aggregate(
        placed=Count("pk", filter=is_placed),
        cost=Sum("expected_cost", filter=is_placed & has_price, default=Decimal(0)),
        unpriced=Count("pk", filter=is_placed & ~has_price),
        unknown=Count("pk", filter=Q(state=State.UNKNOWN)),
    )
    return Between(**found)
