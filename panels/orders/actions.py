"""Does one thing to many orders: a person confirms the list; the worker carries it out and reports on each order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from panels.models import ActionLine, Order, OrderAction
from panels.orders.aftercare import request_cancel, request_refill
from panels.orders.following import request_check
from panels.orders.resolution import withdraw

MOST = 5000
CHUNK = 200
KEEP_DRAFTS = timedelta(days=1)


def draft_action(kind: str, order_pks: Iterable[int], actor: Any) -> OrderAction:
    """Store the orders that a person chose. Nothing is done before a person confirms the action."""
    with transaction.atomic():
        action = OrderAction.objects.create(kind=kind, created_by=actor)
        ActionLine.objects.bulk_create([ActionLine(action=action, order_id=pk) for pk in order_pks], batch_size=CHUNK)
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
    while action and not stopping.is_set():
        with transaction.atomic():
            lines = _lock_next_lines(action)
            for line in lines:
                line.detail = ASK[action.kind](line.order, action.created_by)
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
    return list(lines.select_related("order__panel", "order__service").prefetch_related("order__refills"))


def _refresh_order(order: Order, _: Any) -> str:
    if not order.can_refresh:
        return f"Only placed orders can be refreshed. This order is {order.get_state_display().lower()}."
    request_check(Order.objects.filter(pk=order.pk))
    return ""


ASK: dict[str, Callable[[Order, Any], str]] = {
    OrderAction.Kind.REFRESH: _refresh_order,
    OrderAction.Kind.REFILL: request_refill,
    OrderAction.Kind.CANCEL: request_cancel,
    OrderAction.Kind.WITHDRAW: withdraw,
}
