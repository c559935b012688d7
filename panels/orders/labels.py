"""Changes the labels of orders: their client, campaign, reference and note. No panel gets them.

An order's campaign belongs to its client. So an order that gets another client loses a campaign that is not this
client's. `changed_at` stays as it is, because it says when the panel told something new.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from panels.clients.naming import Labels
from panels.models import Campaign, Client, LabelChange, Order, OrderAction, OrderEvent
from panels.models.order_text import write_texts
from panels.models.writing import insert_rows, update_rows
from panels.money.totals import name_days
from panels.pages.paging import as_one_parameter
from panels.tables.columns import LABELS

# Any number may be chosen, but the list of their pks is kept in one row.
MOST = 1_000_000
# The orders of one transaction, and the nap after it as a multiple of the time that it took. So others can write.
CHUNK, NAP = 500, 1.0


def change_labels(order_pk: int, labels: Labels, actor: Any) -> bool:
    """Write the labels of an order, with an event that names each change. Returns False if there is no change."""
    with transaction.atomic():
        return bool(_write([(order, labels) for order in _lock([order_pk])], actor))


def _lock(pks: Sequence[int]) -> QuerySet[Order]:
    """Lock orders in the order of their pks, so that two changes at once do not name the same old value."""
    orders = Order.objects.select_for_update(of=("self",), no_key=True).select_related("client", "campaign")
    return orders.filter(pk__in=pks).order_by("pk")


def _write(wanted: Iterable[tuple[Order, Labels]], actor: Any) -> int:
    """Write the labels that differ, with an event for each order, and return the number of orders with another label.

    The orders are locked.
    """
    now, changes, texts, moved, events = timezone.now(), [], [], [], []
    for order, labels in wanted:
        old = {name: _word(getattr(order, name)) for name in LABELS}
        new = {name: _word(getattr(labels, name)) for name in LABELS}
        words = [f"{name.capitalize()}: {old[name]} → {new[name]}" for name in LABELS if old[name] != new[name]]
        # Two campaigns of different clients may have the same name.
        values = labels.of_order
        is_moved = any(values[name] != getattr(order, name) for name in ("client_id", "campaign_id"))
        if not words and not is_moved:
            continue
        changes.append((order, values))
        moved += [order] if is_moved else []
        if (order.reference, order.note) != (labels.reference, labels.note):
            order.reference, order.note = labels.reference, labels.note
            texts.append((order.pk, order))
        detail = "\n".join(words)
        events.append(OrderEvent(order=order, at=now, what=OrderEvent.What.LABELED, detail=detail, actor=actor))
    update_rows(changes)
    write_texts(texts)
    insert_rows(events)
    name_days(moved)
    return len(changes)


def _word(value: Any) -> str:
    return str(getattr(value, "name", value) or "–")


# -- many orders


def draft_labels(order_pks: Sequence[int], actor: Any, query: str = "") -> OrderAction:
    """Store the orders that a person chose, without new labels yet. Nothing is done before the action is confirmed."""
    with transaction.atomic():
        action = OrderAction.objects.create(kind=OrderAction.Kind.LABEL, created_by=actor, query=query)
        pks = sorted(order_pks)
        LabelChange.objects.create(action=action, values={}, packed=LabelChange.pack(pks), number=len(pks))
    return action


def set_values(change: LabelChange, values: Mapping[str, Any]) -> bool:
    """Store the new labels of an action. Return False if it was confirmed meanwhile."""
    with transaction.atomic():
        draft = OrderAction.objects.select_for_update().filter(pk=change.pk, confirmed_at__isnull=True)
        return bool(draft.first() and LabelChange.objects.filter(pk=change.pk).update(values=dict(values)))


def confirm_labels(action: OrderAction, shown: str) -> bool:
    """Let the worker change the labels. Return False if it was confirmed before, or without the labels that were shown.

    shown: the values as JSON with sorted keys.
    """
    with transaction.atomic():
        draft = OrderAction.objects.select_for_update().filter(pk=action.pk, confirmed_at__isnull=True)
        values = LabelChange.objects.values_list("values", flat=True).get(pk=action.pk) if draft.first() else None
        if not values or json.dumps(values, sort_keys=True) != shown:
            return False
        return bool(draft.update(confirmed_at=timezone.now()))


def labels_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the new labels with the rows of their client and campaign, which are stored as pks."""
    found = dict(values)
    for name, model in (("client", Client), ("campaign", Campaign)):
        if found.get(name):
            found[name] = model.objects.get(pk=found[name])
    return found


def applied(order: Order, new: Mapping[str, Any]) -> Labels:
    """Return the labels of an order after a change. Without its client, a campaign is removed."""
    labels = {name: new.get(name, getattr(order, name)) for name in LABELS}
    client, campaign = labels["client"], labels["campaign"]
    if campaign and campaign.client_id != (client and client.pk):
        labels["campaign"] = None
    return Labels(**labels)


def count_losing_campaign(change: LabelChange) -> int:
    """Count the orders that lose their campaign because it belongs to another client than the new one."""
    if "client" not in change.values or "campaign" in change.values:
        return 0
    fits = Q(campaign__client=change.values["client"])
    chosen = Order.objects.filter(pk__in=as_one_parameter(change.order_pks))
    return chosen.filter(~fits, campaign__isnull=False).count()


def carry_out_labels(action: OrderAction, stopping: threading.Event) -> None:
    """Give the orders of a confirmed action their labels, a chunk at a time, and go on where an earlier run stopped."""
    change = LabelChange.objects.get(pk=action.pk)
    new, pks = labels_of(change.values), change.order_pks
    while not stopping.is_set():
        began = time.monotonic()
        if not _change_chunk(action, pks, new):
            OrderAction.objects.filter(pk=action.pk).update(finished_at=timezone.now())
            break
        stopping.wait(NAP * (time.monotonic() - began))


def _change_chunk(action: OrderAction, pks: Sequence[int], new: Mapping[str, Any]) -> bool:
    """Change the next orders. Return False if there are none. A second worker waits for the row of the change."""
    with transaction.atomic():
        change = LabelChange.objects.select_for_update().defer("packed").get(pk=action.pk)
        chunk = list(pks[change.position : change.position + CHUNK])
        if not chunk:
            return False
        change.changed += _write([(order, applied(order, new)) for order in _lock(chunk)], action.created_by)
        change.position += len(chunk)
        change.save(update_fields=("position", "changed"))
    return True
