"""After a restored backup: what it shows as waiting may have been sent since, so nothing of it goes out by itself."""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.utils import timezone

from panels.models import ActionLine, Batch, Order, OrderAction, OrderEvent, Refill
from panels.models.order import RequestState
from panels.orders.following import request_check

State, What = Order.State, OrderEvent.What
WAITING = (RequestState.QUEUED, RequestState.SENDING)
WORDS = "A backup was restored that shows this as waiting. It may have been sent after the backup was made."


def distrust_what_waits() -> Counter[str]:
    """Turn everything that a worker would send into unknown, all or nothing; counts what that was."""
    with transaction.atomic():
        return Counter(orders=_orders(), refills=_refills(), cancels=_cancels(), actions=_actions(), drafts=_drafts())


def _orders() -> int:
    waiting = Order.objects.filter(state__in=(State.QUEUED, State.SENDING))
    return sum(_distrust(order) for order in waiting)


def _distrust(order: Order) -> bool:
    # When one that waits was sent after the backup, nobody knows; an earlier attempt's time would mislead.
    sent_at = order.sent_at if order.state == State.SENDING else None
    return order.move(State.UNKNOWN, what=What.UNKNOWN, detail=WORDS, error_text=WORDS, held_reason="", sent_at=sent_at)


def _refills() -> int:
    waiting = Refill.objects.filter(state__in=WAITING)
    for refill in waiting.select_related("order"):
        refill.order.add_event(What.REFILL, WORDS)
    return waiting.update(state=RequestState.UNKNOWN, error=WORDS, finished_at=timezone.now())


def _cancels() -> int:
    waiting = Order.objects.filter(cancel_state__in=WAITING)
    for order in waiting:
        order.add_event(What.CANCEL, WORDS)
    # That an order is canceled only its status tells.
    request_check(waiting)
    return waiting.update(cancel_state=RequestState.UNKNOWN, cancel_error=WORDS)


def _actions() -> int:
    """Close what a person confirmed and the worker had not carried out: it would ask for everything again."""
    actions = OrderAction.objects.filter(confirmed_at__isnull=False, finished_at__isnull=True)
    ActionLine.objects.filter(action__in=actions, outcome="").update(outcome=ActionLine.Outcome.SKIPPED, detail=WORDS)
    return actions.update(finished_at=timezone.now())


def _drafts() -> int:
    """Discard the drafts: any may have been confirmed after the backup, and would be ordered a second time."""
    return Batch.objects.filter(state=Batch.State.DRAFT).update(state=Batch.State.DISCARDED)
