"""Decides how long orders are followed and when each is due again, and lets a person request a check."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from panels.models import Order, OrderEvent

SOONEST = timedelta(minutes=1)
LATEST = timedelta(hours=1)
LATEST_UNREADABLE = timedelta(hours=6)
AFTER_FINISH = timedelta(days=1)
# A panel that resells the services of another panel may not know an order right after it took it.
GRACE = timedelta(hours=1)
What = OrderEvent.What


def request_check(orders: QuerySet[Order]) -> int:
    """Have these orders checked before all others, and return their number.

    An order that was no longer followed is followed again.
    """
    now = timezone.now()
    return orders.filter(state=Order.State.PLACED).update(
        check_requested_at=now,
        # The poller takes the order with the earliest time first.
        next_check_at=now - LATEST,
    )


def stop_following(order: Order, actor: Any) -> None:
    """Ask the panel no more about an order, for example because the panel is gone."""
    if Order.objects.filter(pk=order.pk, next_check_at__isnull=False).update(
        next_check_at=None, check_requested_at=None
    ):
        order.add_event(What.FOLLOW, "No longer tracked.", actor=actor)


def next_check_at(order: Order, now: datetime) -> datetime | None:
    """Return when to ask about an order again; None if it is not asked about any more."""
    if order.is_finished:
        follow_for = timedelta(days=settings.FOLLOW_FINISHED_DAYS)
        is_over = order.finished_at is not None and now - order.finished_at >= follow_for
        return None if is_over else now + AFTER_FINISH
    if order.unreadable_since:
        return now + unreadable_wait(order.unreadable_since, now)
    quiet_for = now - (order.changed_at or order.placed_at or order.created_at)
    return now + min(max(quiet_for / 4, SOONEST), LATEST)


def unreadable_wait(since: datetime, now: datetime) -> timedelta:
    """Return how long to wait before asking again about a row of which nothing could be read since then."""
    return min(max((now - since) / 2, SOONEST), LATEST_UNREADABLE)
