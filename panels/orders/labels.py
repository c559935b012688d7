"""Changes the labels of an order: its client, campaign, reference and note. No panel gets them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from panels.clients.naming import Labels
from panels.models import Order, OrderEvent
from panels.models.order_text import write_texts
from panels.tables.columns import LABELS


def change_labels(order_pk: int, labels: Labels, actor: Any) -> bool:
    """Write the labels of an order, with an event that names each change. Returns False if there is no change."""
    with transaction.atomic():
        # Locked, so that two changes at once do not name the same old value.
        orders = Order.objects.select_for_update(of=("self",), no_key=True).select_related("client", "campaign")
        order = orders.get(pk=order_pk)
        old = {name: _word(getattr(order, name)) for name in LABELS}
        new = {name: _word(getattr(labels, name)) for name in LABELS}
        changes = [f"{name.capitalize()}: {old[name]} → {new[name]}" for name in LABELS if old[name] != new[name]]
        if changes:
            Order.objects.filter(pk=order_pk).update(**labels.of_order)
            order.reference, order.note = labels.reference, labels.note
            write_texts([(order_pk, order)])
            order.add_event(OrderEvent.What.LABELED, "\n".join(changes), actor=actor)
    return bool(changes)


def _word(value: Any) -> str:
    return str(getattr(value, "name", value) or "–")
