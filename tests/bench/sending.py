"""Sending confirmed orders: how near it comes to what the panel's parallel calls and latency allow, and its memory."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.bench.report import Row, peak_memory
from tests.bench.surroundings import LATENCY, account, look, sandbox, set_up

NAIVE_SHARE = 20


def measure(count: int, database: str) -> Iterator[Row]:
    """Send so many orders at 4 and at 10 parallel calls, by one process, as the worker does.

    The floor is what the panel allows; beside it stands what the same client reaches that keeps no books at all, and
    first what it reaches with one call after the other.
    """
    with sandbox() as api_url:
        naive = count // NAIVE_SHARE / _seconds_bare(account(api_url), 1, count // NAIVE_SHARE)
    yield Row("sending one after the other, with no database", f"{naive:.1f} orders/s", f"{1 / LATENCY:.0f} orders/s")
    for parallel in (4, 10):
        with sandbox() as api_url:
            panel = account(api_url, parallel_calls=parallel)
            bare = count / _seconds_bare(panel, parallel, count)
            _queue(panel, count)
            seconds, cpu, before, peak = _in_own_process(database, panel.pk)
            _prove_each_once(panel, api_url, count)
        floor = parallel / LATENCY
        rate = count / seconds
        yield Row(
            f"sending {count:,} orders, {parallel} parallel",
            f"{rate:.1f} orders/s, {cpu / count * 1000:.2f} ms CPU each",
            f"{floor:.0f} orders/s",
            f"{rate / floor:.0%}",
        )
        yield Row(
            "  the same calls with no database", f"{bare:.1f} orders/s", f"{floor:.0f} orders/s", f"{bare / floor:.0%}"
        )
        yield Row(
            "  memory of the process that sends", f"{peak:.0f} MB", f"{before:.0f} MB idle", f"{peak / before:.2f}"
        )


def _seconds_bare(panel: Any, parallel: int, count: int) -> float:
    """Send as many orders from as many threads, without a database."""
    from panels.client import PanelClient

    service = panel.services.filter(type="default", is_listed=True).first()
    values = {"quantity": str(service.min_quantity)}

    def add(number: int) -> str:
        link = f"https://example.com/bare/{number}"
        return client.add(service.remote_id, "default", values | {"link": link}, not_after=time.time() + 60)

    with PanelClient(panel.account()) as client, ThreadPoolExecutor(parallel) as pool:
        began = time.perf_counter()
        list(pool.map(add, range(count)))
        return time.perf_counter() - began


def _queue(panel: Any, count: int) -> None:
    from panels.bulk_confirm import confirm, summary
    from tests.factories import make_batch, row_of

    service = panel.services.filter(type="default", is_listed=True).first()
    batch = make_batch(*(row_of(service, quantity=service.min_quantity) for _ in range(count)))
    done = confirm(batch, None, summary(batch).fingerprint)
    assert done.is_new, done


def _prove_each_once(panel: Any, api_url: str, count: int) -> None:
    from panels.models import Order

    ledger = [str(entry["order_id"]) for entry in look(api_url, "ledger")][count:]
    ours = list(Order.objects.filter(panel=panel, state="placed").values_list("remote_id", flat=True))
    assert len(ours) == count, f"{len(ours)} of {count} orders are placed"
    assert sorted(ours) == sorted(ledger), "the panel's ledger differs from our orders"


def _in_own_process(database: str, panel_pk: int) -> tuple[float, float, float, float]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_send, args=(database, panel_pk, theirs))
    process.start()
    theirs.close()
    found: tuple[float, float, float, float] = ours.recv()
    process.join()
    return found


def _send(database: str, panel_pk: int, answer: Any) -> None:
    set_up()
    from django.db import connection

    from panels.submission import submit_queued

    connection.settings_dict["NAME"] = database
    connection.ensure_connection()
    before = peak_memory()
    began, cpu_began = time.perf_counter(), time.process_time()
    submit_queued(panel_pk, threading.Event())
    answer.send((time.perf_counter() - began, time.process_time() - cpu_began, before, peak_memory()))
