"""SandboxPanel: a whole panel in one object, to start, to spoil and to look into."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any

from panels.sandbox.api import DIALECTS, Api
from panels.sandbox.catalog import build_catalog
from panels.sandbox.control import control
from panels.sandbox.faults import FaultPlan, PlannedFault
from panels.sandbox.journal import Journal
from panels.sandbox.life import Fortune
from panels.sandbox.rules import Refusal, Service
from panels.sandbox.server import API_PATH, PanelServer
from panels.sandbox.state import Arrival, LedgerEntry, PanelState

DEFAULT_KEY = "sandbox-key"


class SandboxPanel:
    """A panel that listens on loopback between start() and stop(), also as a context manager.

    `latency` is the seconds that each answer takes at least. `speed` hastens orders and refills: at
    1 an order takes one to four minutes. With a `state_file` orders, refills, ids and the balance survive; the balance
    kept there wins over `balance`. Ids are text here and numbers on the wire.
    """

    def __init__(  # noqa: PLR0913
        self,
        dialect: str = "003",
        key: str = DEFAULT_KEY,
        *,
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
        self._state = PanelState(
            build_catalog(dialect, currency),
            balance=Decimal(balance),
            fortune=Fortune(seed, speed, overdelivers=spoken.remains_may_be_negative),
            journal=Journal(Path(state_file) if state_file else None),
        )
        self._api = Api(self._state, spoken, key=key, currency=currency)
        self.faults = FaultPlan(seed=seed, vanish=self.vanish)
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
        """The port, which is 0 before the first start of a panel that takes any; it stays the same afterwards."""
        return self._port

    @property
    def api_url(self) -> str:
        """The address for an account at this panel; complete once it has started."""
        return f"http://127.0.0.1:{self._port}{API_PATH}"

    def start(self) -> None:
        """Listen, unless it does already."""
        with self._switch:
            if self._server is None:
                self._server = PanelServer(self._port, self)
                self._port = self._server.port

    def stop(self) -> None:
        """Cut all connections and close the books; what hangs ends."""
        with self._switch:
            if self._return is not None:
                self._return.cancel()
            self.vanish()
        with self._state.lock:
            self._state.close()

    def vanish(self, seconds: float | None = None) -> None:
        """Refuse connections from now on, for so many seconds or until come_back()."""
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
        """Every accepted `add`, whether or not the answer reached anybody."""
        with self._state.lock:
            return list(self._state.ledger)

    @property
    def arrivals(self) -> list[Arrival]:
        """Every `add` that came in since this panel was made, accepted or not, with who sent it and what it met."""
        with self._state.lock:
            return list(self._state.arrivals.values())

    @property
    def calls(self) -> Counter[str]:
        """How many calls came in, by action, answered or not."""
        with self._state.lock:
            return self._state.calls.copy()

    @property
    def peaks(self) -> Counter[str]:
        """How many calls were under way at the same time at most, by action."""
        with self._state.lock:
            return self._state.peaks.copy()

    @property
    def balance(self) -> Decimal:
        """The money left, with the refunds of all orders that have ended by now."""
        with self._state.lock:
            self._state.settle()
            return self._state.balance

    @property
    def services(self) -> dict[str, Service]:
        """The catalog as it is now, by id."""
        with self._state.lock:
            return dict(self._state.services)

    def pick(self, type: str = "Default", **wanted: bool) -> Service:  # noqa: A002
        """Find the first service of a type, of which more can be wanted: refill, cancel, dripfeed."""
        for service in self.services.values():
            if service.type == type and all(getattr(service, name) == value for name, value in wanted.items()):
                return service
        raise LookupError(f"no service of type {type} with {wanted}")

    def finish(self, order_id: str | int, status: str, remains: int = 0) -> None:
        """End an order now, with the refund that belongs to its status: of `remains` if Partial, of all if Canceled."""
        with self._state.lock:
            self._state.finish(str(order_id), status, remains)

    def skip(self, seconds: float) -> None:
        """Move the panel's clock forward, so that orders and refills get on."""
        with self._state.lock:
            self._state.skip(seconds)

    def set_balance(self, amount: Decimal) -> None:
        """Say how much money is left."""
        with self._state.lock:
            self._state.set_balance(Decimal(amount))

    def remove_service(self, service_id: str | int) -> None:
        """Take a service off the catalog; its orders go on."""
        with self._state.lock:
            self._of(service_id)
            del self._state.services[str(service_id)]

    def change_service(self, service_id: str | int, **changes: Any) -> None:
        """Change what a service is called, costs or allows, from the next call on."""
        if "rate" in changes:
            changes["rate"] = Decimal(str(changes["rate"]))
        with self._state.lock:
            self._state.services[str(service_id)] = dataclasses.replace(self._of(service_id), **changes)

    def receive(self, fields: Mapping[str, str], caller: str) -> tuple[int, PlannedFault | None]:
        """Count a call; return its number and the fault that it meets."""
        action = fields.get("action", "")
        planned = self.faults.take(action)
        state = self._state
        with state.lock:
            state.calls[action] += 1
            state.under_way[action] += 1
            state.peaks[action] = max(state.peaks[action], state.under_way[action])
            number = state.calls.total()
            if action == "add":
                wanted = {name: text for name, text in fields.items() if name != "key"}
                state.arrivals[number] = Arrival(number, wanted, caller, planned, time.time())
        return number, planned

    def note_answered(self, request_number: int) -> None:
        """Note that the whole answer to a call has been handed over for delivery."""
        with self._state.lock:
            if arrival := self._state.arrivals.get(request_number):
                arrival.answered_at = time.time()

    def release(self, action: str) -> None:
        """Note that a call is no longer under way."""
        with self._state.lock:
            self._state.under_way[action] -= 1

    def answer(self, fields: Mapping[str, str], request_number: int) -> bytes:
        """Carry a call out and return the body of its answer."""
        return json.dumps(self._api.answer(fields, request_number)).encode()

    def last_order_id(self) -> str:
        """Name the last accepted order, "" if there is none."""
        with self._state.lock:
            return self._state.ledger[-1].order_id if self._state.ledger else ""

    def control(self, method: str, name: str, body: bytes) -> tuple[int, Any]:
        """Carry out what a test harness asks for; return the HTTP status and the JSON value."""
        return control(self, method, name, body)

    def _of(self, service_id: str | int) -> Service:
        service = self._state.services.get(str(service_id))
        if service is None:
            raise Refusal(f"there is no service {service_id}")
        return service
