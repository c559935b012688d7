"""A sandbox panel with a name of its own, and with more ways to misbehave for a while."""

from __future__ import annotations

import contextlib
import random
import socket
from collections.abc import Iterable, Iterator
from decimal import Decimal

from panels.sandbox import Arrival, Fault, SandboxPanel

# Refusals that are not about the order: it waits until the account is in order.
FUNDS, AUTH = "Not enough funds on balance", "Invalid API key"
ACCOUNT_REFUSALS = (FUNDS, AUTH)

# What may happen to any order, and for how many seconds or with which words.
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
    (Fault.TRUNCATED, None, ""),
    (Fault.REDIRECT, None, ""),
    (Fault.PHP_NOTICE, None, ""),
    (Fault.SLOW, 0.5, ""),
    (Fault.LATE_ANSWER, 0.5, ""),
    (Fault.SAME_ID, None, ""),
    (Fault.REFUSE, None, "Incorrect link"),
    (Fault.REFUSE, None, FUNDS),
    (Fault.REFUSE, None, AUTH),
    (Fault.RATE_LIMIT, 0, ""),
)
# Each kind strikes once soon, wherever it is planned, and from time to time ever after.
SOON, EVER_AFTER = 0.05, 0.004
# A second order for a link must be taken, so that it is seen in the ledger: every order ends at once.
AT_ONCE = 1e9


class SpoiledPanel(SandboxPanel):
    """Listens in the process of the harness, so that its ledger outlives all that happens to it."""

    def __init__(self, name: str, key: str, *, latency: float, seed: int) -> None:
        super().__init__(key=key, balance=Decimal(10**9), latency=latency, speed=AT_ONCE, seed=seed)
        self.name = name
        self._chance = random.Random(f"{seed}/{name}")

    def misbehave(self, once: Iterable[FaultOption]) -> None:
        """Let each of these faults strike once soon, and any at any time."""
        for fault, seconds, text in once:
            self.faults.add(fault, "add", seconds=seconds, text=text, probability=SOON)
        for fault, seconds, text in FAULTS:
            self.faults.add(fault, "add", None, seconds=seconds, text=text, probability=EVER_AFTER)

    @contextlib.contextmanager
    def answering_late(self, seconds: float, times: int | None = 1) -> Iterator[None]:
        """Accept the next adds at once, and answer them so much later."""
        planned = self.faults.add(Fault.LATE_ANSWER, "add", times, seconds=seconds)
        try:
            yield
        finally:
            self.faults.remove(planned)

    @contextlib.contextmanager
    def unreachable(self) -> Iterator[None]:
        """Let nobody finish a connection: a full queue of connections makes the kernel ignore every new one."""
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
        """Return the adds that came in after the call of that number."""
        return [arrival for arrival in self.arrivals if arrival.request_number > number]

    def last_number(self) -> int:
        """Return the number of the last call."""
        return self.calls.total()
