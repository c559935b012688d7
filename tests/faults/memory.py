"""The most memory that the workers and the web process of a run had at any time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Self

from tests.bench.meters import peak_memory

LOOK_EVERY = 0.5  # In seconds.
# In MB. Answers of any size must fit.
MOST = 400


class MemoryWatch:
    """Looks at processes from entering to leaving. `pids` returns the kinds of the living processes by their pids."""

    def __init__(self, pids: Callable[[], Mapping[int, str]]) -> None:
        self._pids = pids
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        # The peak in MB of each kind.
        self.peaks: dict[str, float] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.wait(LOOK_EVERY):
            for pid, kind in self._pids().items():
                try:
                    peak = peak_memory(pid)
                # The process has ended.
                except (OSError, IndexError):
                    continue
                self.peaks[kind] = max(self.peaks.get(kind, 0.0), peak)


def too_much(peaks: Mapping[str, float]) -> list[str]:
    """Return the kinds of processes that had too much memory, in words."""
    return [f"a {kind} had {peak:.0f} MB, and may have {MOST}" for kind, peak in peaks.items() if peak >= MOST]
