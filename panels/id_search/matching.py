"""Which of the ids that answered may be an unknown order's: what speaks against each, and who else it would fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from panels.id_search.window import Window
from panels.models import FoundId, IdSearch, Order
from panels.protocol.order_types import Billing, order_type

# The catalog that a cost is expected by may be hours old, and its price guard lets as much pass.
TOLERANCE = Decimal("0.05")
# Panels round what they charge, some of them to whole cents.
SMALLEST = Decimal("0.01")
# After these the charge may be anything from nothing to the whole.
MAY_REFUND = (
    Order.Progress.PARTIAL,
    Order.Progress.CANCELED,
    Order.Progress.REFUNDED,
    Order.Progress.FAILED,
    Order.Progress.EXPIRED,
)
# Of so many other unknown orders it is said whom an id would fit as well.
MOST_RIVALS = 100


@dataclass(frozen=True, slots=True)
class Match:
    """An id that answered, judged for one order."""

    found: FoundId
    # What speaks against it: "charge", "currency", "remains", "place".
    against: tuple[str, ...]
    # Why the charge decides nothing: "untold", "refunded", "unpriced", "" where it does.
    unsure: str
    # Other unknown orders that it would fit as well.
    rivals: Sequence[Order]

    @property
    def fits(self) -> bool:
        """Tell whether all that can be told speaks for it, and for no other order of ours."""
        return not (self.against or self.unsure or self.rivals)


def judge(order: Order, found: FoundId) -> tuple[tuple[str, ...], str]:
    """Return what speaks against an id being an order's, and why its charge decides nothing, if it does not."""
    against = []
    if found.currency and order.currency and found.currency != order.currency:
        against.append("currency")
    total = _units(order)
    if found.remains is not None and total is not None and found.remains > total:
        against.append("remains")
    verdict = _judge_charge(order, found, total)
    return (*against, verdict) if verdict == "charge" else tuple(against), "" if verdict == "charge" else verdict


def find_matches(order: Order, window: Window, search: IdSearch) -> list[Match]:
    """Judge the ids that answered and are in no row of ours by now: those that fit first."""
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
    """Return "" if the charge is as expected, "charge" if it is not, or why it decides nothing."""
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
        # What was expected is the most that it may come to.
        return "unpriced"
    if found.progress == Order.Progress.PARTIAL and total and found.remains is not None:
        delivered = expected * (total - min(max(found.remains, 0), total)) / total
        return "" if abs(charge - delivered) <= slack else "charge"
    return "refunded" if found.progress in MAY_REFUND else "charge"


def _units(order: Order) -> int | None:
    return None if order.quantity is None else order.quantity * int(order.params.get("runs") or 1)


def _rivals(order: Order, window: Window) -> list[Order]:
    """Find the other orders that may have been under way between the same two neighbours, and have no id."""
    lost = (Order.State.UNKNOWN, Order.State.SENDING, Order.State.WRITTEN_OFF)
    others = Order.objects.filter(panel=order.panel_id, state__in=lost).exclude(pk=order.pk)
    if window.before:
        others = others.filter(Q(send_deadline=None) | Q(send_deadline__gte=window.before.sent_at))
    if window.after:
        others = others.filter(Q(sent_at=None) | Q(sent_at__lte=window.after.placed_at))
    return list(others.order_by("pk")[:MOST_RIVALS])
