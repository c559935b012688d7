"""Compares the ledgers of the panels with our orders, and every order with its faults. Returns the violations in words.

This module reads no rows and asks no panel. It judges only the evidence.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from panels.sandbox import Arrival, Fault
from tests.faults.evidence import Evidence, OrderSeen, Strike
from tests.faults.explanation import explanation
from tests.faults.panel import ACCOUNT_REFUSALS, BY_OWNER, LIE, is_turned_away

# The calls that may follow at once after a quiet time, and the seconds between the turn of a call and its claim.
BURST, JITTER = 4, 0.5
# A recorded claim is committed within this time, in seconds, unless its worker is killed.
COMMITTED_WITHIN = 1.0
NOT_RECORDED, AROUND = "Something could not be recorded", 5.0
# Log lines that no worker may write: an outcome that was not recorded, an order that is there twice, an error.
TROUBLE = re.compile(
    r"CRITICAL|Something could not be recorded|failed on our side|Second order at the panel"
    r"|^(?:\w+\.)*(?:IllegalMoveError|AssertionError|AttributeError|IndexError|KeyError|NameError|TypeError)\b"
)


def violations(evidence: Evidence) -> list[str]:
    """Return all violations in words. The list is empty if both promises were kept."""
    return [
        *_lost(evidence),
        *_ledger(evidence),
        *_sends(evidence),
        *_repeats(evidence),
        *_limits(evidence),
        *(problem for order in evidence.orders for problem in _order(order, evidence)),
    ]


def trouble_in(log: str, strikes: Sequence[Strike] = ()) -> list[str]:
    """Return the lines of a worker's log that must not be there, each line once.

    Some writes beside an outcome are not tried again while the database is away, because they correct themselves.
    """
    found = dict.fromkeys(line.strip() for line in log.splitlines() if TROUBLE.search(line))
    away = [each for each in strikes if each.kind in ("outage", "full")]
    return [line for line in found if NOT_RECORDED not in line or not any(_is_during(line, each) for each in away)]


def _is_during(line: str, strike: Strike) -> bool:
    """Return whether a line was logged while the database was away, or just before or after that."""
    at = time.mktime(time.strptime(line[:19], "%Y-%m-%d %H:%M:%S"))
    return strike.began - AROUND <= at <= strike.ended + AROUND


def _lost(evidence: Evidence) -> Iterator[str]:
    for link in sorted(evidence.links - evidence.by_link.keys()):
        yield f"{link}: the order is gone"
    for link in sorted(evidence.by_link.keys() - evidence.links):
        yield f"{link}: nobody has ordered it"
    for link, times in Counter(order.link for order in evidence.orders).items():
        if times > 1:
            yield f"{link}: there are {times} orders"
    for (panel, remote_id), times in Counter((order.panel, order.remote_id) for order in evidence.orders).items():
        if remote_id and times > 1:
            yield f"{panel} {remote_id}: it stands at {times} of our orders"


def _ledger(evidence: Evidence) -> Iterator[str]:
    """Every accepted add belongs to one order, and no order has two accepted adds."""
    for panel, entries in evidence.ledgers.items():
        holders = {order.remote_id: order for order in evidence.orders if order.panel == panel and order.remote_id}
        for link, times in Counter(entry.fields["link"] for entry in entries).items():
            if times > 1:
                yield f"{link}: {panel} has {times} orders for it"
        for entry in entries:
            order, holder = evidence.by_link.get(entry.fields["link"]), holders.get(entry.order_id)
            if order is None or order.panel != panel:
                yield f"{panel} {entry.order_id}: it belongs to none of our orders"
            elif holder is None and not _may_lack_its_id(order, evidence):
                yield f"{_name(order)}: it is {order.state}, and {panel} has it as {entry.order_id}"
            elif holder not in (None, order) and not evidence.was_given(holder, entry.order_id):
                yield f"{_name(order)}: its id {entry.order_id} stands at {_name(holder)}"
        for remote_id in sorted(holders.keys() - {entry.order_id for entry in entries}):
            yield f"{_name(holders[remote_id])}: {panel} knows no {remote_id}"


def _sends(evidence: Evidence) -> Iterator[str]:
    """The sender of an order has claimed it before, once for each send."""
    for panel, arrivals in evidence.arrivals.items():
        for link in sorted({arrival.fields["link"] for arrival in arrivals}):
            order = evidence.by_link.get(link)
            if order is None or order.panel != panel:
                yield f"{link}: it was sent to {panel}, which has no order for it"
    for order in evidence.orders:
        unused = list(evidence.claims_of(order))
        for arrival in evidence.arrivals_of(order):
            mine = [claim for claim in unused if claim.worker == arrival.caller and claim.at <= arrival.at]
            if not mine:
                yield f"{_name(order)}: {arrival.caller} has sent it at {arrival.at:.3f} without having claimed it"
                continue
            unused.remove(mine[-1])
            # After this, a person may have sent it again.
            if (late := arrival.at - mine[-1].at - evidence.deadline) > 0:
                yield f"{_name(order)}: {arrival.caller} has sent it {late:.3f} s after its deadline"


def _repeats(evidence: Evidence) -> Iterator[str]:
    """An order arrives again only after a panel has refused to look at it, or after a request of a person."""
    for link, arrivals in evidence.by_arrival.items():
        in_doubt = [arrival for arrival in arrivals[:-1] if not is_turned_away(arrival)]
        if link in evidence.clicked:
            in_doubt = [arrival for arrival in in_doubt if not _is_by_owner(arrival)]
        if len(in_doubt) > (link in evidence.sent_again):
            times = ", ".join(f"{_fault(arrival)} at {arrival.at:.3f} by {arrival.caller}" for arrival in arrivals)
            yield f"{link}: it was sent again after it may have been taken ({times})"
        if evidence.is_decided:
            continue
        if link in evidence.fenced and arrivals[-1].at > evidence.fenced[link]:
            yield f"{link}: {arrivals[-1].caller} has sent it although it was too late"
        order = evidence.by_link.get(link)
        if order and order.pk in evidence.restored and arrivals[-1].at > evidence.restored_at:
            yield f"{link}: {arrivals[-1].caller} has sent what a restored copy showed as waiting"


def _limits(evidence: Evidence) -> Iterator[str]:
    """The limits of a panel hold across all workers."""
    for panel, peak in evidence.peaks.items():
        if peak > evidence.parallel:
            yield f"{panel}: it had {peak} orders at once, and takes {evidence.parallel}"
    for panel, per_minute in evidence.per_minute.items():
        interval, taken_until = 60 / per_minute, 0.0
        for at in _calls(panel, evidence):
            taken_until = max(taken_until, at) + interval
            if taken_until > at + BURST * interval + JITTER:
                yield f"{panel}: at {at:.3f} more than {per_minute} calls a minute were made"
                break


def _calls(panel: str, evidence: Evidence) -> list[float]:
    """Return the times of claims for a panel, without claims that a kill may have undone before the commit."""
    killed = {strike.worker: strike.ended for strike in evidence.strikes if strike.kind == "kill"}
    claims = (claim for order in evidence.orders if order.panel == panel for claim in evidence.claims_of(order))
    return sorted(claim.at for claim in claims if killed.get(claim.worker, float("inf")) > claim.at + COMMITTED_WITHIN)


def _order(order: OrderSeen, evidence: Evidence) -> Iterator[str]:
    if order.alarm and (evidence.is_decided or not evidence.is_second_of_an_id(order)):
        yield f"{_name(order)}: it has an alarm: {order.alarm}"
    if order.decisions > order.unknowns:
        yield f"{_name(order)}: {order.decisions} decisions ended {order.unknowns} unknown outcomes"
    if bool(order.remote_id) != (order.state == "placed"):
        yield f"{_name(order)}: it is {order.state}, and its id is {order.remote_id or 'missing'}"
    if why := _wrong_state(order, evidence):
        yield f"{_name(order)}: it is {why}"


def _wrong_state(order: OrderSeen, evidence: Evidence) -> str:
    """Return the state of an order and why it must not be in it, or ""."""
    match order.state:
        case "placed":
            return ""
        case "refused":
            return "" if _is_rightly_refused(order, evidence) else "refused, and no panel has refused it"
        case "unknown":
            return "" if explanation(order, evidence) else "unknown, and nothing was done to it"
        case "written_off":
            is_second = order.link in evidence.written_off and evidence.is_second_of_an_id(order)
            is_given_up = is_second or order.link in evidence.given_up
            return "" if is_given_up else "written off, and nobody had a reason for it"
        case "withdrawn":
            return _wrongly_withdrawn(order, evidence)
    return f"still {order.state}"


def _wrongly_withdrawn(order: OrderSeen, evidence: Evidence) -> str:
    if order.link not in evidence.withdrawable:
        return "withdrawn, and nobody has withdrawn it"
    is_unsent = all(map(is_turned_away, evidence.arrivals_of(order)))
    return "" if is_unsent else "withdrawn, and it was sent"


def _is_by_owner(arrival: Arrival) -> bool:
    return arrival.fault is not None and arrival.answered_at is not None and arrival.fault.text.startswith(BY_OWNER)


def _is_rightly_refused(order: OrderSeen, evidence: Evidence) -> bool:
    """Return whether the panel has answered the last send of an order with a refusal of the order itself."""
    last = next(reversed(evidence.arrivals_of(order)), None)
    if last is None or last.fault is None or last.answered_at is None:
        return False
    return last.fault.fault is Fault.REFUSE and last.fault.text not in ACCOUNT_REFUSALS


def _may_lack_its_id(order: OrderSeen, evidence: Evidence) -> bool:
    """Return whether an order that a panel has may be without its id."""
    is_given_up = order.state == "written_off" and order.link in evidence.given_up
    return order.state == "unknown" or is_given_up or _is_lied_about(order, evidence)


def _is_lied_about(order: OrderSeen, evidence: Evidence) -> bool:
    """Return whether the panel took an order and refused it in words that nobody knows. Only a person can find it."""
    last = next(reversed(evidence.arrivals_of(order)), None)
    return order.state == "refused" and last is not None and bool(last.fault and last.fault.text.startswith(LIE))


def _fault(arrival: Arrival) -> str:
    return arrival.fault.fault if arrival.fault else "no fault"


def _name(order: OrderSeen | None) -> str:
    return f"order {order.pk} ({order.link})" if order else "no order"
