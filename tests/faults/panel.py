"""A sandbox panel with its own name and more faults."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Protocol

from panels.sandbox import Arrival, Fault, SandboxPanel
from panels.sandbox.faults import ADMITS_ORDER, PlannedFault
from tests.faults.pulse import was_late_within
from tests.faults.worker import READ_TIMEOUT

# Refusals that are not about the order. The order waits until the account or the panel is in order.
FUNDS, AUTH, EVERYBODY = "Not enough funds on balance", "Invalid API key", "Ordering is disabled"
ACCOUNT_REFUSALS = (FUNDS, AUTH, EVERYBODY)
# The words of a panel that takes orders and refuses them begin so, and the words of a panel that takes no orders.
# Nobody knows them.
LIE, BY_OWNER = "Olmaz", "Yok"
# What else is true of refusals with these words.
MORE: Mapping[str, dict[str, Any]] = {ADMITS_ORDER: {"processed": True, "status": 400}}

# The most calls at once of each panel, and its calls per minute where they are limited.
PARALLEL, PER_MINUTE = 3, 720

# The faults that any order may meet, each with its seconds or its words.
FaultOption = tuple[Fault, float | None, str]
FAULTS: tuple[FaultOption, ...] = (
    (Fault.HANG, None, ""),
    (Fault.DROP, None, ""),
    (Fault.DROP_BEFORE, None, ""),
    (Fault.ERROR_500, None, ""),
    (Fault.GARBAGE, None, ""),
    (Fault.HTML, None, ""),
    (Fault.EMPTY, None, ""),
    (Fault.NULL, None, ""),
    (Fault.HUGE, None, ""),
    (Fault.TRUNCATED, None, ""),
    (Fault.REDIRECT, None, ""),
    (Fault.PHP_NOTICE, None, ""),
    (Fault.SLOW, 0.5, ""),
    (Fault.LATE_ANSWER, 0.5, ""),
    (Fault.SAME_ID, None, ""),
    (Fault.REFUSE, None, "Incorrect link"),
    (Fault.REFUSE, None, FUNDS),
    (Fault.REFUSE, None, AUTH),
    (Fault.CONFLICT, 0.3, ""),
    (Fault.REFUSE, None, EVERYBODY),
    (Fault.REFUSE, None, ADMITS_ORDER),
    (Fault.RATE_LIMIT, 0, ""),
    (Fault.TRICKLE, 0.5, ""),
    (Fault.TRICKLE_HEAD, 0.5, ""),
)
# The number of adds at a panel from one certain fault to the next, and the probability of a random fault.
FROM_ONE_TO_NEXT, EVER_AFTER = 6, 0.004
# With these faults, a panel still works after the caller has given up.
OUTLASTS_ALL = (Fault.HANG, Fault.TRICKLE, Fault.TRICKLE_HEAD)
# The ledger must show a second order for a link, so the panel must accept it. Therefore every order ends at once.
AT_ONCE = 1e9


class Met(Protocol):
    """A call that a panel has met: the fault, and when it was answered."""

    fault: PlannedFault | None
    answered_at: float | None


def fault_name(fault: Fault, text: str) -> str:
    """Return the name of a fault. The names of refusals have their words."""
    return f"{fault}: {text}" if text else str(fault)


def is_turned_away(call: Met) -> bool:
    """Return whether the panel has answered that it did not look at a call."""
    if call.fault is None or call.answered_at is None:
        return False
    refuses = call.fault.fault is Fault.REFUSE and call.fault.text in ACCOUNT_REFUSALS
    return refuses or call.fault.fault is Fault.RATE_LIMIT


class SpoiledPanel(SandboxPanel):
    """Listens in the process of the harness, so its ledger outlives all faults."""

    def __init__(
        self,
        name: str,
        key: str,
        *,
        latency: float,
        seed: int,
        per_minute: int | None = None,
        speed: float = AT_ONCE,
    ) -> None:
        super().__init__(key=key, balance=Decimal(10**9), latency=latency, speed=speed, seed=seed)
        self.name, self.per_minute = name, per_minute
        self._due: deque[FaultOption] = deque()
        self._planned: list[PlannedFault] = []
        self._adds = 0
        # The adds that are under way and whose callers wait, and the highest number of them.
        self.under_way = self.peak = 0
        # Until then, no highest number is noted. A worker with a wrong clock believes that the deadlines of others have
        # passed, and sends beside them.
        self.no_peak_until = 0.0
        self._counting = threading.Lock()
        # Each call has its own thread.
        self._call = threading.local()

    def misbehave(self) -> None:
        """Let any fault occur at any time."""
        for fault, seconds, text in FAULTS:
            more = MORE.get(text, {})
            self.faults.add(fault, "add", None, seconds=seconds, text=text, probability=EVER_AFTER, **more)

    def misbehave_once(self, faults: Iterable[FaultOption]) -> None:
        """Let each of these faults occur once for sure, some adds apart."""
        self._due.extend(faults)

    @property
    def faults_left(self) -> int:
        """Count these faults that have not occurred yet."""
        return len(self._due) + sum(not planned.hits for planned in self._planned)

    @property
    def costs(self) -> dict[str, Decimal]:
        """What this panel took for each order by its id, less what it paid back."""
        with self._state.lock:
            self._state.settle()
            return {each.id: each.charge - each.refunded for each in self._state.orders.values()}

    def behave(self) -> None:
        """Answer everything correctly from now on."""
        self._due.clear()
        self.faults.clear()

    def receive(self, fields: Mapping[str, str], caller: str) -> tuple[int, PlannedFault | None]:
        """Count a call. Return its number and its fault."""
        is_add = fields.get("action") == "add"
        if is_add:
            self._plan_next()
        number, planned = super().receive(fields, caller)
        self._call.is_counted = is_add and (planned is None or planned.fault not in OUTLASTS_ALL)
        self._count(1)
        return number, planned

    def release(self, action: str) -> None:
        """Note that a call is no longer under way."""
        super().release(action)
        self._count(-1)

    def _plan_next(self) -> None:
        with self._counting:
            self._adds += 1
            due = self._due.popleft() if self._due and self._adds % FROM_ONE_TO_NEXT == 0 else None
        if due:
            fault, seconds, text = due
            self._planned.append(self.faults.add(fault, "add", seconds=seconds, text=text, **MORE.get(text, {})))

    def _count(self, change: int) -> None:
        if self._call.is_counted:
            with self._counting:
                self.under_way += change
                # Callers that gave up do not count, and a panel without CPU notes late that a call has ended.
                if time.time() > self.no_peak_until and not was_late_within(2 * READ_TIMEOUT):
                    self.peak = max(self.peak, self.under_way)

    @contextlib.contextmanager
    def answering_late(self, seconds: float, times: int | None = 1) -> Iterator[None]:
        """Accept the next adds at once, and answer them later by so many seconds."""
        planned = self.faults.add(Fault.LATE_ANSWER, "add", times, seconds=seconds)
        try:
            yield
        finally:
            self.faults.remove(planned)

    @contextlib.contextmanager
    def refusing(self, text: str, *, takes: bool) -> Iterator[None]:
        """Refuse all orders of every service in these words, and take them all the same or not."""
        planned = self.faults.add(Fault.REFUSE, "add", None, text=text, processed=takes)
        try:
            yield
        finally:
            self.faults.remove(planned)

    @contextlib.contextmanager
    def unreachable(self) -> Iterator[None]:
        """Let no connection be finished: the queue of connections is full, so the kernel ignores new connections."""
        self.vanish()
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(socket.socket())
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", self.port))
            listener.listen(0)
            for _ in range(3):
                filler = stack.enter_context(socket.socket())
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", self.port))
            yield
        self.come_back()

    def arrived_since(self, number: int) -> list[Arrival]:
        """Return the adds that arrived after the call of that number."""
        return [arrival for arrival in self.arrivals if arrival.request_number > number]

    def last_number(self) -> int:
        """Return the number of the last call."""
        return self.calls.total()
