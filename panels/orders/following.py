"""How long orders are followed, when each is due again, and how a person asks for a check."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from panels.models import Order, OrderEvent

SOONEST = timedelta(minutes=1)
LATEST = timedelta(hours=1)
AFTER_FINISH = timedelta(hours=6)
FOLLOW_FINISHED_FOR = timedelta(days=5)
# Panels that resell others' services may not know an order yet right after they took it.
GRACE = timedelta(hours=1)
What = OrderEvent.What


def request_check(orders: QuerySet[Order]) -> int:
    """Ask for a look at these orders now, before all that is merely due; an order no longer followed is again."""
    now = timezone.now()
    return orders.filter(state=Order.State.PLACED).update(
        check_requested_at=now,
        # The earliest due comes first.
        next_check_at=now - LATEST,
    )


def stop_following(order: Order, actor: Any) -> None:
    """Ask no more about an order, as for one at a panel that is gone."""
    if Order.objects.filter(pk=order.pk, next_check_at__isnull=False).update(
        next_check_at=None, check_requested_at=None
    ):
        order.add_event(What.FOLLOW, "No longer followed.", actor=actor)


def next_check_at(order: Order, now: datetime) -> datetime | None:
    """Say when to ask about an order again, None if never."""
    if order.is_finished:
        is_over = order.finished_at is not None and now - order.finished_at > FOLLOW_FINISHED_FOR
        return None if is_over else now + AFTER_FINISH
    quiet_for = now - (order.changed_at or order.placed_at or order.created_at)
    return now + min(max(quiet_for / 4, SOONEST), LATEST)
