"""SandboxPanel: a whole panel as one object, with methods to start, change and inspect it."""

from __future__ import annotations

import json
import math
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any

from panels.sandbox.api import DIALECTS, Api
from panels.sandbox.behaviours import Stage
from panels.sandbox.catalog import build_catalog
from panels.sandbox.control import control
from panels.sandbox.faults import Fault, FaultPlan, PlannedFault
from panels.sandbox.journal import Journal
from panels.sandbox.life import Chances, SandboxOrder, SandboxRefill
from panels.sandbox.paging import Manner, Paging
from panels.sandbox.rules import STRICT, SandboxService
from panels.sandbox.server import API_PATH, PanelServer
from panels.sandbox.state import Arrival, LedgerEntry, PanelState

DEFAULT_KEY = "sandbox-key"


class SandboxPanel:
    """A panel that listens on loopback between start() and stop(), also as a context manager.

    `latency` is the shortest time of an answer in seconds. `speed` is the speed of orders and refills: at 1, an order
    takes one to four minutes. A `house` (houses.py) has a catalog of its own, whose services deliver in different ways.
    With a `state_file`, orders, refills, ids, changed services and the balance are kept for the next run. The
    balance in that file replaces `balance`. Ids are text in Python and numbers in the API. With `takes_only_json` the
    panel reads JSON bodies alone, and with `lets_only_browsers` its firewall wants the User-Agent of a browser.
    """

    def __init__(  # noqa: PLR0913
        self,
        dialect: str = "003",
        key: str = DEFAULT_KEY,
        *,
        house: str = "",
        currency: str = "USD",
        balance: Decimal = Decimal(500),
        port: int = 0,
        latency: float = 0.0,
        speed: float = 1.0,
        seed: int = 1,
        state_file: Path | str | None = None,
    ) -> None:
        if dialect not in DIALECTS:
            raise ValueError(f"there is no dialect {dialect}; these are spoken: {', '.join(DIALECTS)}")
        if speed <= 0:
            raise ValueError("speed must be above 0")
        spoken = DIALECTS[dialect]
        self.dialect, self.key, self.currency, self.latency = dialect, key, currency, latency
        self.takes_only_json = self.lets_only_browsers = False
        self._state = PanelState(
            build_catalog(dialect, currency, house),
            balance=Decimal(balance),
            chances=Chances(seed, speed, overdelivers=spoken.remains_may_be_negative),
            journal=Journal(Path(state_file) if state_file else None),
        )
        self._api = Api(self._state, spoken, key=key, currency=currency)
        self.faults: FaultPlan = FaultPlan(seed=seed, vanish=self.vanish)
        self._stage = Stage(self.faults)
        # The times of the calls of the last minute, while their number is limited.
        self._recent: deque[float] = deque()
        self._port = port
        self._server: PanelServer | None = None
        self._return: threading.Timer | None = None
        self._switch = threading.RLock()

    def __enter__(self) -> SandboxPanel:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port. It may be 0 before the first start and stays the same afterwards."""
        return self._port

    @property
    def api_url(self) -> str:
        """The API address of this panel. It is complete after the start."""
        return f"http://127.0.0.1:{self._port}{API_PATH}"

    def start(self) -> None:
        """Start to listen. Does nothing if the panel listens already."""
        with self._switch:
            if self._server is None:
                self._server = PanelServer(self._port, self)
                self._port = self._server.port

    def stop(self) -> None:
        """Cut all connections, end all waiting calls and close the state file."""
        with self._switch:
            if self._return is not None:
                self._return.cancel()
            self.vanish()
        with self._state.lock:
            self._state.close()

    def vanish(self, seconds: float | None = None) -> None:
        """Refuse connections from now on, for some seconds or until come_back()."""
        with self._switch:
            server, self._server = self._server, None
        if server is not None:
            server.close()
        if seconds is not None:
            self._return = threading.Timer(seconds, self.start)
            self._return.daemon = True
            self._return.start()

    def come_back(self) -> None:
        """Listen again, on the same port."""
        self.start()

    @property
    def ledger(self) -> list[LedgerEntry]:
        """Every accepted `add`, also if its answer was never received."""
        with self._state.lock:
            return list(self._state.ledger)

    @property
    def arrivals(self) -> list[Arrival]:
        """Every `add` that arrived since this panel was made, accepted or not, with its sender and its fault."""
        with self._state.lock:
            return list(self._state.arrivals.values())

    @property
    def calls(self) -> Counter[str]:
        """The number of calls by action, answered or not."""
        with self._state.lock:
            return self._state.calls.copy()

    @property
    def peaks(self) -> Counter[str]:
        """The largest number of calls at the same time, by action."""
        with self._state.lock:
            return self._state.peaks.copy()

    @property
    def balance(self) -> Decimal:
        """The balance, with the refunds of all orders that have ended by now."""
        with self._state.lock:
            self._state.settle()
            return self._state.balance

    @property
    def services(self) -> dict[str, SandboxService]:
        """The services of the catalog by id."""
        with self._state.lock:
            return dict(self._state.services)

    def pick(self, type: str = "Default", **wanted: bool) -> SandboxService:  # noqa: A002
        """Return the first service of a type with the wanted values of refill, cancel and dripfeed."""
        for service in self.services.values():
            if service.type == type and all(getattr(service, name) == value for name, value in wanted.items()):
                return service
        raise LookupError(f"no service of type {type} with {wanted}")

    def finish(self, order_id: str | int, status: str, remains: int = 0) -> None:
        """End an order now. Partial refunds `remains`, Canceled refunds everything."""
        with self._state.lock:
            self._state.finish(str(order_id), status, remains)

    def skip(self, seconds: float) -> None:
        """Move the clock of the panel forward by some seconds."""
        with self._state.lock:
            self._state.skip(seconds)

    def remember(self, orders: Sequence[SandboxOrder], refills: Sequence[SandboxRefill] = ()) -> None:
        """Add orders and refills of the past, with ids above all others and in their order. The balance stays."""
        with self._state.lock:
            self._state.remember(orders, refills)

    def set_balance(self, amount: Decimal) -> None:
        """Set the balance."""
        with self._state.lock:
            self._state.set_balance(Decimal(amount))

    def keep_charges(self, *, keep: bool = True) -> None:
        """Answer with the whole charge also after a refund, as many panels do, or with the lower charge again."""
        with self._state.lock:
            self._state.keep_charges(keep=keep)

    def play(self, *names: str, service: str | int | None = None) -> None:
        """Begin behaviours (behaviours.py), those with faults for the calls about one service or for all."""
        for name in names:
            with self._state.lock:
                habits = self._stage.begin(name, None if service is None else str(service))
                self._state.change_habits(**habits)

    def stop_playing(self, name: str) -> None:
        """End a behaviour."""
        with self._state.lock:
            habits = self._stage.end(name)
            self._state.change_habits(**{each: getattr(STRICT, each) for each in habits})

    def page_catalog(self, size: int, manner: Manner | str = Manner.FOLLOWED) -> None:
        """Give out the catalog in pages of so many services from now on (0: all at once)."""
        paging = Paging(size, Manner(manner))
        with self._state.lock:
            self._state.paging = paging

    def remove_service(self, service_id: str | int) -> None:
        """Remove a service from the catalog. Its orders continue."""
        with self._state.lock:
            self._state.remove_service(str(service_id))

    def change_service(self, service_id: str | int, **changes: Any) -> None:
        """Change fields of a service from the next call on."""
        for name in ("rate", "surcharge"):
            if name in changes:
                changes[name] = Decimal(str(changes[name]))
        with self._state.lock:
            self._state.change_service(str(service_id), **changes)

    def receive(self, fields: Mapping[str, str], caller: str) -> tuple[int, PlannedFault | None]:
        """Count a call, and return its number and the fault that it meets."""
        action = fields.get("action", "")
        planned = self.faults.take(fields)
        state = self._state
        with state.lock:
            planned = planned or self._limit_calls()
            state.calls[action] += 1
            state.under_way[action] += 1
            state.peaks[action] = max(state.peaks[action], state.under_way[action])
            number = state.calls.total()
            if action == "add":
                wanted = {name: text for name, text in fields.items() if name != "key"}
                state.arrivals[number] = Arrival(number, wanted, caller, planned, time.time())
        return number, planned

    def note_answered(self, request_number: int) -> None:
        """Record that the whole answer to a call was given to the network."""
        with self._state.lock:
            if arrival := self._state.arrivals.get(request_number):
                arrival.answered_at = time.time()

    def release(self, action: str) -> None:
        """Record that a call has ended."""
        with self._state.lock:
            self._state.under_way[action] -= 1

    def answer(self, fields: Mapping[str, str], request_number: int) -> bytes:
        """Carry a call out and return the body of its answer."""
        return self.write_answer(self._api.answer(fields, request_number), fields)

    def write_answer(self, answer: Any, fields: Mapping[str, str]) -> bytes:
        """Return the body of an answer to a call with these fields, as this panel writes it."""
        with self._state.lock:
            return self._stage.before() + json.dumps(self._stage.spell(answer, fields)).encode()

    def last_order_id(self) -> str:
        """Return the id of the last accepted order, or ""."""
        with self._state.lock:
            return self._state.ledger[-1].order_id if self._state.ledger else ""

    def under_way_now(self, action: str) -> int:
        """Return the number of calls of an action that are under way."""
        with self._state.lock:
            return self._state.under_way[action]

    def control(self, method: str, name: str, body: bytes) -> tuple[int, Any]:
        """Carry out a request of a test harness, and return the HTTP status and the JSON value."""
        return control(self, method, name, body)

    def _limit_calls(self) -> PlannedFault | None:
        """Count a call. Return a fault if the calls of this minute are used up."""
        now, most = self._state.now(), self._state.habits.calls_a_minute
        while self._recent and self._recent[0] <= now - 60:
            self._recent.popleft()
        if most and len(self._recent) >= most:
            return PlannedFault(Fault.RATE_LIMIT, seconds=math.ceil(self._recent[0] + 60 - now))
        self._recent.append(now)
        return None
