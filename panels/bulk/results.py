"""Writes a batch as a table: the result of every line, or only the refused lines, which can be uploaded again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from panels.models import Batch, BatchLine, Order
from panels.tables.columns import AGAIN_OF, LABELS, OUTCOME

CHUNK = 1000
_SHOWN = (
    "batch",
    "order",
    "number",
    "cells",
    "errors",
    "has_errors",
    "is_left_out",
    "remote_id",
    "client__name",
    "campaign__name",
    "order__state",
    "order__held_reason",
    "order__remote_id",
    "order__progress",
    "order__charge",
    "order__given_back",
    "order__currency",
    "order__start_count",
    "order__remains",
    "order__error_text",
    "order__alarm",
)
Row = list[Any]


def columns(batch: Batch) -> list[str]:
    """Return the person's own columns.

    Adds the panel and the labels that were chosen for all lines, so the next upload has them too.
    """
    own = list(batch.columns)
    panel = ["panel"] if batch.panel_id and "panel" not in own else []
    return [*panel, *own, *(name for name in LABELS if getattr(batch, name) and name not in own)]


def results_header(batch: Batch) -> list[str]:
    """Return the person's own columns and the columns of the results."""
    return [*columns(batch), *OUTCOME]


def results(batch: Batch) -> Iterator[Row]:
    """Yield every line with its result."""
    own = columns(batch)
    for line in _lines(batch, batch.lines.all()):
        yield [*_own_cells(line, own), *_outcome(line)]


def refused_header(batch: Batch) -> list[str]:
    """Return the columns of a table that can be uploaded again. An upload ignores the column `error`.

    So that the same order is not ordered a third time, each new order names the order that it repeats.
    """
    return [*_own_columns(batch), *([] if batch.is_adoption else [AGAIN_OF]), "error"]


def _own_columns(batch: Batch) -> list[str]:
    return [name for name in columns(batch) if name != AGAIN_OF]


def refused(batch: Batch) -> Iterator[Row]:
    """Yield the lines that a panel refused, or that could not be imported, with the reason."""
    own = _own_columns(batch)
    unplaced = Q(order__state=Order.State.REFUSED) | Q(order__isnull=True, has_errors=True, is_left_out=False)
    for line in _lines(batch, batch.lines.filter(unplaced)):
        again_of = [] if batch.is_adoption else [line.order_id or line.cells.get(AGAIN_OF, "")]
        yield [*_own_cells(line, own), *again_of, _error(line)]


def _lines(batch: Batch, lines: QuerySet[BatchLine]) -> Iterator[BatchLine]:
    """Read lines in chunks by their numbers, because a long download must not keep a cursor open."""
    chosen = lines.select_related("order", "client", "campaign").only(*_SHOWN).order_by("number")
    last = -1
    while chunk := list(chosen.filter(number__gt=last)[:CHUNK]):
        for line in chunk:
            line.batch = batch
            yield line
        last = chunk[-1].number


def _own_cells(line: BatchLine, names: Sequence[str]) -> Row:
    chosen = _chosen(line)
    return [line.cells.get(name) or chosen.get(name, "") for name in names]


def _chosen(line: BatchLine) -> dict[str, str]:
    """Return the values that a line has from its batch. A line of another client has no campaign from its batch."""
    batch = line.batch
    named = {"panel": batch.panel, "client": line.client, "campaign": line.campaign}
    names = {name: each.name for name, each in named.items() if each}
    return names | {"reference": batch.reference, "note": batch.note}


def _outcome(line: BatchLine) -> Row:
    order = line.order
    if order is None:
        state = "skipped" if line.is_left_out else "wrong" if line.has_errors else "not ordered"
        if line.batch.is_adoption and not line.has_errors:
            state = "waiting"
        return [state, line.remote_id, "", None, None, "", None, None, _error(line)]
    return [
        "held" if order.is_held else order.state,
        order.remote_id,
        order.progress,
        order.charge,
        order.given_back,
        order.currency,
        order.start_count,
        order.remains,
        _error(line),
    ]


def _error(line: BatchLine) -> str:
    order = line.order
    if order is None:
        return " ".join(line.messages)
    return " ".join(filter(None, (order.held_reason, order.error_text, order.alarm)))
