"""What hints at whether an unknown order reached its panel: the balance around it, and our orders beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from panels.models import BalanceReading, Order

NEIGHBOURS = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """The readings just before and after the last attempt, and our own orders placed at that panel around it."""

    before: BalanceReading | None
    after: BalanceReading | None
    neighbours_before: Sequence[Order]
    neighbours_after: Sequence[Order]

    @property
    def fell_by(self) -> Decimal | None:
        """How much the balance fell, None where the two readings do not tell."""
        if self.before is None or self.after is None or self.before.currency != self.after.currency:
            return None
        return self.before.balance - self.after.balance


def collect_evidence(order: Order) -> Evidence:
    """Look up what was recorded around an order's last attempt; the panel is not asked."""
    moment = order.sent_at or order.created_at
    readings = BalanceReading.objects.filter(panel=order.panel_id)
    placed = Order.objects.filter(panel=order.panel_id, remote_id__gt="").exclude(pk=order.pk).select_related("service")
    return Evidence(
        before=readings.filter(at__lte=moment).order_by("-at").first(),
        after=readings.filter(at__gt=moment).order_by("at").first(),
        neighbours_before=list(placed.filter(placed_at__lte=moment).order_by("-placed_at")[:NEIGHBOURS])[::-1],
        neighbours_after=list(placed.filter(placed_at__gt=moment).order_by("placed_at")[:NEIGHBOURS]),
    )
