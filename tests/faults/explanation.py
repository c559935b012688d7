"""Explains each unknown order by a fault of just this order, which kept its outcome from being recorded.

fault      the panel gave no answer to its last send, or an answer that cannot be understood
admitted   the panel answered with an error that admits the order
kill       the worker that had claimed it was killed between the claim and the deadline
same id    the panel gave the same id to this order and to another order
stop       the worker that had claimed it stood still for longer than the time for an answer
hold       all workers had to wait before the send for longer than the deadline
vanish     the panel cut the connection before it answered
deadline   the panel answered after the deadline, or the worker was too late to send it and has said so
outage     the database was away when its claim was committed, or when it was known that it was not taken
full       the disk of the database was full then
clock      the clock of a worker was wrong then
starved    the worker or the panel got no CPU for more than half of the time for an answer, which then passed
restored   the order waited in a restored copy of the database
"""

from __future__ import annotations

from collections.abc import Iterator

from panels.sandbox import Arrival, Fault
from panels.sandbox.faults import ADMITS_ORDER
from tests.faults.claims import Claim
from tests.faults.evidence import AFTER_SEND, BEFORE_RECORD, BEFORE_SEND, Evidence, OrderSeen, Strike
from tests.faults.panel import is_turned_away

# An event that is so far from its claim was written by a wrong clock. In seconds.
WRONG_CLOCK = 600.0

# After one of these faults, it cannot be known whether the panel has the order.
LEAVES_UNKNOWN = frozenset(
    {
        Fault.HANG,
        Fault.DROP,
        Fault.DROP_BEFORE,
        Fault.ERROR_500,
        Fault.GARBAGE,
        Fault.HTML,
        Fault.EMPTY,
        Fault.NULL,
        Fault.HUGE,
        Fault.TRUNCATED,
        Fault.TRICKLE,
        Fault.TRICKLE_HEAD,
        Fault.REDIRECT,
        Fault.CONFLICT,
    }
)


def explanation(order: OrderSeen, evidence: Evidence) -> str | None:
    """Return the explanation, or None if no fault of this order explains its state."""
    if order.pk in evidence.restored:
        return "restored"
    claims = [each for each in evidence.claims_of(order) if each.attempt == order.attempt]
    if not claims or order.unknown_at is None:
        return None
    claim = claims[-1]
    is_wrong = abs(order.unknown_at - claim.at) > WRONG_CLOCK
    return next(_reasons(order, claim, claim.at + WRONG_CLOCK if is_wrong else order.unknown_at, evidence), None)


def _reasons(order: OrderSeen, claim: Claim, unknown_at: float, evidence: Evidence) -> Iterator[str]:
    arrival = _arrival(order, claim, evidence)
    if arrival and arrival.fault and arrival.fault.fault in LEAVES_UNKNOWN:
        yield arrival.fault.fault
    if arrival and arrival.fault and arrival.fault.text == ADMITS_ORDER:
        yield "admitted"
    if arrival and arrival.answered_at and evidence.is_second_of_an_id(order):
        yield "same id"
    strikes = [each for each in evidence.strikes if each.began <= unknown_at and _hits(each, order, claim)]
    # A killed worker reports no outcome of its claims before the deadline, which a wrong clock may have shortened.
    clocks = (each for each in evidence.strikes if each.kind == "clock")
    is_shortened = any(each.ended >= claim.at and each.began <= unknown_at for each in clocks)
    if unknown_at >= claim.at + evidence.deadline or is_shortened:
        yield from (f"kill {_window(each, arrival)}" for each in strikes if each.kind == "kill")
    stops = [each for each in strikes if each.kind in ("stop", "hold")]
    if sum(min(each.ended, unknown_at) - max(each.began, claim.at) for each in stops) > evidence.patience:
        longest = max(stops, key=lambda each: each.ended - each.began)
        yield f"{longest.kind} {_window(longest, arrival)}"
    # No connection is finished for later claims, and earlier answers have arrived.
    cuts = [each for each in strikes if each.kind == "vanish"]
    if cuts and (arrival is None or (arrival.answered_at is None and arrival.at <= cuts[-1].ended)):
        yield "vanish"
    yield from _too_late(order, claim, arrival, unknown_at, evidence)
    # An order that the panel took must have become placed, however late.
    if arrival is None or is_turned_away(arrival):
        for each in strikes:
            if each.kind in ("outage", "full", "clock") and claim.at + evidence.deadline >= each.began:
                yield each.kind


def _too_late(
    order: OrderSeen, claim: Claim, arrival: Arrival | None, unknown_at: float, evidence: Evidence
) -> Iterator[str]:
    """Explain an order by the deadline, which has passed before its worker or the panel came to it."""
    answered_at = arrival.answered_at if arrival else None
    if answered_at and answered_at - claim.at > evidence.patience:
        yield "deadline"
    if arrival is None and order.not_sent_at and order.not_sent_at >= unknown_at:
        yield "deadline"
    starved = [each for each in evidence.strikes if each.kind == "starved" and _hits(each, order, claim)]
    lost = sum(max(min(each.ended, unknown_at) - max(each.began, claim.at), 0.0) for each in starved)
    # Nothing else takes so long that the other half would not have been enough.
    if lost > evidence.patience / 2 and unknown_at - claim.at > evidence.patience:
        yield "starved"


def _arrival(order: OrderSeen, claim: Claim, evidence: Evidence) -> Arrival | None:
    """Return the arrival at the panel that belongs to this claim."""
    sends = (each for each in evidence.arrivals_of(order) if each.caller == claim.worker and each.at >= claim.at)
    return next(sends, None)


def _hits(strike: Strike, order: OrderSeen, claim: Claim) -> bool:
    """Return whether a fault of the claiming worker or of the panel came after the claim of an order."""
    is_meant = strike.worker == claim.worker if strike.worker else strike.panel in ("", order.panel)
    return is_meant and strike.ended >= claim.at


def _window(strike: Strike, arrival: Arrival | None) -> str:
    if arrival is None:
        return BEFORE_SEND
    is_answered = arrival.answered_at is not None and arrival.answered_at <= strike.began
    return BEFORE_RECORD if is_answered else AFTER_SEND
