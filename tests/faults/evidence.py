"""All that was collected about a run: our orders, the panels' books, who claimed what, and what was done to whom.

Times are seconds as time.time() counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from panels.sandbox import Arrival, Fault, LedgerEntry
from tests.faults.claims import Claim

# The windows of a kill or stop, as the panel saw them.
BEFORE_SEND, AFTER_SEND, BEFORE_RECORD = "before the send", "after the send", "before the record"


@dataclass(frozen=True)
class Strike:
    """Something that was done to a worker (`kill`, `stop`), to a panel (`vanish`) or to all that call it (`hold`).

    A stop lasts until its worker goes on; a panel that vanishes has cut all its connections when it `ended`.
    """

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
    """What a run is judged by."""

    links: Set[str]
    orders: Sequence[OrderSeen]
    ledgers: Mapping[str, Sequence[LedgerEntry]]
    arrivals: Mapping[str, Sequence[Arrival]]
    claims: Sequence[Claim]
    strikes: Sequence[Strike]
    # How long a panel may take to answer, and how long after its claim an order is given up, in seconds.
    patience: float
    deadline: float
    # How many orders each panel takes at once, how many it had, and how many calls a minute it takes, where it matters.
    parallel: int
    peaks: Mapping[str, int]
    per_minute: Mapping[str, int] = field(default_factory=dict)
    # The orders that a restored copy showed as waiting, and when that was.
    restored: Set[int] = frozenset()
    restored_at: float = 0.0
    # Links of orders that workers stood still with until it was too late to send them, and since when.
    fenced: Mapping[str, float] = field(default_factory=dict)
    # Whether a person has decided about what was unknown: which links to send again, and which to give up.
    is_decided: bool = False
    sent_again: Set[str] = frozenset()
    written_off: Set[str] = frozenset()

    def __post_init__(self) -> None:
        self.by_link = {order.link: order for order in self.orders}
        self.by_arrival: dict[str, list[Arrival]] = defaultdict(list)
        self._given: dict[str, set[str]] = defaultdict(set)
        for panel, arrivals in self.arrivals.items():
            for arrival in sorted(arrivals, key=lambda arrival: arrival.at):
                self.by_arrival[arrival.fields["link"]].append(arrival)
                if arrival.fault and arrival.fault.fault is Fault.SAME_ID:
                    self._given[arrival.fields["link"]] |= _last_ids(arrival, self.ledgers[panel])
        self._claims_of: dict[int, list[Claim]] = defaultdict(list)
        for claim in sorted(self.claims, key=lambda claim: claim.at):
            self._claims_of[claim.order].append(claim)

    def arrivals_of(self, order: OrderSeen) -> list[Arrival]:
        """Return what came in at the panels for an order, first what came first."""
        return self.by_arrival.get(order.link, [])

    def claims_of(self, order: OrderSeen) -> list[Claim]:
        """Return who claimed an order, first who was first."""
        return self._claims_of.get(order.pk, [])

    def was_given(self, order: OrderSeen | None, remote_id: str) -> bool:
        """Say whether a panel answered an order with this id, which was another's: the last that it had given."""
        return order is not None and remote_id in self._given.get(order.link, ())

    def is_second_of_an_id(self, order: OrderSeen) -> bool:
        """Say whether a panel gave one id to an order and to another one, which was the first to hear of it."""
        own = {entry.order_id for entry in self.ledgers[order.panel] if entry.fields["link"] == order.link}
        holders = [each for each in self.orders if each.panel == order.panel and each is not order and each.remote_id]
        return any(
            self.was_given(order, each.remote_id) or (each.remote_id in own and self.was_given(each, each.remote_id))
            for each in holders
        )


def _last_ids(arrival: Arrival, ledger: Sequence[LedgerEntry]) -> set[str]:
    """Return the ids that were the ledger's last one at some time while a call was under way."""
    ends = [*(entry.at for entry in ledger[1:]), float("inf")]
    return {
        entry.order_id
        for entry, end in zip(ledger, ends, strict=False)
        if arrival.answered_at is not None and entry.at <= arrival.answered_at and arrival.at <= end
    }
