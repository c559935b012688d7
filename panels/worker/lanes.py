"""Lanes: threads by name, so that a slow panel delays no other panel. Each thread has its own database connection."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable

from django.db import connections

logger = logging.getLogger(__name__)


class Lanes:
    """Runs the work of each name in at most one thread, and once more if it was started again meanwhile."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._running: dict[Hashable, threading.Thread] = {}
        self._again: set[Hashable] = set()

    def start(self, name: Hashable, work: Callable[[], object]) -> None:
        """Run `work` in the lane of that name, or after the current run of it. Do nothing once `stopping` is set."""
        with self._lock:
            if self.stopping.is_set():
                return
            if name in self._running:
                self._again.add(name)
                return
            thread = threading.Thread(target=self._run, args=(name, work), name=str(name), daemon=True)
            # Started before it is noted. If no thread can be started, the lane must not look busy for ever.
            thread.start()
            self._running[name] = thread

    def _run(self, name: Hashable, work: Callable[[], object]) -> None:
        try:
            while True:
                try:
                    work()
                except Exception:
                    logger.exception("The work of %s failed. The sweep will start it again.", name)
                with self._lock:
                    if name not in self._again or self.stopping.is_set():
                        del self._running[name]
                        return
                    self._again.discard(name)
        finally:
            connections.close_all()

    def running(self) -> list[Hashable]:
        """Return the names of the lanes that run."""
        with self._lock:
            return list(self._running)

    def join(self, timeout: float) -> bool:
        """Wait until no lane runs. Return False if one still runs after so many seconds."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            with self._lock:
                if not self._running:
                    return True
            time.sleep(0.05)
        return False
