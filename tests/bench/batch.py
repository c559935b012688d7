"""A batch of orders from file to queue, against bare inserts of its rows, and against check and save of each line."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.bench.meters import Stopwatch
from tests.bench.report import Row, times

SERVICES = 50
# The loop handles only every so many lines, and its time is scaled up. This favors the loop, as its tables stay small.
NAIVE_SHARE = 20


def measure(count: int, database: str) -> Iterator[Row]:
    """Read, check and confirm so many lines."""
    from panels.bulk.confirming import confirm, summary
    from panels.bulk.drafts import create_batch
    from panels.models import Batch
    from panels.tables.reading import read_file

    content = _file(count)
    with Stopwatch() as reading:
        read_file("orders.csv", content)
    with Stopwatch() as checking:
        sheet = read_file("orders.csv", content)
        batch, _ = create_batch(sheet, source=Batch.Source.FILE, created_by=None)
    stored = reading.wall + _insert_bare(batch.lines)
    shown = summary(batch).fingerprint
    with Stopwatch() as confirming:
        done = confirm(batch, None, shown)
    assert done.is_new, done.problem
    assert batch.orders.count() == count
    queued = _insert_bare(batch.orders)
    naive_checking, naive_confirming = _one_by_one(sheet, count)
    yield _row(f"batch check: {count:,} lines", checking, stored, "read, insert", naive_checking)
    yield _row(f"batch confirmation: {count:,} orders", confirming, queued, "insert", naive_confirming)


def _row(what: str, ours: Stopwatch, floor: float, of: str, naive: float) -> Row:
    return Row(what, str(ours), f"{floor:.2f} s: {of}", times(ours.wall, floor), f"≈ {naive * NAIVE_SHARE:.1f} s")


def _file(count: int) -> bytes:
    from tests.factories import make_panel, make_service

    panel = make_panel()
    services = [make_service(panel) for _ in range(SERVICES)]
    lines = ["panel,service,link,quantity"]
    for number in range(count):
        service = services[number % len(services)]
        lines.append(f"{panel.name},{service.remote_id},https://example.com/bench/{number},1000")
    return "\n".join(lines).encode()


def _insert_bare(rows: Any) -> float:
    """Insert the rows a second time, with all values ready for the database, and roll back. Return the seconds."""
    from django.db import connection, transaction

    from panels.models import Batch

    other = Batch.objects.create(source=Batch.Source.FILE)
    fields = [field for field in rows.model._meta.concrete_fields if not field.primary_key and not field.generated]
    ready = []
    for row in rows.all():
        row.batch_id, row.token = other.pk, uuid.uuid4()
        ready.append([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])
    names = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    with Stopwatch() as watch, transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {rows.model._meta.db_table} ({names}) VALUES ({marks})", ready)
        transaction.set_rollback(True)
    return watch.wall


def _one_by_one(sheet: Any, count: int) -> tuple[float, float]:
    """Check and save each line, then check, order and link each line, as a loop would. Return the seconds of both."""
    from dataclasses import replace

    from panels.bulk.checking import check_lines
    from panels.bulk.drafts import new_lines
    from panels.models import Batch
    from panels.orders.placing import build_order, place_order
    from panels.tables.columns import COLUMNS

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
    return checking.wall, confirming.wall
