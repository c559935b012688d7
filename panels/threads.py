"""Threads at work: several hands at one thing, and lanes that keep one slow panel from holding up the others.

Every thread has a database connection of its own, which ends with it.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
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
