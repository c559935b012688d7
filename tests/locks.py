"""Two transactions that need the same rows, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection, connections, transaction
from django.db.models import QuerySet

T = TypeVar("T")
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def run_behind(rows: QuerySet, work: Callable[[], T], meanwhile: Callable[[], object]) -> T:
    """Run `work`, which needs rows that are locked here, and run another function while it waits for them."""
    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            list(rows.select_for_update())
            job = pool.submit(_with_own_connection, work)
            _wait_for_somebody_to_wait()
            pool.submit(_with_own_connection, meanwhile).result(60)
        return job.result(60)


def _with_own_connection(work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        connections.close_all()


def _wait_for_somebody_to_wait() -> None:
    give_up_at = time.monotonic() + 60
    with connection.cursor() as cursor:
        while time.monotonic() < give_up_at:
            # A value that was read once in a transaction stays the same.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(_WAITING)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("Nobody waits for these rows.")
