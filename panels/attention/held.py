"""Says why orders are on hold or wait for approval, and what the same costs at another panel."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.html import format_html

from panels.attention.buttons import say_why
from panels.catalog.elsewhere import elsewhere_of
from panels.models import Batch
from panels.orders import approval


def find_elsewhere(orders: list[Any]) -> None:
    """Set the same elsewhere on each order, with one query."""
    found = elsewhere_of(order.service_id for order in orders)
    for order in orders:
        order.elsewhere = found.get(order.service_id)


def say_held(order: Any) -> str:
    """Say why an order is on hold, as HTML."""
    return format_html("{} {}", order.held_reason, order.elsewhere.link) if order.elsewhere else order.held_reason


def find_cases(rows: list[Any]) -> None:
    """Set what waits for approval on each order or batch, with three queries for all of them."""
    kind: Literal["pk", "batch"] = "batch" if isinstance(rows[0], Batch) else "pk"
    found = approval.look_at(kind, [row.pk for row in rows])
    for row in rows:
        # A manager may have decided meanwhile. The mark of an empty case approves nothing.
        row.case = found.get(row.pk, approval.Case(None, (), ()))


def say_asked(row: Any) -> str:
    """Say who asks for approval, and why."""
    who = row.confirmed_by if isinstance(row, Batch) else row.placed_by
    number = sum(each.number for each in row.case.wanted)
    orders = f"{number:,} order{'' if number == 1 else 's'} asked for by" if isinstance(row, Batch) else "Asked for by"
    return f"{orders} {who or 'somebody'}. {say_why(row.case)}"
