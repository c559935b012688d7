"""Lets one service wait whose orders are refused in words about our account that are not true of it.

These words are the answer of the service's own supplier, which its panel hands through. Other services go on.

refused ──▶ waits 5 min ──▶ one order is tried ──refused in such words──▶ waits twice as long, at most an hour
                                    └──placed──▶ the wait ends
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from django.db.models.functions import Coalesce
from django.utils import timezone

from panels.models import Order, Service

FIRST_MINUTES, MOST_MINUTES = 5, 60


def put_off(order: Order, words: str, now: datetime) -> timedelta | None:
    """Let the service of a refused order wait, and return how long; None if others of its orders did so already."""
    service = order.service
    if service is None:
        return None
    before = service.wait_minutes
    minutes = FIRST_MINUTES if before is None else min(2 * before, MOST_MINUTES)
    wait = timedelta(minutes=minutes)
    # Several orders that were refused at the same time count once.
    as_claimed = Service.objects.filter(pk=service.pk, wait_minutes=before)
    is_first = as_claimed.update(
        wait_minutes=minutes,
        waits_until=now + wait,
        waits_since=Coalesce("waits_since", now),
        waits_because=words[:500],
    )
    return wait if is_first else None


def one_of_each(orders: Iterable[Order]) -> list[Order]:
    """Return the orders without those that would be a second trial of a waiting service."""
    tried: set[int | None] = set()
    going = []
    for order in orders:
        if is_trial(order):
            if order.service_id in tried:
                continue
            tried.add(order.service_id)
        going.append(order)
    return going


def is_trial(order: Order) -> bool:
    """Return whether an order was claimed to try a service that waits."""
    return order.service is not None and order.service.wait_minutes is not None


def begin_trials(orders: Iterable[Order], until: datetime) -> None:
    """Let no other order of the same services be claimed until the outcome of these is known, or until the deadline."""
    if trials := [order.service.pk for order in orders if order.service and is_trial(order)]:
        Service.objects.filter(pk__in=trials).update(waits_until=until)


def end_trial(order: Order, *, is_placed: bool) -> None:
    """End the wait of a service whose order was placed. Any other outcome lets another order be tried at once."""
    waiting = Service.objects.filter(pk=cast(int, order.service_id), wait_minutes__isnull=False)
    if is_placed:
        waiting.update(waits_until=None, wait_minutes=None, waits_since=None, waits_because="")
    else:
        waiting.update(waits_until=timezone.now())
