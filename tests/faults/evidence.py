"""The evidence of a run: our orders, the ledgers of the panels, the claims, and the faults.

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
    """A fault of a worker (`kill`, `stop`, `starved`), of a panel (`vanish`) or of all callers of a panel (`hold`).

    One without a worker and a panel concerns everybody: the database was away (`outage`), its disk was full (`full`), a
    clock was wrong (`clock`), or the panels got no CPU (`starved`). A stop lasts until its worker continues. A panel
    that vanishes has cut all its connections when it `ended`.
    """

    kind: str
    began: float
    ended: float
    worker: str = ""
    panel: str = ""
    why: str = ""


@dataclass(frozen=True)
class OrderSeen:
    """The last state of one of our orders.

    `unknown_at` and `not_sent_at` are the times when it last became unknown, and when it was last known that it was not
    sent. `unknowns` and `decisions` count how often it became unknown, and how often a person ended that for good.
    """

    pk: int
    link: str
    panel: str
    state: str
    remote_id: str
    sent_at: float | None
    unknown_at: float | None
    attempt: int = 1
    not_sent_at: float | None = None
    unknowns: int = 0
    decisions: int = 0
    alarm: str = ""


@dataclass
class Evidence:
    """All facts by which a run is judged."""

    links: Set[str]
    orders: Sequence[OrderSeen]
    ledgers: Mapping[str, Sequence[LedgerEntry]]
    arrivals: Mapping[str, Sequence[Arrival]]
    claims: Sequence[Claim]
    strikes: Sequence[Strike]
    # The longest time of an answer, and the time from the claim to the deadline of an order, in seconds.
    patience: float
    deadline: float
    # By panel: the limit of orders at once, the most orders at once that it had, and the calls per minute if limited.
    parallel: int
    peaks: Mapping[str, int]
    per_minute: Mapping[str, int] = field(default_factory=dict)
    # The orders that waited in the restored copy, and the time of the restore.
    restored: Set[int] = frozenset()
    restored_at: float = 0.0
    # Links of orders whose workers stood still until it was too late to send them, by the time since when.
    fenced: Mapping[str, float] = field(default_factory=dict)
    # Whether a person has decided about unknown orders: the links to send again, and the links to give up.
    is_decided: bool = False
    sent_again: Set[str] = frozenset()
    # The links of orders that a panel refused in unknown words, and that a person sent again by a click.
    clicked: Set[str] = frozenset()
    written_off: Set[str] = frozenset()
    # The links of orders that one of two people marked as lost over the web, and of those that one withdrew.
    given_up: Set[str] = frozenset()
    withdrawable: Set[str] = frozenset()

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
        """Return the arrivals of an order at the panels, in their order."""
        return self.by_arrival.get(order.link, [])

    def claims_of(self, order: OrderSeen) -> list[Claim]:
        """Return the claims of an order, in their order."""
        return self._claims_of.get(order.pk, [])

    def was_given(self, order: OrderSeen | None, remote_id: str) -> bool:
        """Return whether a panel answered an order with this id, although it was the last id of another order."""
        return order is not None and remote_id in self._given.get(order.link, ())

    def is_second_of_an_id(self, order: OrderSeen) -> bool:
        """Return whether a panel gave the same id to an order and to another order that got the id first."""
        own = {entry.order_id for entry in self.ledgers[order.panel] if entry.fields["link"] == order.link}
        holders = [each for each in self.orders if each.panel == order.panel and each is not order and each.remote_id]
        return any(
            self.was_given(order, each.remote_id) or (each.remote_id in own and self.was_given(each, each.remote_id))
            for each in holders
        )


def _last_ids(arrival: Arrival, ledger: Sequence[LedgerEntry]) -> set[str]:
    """Return the ids that were the last of the ledger at some time while a call was under way."""
    ends = [*(entry.at for entry in ledger[1:]), float("inf")]
    return {
        entry.order_id
        for entry, end in zip(ledger, ends, strict=False)
        if arrival.answered_at is not None and entry.at <= arrival.answered_at and arrival.at <= end
    }
