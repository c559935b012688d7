"""A real worker process on the measured database, and the rate at which a panel saw its orders come in."""

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

ENDS_WITHIN = 300.0  # seconds


@contextlib.contextmanager
def worker(database: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker with a queue of its own."""
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
                # What hangs is not waited for.
                process.kill()


def until(is_done: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    give_up_at = time.monotonic() + ENDS_WITHIN
    while not is_done():
        assert time.monotonic() < give_up_at, "it did not end in time"
        time.sleep(0.2)


def is_sent(panel: Any) -> bool:
    """Tell whether nothing waits at a panel or is on its way there."""
    from panels.models import Order

    return not Order.objects.filter(panel=panel, state__in=("queued", "sending")).exists()


def orders_a_second(entries: Sequence[dict[str, Any]], latency: float) -> float:
    """Return the rate of a ledger's entries, from the first that came in to the answer to the last."""
    moments = [entry["at"] for entry in entries]
    return len(moments) / (max(moments) - min(moments) + latency)
