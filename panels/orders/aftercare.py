"""Queues the requests of people for placed orders: refills and cancels, as rows that wait for the worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from panels.models import Order, OrderEvent, Refill
from panels.models.order_states import RequestState

What = OrderEvent.What
# Within this time, a second person may not have seen yet what came of the request of the first.
A_MOMENT = timedelta(minutes=1)
MAY_BE_THERE = (RequestState.UNKNOWN, RequestState.ACCEPTED)
JUST_NOW = "A {} of this order was requested a moment ago, and the panel may have received it. Check its outcome first."


def request_refill(order: Order, actor: Any) -> str:
    """Queue a refill of an order; return "", or the reason why it cannot be requested."""
    if not order.can_refill:
        return "A refill can be requested when the order is completed or partial and its service offers refills."
    with transaction.atomic():
        # Its refills are read after the lock, because the refill of a second person may be accepted meanwhile.
        Order.objects.select_for_update(no_key=True).only("pk").get(pk=order.pk)
        refills, since = list(Refill.objects.filter(order=order.pk)), timezone.now() - A_MOMENT
        if any(refill.is_open for refill in refills):
            return "A refill of this order is already under way."
        if any(refill.state in MAY_BE_THERE and refill.requested_at > since for refill in refills):
            return JUST_NOW.format("refill")
        Refill.objects.create(order=order, requested_by=actor)
        order.add_event(What.REFILL, "Requested.", actor=actor)
    return ""


def request_cancel(order: Order, actor: Any) -> str:
    """Queue a cancel of an order; return "", or the reason why it cannot be requested."""
    if not order.can_cancel:
        return "A cancel can be requested while the order runs and its service offers cancels."
    was_requested_at = order.cancel_requested_at
    if order.cancel_state in MAY_BE_THERE and was_requested_at and was_requested_at > timezone.now() - A_MOMENT:
        return JUST_NOW.format("cancel")
    with transaction.atomic():
        if not Order.objects.filter(pk=order.pk, cancel_state=order.cancel_state).update(
            cancel_state=RequestState.QUEUED,
            cancel_requested_at=timezone.now(),
            cancel_requested_by=actor,
            cancel_error="",
        ):
            return "A cancel of this order is already under way."
        order.add_event(What.CANCEL, "Requested.", actor=actor)
    return ""
