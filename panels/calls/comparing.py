"""Compares an order with what its panel tells of it: the fields that change, and the events for its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from panels.calls.unreadable import trace_of
from panels.models import Order, OrderEvent, Panel
from panels.money.charges import describe_overcharge
from panels.money.given_back import compare_money, is_lowered
from panels.orders.following import GRACE
from panels.pages.numbers import exact
from panels.protocol.errors import PanelError, Reason, Refused
from panels.protocol.wire import OrderStatus

LOST = "The panel does not know this order any more: "
What = OrderEvent.What


@dataclass(frozen=True, slots=True)
class Comparison:
    """The fields of an order that an answer changes, and the events about it for the history.

    is_lowering: the panel has lowered the charge, because it pays back.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    events: tuple[tuple[OrderEvent.What, str], ...] = ()
    is_lowering: bool = False


def compare(order: Order, answer: OrderStatus | PanelError | None, panel: Panel, now: datetime) -> Comparison:
    """Return the changes that an answer makes to an order. A value that the answer leaves out stays as it was."""
    trace = _trace(order, answer, now)
    if isinstance(answer, Refused):
        return _compare_refusal(order, answer, trace, now)
    if answer is None or isinstance(answer, PanelError):
        return Comparison(_changed(order, trace))
    values: dict[str, Any] = {
        "progress": answer.progress or order.progress,
        "is_word_unknown": answer.is_word_unknown,
        "remote_status": answer.remote_status or order.remote_status,
        "charge": order.charge if answer.charge is None else answer.charge,
        "currency": panel.currency_override or answer.currency or order.currency,
        "start_count": order.start_count if answer.start_count is None else answer.start_count,
        "remains": order.remains if answer.remains is None else answer.remains,
        "alarm": "" if order.alarm.startswith(LOST) else order.alarm,
        **trace,
    }
    values |= compare_money(order, values, panel)
    fields = _changed(order, values)
    events = _describe_changes(order, fields, answer)
    if "progress" in fields:
        fields["finished_at"] = now if fields["progress"] in Order.FINISHED else None
    return Comparison(fields, events, is_lowering=is_lowered(order, fields))


def _changed(order: Order, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if getattr(order, name) != value}


def _trace(order: Order, answer: OrderStatus | PanelError | None, now: datetime) -> dict[str, Any]:
    """Return the fields that say whether the answer shows the status of an order. Nobody waits for a finished order."""
    text = trace_of(answer)
    is_waiting = text != "" and not order.is_finished
    return {"error_text": text, "unreadable_since": (order.unreadable_since or now) if is_waiting else None}


def _describe_changes(
    order: Order, fields: Mapping[str, Any], answer: OrderStatus
) -> tuple[tuple[OrderEvent.What, str], ...]:
    events = []
    if "progress" in fields:
        before = order.get_progress_display() or "Placed"
        events.append((What.PROGRESS, f"{before} → {Order.Progress(fields['progress']).label}"))
    if "charge" in fields and order.charge:
        currency = fields.get("currency", order.currency)
        events.append((What.CHARGE, f"{exact(order.charge, order.currency)} → {exact(fields['charge'], currency)}"))
    if fields.get("is_word_unknown") or ("remote_status" in fields and answer.is_word_unknown):
        events.append((What.FLAGGED, f"The panel status “{answer.remote_status}” is not known here."))
    if overcharge := describe_overcharge(order, fields):
        events.append((What.FLAGGED, overcharge))
    return tuple(events)


def _compare_refusal(order: Order, answer: Refused, trace: Mapping[str, Any], now: datetime) -> Comparison:
    """Keep the known values. The answer "not found" counts only after the grace period, and does not prove a cancel."""
    is_in_grace = now - (order.placed_at or order.created_at) < GRACE
    is_gone = answer.reason == Reason.NOT_FOUND
    text = order.error_text if is_gone and is_in_grace else answer.text
    fields = _changed(order, {**trace, "error_text": text})
    if "error_text" not in fields:
        return Comparison(fields)
    if is_gone and not order.alarm:
        fields["alarm"] = (LOST + answer.text)[:300]
    return Comparison(fields, ((What.FLAGGED, fields.get("alarm", answer.text)),))
