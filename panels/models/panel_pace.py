"""The pace of the calls to a panel: at most so many calls a minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any


class CallSlots:
    """The times at which the next calls may begin. The row keeps only the end of the used slots, `next_call_at`."""

    calls_per_minute: int | None
    next_call_at: datetime | None

    def call_slot(self, now: datetime) -> datetime:
        """Return the time of the next call: `now`, or later if the calls of this minute are used up."""
        taken = self._slots_taken_until(now)
        return max(taken - self._burst * self._call_interval, now) if self.calls_per_minute else now

    def take_call_slot(self, now: datetime) -> dict[str, Any]:
        """Count one call from `now` on, and return the fields to save."""
        if not self.calls_per_minute:
            return {}
        self.next_call_at = self._slots_taken_until(now) + self._call_interval
        return {"next_call_at": self.next_call_at}

    def _slots_taken_until(self, now: datetime) -> datetime:
        """Return the end of the used slots. A time too far ahead means that the clock was set back, and is ignored."""
        if self.next_call_at is None or self.next_call_at > now + (self._burst + 2) * self._call_interval:
            return now
        return max(self.next_call_at, now)

    @property
    def _burst(self) -> int:
        """The number of calls without a wait after a quiet time, because a click should not wait for the next slot."""
        return 3 if (self.calls_per_minute or 0) >= 10 else 0

    @property
    def _call_interval(self) -> timedelta:
        """The time between two calls. Burst and steady calls together never exceed calls_per_minute."""
        steady = (self.calls_per_minute or 1) - (self._burst + 1 if self._burst else 0)
        return timedelta(seconds=60 / steady)
