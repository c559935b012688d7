"""Collects the evidence of whether an unknown order reached its panel: the balance and our other orders around it."""

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
    """Our other orders at a panel around an order's last attempt, sorted by the time they were sent."""

    # Sorted by `sent_at`, because `placed_at` of an order that a person resolved may be hours after it got its id.
    before: Sequence[Order]
    after: Sequence[Order]
    # The last order with a lower id, and the first order with a higher id, if the panel counts its ids up.
    lower: Order | None
    higher: Order | None
    # From this time on the panel could not take the order any more.
    ended: datetime


@dataclass(frozen=True, slots=True)
class Between:
    """The number and the expected cost of our other orders that were sent between two readings of a balance."""

    placed: int
    cost: Decimal
    # The number of placed orders whose cost in the balance's currency is not known.
    unpriced: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """The readings of the balance before and after the last attempt, and our other orders between them."""

    before: BalanceReading | None
    after: BalanceReading | None
    # The panel could still take the order when the later balance was read, so this reading proves nothing.
    is_early: bool
    # None if the two readings cannot be compared.
    between: Between | None

    @property
    def fell_by(self) -> Decimal | None:
        """The amount by which the balance fell, negative if it rose, None if the readings cannot be compared."""
        if self.between is None or self.before is None or self.after is None:
            return None
        fell: Decimal = self.before.balance - self.after.balance
        return fell

    @property
    def rose_by(self) -> Decimal | None:
        """The amount by which the balance rose, None if it did not rise."""
        return -self.fell_by if self.fell_by is not None and self.fell_by < 0 else None


def attempt_ended(order: Order, events: Iterable[OrderEvent] | None = None) -> datetime:
    """Return the time from which on the panel could not take an unknown order's last attempt any more.

    This is the deadline, also if we knew earlier that no answer would come. A proxy may have given up while the panel
    went on. `events` are the events of the order, if they are loaded already.
    """
    if order.sent_at and order.send_deadline and order.send_deadline > order.sent_at:
        return order.send_deadline
    known = order.events.all() if events is None else events
    became_unknown = max((event.at for event in known if event.what == OrderEvent.What.UNKNOWN), default=None)
    # A row of a restored backup does not show whether the order was sent after the backup.
    if order.sent_at is None:
        return became_unknown or order.created_at
    return max(became_unknown or order.sent_at, order.sent_at)


def others_sent(order: Order) -> QuerySet[Order]:
    """Return the other orders that we sent and that have an id. Imported orders have no time of sending."""
    others = Order.objects.filter(
        panel=order.panel_id, remote_id__gt="", sent_at__isnull=False, placed_at__isnull=False
    )
    return others.exclude(pk=order.pk)


def find_around(order: Order, events: Iterable[OrderEvent] | None = None) -> Around:
    """Find our orders around an order's last attempt. `events` as in `attempt_ended`."""
    ended = attempt_ended(order, events)
    sent_at, sent = order.sent_at or ended, others_sent(order)
    # The ids of orders that were being sent at the same time may be lower or higher.
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
    """Read the evidence of the balance from the database. The panel is not asked."""
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
    """Return the rows of several short lists with one query. Each list is sorted by `by`."""
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
