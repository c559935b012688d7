"""The ways in which services deliver: how soon, how much of an order, how lastingly, and how refills end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STEADY = "steady"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One way of delivering. Shares are from 0 to 1.

    pace: how many times as long as usual the orders take. partial, canceled: the shares of the orders that end so.
    drop: the share of the delivered units that is lost after the end. rejected: the share of the refills that are
    rejected. refill_pace: how many times as long as usual the refills take.
    """

    says: str
    pace: float = 1.0
    partial: float = 0.09
    canceled: float = 0.07
    drop: float = 0.0
    rejected: float = 0.2
    refill_pace: float = 1.0

    @property
    def completed(self) -> float:
        """The share of the orders that complete."""
        return 1 - self.partial - self.canceled


DELIVERIES: Mapping[str, Delivery] = {
    STEADY: Delivery("Orders start soon, and most of them complete."),
    "quick": Delivery(
        "Orders end in half the time, and nearly all of them complete.", 0.5, partial=0.02, canceled=0.02
    ),
    "slow": Delivery("Orders take six times as long.", 6.0),
    "partial": Delivery("Two of five orders end partial.", partial=0.4),
    "canceling": Delivery("One of three orders is canceled.", canceled=0.33),
    "dropping": Delivery("A third of what was delivered is lost, and most refills complete.", drop=0.33),
    "refuses_refills": Delivery("A quarter is lost, and all refills are rejected.", drop=0.25, rejected=1.0),
    "refills_late": Delivery(
        "A quarter is lost, and refills complete late.", drop=0.25, rejected=0.0, refill_pace=20.0
    ),
}
