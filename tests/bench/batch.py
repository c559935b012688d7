"""A batch of orders from file to queue, against one check and one save a line."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.bench.report import Row, Stopwatch

SERVICES = 50
# One by one, every so many lines of the batch: the rest is scaled up, which flatters it, as its tables stay small.
NAIVE_SHARE = 20


def measure(count: int, database: str) -> Iterator[Row]:
    """Read, check and confirm so many lines."""
    from panels.bulk_confirm import confirm, summary
    from panels.bulk_import import create_batch
    from panels.bulk_reading import read_file
    from panels.models import Batch
    from tests.factories import make_panel, make_service

    panel = make_panel()
    services = [make_service(panel) for _ in range(SERVICES)]
    content = _file(services, count)
    with Stopwatch() as reading:
        sheet = read_file("orders.csv", content)
    with Stopwatch() as checking:
        batch, _ = create_batch(sheet, source=Batch.Source.FILE, created_by=None)
    shown = summary(batch).fingerprint
    with Stopwatch() as confirming:
        done = confirm(batch, None, shown)
    assert done.is_new, done.problem
    assert batch.orders.count() == count
    naive_check, naive_confirm = _one_by_one(sheet, count)
    scaled = f"scaled from {count // NAIVE_SHARE:,} lines"
    yield Row(f"reading {count:,} lines", str(reading))
    yield _beside("  checking and storing them", checking, naive_check, scaled)
    yield _beside("  confirming them", confirming, naive_confirm, scaled)


def _beside(what: str, ours: Stopwatch, naive: Stopwatch, scaled: str) -> Row:
    times = NAIVE_SHARE
    floor = f"one by one: {naive.wall * times:.1f} s, {naive.cpu * times:.1f} s CPU ({scaled})"
    return Row(what, str(ours), floor, f"{ours.cpu / (naive.cpu * times):.1%} of the CPU")


def _file(services: list[Any], count: int) -> bytes:
    lines = ["panel,service,link,quantity"]
    for number in range(count):
        service = services[number % len(services)]
        lines.append(f"{service.panel.name},{service.remote_id},https://example.com/bench/{number},1000")
    return "\n".join(lines).encode()


def _one_by_one(sheet: Any, count: int) -> tuple[Stopwatch, Stopwatch]:
    """Check and save each line, then check, order and link each, as a loop over rows would."""
    from dataclasses import replace

    from panels.bulk_check import check_lines
    from panels.bulk_import import new_lines
    from panels.bulk_reading import COLUMNS
    from panels.models import Batch
    from panels.placing import build_order, place_order

    some = [
        replace(line, cells=dict(line.cells) | {"link": f"{line.cells['link']}/again"})
        for line in sheet.lines[: count // NAIVE_SHARE]
    ]
    batch = Batch.objects.create(source=Batch.Source.FILE)
    lines = new_lines(batch, replace(sheet, lines=tuple(some)), COLUMNS)
    with Stopwatch() as checking:
        for line in lines:
            check_lines(batch, [line])
            line.save()
    with Stopwatch() as confirming:
        for line in lines:
            checked = check_lines(batch, [line])[line.number]
            assert checked.cost == Decimal("0.9"), line.errors
            order = build_order(line.service, checked, placed_by=None, token=line.token)
            order.batch = batch
            line.order, _ = place_order(order)
            line.save()
    return checking, confirming
