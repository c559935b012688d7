"""Compares the panels' ledgers with our orders, and every order whose outcome is unknown with what was done to it.

Nothing in here looks anything up: it judges what was collected. Times are seconds as time.time() counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from panels.sandbox import Arrival, Fault, LedgerEntry
from tests.faults.panel import ACCOUNT_REFUSALS

# After these nobody can know whether the panel has the order.
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
        Fault.TRUNCATED,
        Fault.REDIRECT,
    }
)
# The windows of a kill or stop, as the panel saw them.
BEFORE_SEND, AFTER_SEND, BEFORE_RECORD = "before the send", "after the send", "before the record"


@dataclass(frozen=True)
class Strike:
    """Something that was done to a worker (`kill`, `stop`) or to a panel (`vanish`) at a time."""

    kind: str
    began: float
    ended: float
    worker: str = ""
    panel: str = ""
    why: str = ""


@dataclass(frozen=True)
class OrderSeen:
    """One of our orders as it is in the end; `unknown_at` is when it last became unknown."""

    pk: int
    link: str
    panel: str
    state: str
    remote_id: str
    sent_at: float | None
    unknown_at: float | None
    alarm: str = ""


@dataclass
class Evidence:
    """All that was collected: our orders, the panels' books, and what was done to whom."""

    links: set[str]
    orders: Sequence[OrderSeen]
    ledgers: Mapping[str, Sequence[LedgerEntry]]
    arrivals: Mapping[str, Sequence[Arrival]]
    strikes: Sequence[Strike]
    # How long a panel may take to answer, and how long after its claim an order is given up, in seconds.
    patience: float
    deadline: float
    # The orders that a restored copy showed as waiting.
    restored: set[int] = field(default_factory=set)
    # Links of which a person has said that they shall be sent again.
    sent_again: set[str] = field(default_factory=set)
    # Links that workers had claimed when they were halted until it was too late to send them, and since when.
    fenced: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_link = {order.link: order for order in self.orders}
        self.arrivals_of: dict[str, list[Arrival]] = defaultdict(list)
        for panel in self.arrivals.values():
            for arrival in sorted(panel, key=lambda arrival: arrival.at):
                self.arrivals_of[arrival.fields.get("link", "")].append(arrival)

    def met(self, order: OrderSeen, *faults: Fault) -> bool:
        """Say whether any send of an order met one of these faults."""
        return any(each.fault and each.fault.fault in faults for each in self.arrivals_of[order.link])


def violations(evidence: Evidence) -> list[str]:
    """Return everything that must not be, in words; nothing if both promises were kept."""
    return [
        *_lost(evidence),
        *_ledger(evidence),
        *_repeats(evidence),
        *(problem for order in evidence.orders for problem in _order(order, evidence)),
    ]


def _lost(evidence: Evidence) -> Iterator[str]:
    for link in sorted(evidence.links - evidence.by_link.keys()):
        yield f"{link}: the order is gone"
    for link, times in Counter(order.link for order in evidence.orders).items():
        if times > 1:
            yield f"{link}: there are {times} orders"


def _ledger(evidence: Evidence) -> Iterator[str]:
    """Every accepted add belongs to one order, and no order has two."""
    for panel, entries in evidence.ledgers.items():
        holders = {order.remote_id: order for order in evidence.orders if order.panel == panel and order.remote_id}
        for link, times in Counter(entry.fields["link"] for entry in entries).items():
            if times > 1:
                yield f"{link}: {panel} has {times} orders for it"
        for entry in entries:
            order, holder = evidence.by_link.get(entry.fields["link"]), holders.get(entry.order_id)
            if order is None or order.panel != panel:
                yield f"{panel} {entry.order_id}: it belongs to none of our orders"
            elif holder is None and order.state != "unknown":
                yield f"{_name(order)}: it is {order.state}, and {panel} has it as {entry.order_id}"
            elif holder not in (None, order) and not evidence.met(holder, Fault.SAME_ID):
                yield f"{_name(order)}: its id {entry.order_id} stands at {_name(holder)}"
        for remote_id in sorted(holders.keys() - {entry.order_id for entry in entries}):
            yield f"{_name(holders[remote_id])}: {panel} knows no {remote_id}"


