"""Makes a draft that orders earlier orders again. Nothing is ordered before a person has seen and confirmed it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction

from panels.bulk.checking import recheck_lines, save_changed_lines
from panels.bulk.drafts import create_batch
from panels.bulk.lookup import in_chunks
from panels.models import Batch, Order
from panels.orders.repeats import find_doubts
from panels.tables.columns import AGAIN_OF, COLUMNS
from panels.tables.reading import Line, Sheet


def draft_again(order_pks: Iterable[int], actor: Any) -> tuple[Batch, int]:
    """Store a draft with a line for each order, at the same panel and with the same fields and labels.

    A line that could buy something twice is skipped, and says why. Returns the draft and the number of such lines.
    """
    return store_draft([cells_of(order) for order in read_orders(order_pks)], Batch.Source.AGAIN, actor)


def store_draft(rows: Sequence[Mapping[str, str]], source: Batch.Source, actor: Any) -> tuple[Batch, int]:
    """Store a draft with a line for each row that orders an order again, and skip the doubtful lines."""
    lines = [Line(number, dict(cells)) for number, cells in enumerate(rows, 1)]
    columns = tuple(name for name in COLUMNS if any(name in line.cells for line in lines))
    with transaction.atomic():
        batch, _ = create_batch(Sheet(columns, tuple(lines)), source=source, created_by=actor)
        pks = [int(line.cells[AGAIN_OF]) for line in lines]
        doubts = find_doubts(pks, batch.created_at, is_replacing=batch.replaces_orders)
        doubtful = [line.number for line in lines if doubts[int(line.cells[AGAIN_OF])]]
        if doubtful:
            _skip(batch, doubtful)
    return batch, len(doubtful)


def read_orders(pks: Iterable[int]) -> Iterator[Order]:
    """Return orders with everything that their lines need, by pk."""
    orders = Order.objects.select_related("panel", "service", "client", "campaign")
    for some in in_chunks(sorted(pks)):
        yield from orders.filter(pk__in=some).order_by("pk")


def cells_of(order: Order) -> dict[str, str]:
    """Return the cells of a line that orders an order again."""
    cells = {
        "panel": order.panel.name,
        "service": order.service.remote_id if order.service else order.service_remote_id,
        **order.values,
        "client": order.client.name if order.client else "",
        "campaign": order.campaign.name if order.campaign else "",
        "reference": order.reference,
        "note": order.note,
        AGAIN_OF: str(order.pk),
    }
    return {name: text for name, text in cells.items() if text}


def _skip(batch: Batch, numbers: list[int]) -> None:
    """Skip lines, and check all lines again, because some may have repeated a skipped line."""
    for some in in_chunks(numbers):
        batch.lines.filter(number__in=some).update(is_left_out=True)
    lines, before, _ = recheck_lines(batch)
    save_changed_lines(lines, before)
