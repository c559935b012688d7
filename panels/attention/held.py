"""Says why orders are on hold, and what the same costs at another panel."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html

from panels.catalog.elsewhere import elsewhere_of


def find_elsewhere(orders: list[Any]) -> None:
    """Set the same elsewhere on each order, with one query."""
    found = elsewhere_of(order.service_id for order in orders)
    for order in orders:
        order.elsewhere = found.get(order.service_id)


def say_held(order: Any) -> str:
    """Say why an order is on hold, as HTML."""
    return format_html("{} {}", order.held_reason, order.elsewhere.link) if order.elsewhere else order.held_reason
