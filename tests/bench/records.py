"""The record of a service with many orders, against reading the columns of these orders only, and against objects."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.bench.meters import Stopwatch
from tests.bench.report import Row, times

TARGETS_SHARE, OPEN_SHARE, NAIVE_SHARE = 10, 50, 20
BATCH = 2_000


def measure(count: int, database: str) -> Iterator[Row]:
    """Compute the records of a service with so many orders, of its product and of its panel."""
    from panels.catalog import order_rows, records
    from panels.money.totals import midnight
    from tests.factories import make_offer, read_offers

    service = make_offer("Instagram Followers")
    read_offers()
    _insert(service, count)
    since = midnight(records.first_day())
    floor = min(_read(order_rows, service, since) for _ in range(3))
    with Stopwatch() as naive:
        found = [_as_object(order) for order in service.orders.order_by()[: count // NAIVE_SHARE]]
    records.mark_changed()
    with Stopwatch() as watch:
        records.compute(threading.Event())
    assert service.record.orders == count
    assert len(found) == count // NAIVE_SHARE
    # The nap after the piece is not work.
    yield Row(
        f"record: {count:,} orders of one service",
        f"{watch.cpu:.2f} s CPU",
        f"{floor:.2f} s: the rows alone",
        times(watch.cpu, floor),
        f"≈ {naive.cpu * NAIVE_SHARE:.1f} s",
    )


def _read(order_rows: Any, service: Any, since: datetime) -> float:
    with Stopwatch() as watch:
        for _ in order_rows.fetch_raw(order_rows._orders([service.pk], since)):
            pass
    return watch.cpu


def _as_object(order: Any) -> tuple[Any, ...]:
    from panels.money.costs import cost_of

    return order.delivered, cost_of(order), order.finished_before - order.sent_at if order.finished_before else None


def _insert(service: Any, count: int) -> None:
    """Insert orders of the last 80 days. Some targets are ordered again, and some orders are open."""
    from django.db import transaction
    from django.utils import timezone

    from panels.models import Order
    from panels.models.writing import insert_rows

    now = timezone.now()
    terms = {"panel": service.panel, "service": service, "quantity": 1000, "type": "default", "state": "placed"}
    for first in range(0, count, BATCH):
        rows = []
        for number in range(first, min(first + BATCH, count)):
            sent = now - timedelta(days=80) * (count - number) / count
            end = sent + timedelta(minutes=number * 7919 % 3000)
            is_open = number % OPEN_SHARE == 0
            target = number if number % TARGETS_SHARE else number // 1000
            ended = {} if is_open else {"finished_before": end, "finished_at": end, "remains": number % 7 * 10}
            rows.append(
                Order(
                    **terms,
                    **ended,
                    remote_id=str(number + 1),
                    link_key=f"instagram.com/name{target}",
                    progress="in_progress" if is_open else "completed",
                    currency="USD",
                    rate_agreed=Decimal("0.9"),
                    charge=Decimal("0.9"),
                    start_count=1000 + number % 100,
                    created_at=sent,
                    sent_at=sent,
                    placed_at=sent,
                    moved_before=sent + timedelta(minutes=number % 90),
                    status_at=end,
                )
            )
        with transaction.atomic():
            insert_rows(rows)
