"""Polling placed orders, against the least time of its calls, and against a call and a save for each order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from panels.protocol.exchange import Latest
from tests.bench.meters import Stopwatch
from tests.bench.report import Row, times
from tests.bench.surroundings import account, look, sandbox, tell

PARALLEL = 4
CHUNK = 100
# So many of the orders are also polled and saved one by one.
NAIVE = 100
# The seconds of an answer about a hundred orders. An answer about one order is as quick as any other answer.
STATUS_LATENCY = 0.5


def measure(count: int, database: str) -> Iterator[Row]:
    """Poll so many due orders twice: when each answer has changes, and when no answer has changes."""
    with sandbox() as api_url:
        panel = account(api_url, parallel_calls=PARALLEL)
        _place(panel, count)
        # Until all orders have ended.
        tell(api_url, "skip", seconds=1e6)
        # A call with a fault does not have the usual latency of the panel.
        tell(api_url, "faults", fault="slow", action="status", times=None, seconds=STATUS_LATENCY)
        polled = [_poll(panel, api_url, count, news) for news in (count, 0)]
        tell(api_url, "faults/clear")
        naive = f"≈ {_one_by_one(panel) * count / NAIVE:,.0f} s"
    for changed, (watch, calls) in zip(("all", "none"), polled, strict=True):
        floor = calls * STATUS_LATENCY / PARALLEL
        yield Row(
            f"status refresh: {count:,} orders, {changed} changed",
            str(watch),
            f"{floor:.2f} s: {calls} calls",
            times(watch.wall, floor),
            naive,
        )


def _poll(panel: Any, api_url: str, count: int, news: int) -> tuple[Stopwatch, int]:
    """Poll all orders, of which so many have changed. Return the figures and the calls that the panel got."""
    from panels.calls.polling import poll_due
    from panels.models import Order

    Order.objects.filter(panel=panel).update(next_check_at="2020-01-01T00:00:00Z")
    before = look(api_url, "calls").get("status", 0)
    with Stopwatch() as watch:
        counts = poll_due(panel.pk, threading.Event())
    assert (counts["answered"], counts["changed"]) == (count, news), counts
    calls = look(api_url, "calls")["status"] - before
    assert calls == -(-count // CHUNK), f"{calls} calls for {count} orders"
    return watch, calls


def _one_by_one(panel: Any) -> float:
    """Poll and save as a loop over orders would. Return its seconds."""
    from panels.models import Order
    from panels.protocol.client import PanelClient

    with PanelClient(panel.account()) as client, Stopwatch() as watch:
        for order in Order.objects.filter(panel=panel)[:NAIVE]:
            told = client.statuses([order.remote_id])[order.remote_id]
            order.remains, order.charge = told.remains, told.charge
            order.save()
    return watch.wall


def _place(panel: Any, count: int) -> None:
    """Let the sandbox accept so many orders, and create our rows of them."""
    from django.utils import timezone

    from panels.models import Order
    from panels.protocol.client import PanelClient

    service = panel.services.filter(type="default", is_listed=True).first()
    links = [f"https://example.com/polled/{number}" for number in range(count)]
    values = {"quantity": str(service.min_quantity)}
    with PanelClient(panel.account()) as client, ThreadPoolExecutor(32) as pool:

        def add(link: str) -> str:
            return client.add(service.remote_id, "default", values | {"link": link}, not_after=Latest.after(60))

        remote_ids = list(pool.map(add, links))
    now = timezone.now()
    common = {"panel": panel, "service": service, "type": "default", "quantity": service.min_quantity}
    common |= {"rate_agreed": service.rate_per_1000, "state": "placed", "attempt": 1, "placed_at": now}
    rows = (
        Order(link=link, link_key=link, remote_id=each, **common) for link, each in zip(links, remote_ids, strict=True)
    )
    Order.objects.bulk_create(rows, batch_size=500)
