"""Runs the dashboard at full pace, and tells whether it stays as small as it was: python -m tests.soak [--minutes N].

A web process and a worker run on SQLite, with twenty sandbox panels. Orders are queued, sent and followed all the time,
and people look at pages. The memory of both processes, the size of the WAL and the depth of the queue are read again
and again. In the end, each is flat or has grown. A run of less than half an hour says little, because caches fill.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.bench.serving import gunicorn
from tests.bench.surroundings import account, set_up

PANELS, LATENCY = 20, 0.5
# The orders that always wait at each panel, the people who look at pages, and the seconds between two pages of one.
IN_STOCK, PEOPLE, LOOK_EVERY = 5, 3, 0.2
SAMPLE_EVERY, PRINT_EVERY = 5.0, 60.0  # In seconds.
PAGES = ("/", "/orders/", "/orders/?progress=completed", "/orders/{}/", "/panels/", "/catalog/", "/bulk/", "/refills/")
# The first part of a run, in which caches fill.
WARM_UP = 0.3
# What is flat may grow by this share of itself, or by so much.
MOST_GROWTH = 0.05
SMALL = {"web MB": 5.0, "worker MB": 5.0, "WAL MB": 4.0, "queue": 20.0}
Sample = dict[str, float]
# The errors of the database and of pages that did not end the run.
MISSED: list[str] = []


def main() -> None:
    """Run for some minutes, and fail if anything has grown."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder:
        samples = run(Path(folder), 60 * minutes)
    grown = [name for name in SMALL if not tell(name, samples)]
    print(f"{', '.join(grown)} grew" if grown else "flat")
    sys.exit(bool(grown))


def tell(name: str, samples: Sequence[Sample]) -> bool:
    """Print what became of one value after the warm-up, and return whether it is flat."""
    warm = [(each["seconds"], each[name]) for each in samples if each["seconds"] >= WARM_UP * samples[-1]["seconds"]]
    middle = statistics.median(value for _, value in warm)
    growth = slope(warm) * (warm[-1][0] - warm[0][0])
    most = max(MOST_GROWTH * middle, SMALL[name])
    print(f"{name:<10} {middle:8.1f}   growth {growth:+8.2f}   flat up to {most:.1f}")
    return growth <= most


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the median of the slopes between all points (Theil and Sen), so that single peaks do not count."""
    return statistics.median((b[1] - a[1]) / (b[0] - a[0]) for a, b in itertools.combinations(points, 2))


def run(folder: Path, seconds: float) -> list[Sample]:
    """Let everything run for so long, and return what was read meanwhile."""
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'dashboard.sqlite3'}"
    os.environ["PYTHONWARNINGS"] = "ignore:No directory at"
    set_up(f"sqlite:///{folder / 'queue.sqlite3'}")
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    stopping = threading.Event()
    with ExitStack() as stack:
        stock = _stock(stack)
        web, web_pid = stack.enter_context(gunicorn(str(folder / "dashboard.sqlite3"), "dashboard.wsgi"))
        worker_pid = stack.enter_context(_worker())
        stock.keep(IN_STOCK)
        look = _viewer(web)
        loads: list[tuple[Callable[[int], None], float]] = [(lambda _: stock.keep(IN_STOCK), 0.5)]
        loads += [(look, LOOK_EVERY)] * PEOPLE
        threads = [threading.Thread(target=_repeat, args=(*load, stopping)) for load in loads]
        for thread in threads:
            thread.start()
        try:
            return list(_watch(seconds, lambda: _sample(folder, web_pid, worker_pid), threads))
        finally:
            stopping.set()
            for thread in threads:
                thread.join()


def _stock(stack: ExitStack) -> Any:
    """Run the panels in this process, which is not measured, and return the orders for them."""
    from panels.sandbox import SandboxPanel
    from tests.faults.stock import Stock

    panels = [SandboxPanel(balance=Decimal(10**9), latency=LATENCY, seed=number) for number in range(PANELS)]
    for panel in panels:
        stack.enter_context(panel)
    return Stock([account(panel.api_url, key=panel.key, name=f"panel-{n}") for n, panel in enumerate(panels)])


@contextmanager
def _worker() -> Iterator[int]:
    with subprocess.Popen([sys.executable, "manage.py", "worker"], stdout=subprocess.DEVNULL) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


def _viewer(web: str) -> Callable[[int], None]:
    """Return a function that requests a page, each number another one. Every second one is a poll of htmx."""
    from tests.bench.orders import signed_in

    cookie = f"sessionid={signed_in().cookies['sessionid'].value}"

    def look(number: int) -> None:
        address = f"{web}{PAGES[number // 2 % len(PAGES)].format(1 + number % IN_STOCK)}"
        headers = {"Cookie": cookie} | ({"HX-Request": "true"} if number % 2 else {})
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
            assert answer.url == address, "signed out"
            answer.read()

    return look


def _repeat(do: Callable[[int], None], pause: float, stopping: threading.Event) -> None:
    """Do something again and again. On a busy machine a lock may last too long, but another error ends the run."""
    from django.db import OperationalError, connection

    for number in itertools.count():
        if stopping.wait(pause):
            break
        try:
            do(number)
        except (OperationalError, urllib.error.HTTPError) as error:
            MISSED.append(str(error))
    connection.close()


def _watch(seconds: float, read: Callable[[], Sample], threads: list[threading.Thread]) -> Iterator[Sample]:
    began, printed_at = time.monotonic(), 0.0
    while (passed := time.monotonic() - began) < seconds:
        assert all(thread.is_alive() for thread in threads), "a thread has failed"
        sample = {"seconds": passed, **read()}
        if passed - printed_at >= PRINT_EVERY:
            printed_at = passed
            print("  ".join(f"{name} {value:,.1f}" for name, value in sample.items()), flush=True)
        yield sample
        time.sleep(SAMPLE_EVERY)


def _sample(folder: Path, web_pid: int, worker_pid: int) -> Sample:
    from panels.bell import queue_depth
    from panels.models import Order

    wal = folder / "dashboard.sqlite3-wal"
    depth = queue_depth()
    assert depth is not None, "the queue does not answer"
    return {
        "web MB": _memory(web_pid),
        "worker MB": _memory(worker_pid),
        "WAL MB": wal.stat().st_size / 2**20 if wal.exists() else 0.0,
        "queue": float(depth),
        "missed": float(len(MISSED)),
        "placed": float(Order.objects.filter(state="placed").count()),
    }


def _memory(pid: int) -> float:
    """Return the memory of a process in MB as it is now."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
