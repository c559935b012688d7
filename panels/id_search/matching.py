"""Judges which found id may be that of an unknown order: the reasons against it, and other orders that it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from panels.id_search.window import Window
from panels.models import FoundId, IdSearch, Order
from panels.protocol.order_types import Billing, order_type

# The expected cost may come from a catalog that is hours old. The price guard allows the same difference.
TOLERANCE = Decimal("0.05")
# Panels round their charges, some panels to whole cents.
SMALLEST = Decimal("0.01")
# An order in one of these states may have any charge from nothing to the full cost.
MAY_REFUND = (
    Order.Progress.PARTIAL,
    Order.Progress.CANCELED,
    Order.Progress.REFUNDED,
    Order.Progress.FAILED,
    Order.Progress.EXPIRED,
)
# The most other unknown orders that an id is compared with.
MOST_RIVALS = 100


@dataclass(frozen=True, slots=True)
class Match:
    """A found id, judged for one order."""

    found: FoundId
    # The reasons against it: "charge", "currency", "remains", "place".
    against: tuple[str, ...]
    # The reason why the charge proves nothing: "untold", "refunded", "unpriced". "" if the charge decides.
    unsure: str
    # Other unknown orders that the id would fit as well.
    rivals: Sequence[Order]

    @property
    def fits(self) -> bool:
        """Whether all known facts fit this order, and no other order of ours."""
        return not (self.against or self.unsure or self.rivals)


def judge(order: Order, found: FoundId) -> tuple[tuple[str, ...], str]:
    """Return the reasons against an id, and the reason why its charge proves nothing ("" if the charge decides)."""
    against = []
    if found.currency and order.currency and found.currency != order.currency:
        against.append("currency")
    total = _units(order)
    if found.remains is not None and total is not None and found.remains > total:
        against.append("remains")
    verdict = _judge_charge(order, found, total)
    return (*against, verdict) if verdict == "charge" else tuple(against), "" if verdict == "charge" else verdict


def find_matches(order: Order, window: Window, search: IdSearch) -> list[Match]:
    """Judge the found ids that no row of ours has by now. Ids that fit come first."""
    ours = Order.objects.filter(panel=order.panel_id, remote_id=OuterRef("remote_id")).exclude(remote_id="")
    found = list(search.found.exclude(Exists(ours)))
    rivals = _rivals(order, window) if found else []
    matches = [_match(order, window, each, rivals) for each in found]
    return sorted(matches, key=lambda match: (len(match.against), bool(match.unsure)))


def _match(order: Order, window: Window, found: FoundId, rivals: Sequence[Order]) -> Match:
    against, unsure = judge(order, found)
    if not window.holds(int(found.remote_id)):
        against = (*against, "place")
    others = [rival for rival in rivals if judge(rival, found) == ((), "")]
    return Match(found, against, unsure, others)


def _judge_charge(order: Order, found: FoundId, total: int | None) -> str:
    """Return "" if the charge is as expected, "charge" if it is not, or the reason why it proves nothing."""
    charge, expected = found.charge, order.expected_cost
    if not charge:
        return "refunded" if found.progress in MAY_REFUND else "untold"
    if expected is None:
        return "unpriced"
    slack = max(expected * TOLERANCE, SMALLEST)
    if abs(charge - expected) <= slack:
        return ""
    if charge > expected:
        return "charge"
    if order_type(order.type).billing is Billing.SUBSCRIPTION:
        # The expected cost of a subscription is the most that it may cost.
        return "unpriced"
    if found.progress == Order.Progress.PARTIAL and total and found.remains is not None:
        delivered = expected * (total - min(max(found.remains, 0), total)) / total
        return "" if abs(charge - delivered) <= slack else "charge"
    return "refunded" if found.progress in MAY_REFUND else "charge"


def _units(order: Order) -> int | None:
    return None if order.quantity is None else order.quantity * int(order.params.get("runs") or 1)


def _rivals(order: Order, window: Window) -> list[Order]:
    """Find the other orders without an id that may have been sent between the same two neighbours."""
    lost = (Order.State.UNKNOWN, Order.State.SENDING, Order.State.WRITTEN_OFF)
    others = Order.objects.filter(panel=order.panel_id, state__in=lost).exclude(pk=order.pk)
    if window.before:
        others = others.filter(Q(send_deadline=None) | Q(send_deadline__gte=window.before.sent_at))
    if window.after:
        others = others.filter(Q(sent_at=None) | Q(sent_at__lte=window.after.placed_at))
    return list(others.order_by("pk")[:MOST_RIVALS])
