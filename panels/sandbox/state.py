"""The state of a panel: services, orders, refills, balance and ledger, behind one lock."""

from __future__ import annotations

import dataclasses
import heapq
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from panels.sandbox.deliveries import DELIVERIES
from panels.sandbox.faults import PlannedFault
from panels.sandbox.journal import Journal
from panels.sandbox.life import Chances, SandboxOrder, SandboxRefill
from panels.sandbox.paging import Paging
from panels.sandbox.rules import STRICT, Refusal, SandboxService, check_and_price

FIRST_ORDER_ID = 23_500
WIDEST_ORDER_GAP = 40
WIDEST_REFILL_GAP = 5


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One accepted `add`, written before its answer. Ids are text, `at` is in seconds of the panel's clock."""

    order_id: str
    service: str
    fields: dict[str, str]
    charge: Decimal
    at: float
    request_number: int


@dataclass(slots=True)
class Arrival:
    """One `add` that arrived, with any outcome. `caller` is its User-Agent. Times are those of time.time()."""

    request_number: int
    # Without the key.
    fields: dict[str, str]
    caller: str
    fault: PlannedFault | None
    at: float
    # When the whole answer was given to the network. None without an answer.
    answered_at: float | None = None


class PanelState:
    """The records of a panel. Callers hold `lock` during each use. No method waits."""

    def __init__(
        self, services: Iterable[SandboxService], *, balance: Decimal, chances: Chances, journal: Journal
    ) -> None:
        self.lock = threading.RLock()
        self.services = {service.id: service for service in services}
        self.balance = balance
        self.habits = STRICT
        self.paging = Paging()
        self.calls: Counter[str] = Counter()
        self.under_way: Counter[str] = Counter()
        self.peaks: Counter[str] = Counter()
        self.ledger: list[LedgerEntry] = []
        self.arrivals: dict[int, Arrival] = {}
        self.orders: dict[str, SandboxOrder] = {}
        self.refills: dict[str, SandboxRefill] = {}
        self._chances = chances
        self._journal = journal
        self._last_order_id, self._last_refill_id = FIRST_ORDER_ID, 0
        self._skipped = 0.0
        self._active: dict[tuple[str, str], str] = {}
        self._due: list[tuple[float, str]] = []
        # The last order of each subject and target.
        self._latest: dict[tuple[str, str], str] = {}
        self._restore(journal.load())

    def now(self) -> float:
        """Return the time of the panel's clock, which can be moved forward."""
        return time.time() + self._skipped

    def skip(self, seconds: float) -> None:
        """Move the panel's clock forward by some seconds, and settle the orders that end in that time."""
        self._skipped += seconds
        self._journal.write(("fact", "skipped", self._skipped))
        self.settle()

    def settle(self) -> None:
        """Refund and close the orders that have ended since the last call."""
        now = self.now()
        while self._due and self._due[0][0] <= now:
            order = self.orders[heapq.heappop(self._due)[1]]
            if not order.is_settled and order.ends_at <= now:
                self._book_end(order)

    def place(self, service_id: str, fields: Mapping[str, str], request_number: int) -> SandboxOrder:
        """Accept an order, charge it and add it to the ledger. Raises Refusal before anything is done."""
        service = self.services.get(service_id)
        if service is None:
            raise Refusal("Incorrect service ID")
        priced = check_and_price(service, fields, self.habits)
        order = SandboxOrder("", service_id, dict(fields), priced.units, priced.charge, self.now(), request_number)
        if order.target in self._active:
            raise Refusal("You have active order with this link. Please wait until order being completed.")
        if priced.charge > self.balance:
            raise Refusal("Not enough funds on balance")
        self._last_order_id = self._chances.next_id(self._last_order_id, WIDEST_ORDER_GAP)
        order.id = str(self._last_order_id)
        self._chances.plan(order, DELIVERIES[service.delivery])
        self._count_on(order, service)
        if not (self.habits.loses_charges and self.under_way["add"] > 1):
            self.balance -= order.charge
        self._add_order(order)
        self._save(order)
        return order

    def remember(self, orders: Sequence[SandboxOrder], refills: Sequence[SandboxRefill]) -> None:
        """Add orders and refills of the past, with ids above all others and in their order. The balance stays."""
        for order in orders:
            self._add_order(order)
            self._last_order_id = int(order.id)
        for refill in refills:
            self.refills[refill.id] = refill
            self._last_refill_id = int(refill.id)
        lines: list[tuple[str, str, Any]] = [("order", order.id, dataclasses.asdict(order)) for order in orders]
        self._journal.write(*lines, *[("refill", refill.id, dataclasses.asdict(refill)) for refill in refills])

    def find(self, order_id: str) -> SandboxOrder:
        """Return an order. Raises Refusal for an unknown id."""
        order = self.orders.get(order_id)
        if order is None:
            raise Refusal("Incorrect order ID")
        return order

    def request_refill(self, order_id: str) -> SandboxRefill:
        """Accept a refill of a completed or partial order without a running refill. Raises Refusal."""
        order, now = self.find(order_id), self.now()
        service = self.services.get(order.service)
        if service is None or not service.refill:
            raise Refusal("Refill not available")
        if order.status(now) not in ("Completed", "Partial"):
            raise Refusal("Order not eligible for refill")
        if any(refill.order == order_id and now < refill.ends_at for refill in self.refills.values()):
            raise Refusal("Refill already requested")
        self._last_refill_id = self._chances.next_id(self._last_refill_id, WIDEST_REFILL_GAP)
        refill = self._chances.refill(str(self._last_refill_id), order_id, now, DELIVERIES[service.delivery])
        self.refills[refill.id] = refill
        self._journal.write(("refill", refill.id, dataclasses.asdict(refill)))
        return refill

    def request_cancel(self, order_id: str) -> None:
        """Accept a cancel. The order ends shortly after, as partial if some units are delivered. Raises Refusal."""
        order, now = self.find(order_id), self.now()
        service = self.services.get(order.service)
        if service is None or not service.cancel or now >= order.ends_at:
            raise Refusal("Cannot cancel this order")
        if order.is_cancel_requested:
            raise Refusal("Cancel already requested")
        order.is_cancel_requested = True
        at = min(now + self._chances.cancel_delay(order_id), order.ends_at)
        remains = order.remains(now)
        order.end("Canceled" if remains >= order.units else "Partial" if remains else "Completed", remains, at)
        heapq.heappush(self._due, (order.ends_at, order.id))
        self._save(order)

    def finish(self, order_id: str, status: str, remains: int) -> None:
        """End an order now, or change its end, and book the refund."""
        order = self.find(order_id)
        order.end(status, remains, self.now())
        self._book_end(order)

    def set_balance(self, amount: Decimal) -> None:
        """Set the balance."""
        self.balance = amount
        self._journal.write(self._balance_fact())

    def keep_charges(self, *, keep: bool) -> None:
        """Answer with the whole charge after a refund, or with the lower charge."""
        self.change_habits(keeps_charge=keep)
        self._journal.write(("fact", "keeps_charge", keep))

    def change_habits(self, **changes: Any) -> None:
        """Change some habits from the next call on."""
        self.habits = dataclasses.replace(self.habits, **changes)

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def change_service(self, service_id: str, **changes: Any) -> None:
        """Change fields of a service. Raises Refusal for an unknown id."""
        service = dataclasses.replace(self._listed(service_id), **changes)
        self.services[service_id] = service
        self._journal.write(("service", service_id, dataclasses.asdict(service)))

    def remove_service(self, service_id: str) -> None:
        """Remove a service from the catalog. Raises Refusal for an unknown id."""
        del self.services[self._listed(service_id).id]
        self._journal.write(("service", service_id, None))

    def _listed(self, service_id: str) -> SandboxService:
        service = self.services.get(service_id)
        if service is None:
            raise Refusal(f"there is no service {service_id}")
        return service

    def _count_on(self, order: SandboxOrder, service: SandboxService) -> None:
        """Let the count of a new order go on from the last order for the same subject and target."""
        earlier = self.orders.get(self._latest.get(_counter(order, service), ""))
        if earlier is None:
            return
        served = self.services.get(earlier.service, service)
        is_refilled = any(
            refill.order == earlier.id and refill.status(order.at) == "Completed" for refill in self.refills.values()
        )
        lost = 0.0 if is_refilled else self._chances.share_lost(earlier, DELIVERIES[served.delivery], order.at)
        order.start_count = earlier.count_at(order.at, lost)

    def _book_end(self, order: SandboxOrder) -> None:
        refund = order.refund_due()
        self.balance += refund - order.refunded
        order.refunded = refund
        order.is_settled = True
        if self._active.get(order.target) == order.id:
            del self._active[order.target]
        self._save(order)

    def _add_order(self, order: SandboxOrder) -> None:
        self.orders[order.id] = order
        entry = LedgerEntry(order.id, order.service, dict(order.fields), order.charge, order.at, order.request_number)
        self.ledger.append(entry)
        if service := self.services.get(order.service):
            self._latest[_counter(order, service)] = order.id
        if not order.is_settled:
            self._active[order.target] = order.id
            heapq.heappush(self._due, (order.ends_at, order.id))

    def _save(self, order: SandboxOrder) -> None:
        self._journal.write(("order", order.id, dataclasses.asdict(order)), self._balance_fact())

    def _balance_fact(self) -> tuple[str, str, str]:
        return "fact", "balance", str(self.balance)

    def _restore(self, records: Mapping[str, Mapping[str, Any]]) -> None:
        """Continue from the records of an earlier run. Its balance replaces the given balance."""
        facts = records.get("fact", {})
        self._skipped = float(facts.get("skipped", 0.0))
        self.balance = Decimal(facts.get("balance", self.balance))
        self.change_habits(keeps_charge=bool(facts.get("keeps_charge", False)))
        for service_id, record in records.get("service", {}).items():
            self.services.pop(service_id, None)
            if record is not None:
                amounts = {name: Decimal(record[name]) for name in ("rate", "surcharge")}
                self.services[service_id] = SandboxService(**{**record, **amounts})
        for record in records.get("order", {}).values():
            amounts = {name: Decimal(record[name]) for name in ("charge", "refunded")}
            self._add_order(SandboxOrder(**{**record, **amounts}))
            self._last_order_id = max(self._last_order_id, int(record["id"]))
        for record in records.get("refill", {}).values():
            self.refills[record["id"]] = SandboxRefill(**record)
            self._last_refill_id = max(self._last_refill_id, int(record["id"]))


def _counter(order: SandboxOrder, service: SandboxService) -> tuple[str, str]:
    """Return what an order raises: the subject of its service, and its target."""
    return service.subject or service.id, order.target[1]
