"""Takes in orders that were placed elsewhere, as lines that wait for their panel to confirm their ids."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from panels.bulk.checking import Book, in_chunks, unfit
from panels.bulk.drafts import new_lines, store, token_of
from panels.models import Batch, BatchLine, Order, Panel
from panels.protocol.order_fields import shown
from panels.protocol.scalars import read_remote_id
from panels.tables.reading import Sheet

COLUMNS = ("panel", "order", "service", "link", "quantity")
# What a pasted line holds behind the panel's name.
PASTED = COLUMNS[1:]


def create_adoption(
    sheet: Sheet,
    *,
    source_name: str = "",
    created_by: Any,
    panel: Panel | None = None,
    token: uuid.UUID | None = None,
) -> tuple[Batch, bool]:
    """Keep the ids that a person wants followed, for the worker to ask about; wrong lines say what is wrong.

    Returns the batch and True, or the one that was made of the same table before and False.
    """
    batch = Batch(
        token=token_of(token, sheet, panel),
        source=Batch.Source.ADOPTED,
        state=Batch.State.CONFIRMED,
        filename=source_name[:255],
        panel=panel,
        columns=list(sheet.columns),
        created_by=created_by,
        confirmed_by=created_by,
        confirmed_at=timezone.now(),
    )
    return store(batch, new_lines(batch, sheet, COLUMNS), _check_lines)


def to_adopt() -> QuerySet[BatchLine]:
    """Return the lines that wait for their panel's answer."""
    waiting = BatchLine.objects.filter(order__isnull=True, has_errors=False, remote_id__gt="")
    return waiting.filter(batch__state=Batch.State.CONFIRMED)


def _check_lines(batch: Batch, lines: Sequence[BatchLine]) -> None:
    book = Book(batch.panel, lines)
    named: dict[tuple[int, str], int] = {}
    for line in lines:
        _check(line, book)
        if line.panel_id and line.remote_id:
            first = named.setdefault((line.panel_id, line.remote_id), line.number)
            if first != line.number:
                line.errors["order"] = [f"Line {first} names the same order."]
    _note_known(lines)
    for line in lines:
        line.has_errors = bool(line.errors)


def _check(line: BatchLine, book: Book) -> None:
    panel = book.panel(line.cells)
    if isinstance(panel, str):
        line.errors["panel"] = [panel]
    else:
        line.panel, line.currency = panel, panel.currency
        if not panel.is_active:
            line.errors["panel"] = [f"The panel {shown(panel.name)} is not active: activate it first."]
        if service := line.cells.get("service", ""):
            line.service = book.service(panel, service)
            if line.service is None:
                line.warnings.append(f"{panel.name} has no service {shown(service)}: the order is followed without it.")
    line.errors |= unfit({name: line.cells[name] for name in ("link", "quantity") if name in line.cells})
    text = line.cells.get("order", "")
    line.remote_id = read_remote_id(text)
    if not line.remote_id:
        line.errors["order"] = [f"{shown(text)} is no order id." if text else "The order's id is missing."]


def _note_known(lines: Sequence[BatchLine]) -> list[BatchLine]:
    """Tell the lines whose orders we hold already which those are; returns the others."""
    wanted: dict[int, list[str]] = defaultdict(list)
    for line in lines:
        if line.panel_id and not line.errors:
            wanted[line.panel_id].append(line.remote_id)
    held: dict[tuple[int | None, str], int] = {}
    for panel_pk, remote_ids in wanted.items():
        for some in in_chunks(remote_ids):
            orders = Order.with_remote_ids(panel_pk, some)
            held |= {(panel_pk, remote_id): pk for pk, remote_id in orders.values_list("pk", "remote_id")}
    new = []
    for line in lines:
        if pk := held.get((line.panel_id, line.remote_id)):
            line.errors["order"] = [f"This is our order {pk} already."]
        elif not line.errors:
            new.append(line)
    return new
