"""Runs the same work in several threads, and counts the threads in a part of the code that must not be cut short.

Each thread has its own database connection, which is closed when the thread ends.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

logger = logging.getLogger(__name__)


def in_parallel(threads: int, work: Callable[[], Counter[str]]) -> Counter[str]:
    """Run `work` in so many threads and return the sum of their counts. Raise the first error after all have ended."""
    if threads <= 1:
        return work()
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(_with_own_connection, work) for _ in range(threads)]
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
    """Is true while any thread is inside a `with` block of this object."""

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
