"""Lanes keep one slow panel from holding up the others; each thread has a database connection of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable

from django.db import connections

logger = logging.getLogger(__name__)


class Lanes:
    """Run each named piece of work in at most one thread, and once more if it was asked for meanwhile."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._running: dict[Hashable, threading.Thread] = {}
        self._again: set[Hashable] = set()

    def start(self, name: Hashable, work: Callable[[], object]) -> None:
        """Run `work` in the lane of that name, after what runs there now; not at all once stopping is set."""
        with self._lock:
            if self.stopping.is_set():
                return
            if name in self._running:
                self._again.add(name)
                return
            thread = threading.Thread(target=self._run, args=(name, work), name=str(name), daemon=True)
            # Before it is noted: where no thread can be had, the lane must not look busy for ever.
            thread.start()
            self._running[name] = thread

    def _run(self, name: Hashable, work: Callable[[], object]) -> None:
        try:
            while True:
                try:
                    work()
                except Exception:
                    logger.exception("The work of %s failed; the sweep will come back to it.", name)
                with self._lock:
                    if name not in self._again or self.stopping.is_set():
                        del self._running[name]
                        return
                    self._again.discard(name)
        finally:
            connections.close_all()

    def running(self) -> list[Hashable]:
        """Return the names of the lanes that are at work."""
        with self._lock:
            return list(self._running)

    def join(self, timeout: float) -> bool:
        """Wait until every lane is empty; False if some are still at work after so many seconds."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            with self._lock:
                if not self._running:
                    return True
            time.sleep(0.05)
        return False
