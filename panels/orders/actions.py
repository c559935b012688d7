"""Does one thing to many orders: a person confirms the list; the worker carries it out and reports on each order."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from panels.models import ActionLine, Order, OrderAction
from panels.models.writing import insert_rows
from panels.orders.aftercare import request_cancel, request_refill
from panels.orders.following import request_check
from panels.orders.labels import carry_out_labels
from panels.orders.refused import send_refused_again
from panels.orders.resolution import withdraw

MOST = 5000
CHUNK = 200
KEEP_DRAFTS = timedelta(days=1)


def draft_action(kind: str, order_pks: Iterable[int], actor: Any, query: str = "") -> OrderAction:
    """Store the orders that a person chose. Nothing is done before a person confirms the action.

    query: the query string of the list on which they were chosen.
    """
    with transaction.atomic():
        action = OrderAction.objects.create(kind=kind, created_by=actor, query=query)
        insert_rows([ActionLine(action=action, order_id=pk) for pk in order_pks])
    return action


def start_action(kind: str, order_pks: Iterable[int], actor: Any, token: uuid.UUID) -> OrderAction:
    """Store and confirm an action in one step; return the earlier action if the same form was sent before."""
    try:
        with transaction.atomic():
            now = timezone.now()
            action = OrderAction.objects.create(kind=kind, created_by=actor, token=token, confirmed_at=now)
            insert_rows([ActionLine(action=action, order_id=pk) for pk in order_pks])
    except IntegrityError:
        return OrderAction.objects.get(token=token)
    return action


def confirm_action(action: OrderAction) -> bool:
    """Let the worker carry out an action; return False if it was confirmed before."""
    confirmed = OrderAction.objects.filter(pk=action.pk, confirmed_at__isnull=True)
    return bool(confirmed.update(confirmed_at=timezone.now()))


def delete_old_drafts() -> int:
    """Delete the actions that were drafted a day ago and never confirmed; return their number."""
    old = OrderAction.objects.filter(confirmed_at__isnull=True, created_at__lt=timezone.now() - KEEP_DRAFTS)
    count = old.count()
    old.delete()
    return count


def carry_out(action_pk: int, stopping: threading.Event) -> set[int]:
    """Carry out the lines of a confirmed action that have no outcome yet; return the panels of their orders."""
    action = OrderAction.objects.filter(pk=action_pk, confirmed_at__isnull=False, finished_at__isnull=True).first()
    touched: set[int] = set()
    if action and action.kind == OrderAction.Kind.LABEL:
        carry_out_labels(action, stopping)
        return touched
    while action and not stopping.is_set():
        with transaction.atomic():
            lines = _lock_next_lines(action)
            for line in lines:
                line.detail = ASK[action.kind](line.order, action)
                line.outcome = ActionLine.Outcome.SKIPPED if line.detail else ActionLine.Outcome.DONE
                touched.add(line.order.panel_id)
            ActionLine.objects.bulk_update(lines, ("outcome", "detail"))
        if not lines:
            OrderAction.objects.filter(pk=action.pk).update(finished_at=timezone.now())
            break
    return touched


def _lock_next_lines(action: OrderAction) -> list[ActionLine]:
    """Lock the next lines without an outcome. A second worker waits for them, and then finds them done."""
    pks = list(action.lines.filter(outcome="").select_for_update().values_list("pk", flat=True)[:CHUNK])
    lines = action.lines.filter(pk__in=pks)
    # Everybody locks several orders in the order of their pks, to avoid deadlocks.
    list(Order.objects.filter(pk__in=lines.values("order")).order_by("pk").select_for_update().values_list("pk"))
    together = ("order__panel", "order__service", "order__refused_in")
    return list(lines.select_related(*together).prefetch_related("order__refills"))


def _refresh_order(order: Order, _: OrderAction) -> str:
    if not order.can_refresh:
        return f"Only placed orders can be refreshed. This order is {order.get_state_display().lower()}."
    request_check(Order.objects.filter(pk=order.pk))
    return ""


# For each kind: the request for one order. It returns "", or why it is not possible.
ASK: dict[str, Callable[[Order, OrderAction], str]] = {
    OrderAction.Kind.REFRESH: _refresh_order,
    OrderAction.Kind.REFILL: lambda order, action: request_refill(order, action.created_by),
    OrderAction.Kind.CANCEL: lambda order, action: request_cancel(order, action.created_by),
    OrderAction.Kind.WITHDRAW: lambda order, action: withdraw(order, action.created_by),
    OrderAction.Kind.SEND_AGAIN: lambda order, action: send_refused_again(order, action.created_by, action.created_at),
}
