"""The columns of the export of orders: every field of an order that a person can see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from panels.clients.spend import price_for
from panels.models import Order
from panels.money.costs import cost_of

NOT_ENOUGH = "Not enough balance"


def _price(order: Order) -> Any:
    """Return the price that the client pays, None without a mark-up. It is in the currency of the cost."""
    cost = cost_of(order)
    return cost and price_for(order.client, cost.amount)


def _whole(text: Any) -> Any:
    return int(text) if str(text).isdecimal() else text


EXPORTED: Mapping[str, Callable[[Order], Any]] = {
    "Order": lambda order: order.pk,
    "Created": lambda order: order.created_at,
    "Panel": lambda order: order.panel.name,
    "Service ID": lambda order: order.service_remote_id,
    "Service": lambda order: order.service_name,
    "Service is now called": lambda order: order.now_called,
    "Category": lambda order: order.ordered.get("category"),
    "Type": lambda order: order.type,
    "Minimum": lambda order: order.ordered.get("minimum"),
    "Maximum": lambda order: order.ordered.get("maximum"),
    "Refill": lambda order: order.ordered.get("refill"),
    "Cancel offered": lambda order: order.ordered.get("cancel"),
    "Link": lambda order: order.link,
    "Quantity": lambda order: order.quantity,
    "Runs": lambda order: _whole(order.params.get("runs")),
    "Interval": lambda order: _whole(order.params.get("interval")),
    "State": lambda order: order.get_state_display(),
    "Progress": lambda order: order.get_progress_display(),
    "Panel status": lambda order: order.remote_status,
    "Panel order ID": lambda order: order.remote_id,
    "Start count": lambda order: order.start_count,
    "Remains": lambda order: order.remains,
    "Delivered": lambda order: order.delivered,
    "Charge": lambda order: order.charge,
    "Given back": lambda order: order.given_back,
    "Given back, known by": lambda order: order.get_given_back_source_display(),
    "Expected cost": lambda order: order.expected_cost,
    "Cost": lambda order: (cost := cost_of(order)) and cost.amount,
    "Cost is expected": lambda order: (cost := cost_of(order)) and cost.is_expected,
    "Currency": lambda order: order.currency,
    "Price when ordered": lambda order: order.rate_agreed,
    "Approval needed because": lambda order: order.asked_because,
    "Held because": lambda order: order.held_reason or (order.is_held_for_funds and NOT_ENOUGH) or "",
    "Alarm": lambda order: order.alarm,
    "Error": lambda order: order.error_text,
    "Cancel": lambda order: order.get_cancel_state_display(),
    "Cancel error": lambda order: order.cancel_error,
    "Batch": lambda order: order.batch_id,
    "Placed by": lambda order: order.placed_by and order.placed_by.get_username(),
    "Sent": lambda order: order.sent_at,
    "Placed": lambda order: order.placed_at,
    "Checked": lambda order: order.checked_at,
    "Finished": lambda order: order.finished_at,
    "Refill until": lambda order: "lifetime" if order.has_lifetime_refill else order.refill_until,
    "Price for the client": _price,
    "Client": lambda order: order.client and order.client.name,
    "Campaign": lambda order: order.campaign and order.campaign.name,
    "Reference": lambda order: order.reference,
    "Note": lambda order: order.note,
}
