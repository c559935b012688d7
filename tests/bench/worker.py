"""A real worker process on the measured database, and the rate at which a panel received its orders."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.bench.surroundings import database_url

ENDS_WITHIN = 300.0  # In seconds.


@contextlib.contextmanager
def worker(database: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker with its own queue."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DATABASE_URL": database_url(database),
            "QUEUE_URL": f"sqlite:///{folder}/queue.sqlite3",
            "LOG_LEVEL": "CRITICAL",
        }
        command = [sys.executable, "manage.py", "worker"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
            try:
                yield process
            finally:
                # Calls that hang are not awaited.
                process.kill()


def until(is_done: Callable[[], bool]) -> None:
    """Wait until a condition is true."""
    give_up_at = time.monotonic() + ENDS_WITHIN
    while not is_done():
        assert time.monotonic() < give_up_at, "it did not end in time"
        time.sleep(0.2)


def is_sent(panel: Any) -> bool:
    """Return whether no order is queued for a panel or being sent to it."""
    from panels.models import Order

    return not Order.objects.filter(panel=panel, state__in=("queued", "sending")).exists()


def orders_a_second(entries: Sequence[dict[str, Any]], latency: float) -> float:
    """Return the rate of the entries of a ledger, from the first arrival to the last answer."""
    moments = [entry["at"] for entry in entries]
    return len(moments) / (max(moments) - min(moments) + latency)