def _repeats(evidence: Evidence) -> Iterator[str]:
    """An order arrives once more only after a panel has said that it did not look at it, or a person asked for it."""
    for link, arrivals in evidence.arrivals_of.items():
        in_doubt = [arrival for arrival in arrivals[:-1] if not _is_turned_away(arrival)]
        if len(in_doubt) > (link in evidence.sent_again):
            times = ", ".join(f"{_fault(arrival)} at {arrival.at:.3f} by {arrival.caller}" for arrival in arrivals)
            yield f"{link}: it was sent again after it may have been taken ({times})"
        if link in evidence.fenced and arrivals[-1].at > evidence.fenced[link]:
            yield f"{link}: {arrivals[-1].caller} has sent it although it was too late"


def _order(order: OrderSeen, evidence: Evidence) -> Iterator[str]:
    if order.alarm:
        yield f"{_name(order)}: it has an alarm: {order.alarm}"
    if order.state in ("placed", "refused", "unknown"):
        if order.state == "refused" and not _is_rightly_refused(order, evidence):
            yield f"{_name(order)}: it is refused, and no panel has refused it"
        if order.state == "unknown" and explanation(order, evidence) is None:
            yield f"{_name(order)}: it is unknown, and nothing was done to it"
    elif order.state != "written_off" or not _is_id_given_away(order, evidence):
        yield f"{_name(order)}: it is still {order.state}"


def explanation(order: OrderSeen, evidence: Evidence) -> str | None:
    """Say what kept the outcome of an unknown order from being recorded; None if nothing did."""
    if order.pk in evidence.restored:
        return "restored"
    if order.sent_at is None or order.unknown_at is None:
        return None
    sends = [arrival for arrival in evidence.arrivals_of[order.link] if arrival.at >= order.sent_at]
    arrival = sends[-1] if sends else None
    if arrival and arrival.fault and arrival.fault.fault in LEAVES_UNKNOWN:
        return arrival.fault.fault
    for strike in evidence.strikes:
        is_meanwhile = strike.began <= order.unknown_at and order.sent_at <= strike.ended
        # Of what a killed worker had claimed nothing is heard before the deadline.
        is_too_soon = strike.kind == "kill" and order.unknown_at < order.sent_at + evidence.deadline
        if is_meanwhile and not is_too_soon and _hits(strike, order, arrival):
            return f"{strike.kind} {_window(strike, arrival)}" if strike.worker else strike.kind
    if arrival and (arrival.answered_at or order.unknown_at) - order.sent_at > evidence.patience:
        return "deadline"
    return None


def _hits(strike: Strike, order: OrderSeen, arrival: Arrival | None) -> bool:
    if strike.panel:
        return strike.panel == order.panel
    return arrival is None or arrival.caller == strike.worker


def _window(strike: Strike, arrival: Arrival | None) -> str:
    if arrival is None:
        return BEFORE_SEND
    is_answered = arrival.answered_at is not None and arrival.answered_at <= strike.began
    return BEFORE_RECORD if is_answered else AFTER_SEND


def _is_turned_away(arrival: Arrival) -> bool:
    """Say whether the panel has told that it did not look at this call."""
    if arrival.fault is None or arrival.answered_at is None:
        return False
    refuses = arrival.fault.fault is Fault.REFUSE and arrival.fault.text in ACCOUNT_REFUSALS
    return refuses or arrival.fault.fault is Fault.RATE_LIMIT


def _is_rightly_refused(order: OrderSeen, evidence: Evidence) -> bool:
    """Say whether the panel said no, or gave one id to two orders, of which this is the second to hear of it."""
    return evidence.met(order, Fault.REFUSE, Fault.SAME_ID) or _is_id_given_away(order, evidence)


def _is_id_given_away(order: OrderSeen, evidence: Evidence) -> bool:
    own = {entry.order_id for entry in evidence.ledgers[order.panel] if entry.fields["link"] == order.link}
    return any(each.remote_id in own and evidence.met(each, Fault.SAME_ID) for each in evidence.orders)


def _fault(arrival: Arrival) -> str:
    return arrival.fault.fault if arrival.fault else "no fault"


def _name(order: OrderSeen | None) -> str:
    return f"order {order.pk} ({order.link})" if order else "no order"
