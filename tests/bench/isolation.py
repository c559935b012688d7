"""Panels that hang on every call beside one that works: what that takes from its speed, and how much they occupy."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.bench.report import Row
from tests.bench.surroundings import account, database_url, look, sandbox, tell

PARALLEL = 4
HANGING = 2
# Seconds; long enough that what limits the rate is the panel and not this machine.
SLOW = 0.2
ENDS_WITHIN = 300.0  # seconds


def measure(count: int, database: str) -> Iterator[Row]:
    """Send so many orders by a real worker, three times: the second time it also works for panels that hang."""
    from panels.models import Panel

    with contextlib.ExitStack() as stack:
        addresses = [stack.enter_context(sandbox(SLOW)) for _ in range(1 + HANGING)]
        well, *hanging = [account(address, parallel_calls=PARALLEL) for address in addresses]
        alone, _ = _rate(well, addresses[0], count, database)
        for panel, address in zip(hanging, addresses[1:], strict=True):
            tell(address, "faults", fault="hang", times=None)
            _occupy(panel, count)
        beside, threads = _rate(well, addresses[0], count, database, beside=addresses[1:])
        Panel.objects.exclude(pk=well.pk).update(is_active=False)
        again, _ = _rate(well, addresses[0], count, database)
        peaks = [sum(look(address, "peaks").values()) for address in addresses[1:]]
    yield Row(
        f"sending {count:,} orders beside {HANGING} panels that hang",
        f"{beside:.1f} orders/s",
        f"alone: {alone:.1f} before, {again:.1f} after",
        f"{beside / ((alone + again) / 2):.0%}",
    )
    yield Row("  threads of the worker, calls at the hanging panels", f"{threads}, {' and '.join(map(str, peaks))}")


def _occupy(panel: Any, count: int) -> None:
    """Give a panel work of every kind."""
    from django.utils import timezone

    from panels.models import Panel
    from tests.factories import make_placed

    _queue(panel, count)
    for _ in range(20):
        make_placed(panel.services.first())
    now = timezone.now()
    Panel.objects.filter(pk=panel.pk).update(balance_requested_at=now, sync_requested_at=now)


def _queue(panel: Any, count: int) -> None:
    from tests.factories import make_order

    service = panel.services.filter(type="default", is_listed=True).first()
    for _ in range(count):
        make_order(service, quantity=service.min_quantity)


def _rate(panel: Any, address: str, count: int, database: str, *, beside: Sequence[str] = ()) -> tuple[float, int]:
    """Queue orders and start a worker; returns orders a second from the first to the last, and the worker's threads."""
    from panels.models import Order

    _queue(panel, count)
    before = len(look(address, "ledger"))
    with _worker(database) as worker:
        _until(lambda: len(look(address, "ledger")) > before)
        _until(lambda: all(look(each, "calls").get("add", 0) >= PARALLEL for each in beside))
        threads = len(list(Path(f"/proc/{worker.pid}/task").iterdir()))
        _until(lambda: not Order.objects.filter(panel=panel, state__in=("queued", "sending")).exists())
    moments = [entry["at"] for entry in look(address, "ledger")[before:]]
    assert len(moments) == count, f"{len(moments)} of {count} orders arrived"
    return (count - 1) / (max(moments) - min(moments)), threads


@contextlib.contextmanager
def _worker(database: str) -> Iterator[subprocess.Popen[bytes]]:
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


def _until(is_done: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + ENDS_WITHIN
    while not is_done():
        assert time.monotonic() < give_up_at, "it did not end in time"
        time.sleep(0.2)
