"""Several threads at one piece of work, each with a database connection of its own that ends with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections


def in_parallel(hands: int, work: Callable[[], Counter[str]]) -> Counter[str]:
    """Run `work` in so many threads and add up what they counted; the first error is raised when all have ended."""
    if hands <= 1:
        return work()
    with ThreadPoolExecutor(hands) as pool:
        jobs = [pool.submit(_with_own_connection, work) for _ in range(hands)]
    return sum((job.result() for job in jobs), Counter[str]())


def _with_own_connection(work: Callable[[], Counter[str]]) -> Counter[str]:
    try:
        return work()
    finally:
        connections.close_all()
