"""A panel that is asked for refills and cancels. It counts each request that it was asked, whatever its answer was."""

from __future__ import annotations

import contextlib
import json
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from panels.sandbox import Fault
from panels.sandbox.faults import PlannedFault
from tests.faults.panel import AUTH, FUNDS, FaultOption, SpoiledPanel

REFILL, CANCEL = "refill", "cancel"
ACTIONS = (REFILL, CANCEL)
# Each of these faults hits a call for refills and a call for cancels for sure.
FAULTS: tuple[FaultOption, ...] = (
    (Fault.HANG, None, ""),
    (Fault.DROP, None, ""),
    (Fault.DROP_BEFORE, None, ""),
    (Fault.ERROR_500, None, ""),
    (Fault.GARBAGE, None, ""),
    (Fault.EMPTY, None, ""),
    (Fault.HUGE, None, ""),
    (Fault.TRUNCATED, None, ""),
    (Fault.REFUSE, None, FUNDS),
    (Fault.REFUSE, None, AUTH),
    (Fault.RATE_LIMIT, 0, ""),
    (Fault.LATE_ANSWER, 0.5, ""),
)
# At the usual speed, an order runs for minutes. So its cancel can be accepted.
SPEED = 1.0
LINK = "https://example.com/care/{}"


@dataclass(slots=True)
class Ask:
    """One order in a call for refills or cancels. `caller` is its User-Agent. Times are those of time.time()."""

    action: str
    order_id: str
    caller: str
    fault: PlannedFault | None
    at: float
    answered_at: float | None = None


class CarePanel(SpoiledPanel):
    """Has orders from the start. Some are completed, so they can be refilled. The others run, so they can be canceled.

    It gets no orders of workers.
    """

    def __init__(self, name: str, key: str, *, latency: float, seed: int) -> None:
        super().__init__(name, key, latency=latency, seed=seed, speed=SPEED)
        self._asks: dict[int, list[Ask]] = {}
        self._care_due: dict[str, deque[FaultOption]] = {action: deque() for action in ACTIONS}
        # The action that is answered late for now, and by how many seconds.
        self._late: tuple[str, float] | None = None
        self._links = 0

    @property
    def asks(self) -> list[Ask]:
        """Every request that arrived."""
        with self._counting:
            return [ask for asks in self._asks.values() for ask in asks]

    @property
    def refills(self) -> dict[str, str]:
        """The order of each refill that was accepted, by the id of the refill."""
        with self._state.lock:
            return {refill.id: refill.order for refill in self._state.refills.values()}

    @property
    def canceled(self) -> set[str]:
        """The orders whose cancel was accepted."""
        with self._state.lock:
            return {order.id for order in self._state.orders.values() if order.is_cancel_requested}

    def new_order(self, action: str) -> str:
        """Take an order that can be refilled or canceled, and return its id."""
        self._links += 1
        service = self.pick("Default", refill=True, cancel=True)
        fields = {"key": self.key, "action": "add", "service": service.id, "quantity": str(service.min)}
        answer: dict[str, Any] = json.loads(self.answer({**fields, "link": LINK.format(self._links)}, 0))
        order_id = str(answer["order"])
        if action == REFILL:
            self.finish(order_id, "Completed")
        return order_id

    def misbehave_once(self, faults: Any = FAULTS) -> None:
        """Let each fault hit one call for refills and one for cancels."""
        for due in self._care_due.values():
            due.extend(faults)

    @property
    def faults_left(self) -> int:
        """Count these faults that have not occurred yet."""
        return sum(map(len, self._care_due.values()))

    def behave(self) -> None:
        """Answer everything correctly from now on."""
        super().behave()
        for due in self._care_due.values():
            due.clear()

    @contextlib.contextmanager
    def answering_requests_late(self, action: str, seconds: float) -> Iterator[None]:
        """Accept the calls of an action at once, and answer them later by so many seconds."""
        self._late = action, seconds
        try:
            yield
        finally:
            self._late = None

    def misbehave(self) -> None:
        """Do nothing more than that, because a call is about several requests."""

    def receive(self, fields: Mapping[str, str], caller: str) -> tuple[int, PlannedFault | None]:
        """Count a call and each request in it."""
        self._plan_for(fields.get("action", ""))
        number, planned = super().receive(fields, caller)
        if (action := fields.get("action", "")) in ACTIONS:
            ids = fields.get("orders") or fields.get("order", "")
            now = time.time()
            with self._counting:
                self._asks[number] = [Ask(action, each, caller, planned, now) for each in ids.split(",")]
        return number, planned

    def _plan_for(self, action: str) -> None:
        with self._counting:
            late, due = self._late, self._care_due.get(action)
            if late and late[0] == action:
                self.faults.add(Fault.LATE_ANSWER, action, seconds=late[1])
            elif due and not late:
                fault, seconds, text = due.popleft()
                self.faults.add(fault, action, seconds=seconds, text=text)

    def note_answered(self, request_number: int) -> None:
        """Record that the whole answer to a call was given to the network."""
        super().note_answered(request_number)
        with self._counting:
            for ask in self._asks.get(request_number, ()):
                ask.answered_at = time.time()

    def asked_since(self, number: int) -> list[Ask]:
        """Return the requests in the calls after the call of that number."""
        with self._counting:
            return [ask for key, asks in self._asks.items() if key > number for ask in asks]
