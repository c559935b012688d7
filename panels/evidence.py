"""What hints at whether an unknown order reached its panel: the balance around it, and our orders beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum

from panels.models import BalanceReading, Order, OrderEvent

NEIGHBOURS = 3
State = Order.State


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
    """The readings just before and after the last attempt, and our own orders sent to that panel around it."""

    before: BalanceReading | None
    after: BalanceReading | None
    # None where the two readings cannot be compared.
    between: Between | None
    neighbours_before: Sequence[Order]
    neighbours_after: Sequence[Order]

    @property
    def fell_by(self) -> Decimal | None:
        """How much the balance fell, below zero if it rose; None where the two readings do not tell."""
        if self.before is None or self.after is None or self.before.currency != self.after.currency:
            return None
        return self.before.balance - self.after.balance

    @property
    def rose_by(self) -> Decimal | None:
        """How much the balance rose, None if it did not."""
        return -self.fell_by if self.fell_by is not None and self.fell_by < 0 else None


def collect_evidence(order: Order) -> Evidence:
    """Look up what was recorded around an order's last attempt; the panel is not asked."""
    moment = order.sent_at or attempt_ended(order)
    readings = BalanceReading.objects.filter(panel=order.panel_id)
    before = readings.filter(at__lte=moment).order_by("-at").first()
    after = readings.filter(at__gt=moment).order_by("at").first()
    # By when they were sent: an order that a person resolved was placed, for us, hours after it got its id.
    sent = Order.objects.filter(panel=order.panel_id, remote_id__gt="").exclude(pk=order.pk).select_related("service")
    return Evidence(
        before=before,
        after=after,
        between=_between(order, before, after) if before and after and before.currency == after.currency else None,
        neighbours_before=list(sent.filter(sent_at__lte=moment).order_by("-sent_at")[:NEIGHBOURS])[::-1],
        neighbours_after=list(sent.filter(sent_at__gt=moment).order_by("sent_at")[:NEIGHBOURS]),
    )


def attempt_ended(order: Order) -> datetime:
    """Say from when on an unknown order's last attempt could not reach the panel any more."""
    events = order.events.filter(what=OrderEvent.What.UNKNOWN).order_by("-at")
    became_unknown = events.values_list("at", flat=True).first()
    # A restored copy does not know when it was sent, or whether: only that it was not yet.
    if order.sent_at is None:
        return became_unknown or order.created_at
    ends = [at for at in (became_unknown, order.send_deadline) if at and at > order.sent_at]
    return min(ends, default=order.sent_at)


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
