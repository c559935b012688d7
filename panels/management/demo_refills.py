"""The refills of the demo's past: requested by people, and kept, rejected or refused as the service delivers."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from panels.calls.refill_checks import FOLLOW_REFILLS_FOR, REFILL_CHECKS
from panels.models import Order, OrderEvent, Refill
from panels.models.order_states import RequestState
from panels.models.writing import insert_rows
from panels.orders.following import SOONEST
from panels.protocol.wording import refill_progress
from panels.sandbox.deliveries import DELIVERIES
from panels.sandbox.life import SandboxRefill
from panels.sandbox.rules import SandboxService
from panels.sandbox.state import WIDEST_REFILL_GAP

# The share of the orders for which a person asks, where units are lost and elsewhere, and after how many days.
ASKED_WHERE_LOST, ASKED, DAYS = 0.4, 0.05, (1.0, 8.0)
# The share of the requests that the panel refuses at once.
REFUSED, REFUSAL = 0.1, "Order not eligible for refill"
# How many hours a refill takes: the median and the deviation of the logarithm.
LASTED = (math.log(9), 0.6)
What = OrderEvent.What


@dataclass(slots=True)
class Ask:
    """A request of a person. The refill at the panel is None if the panel refused it."""

    order: Order
    refill: Refill
    there: SandboxRefill | None
    events: list[OrderEvent] = field(default_factory=list)

    @property
    def kept_at(self) -> float:
        """When the lost units were back, in seconds; never, if they were not."""
        return self.there.ends_at if self.there and self.there.outcome == "Completed" else math.inf


def ask_for_refill(
    order: Order, service: SandboxService, chance: random.Random, person: Any, now: dt.datetime
) -> Ask | None:
    """Return the request of a person for a refill, with its course until now, None if nobody asks for one."""
    way = DELIVERIES[service.delivery]
    if chance.random() >= (ASKED_WHERE_LOST if way.drop else ASKED) or not order.finished_at:
        return None
    asked = order.finished_at + dt.timedelta(days=chance.uniform(*DAYS))
    if asked >= now or not (service.refill and order.can_refill):
        return None
    sent = asked + dt.timedelta(seconds=chance.uniform(1, 20))
    refill = Refill(requested_by=person, requested_at=asked, sent_at=sent, state=RequestState.ACCEPTED)
    ask = Ask(order, refill, None, [OrderEvent(at=asked, actor=person, what=What.REFILL, detail="Requested.")])
    if chance.random() < REFUSED:
        refill.state, refill.error, refill.finished_at = RequestState.REFUSED, REFUSAL, sent
        ask.events.append(OrderEvent(at=sent, what=What.REFILL, detail=f"Refused. {REFUSAL}"))
        return ask
    ask.events.append(OrderEvent(at=sent, what=What.REFILL, detail="Accepted."))
    starts = sent.timestamp() + 3600 * chance.uniform(0.2, 2) * way.refill_pace
    ends = starts + 3600 * chance.lognormvariate(*LASTED) * way.refill_pace
    outcome = "Rejected" if chance.random() < way.rejected else "Completed"
    ask.there = SandboxRefill("", order.remote_id, starts, ends, outcome)
    _follow(ask, ask.there, sent, now)
    return ask


def _follow(ask: Ask, there: SandboxRefill, sent: dt.datetime, now: dt.datetime) -> None:
    """Give the refill the values of all answers until now, at the times at which the worker asks."""
    refill, soonest, latest = ask.refill, *REFILL_CHECKS
    at: dt.datetime | None = sent + SOONEST
    while at and at <= now:
        word = there.status(at.timestamp())
        if word != refill.remote_status:
            progress = refill_progress(word)
            refill.remote_status, refill.progress = word, progress.value if progress else ""
            ask.events.append(OrderEvent(at=at, what=What.REFILL, detail=word))
        refill.checked_at = at
        if refill.progress in Refill.FINISHED:
            refill.finished_at, at = at, None
        else:
            age = at - refill.requested_at
            at = at + min(max(age / 4, soonest), latest) if age <= FOLLOW_REFILLS_FOR else None
    refill.next_check_at = at


def write_refills(asks: Sequence[Ask], chance: random.Random) -> list[SandboxRefill]:
    """Insert the refills of saved orders, and return those at the panel. Their ids rise with the time."""
    found: list[SandboxRefill] = []
    ordered = sorted(asks, key=lambda ask: ask.refill.requested_at)
    last_id = 0
    for ask in ordered:
        ask.refill.order_id = ask.order.pk
        for event in ask.events:
            event.order_id = ask.order.pk
        if ask.there:
            last_id += chance.randint(1, WIDEST_REFILL_GAP)
            ask.there.id = ask.refill.remote_id = str(last_id)
            found.append(ask.there)
    insert_rows([ask.refill for ask in ordered])
    insert_rows([event for ask in ordered for event in ask.events])
    return found
