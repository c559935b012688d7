"""Sending a confirmed batch by a real worker: its rate against the limit of the panel, and its memory."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from panels.protocol.exchange import Latest
from tests.bench.meters import Stopwatch, cpu_seconds, peak_memory
from tests.bench.report import Row, times
from tests.bench.surroundings import LATENCY, account, look, sandbox
from tests.bench.worker import is_sent, orders_a_second, until, worker

# The parallel calls, each with how many times the floor it may take: what --full measured on an idle machine.
TARGETS = {4: 1.25, 10: 1.29}
NAIVE_SHARE, BARE_SHARE = 20, 4


def measure(count: int, database: str) -> Iterator[Row]:
    """Send so many orders at 4 and at 10 parallel calls.

    The floor is the rate that the panel allows. The line below shows the rate of the same client without a database,
    which this machine slows down too.
    """
    naive = _one_by_one(count // NAIVE_SHARE)
    started, starting = _start(database)
    for parallel, target in TARGETS.items():
        bare = _bare(parallel, count // BARE_SHARE)
        rate, cpu, peak = _by_worker(parallel, count, database)
        floor = parallel / LATENCY
        yield Row(
            f"batch sending: {count:,} orders, {parallel} parallel",
            f"{rate:.1f} orders/s, {(cpu - starting) / count * 1000:.1f} ms CPU each",
            f"{floor:.0f} orders/s, target: {target}",
            times(floor, rate) + (" OVER" if round(floor / rate, 2) > target else ""),
            f"{naive:.1f} orders/s",
        )
        yield Row("  the same calls, no database", f"{bare:.1f} orders/s", f"{floor:.0f} orders/s", times(floor, bare))
    yield Row(
        "  memory of the worker",
        f"{peak:.0f} MB",
        f"{started:.0f} MB: started",
        times(peak, started),
        f"≈ {started * parallel:.0f} MB: {parallel} processes",
    )


def _one_by_one(count: int) -> float:
    """Send and save as a loop over orders would. Return orders per second."""
    from panels.models import Order
    from panels.protocol.client import PanelClient

    with sandbox() as api_url:
        panel = _panel(api_url)
        _queue(panel, count)
        with PanelClient(panel.account()) as client, Stopwatch() as watch:
            for order in Order.objects.filter(panel=panel):
                order.remote_id = client.add(
                    order.service.remote_id, order.type, order.values, not_after=Latest.after(60)
                )
                order.state = Order.State.PLACED
                order.save()
    return count / watch.wall


def _bare(parallel: int, count: int) -> float:
    """Send from as many threads, without a database. Return orders per second."""
    from panels.protocol.client import PanelClient

    with sandbox() as api_url:
        panel = _panel(api_url)
        service = _service(panel)
        values = {"quantity": str(service.min_quantity)}

        def add(number: int) -> str:
            link = f"https://example.com/bare/{number}"
            return client.add(service.remote_id, "default", values | {"link": link}, not_after=Latest.after(60))

        with PanelClient(panel.account()) as client, ThreadPoolExecutor(parallel) as pool, Stopwatch() as watch:
            list(pool.map(add, range(count)))
    return count / watch.wall


def _start(database: str) -> tuple[float, float]:
    """Return the memory and the CPU seconds of a worker that has started and has no work."""
    from panels.models import Panel, Worker
    from panels.worker.tasks import run_sweep

    Panel.objects.update(is_active=False)
    # The daily jobs are done now, because otherwise they would add to the start alone.
    run_sweep()
    with worker(database) as process:
        until(lambda: Worker.objects.filter(pid=process.pid).exists())
        return peak_memory(process.pid), cpu_seconds(process.pid)


def _by_worker(parallel: int, count: int, database: str) -> tuple[float, float, float]:
    """Return orders per second, the CPU seconds of the worker, and its memory."""
    with sandbox() as api_url:
        panel = _panel(api_url, parallel_calls=parallel)
        _queue(panel, count)
        with worker(database) as process:
            until(lambda: is_sent(panel))
            cpu, peak = cpu_seconds(process.pid), peak_memory(process.pid)
        ledger = look(api_url, "ledger")
    _prove_each_once(panel, ledger, count)
    return orders_a_second(ledger, LATENCY), cpu, peak


def _panel(api_url: str, **fields: Any) -> Any:
    """Create a panel, and make it the only active panel."""
    from panels.models import Panel

    Panel.objects.update(is_active=False)
    return account(api_url, **fields)


def _service(panel: Any) -> Any:
    return panel.services.filter(type="default", is_listed=True).first()


def _queue(panel: Any, count: int) -> None:
    from panels.bulk.confirming import confirm, summary
    from tests.factories import make_batch, row_of

    service = _service(panel)
    batch = make_batch(*(row_of(service, quantity=service.min_quantity) for _ in range(count)))
    done = confirm(batch, None, summary(batch).fingerprint)
    assert done.is_new, done


def _prove_each_once(panel: Any, ledger: list[dict[str, Any]], count: int) -> None:
    from panels.models import Order

    ours = list(Order.objects.filter(panel=panel, state="placed").values_list("remote_id", flat=True))
    assert len(ours) == count, f"{len(ours)} of {count} orders are placed"
    assert sorted(ours) == sorted(str(entry["order_id"]) for entry in ledger), "the ledger differs from our orders"
