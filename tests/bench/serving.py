"""The page of orders over HTTP: how many requests a second a web process answers, and the memory it takes."""

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
from typing import Any

from tests.bench.report import Row, Stopwatch, peak_memory
from tests.bench.surroundings import database_url

THREADS = 4
REQUESTS = 200
ADDRESS = "/orders/"


def serve(count: int, database: str) -> Iterator[Row]:
    """Ask one gunicorn process for the first page of so many orders, from as many threads as it has."""
    with _gunicorn(database) as (base, worker_pid):
        headers = {"Cookie": f"sessionid={_session()}"}

        def ask(_: int) -> int:
            with urllib.request.urlopen(urllib.request.Request(f"{base}{ADDRESS}", headers=headers)) as answer:
                page = answer.read()
            assert b'id="order-' in page, "that is not the list of orders"
            return len(page)

        ask(0)
        idle = peak_memory(worker_pid)
        with Stopwatch() as watch, ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(ask, range(REQUESTS)))
        peak = peak_memory(worker_pid)
    rate, floor = REQUESTS / watch.wall, _bare()
    what = f"page of {count:,} orders over HTTP, {THREADS} threads"
    yield Row(what, f"{rate:.0f} requests/s", f"{floor:.0f} bare queries/s", f"{rate / floor:.0%}")
    yield Row("  memory of the web process", f"{peak:.0f} MB", f"{idle:.0f} MB after one", f"{peak / idle:.2f}")


def _bare() -> float:
    """Return how often a second the page's rows alone can be read."""
    from panels.models import Order

    rows = Order.objects.select_related("panel", "service", "placed_by").order_by("-created_at", "-pk")
    list(rows[:51])
    with Stopwatch() as watch:
        for _ in range(REQUESTS):
            list(rows[:51])
    return REQUESTS / watch.wall


def _session() -> str:
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.get(pk=1))
    return client.cookies["sessionid"].value


@contextmanager
def _gunicorn(database: str) -> Iterator[tuple[str, int]]:
    """Run the site on a free port; gives its address and the pid of the process that answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", str(THREADS), "--log-level", "warning"]
    command = [sys.executable, "-m", "gunicorn", "-c", "python:dashboard.serving", *options, "dashboard.wsgi"]
    with subprocess.Popen(command, env=os.environ | {"DATABASE_URL": database_url(database)}) as process:
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_for(f"{base}/healthz/")
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
            yield base, int(children.split()[0])
        finally:
            process.terminate()


def _wait_for(url: str) -> Any:
    give_up_at = time.monotonic() + 30
    while True:
        try:
            return urllib.request.urlopen(url).close()
        except urllib.error.URLError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.1)
