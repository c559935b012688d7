"""Threads at work: several hands at one thing, and lanes that keep one slow panel from holding up the others.

Every thread has a database connection of its own, which ends with it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

logger = logging.getLogger(__name__)


def in_parallel(hands: int, work: Callable[[], Counter[str]]) -> Counter[str]:
    """Run `work` in so many threads and add up what they counted; the first error is raised when all have ended."""
    if hands <= 1:
        return work()
    with ThreadPoolExecutor(hands) as pool:
        jobs = [pool.submit(_with_own_connection, work) for _ in range(hands)]
    total: Counter[str] = Counter()
    for job in jobs:
        total += job.result()
    return total


def _with_own_connection(work: Callable[[], Counter[str]]) -> Counter[str]:
    try:
        return work()
    finally:
        connections.close_all()


class UnderWay:
    """Tells whether any thread is in the middle of something, as `with` marks it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads = 0

    def __enter__(self) -> None:
        with self._lock:
            self._threads += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._threads -= 1

    def __bool__(self) -> bool:
        return self._threads > 0


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
