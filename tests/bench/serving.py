"""The list of orders over HTTP: the requests per second of a web process, and its memory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.bench.meters import Stopwatch, peak_memory
from tests.bench.orders import ADDRESS, PAGES, find_tag, read_bare, signed_in
from tests.bench.report import Row, times
from tests.bench.surroundings import database_url

THREADS = 4
REQUESTS = 200
NAIVE_REQUESTS = 40


def measure(count: int, database: str) -> Iterator[Row]:
    """Request and poll the first page of one gunicorn process, by as many threads as it has. Then the naive list."""
    cookie = f"sessionid={signed_in().cookies['sessionid'].value}"
    with gunicorn(database, "dashboard.wsgi") as (base, pid):
        started = peak_memory(pid)
        rate = _rate(base, cookie, REQUESTS)
        polls = _rate(base, cookie, REQUESTS, is_poll=True)
        peak = peak_memory(pid)
    with gunicorn(database, "tests.bench.naive:site()") as (base, _):
        naive = _rate(base, cookie, NAIVE_REQUESTS)
    floor = _bare_rate()
    yield Row(
        f"web: order list of {count:,}, {THREADS} threads",
        f"{rate:.0f} requests/s",
        f"{floor:.0f} queries/s",
        times(floor, rate),
        f"{naive:.1f} requests/s",
    )
    yield Row("  unchanged polls", f"{polls:.0f} requests/s", f"{rate:.0f} pages/s", times(polls, rate))
    yield Row(
        "  memory of the web process",
        f"{peak:.0f} MB",
        f"{started:.0f} MB: started",
        times(peak, started),
        f"≈ {started * THREADS:.0f} MB: {THREADS} processes",
    )


def _rate(base: str, cookie: str, count: int, *, is_poll: bool = False) -> float:
    headers = {"Cookie": cookie}
    with urllib.request.urlopen(urllib.request.Request(f"{base}{ADDRESS}", headers=headers)) as answer:
        page = answer.read()
    assert b'id="order-' in page, "that is not the list of orders"
    address = f"{base}{ADDRESS}"
    if is_poll:
        address, headers = f"{address}?tag={find_tag(page)}", {**headers, "HX-Request": "true"}
    request = urllib.request.Request(address, headers=headers)

    def ask(_: int) -> None:
        with urllib.request.urlopen(request) as answer:
            assert answer.status == (204 if is_poll else 200)
            answer.read()

    with Stopwatch() as watch, ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(ask, range(count)))
    return count / watch.wall


def _bare_rate() -> float:
    """Return how often per second the rows of the page alone can be read."""
    read_bare(*PAGES[""])
    with Stopwatch() as watch:
        for _ in range(REQUESTS):
            read_bare(*PAGES[""])
    return REQUESTS / watch.wall


@contextmanager
def gunicorn(database: str, application: str) -> Iterator[tuple[str, int]]:
    """Run a site on a free port. Yield its address and the pid of the process that answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", str(THREADS), "--log-level", "warning"]
    command = [sys.executable, "-m", "gunicorn", "-c", "python:dashboard.serving", *options, application]
    with subprocess.Popen(command, env=os.environ | {"DATABASE_URL": database_url(database)}) as process:
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_for(f"{base}/healthz/")
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
            yield base, int(children.split()[0])
        finally:
            process.terminate()


def _wait_for(url: str) -> None:
    give_up_at = time.monotonic() + 30
    while True:
        try:
            return urllib.request.urlopen(url).close()
        except urllib.error.URLError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.1)
