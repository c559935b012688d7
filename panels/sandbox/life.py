"""The statuses of orders and refills over time. The seed of the panel and the id decide them when an order is placed.

Pending ▸ Processing ▸ In progress ▸ Completed | Partial | Canceled
Pending ▸ In progress ▸ Completed | Rejected                          (refills)
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from panels.sandbox.deliveries import DELIVERIES, STEADY, Delivery
from panels.sandbox.rules import SMALLEST_AMOUNT

# The seconds after the end in which units are lost.
DROPS_FOR = 600
REFUNDED_IN_FULL = {"Canceled", "Refunded"}
ZERO = Decimal(0)


@dataclass(slots=True)
class SandboxOrder:
    """An accepted order with its whole future. Times are seconds of the panel's clock, amounts are in its currency."""

    id: str
    service: str
    fields: dict[str, str]
    units: int
    charge: Decimal
    at: float
    request_number: int
    starts_at: float = 0.0
    ends_at: float = 0.0
    # Until then the charge is 0, as at panels that resell and get their own price late.
    charge_shown_at: float = 0.0
    start_count: int = 0
    outcome: str = "Completed"
    # The remains at the end. They are below zero if more was delivered than ordered.
    final_remains: int = 0
    # The remains fall in so many steps, as at panels that resell. 0: with each unit.
    steps: int = 0
    refunded: Decimal = ZERO
    is_settled: bool = False
    is_cancel_requested: bool = False

    @property
    def target(self) -> tuple[str, str]:
        """The service and the link or user. Only one active order may have the same target."""
        return self.service, (self.fields.get("link") or self.fields.get("username", "")).strip().rstrip("/")

    def status(self, now: float) -> str:
        """Return the status in the words of the API."""
        if now >= self.ends_at:
            return self.outcome
        if now < self.starts_at:
            return "Pending"
        return "Processing" if self._share_done(now) < 0.1 else "In progress"

    def remains(self, now: float) -> int:
        """Return the number of units that are not delivered yet."""
        if now >= self.ends_at:
            return self.final_remains
        return self.units - int((self.units - max(self.final_remains, 0)) * self._share_done(now))

    def charge_at(self, now: float, *, keeps_charge: bool = False) -> Decimal:
        """Return the charge in the answer to `status`: without refunds, unless the panel keeps it as it was."""
        if now < min(self.charge_shown_at, self.ends_at):
            return ZERO
        return self.charge if keeps_charge else self.charge - self.refunded

    def refund_due(self) -> Decimal:
        """Return the part of the charge that the outcome refunds."""
        if self.outcome in REFUNDED_IN_FULL:
            return self.charge
        if self.outcome != "Partial" or not self.units:
            return ZERO
        share = self.charge * max(self.final_remains, 0) / self.units
        return share.quantize(SMALLEST_AMOUNT, ROUND_HALF_UP)

    def end(self, outcome: str, remains: int, at: float) -> None:
        """Replace the planned end of the order."""
        self.outcome = outcome
        self.final_remains = self.units if outcome in REFUNDED_IN_FULL else remains
        self.ends_at = at
        self.starts_at = min(self.starts_at, at)

    def count_at(self, now: float, lost: float = 0.0) -> int:
        """Return the count at the target, where a share of the delivered units is lost after the end of the order."""
        delivered = self.units - self.remains(now)
        return self.start_count + delivered - int(max(delivered, 0) * lost)

    def _share_done(self, now: float) -> float:
        length = self.ends_at - self.starts_at
        share = min(max((now - self.starts_at) / length, 0.0), 1.0) if length > 0 else 0.0
        return int(share * self.steps) / self.steps if self.steps else share


@dataclass(slots=True)
class SandboxRefill:
    """An accepted refill with its whole future."""

    id: str
    order: str
    starts_at: float
    ends_at: float
    outcome: str

    def status(self, now: float) -> str:
        """Return the status in the words of the API."""
        if now >= self.ends_at:
            return self.outcome
        return "Pending" if now < self.starts_at else "In progress"


@dataclass(frozen=True, slots=True)
class Chances:
    """The random decisions, which are the same for the same seed. A higher speed makes everything happen sooner."""

    seed: int
    speed: float
    overdelivers: bool

    def plan(self, order: SandboxOrder, delivery: Delivery = DELIVERIES[STEADY]) -> None:
        """Decide when and how the order ends, by the delivery of its service."""
        chance = self._chance("order", order.id)
        order.starts_at = order.at + chance.uniform(4, 15) * delivery.pace / self.speed
        order.ends_at = order.starts_at + chance.uniform(50, 200) * delivery.pace / self.speed
        order.charge_shown_at = order.at + (4 / self.speed if chance.random() < 0.25 else 0)
        order.start_count = chance.randrange(20_000)
        surplus = chance.randint(1, 5) if chance.random() < 0.3 else 0
        self._plan_outcome(order, delivery, chance, surplus)

    def _plan_outcome(self, order: SandboxOrder, delivery: Delivery, chance: random.Random, surplus: int) -> None:
        share, canceled = chance.random(), 1 - delivery.canceled
        if order.units > 1 and delivery.completed <= share < canceled:
            order.outcome, order.final_remains = "Partial", chance.randint(1, order.units - 1)
        elif order.units and share >= canceled:
            order.outcome, order.final_remains = "Canceled", order.units
        elif self.overdelivers and order.units > 1:
            order.final_remains = -surplus

    def share_lost(self, order: SandboxOrder, delivery: Delivery, now: float) -> float:
        """Return the share of the delivered units that is lost by now, if nothing was refilled."""
        return delivery.drop * min(max((now - order.ends_at) * self.speed / DROPS_FOR, 0.0), 1.0)

    def refill(
        self, refill_id: str, order_id: str, now: float, delivery: Delivery = DELIVERIES[STEADY]
    ) -> SandboxRefill:
        """Decide how a refill ends, by the delivery of the service."""
        chance = self._chance("refill", refill_id)
        starts_at = now + chance.uniform(4, 12) * delivery.refill_pace / self.speed
        ends_at = starts_at + chance.uniform(20, 60) * delivery.refill_pace / self.speed
        is_completed = chance.random() < 1 - delivery.rejected
        return SandboxRefill(refill_id, order_id, starts_at, ends_at, "Completed" if is_completed else "Rejected")

    def cancel_delay(self, order_id: str) -> float:
        """Return the seconds between an accepted cancel and the status that shows it."""
        return self._chance("cancel", order_id).uniform(3, 10) / self.speed

    def next_id(self, last_id: int, widest_gap: int) -> int:
        """Return the next id. It leaves a gap, because other customers order too."""
        return last_id + self._chance("gap", str(last_id)).randint(1, widest_gap)

    def _chance(self, kind: str, key: str) -> random.Random:
        return random.Random(f"{self.seed}/{kind}/{key}")
