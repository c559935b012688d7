"""Notes how orders go: readings of them, and the two polls between which an order first moved and ended.

A reading is stored if the progress or the start count has changed, or if the remains have moved by 2 % of the order
since the last stored reading. Its number and its remains are on the order, so no reading is read to decide this. Of old
readings only the lasting ones stay: the first one, changes of progress or start count, and one for each tenth of the
order.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from django.utils import timezone

from panels.models import Order, OrderReading

# The most readings of an order. The last ones are left for changes of the progress and the start count.
MOST, MOST_MOVES = 60, 50
# The remains must move by one part of so many.
PARTS = 50
TENTHS = 10
KEEP_ALL_FOR = timedelta(days=90)
JOB = "thin readings"
# Readings that are deleted at once, and the seconds of one run. The next run goes on.
PIECE, THIN_FOR = 500, 20.0
_MOVED = frozenset({Order.Progress.IN_PROGRESS, Order.Progress.PARTIAL, Order.Progress.COMPLETED})


class Told(NamedTuple):
    """What the panel has told about an order until now."""

    progress: str
    remains: int | None
    start_count: int | None

    @classmethod
    def about(cls, order: Order) -> Self:
        """Return the values of an order."""
        return cls(order.progress, order.remains, order.start_count)


def note_news(order: Order, before: Told, now: datetime) -> OrderReading | None:
    """Note on an order that it moved or ended, and return the reading to store. It is None if nothing is to store.

    Nothing is saved here. The order has the values of the new answer, and `before` those of the last one. Its
    `status_at` is still the time of the last one.
    """
    news = Told.about(order)
    if news == before:
        return None
    whole = order.total_quantity
    if order.moved_before is None and _has_moved(news, whole) and not _has_moved(before, whole):
        order.moved_after, order.moved_before = order.status_at, now
    if (news.progress in Order.FINISHED) != (before.progress in Order.FINISHED):
        is_end = news.progress in Order.FINISHED
        order.finished_after, order.finished_before = (order.status_at, now) if is_end else (None, None)
    return _take_reading(order, before, now)


def _has_moved(told: Told, amount: int | None) -> bool:
    if told.progress in _MOVED:
        return True
    return amount is not None and told.remains is not None and 0 < told.remains < amount


def _take_reading(order: Order, before: Told, now: datetime) -> OrderReading | None:
    is_step = (order.progress, order.start_count) != (before.progress, before.start_count)
    number = order.reading_count or 0
    if number >= (MOST if is_step else MOST_MOVES) or not (is_step or _is_far(order)):
        return None
    is_lasting = is_step or not number or _tenth(order.read_remains, order) != _tenth(order.remains, order)
    order.reading_count, order.read_remains = number + 1, order.remains
    return OrderReading(
        order_id=order.pk,
        at=now,
        progress=order.progress,
        remains=order.remains,
        start_count=order.start_count,
        is_lasting=is_lasting,
    )


def _is_far(order: Order) -> bool:
    """Tell whether the remains are far from those of the last reading. Without an amount, these are the measure."""
    if order.remains is None or order.read_remains is None:
        return order.remains != order.read_remains
    distance = abs(order.remains - order.read_remains)
    return distance > 0 and distance * PARTS >= (order.total_quantity or abs(order.read_remains))


def _tenth(remains: int | None, order: Order) -> int | None:
    return remains * TENTHS // order.total_quantity if remains is not None and order.total_quantity else None


def thin(stopping: threading.Event) -> int:
    """Delete old readings that are not lasting, some at a time and for a few seconds; return their number."""
    old = OrderReading.objects.filter(is_lasting=False, at__lt=timezone.now() - KEEP_ALL_FOR).order_by("at")
    until, deleted = time.monotonic() + THIN_FOR, 0
    while not stopping.is_set() and time.monotonic() < until:
        piece = list(old.values_list("pk", flat=True)[:PIECE])
        deleted += OrderReading.objects.filter(pk__in=piece).delete()[0]
        if len(piece) < PIECE:
            break
    return deleted
