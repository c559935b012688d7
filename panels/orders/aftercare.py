"""Queues the requests of people for placed orders: refills and cancels, as rows that wait for the worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from panels.models import JobRun, Order, OrderEvent, Refill
from panels.models.order_states import RequestState

What = OrderEvent.What
# Within this time, a second person may not have seen yet what came of the request of the first. It counts from the
# request, and anew from its outcome.
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
        refills = list(Refill.objects.filter(order=order.pk).order_by("pk"))
        if any(refill.is_open for refill in refills):
            return "A refill of this order is already under way."
        if refills and refills[-1].state in MAY_BE_THERE and _is_news(order, What.REFILL):
            return JUST_NOW.format("refill")
        Refill.objects.create(order=order, requested_by=actor)
        order.add_event(What.REFILL, "Requested.", actor=actor)
    return ""


def request_cancel(order: Order, actor: Any) -> str:
    """Queue a cancel of an order; return "", or the reason why it cannot be requested."""
    if not order.can_cancel:
        return "A cancel can be requested while the order runs and its service offers cancels."
    if order.cancel_state in MAY_BE_THERE and _is_news(order, What.CANCEL):
        return JUST_NOW.format("cancel")
    # With its time, because a second person may have requested another one since, which has the same state by now.
    as_read = {"cancel_state": order.cancel_state, "cancel_requested_at": order.cancel_requested_at}
    with transaction.atomic():
        if not Order.objects.filter(pk=order.pk, **as_read).update(
            cancel_state=RequestState.QUEUED,
            cancel_requested_at=timezone.now(),
            cancel_requested_by=actor,
            cancel_error="",
        ):
            return "A cancel of this order is already under way."
        order.add_event(What.CANCEL, "Requested.", actor=actor)
    return ""


def _is_news(order: Order, what: OrderEvent.What) -> bool:
    """Return whether such a request of the order, or its outcome, was noted a moment ago."""
    now = timezone.now()
    return order.events.filter(what=what, at__range=(now - A_MOMENT, now + JobRun.CLOCKS_DIFFER)).exists()
