"""Counts the calls of a client by day: how many were answered, how many failed, and how long the answers took."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime

from panels.protocol.addresses import AddressRefused
from panels.protocol.errors import Deferred, NotSent, OutcomeUnknown, PanelError


@dataclass(slots=True)
class Calls:
    """The calls of one day. `seconds` is the sum for the answered calls."""

    answers: int = 0
    failures: int = 0
    seconds: float = 0.0


class Tally:
    """Counts calls by their day in UTC. Several threads may use one tally.

    A refusal is an answer. A failure is a call without an answer, or with an answer that cannot be read. A call that
    the dashboard itself kept back is no call.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._days: dict[date, Calls] = {}
        self._answered_at: datetime | None = None
        # Whether a call was ever answered.
        self.has_answers = False

    def count(self, seconds: float, error: PanelError | None = None) -> None:
        """Count a call that took so many seconds and ended with an answer, or with this error."""
        if isinstance(error, Deferred | AddressRefused):
            return
        is_failure = isinstance(error, OutcomeUnknown) or (isinstance(error, NotSent) and not error.is_rate_limit)
        now = datetime.now(UTC)
        with self._lock:
            calls = self._days.setdefault(now.date(), Calls())
            if is_failure:
                calls.failures += 1
            else:
                calls.answers += 1
                calls.seconds += seconds
                self._answered_at = now
                self.has_answers = True

    def take(self) -> dict[date, Calls]:
        """Return the calls that were counted since the last time, by day."""
        with self._lock:
            taken, self._days = self._days, {}
        return taken

    def take_answer(self) -> datetime | None:
        """Return the time of the last answer since the last time, or None."""
        with self._lock:
            taken, self._answered_at = self._answered_at, None
        return taken
