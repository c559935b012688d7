"""Compares the ledger with the rows, and with the panels' own books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from tests.faults.panel import SpoiledPanel

# A refund that a panel does not tell is computed, and panels round.
CENT = Decimal("0.01")


def problems(panels: Iterable[SpoiledPanel]) -> Iterator[str]:
    """Say which orders differ from their entries, and which entries differ from what a panel charged and paid back.

    Only orders that were seen to have ended are compared with the panel, because a panel is always ahead of the rows.
    """
    from django.db.models import Sum

    from panels.models import Order
    from panels.money.books import check_books

    yield from map(str, check_books())
    for panel in panels:
        there = panel.costs
        ended = Order.objects.filter(panel__name=panel.name, progress__in=Order.FINISHED, charge__isnull=False)
        for pk, remote_id, booked in ended.values_list("pk", "remote_id").annotate(booked=Sum("entries__amount")):
            if abs((booked or 0) + there[remote_id]) >= CENT:
                yield f"order {pk}: {booked or 0} is booked, and {panel.name} took {there[remote_id]}"
