"""Faults on demand: the kinds, and the list of waiting faults.

Each kind says whether the panel acts on the call. *Processed* means that the call is carried out as usual: an `add` is
in the ledger and is charged. *Not processed* means that nothing happens. `processed=` changes this for the faults that
do not need the panel's right answer.
"""

from __future__ import annotations

import contextlib
import enum
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

# The words of a panel that took an order and says that something went wrong.
ADMITS_ORDER = "Placed at provider but saving failed, contact support"


class Fault(enum.StrEnum):
    """The kinds of faults. *Processed* and *not processed* are about the ledger."""

    HANG = "hang"
    """Processed; no byte is answered. After `seconds`, or when the panel stops, the connection is reset."""
    DROP = "drop"
    """Processed; the connection is reset (RST) without an answer."""
    DROP_BEFORE = "drop_before"
    """Not processed; the connection is reset (RST)."""
    ERROR_500 = "error_500"
    """Processed; HTTP 500 with a page of HTML."""
    GARBAGE = "garbage"
    """Processed; HTTP 200 with bytes that are neither JSON nor UTF-8."""
    HTML = "html"
    """Not processed; HTTP 200 with a challenge page."""
    EMPTY = "empty"
    """Processed; HTTP 200 with an empty body."""
    NULL = "null"
    """Processed; HTTP 200 with the body `null`."""
    HUGE = "huge"
    """Processed; HTTP 200 with a list of `size` bytes (default 32 MiB), packed to some kB: `text` (default `0.1`) again
    and again."""
    TRUNCATED = "truncated"
    """Processed; the whole JSON is sent, but Content-Length announces more bytes than are sent."""
    TRICKLE = "trickle"
    """Processed; the answer is right and complete, but its body is sent a byte each `seconds` (default 1)."""
    TRICKLE_HEAD = "trickle_head"
    """Like TRICKLE, but the head is also sent a byte at a time."""
    REFUSE = "refuse"
    """Not processed; HTTP `status` (default 200) with {"error": `text`}. With `processed=True` the panel lies."""
    RATE_LIMIT = "rate_limit"
    """Not processed; HTTP 429 with `Retry-After: seconds` (default 1) in whole seconds."""
    SLOW = "slow"
    """Processed only `seconds` (default 5) after the call; then the answer is right."""
    LATE_ANSWER = "late_answer"
    """Processed at once; the right answer is sent `seconds` (default 5) later."""
    SAME_ID = "same_id"
    """Not processed; answers with the id of the last accepted order. Without such an order the call is carried out."""
    CONFLICT = "conflict"
    """After `seconds` (default 0.3), if other adds are under way: HTTP 500, and only every second such call is
    processed. Otherwise the call is carried out."""
    REDIRECT = "redirect"
    """Not processed; HTTP 302 to `text` (default another host)."""
    PHP_NOTICE = "php_notice"
    """Processed; a PHP notice is before the right JSON, and the content type is text/html."""
    VANISH = "vanish"
    """About no call: at once, connections are cut and new ones are refused, for `seconds` or until come_back()."""


NOT_PROCESSED = {
    Fault.DROP_BEFORE,
    Fault.HTML,
    Fault.REFUSE,
    Fault.RATE_LIMIT,
    Fault.SAME_ID,
    Fault.REDIRECT,
    Fault.VANISH,
}
# These need the panel's right answer, or decide by themselves whether the call is processed.
NEEDS_OWN_ANSWER = {
    Fault.TRUNCATED,
    Fault.TRICKLE,
    Fault.TRICKLE_HEAD,
    Fault.SLOW,
    Fault.LATE_ANSWER,
    Fault.SAME_ID,
    Fault.CONFLICT,
    Fault.PHP_NOTICE,
}
PROCESSING_IS_FIXED = {*NEEDS_OWN_ANSWER, Fault.DROP_BEFORE, Fault.VANISH}


@dataclass(slots=True, eq=False)
class PlannedFault:
    """A fault that waits for its calls. `hits` counts the calls that met it."""

    fault: Fault
    # None: any action.
    action: str | None = None
    # None: without end.
    times: int | None = 1
    probability: float = 1.0
    seconds: float | None = None
    text: str = ""
    # None: as described at the kind of fault.
    processed: bool | None = None
    status: int = 200
    # None: calls about any service.
    service: str | None = None
    # "": calls with any fields.
    having: str = ""
    # The bytes of a huge answer before it is packed. 0: 32 MiB.
    size: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        self.fault = Fault(self.fault)
        if self.processed is not None and self.fault in PROCESSING_IS_FIXED:
            raise ValueError(f"whether {self.fault} is processed cannot be changed")

    @property
    def is_processed(self) -> bool:
        """Say whether the panel acts on the call."""
        return self.fault not in NOT_PROCESSED if self.processed is None else self.processed

    def is_for(self, fields: Mapping[str, str]) -> bool:
        """Say whether a call with these fields is meant."""
        wanted = (self.action, fields.get("action", "")), (self.service, fields.get("service", ""))
        return all(mine in (None, theirs) for mine, theirs in wanted) and (not self.having or self.having in fields)

    def seconds_or(self, default: float) -> float:
        """Return the seconds of this fault, or the default."""
        return default if self.seconds is None else self.seconds


class FaultPlan:
    """The faults that wait, oldest first. Each call meets at most one."""

    def __init__(self, *, seed: int, vanish: Callable[[float | None], None]) -> None:
        self._lock = threading.Lock()
        self._chance = random.Random(f"{seed}/faults")
        self._vanish = vanish
        self._waiting: list[PlannedFault] = []

    def add(  # noqa: PLR0913
        self,
        fault: Fault | str,
        action: str | None = None,
        times: int | None = 1,
        *,
        probability: float = 1.0,
        seconds: float | None = None,
        text: str = "",
        processed: bool | None = None,
        status: int = 200,
        service: str | None = None,
        having: str = "",
        size: int = 0,
    ) -> PlannedFault:
        """Make the next `times` calls of an action (None: any) go wrong. VANISH takes effect at once.

        With `service`, only calls about this service go wrong. With `having`, only calls with this field do.
        """
        planned = PlannedFault(
            Fault(fault), action, times, probability, seconds, text, processed, status, service, having, size
        )
        if planned.fault is Fault.VANISH:
            planned.hits += 1
            self._vanish(seconds)
        else:
            with self._lock:
                self._waiting.append(planned)
        return planned

    def clear(self) -> None:
        """Remove all waiting faults. Faults in progress and a vanished panel stay as they are."""
        with self._lock:
            self._waiting.clear()

    def remove(self, planned: PlannedFault) -> None:
        """Remove a waiting fault."""
        with self._lock, contextlib.suppress(ValueError):
            self._waiting.remove(planned)

    def take(self, fields: Mapping[str, str]) -> PlannedFault | None:
        """Return the fault that a call with these fields meets, and count it."""
        with self._lock:
            for planned in self._waiting:
                if planned.is_for(fields) and self._chance.random() < planned.probability:
                    planned.hits += 1
                    if planned.times is not None and planned.hits >= planned.times:
                        self._waiting.remove(planned)
                    return planned
        return None
