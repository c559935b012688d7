"""Where the id of an unknown order may lie: between those of our orders sent just before and after it at its panel.

before ── … ─── start ─── … ── after          panels count up, for all their customers together
          ◀── asked so far ──▶                where the id is most likely comes first, then outward
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import cast

from django.db.models import Q, QuerySet

from panels.evidence import attempt_ended
from panels.models import IdSearch, Order

# What fits a BigIntegerField; from one with a leading zero nobody knows how to count on.
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
# Ids that are looked up together: a request asks about no more.
_CHUNK = 300


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An order of ours that has an id, a number, and when it was sent and answered."""

    pk: int
    number: int
    sent_at: datetime
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """The orders that an id lies between, and where it most likely is; a side without an order is open."""

    before: Neighbour | None
    after: Neighbour | None
    start: int

    @property
    def lowest(self) -> int:
        """The lowest id inside."""
        return self.before.number + 1 if self.before else 1

    @property
    def highest(self) -> int | None:
        """The highest id inside, None where nothing tells."""
        return self.after.number - 1 if self.after else None

    def holds(self, number: int) -> bool:
        """Tell whether an id lies inside."""
        return number >= self.lowest and (self.highest is None or number <= self.highest)


@dataclass(frozen=True, slots=True)
class Reach:
    """Ids to ask about next, and the stretch around `start` that is known once they were."""

    ids: tuple[str, ...]
    start: int
    asked_from: int
    asked_to: int


def find_window(order: Order) -> Window | str:
    """Find where the id of an order's last attempt may lie, or say why that cannot be told."""
    ended = attempt_ended(order)
    rows = _last_before(order, order.sent_at or ended), _sent_from(order, ended).first()
    if rows == (None, None):
        return f"Nothing to start from: no order of ours at {order.panel} has an id and was sent before or after it."
    for row in rows:
        if row and not _NUMBER.fullmatch(row.remote_id):
            return f"{order.panel} gives ids such as {row.remote_id}: they are no numbers, so none can be guessed."
    before, after = (_neighbour(row) if row else None for row in rows)
    if before and after and before.number >= after.number:
        return f"{order.panel} does not count up: {after.number} came after {before.number}."
    return Window(before, after, _likely_id(order, before, after))


def count_inside(order: Order, window: Window) -> int | None:
    """Count the ids inside that are not known to be ours, None if a side is open.

    Ours are counted by when they were sent, so this is about right.
    """
    if not window.before or not window.after:
        return None
    between = _sent(order).filter(sent_at__gt=window.before.sent_at, sent_at__lt=window.after.sent_at)
    return max(window.after.number - window.before.number - 1 - between.count(), 0)


def known_ids(panel_pk: int, remote_ids: Sequence[str]) -> set[str]:
    """Return which of these ids at a panel are in a row of ours."""
    return set(Order.with_remote_ids(panel_pk, remote_ids).values_list("remote_id", flat=True))


def next_reach(order: Order, search: IdSearch, window: Window, count: int) -> Reach | None:
    """Choose the next ids to ask about, at most so many and none of our own; None if there are none left."""
    start, first, last = search.start, search.asked_from, search.asked_to
    if start is None or first is None or last is None or not window.holds(start):
        start = first = window.start
        last = start - 1
    steps = _outward(start, first, last, window)
    chosen: list[str] = []
    while len(chosen) < count and (some := list(islice(steps, _CHUNK))):
        known = known_ids(order.panel_id, [str(number) for number in some])
        for number in some:
            if len(chosen) == count:
                break
            first, last = min(first, number), max(last, number)
            if str(number) not in known:
                chosen.append(str(number))
    return Reach(tuple(chosen), start, first, last) if chosen else None


def _outward(start: int, first: int, last: int, window: Window) -> Iterator[int]:
    """Yield the ids around those from `first` to `last`, the one nearer to `start` first; endless if open above."""
    while True:
        is_room_above = window.highest is None or last < window.highest
        is_room_below = first > window.lowest
        if is_room_above and (not is_room_below or last + 1 - start <= start - (first - 1)):
            last += 1
            yield last
        elif is_room_below:
            first -= 1
            yield first
        else:
            return


# -- the neighbours


def _sent(order: Order) -> QuerySet[Order]:
    """Return the others that have an id and were sent by us: when orders were placed elsewhere nobody knows."""
    return Order.objects.filter(
        panel=order.panel_id, remote_id__gt="", sent_at__isnull=False, placed_at__isnull=False
    ).exclude(pk=order.pk)


def _last_before(order: Order, sent: datetime) -> Order | None:
    """Find the last one that had its id when ours was sent: of those under way just then, any may come first."""
    had_its_id = Q(placed_at__lte=sent) | Q(send_deadline__lt=sent)
    return _sent(order).filter(had_its_id, sent_at__lt=sent).order_by("-sent_at").first()


def _sent_from(order: Order, moment: datetime) -> QuerySet[Order]:
    return _sent(order).filter(sent_at__gte=moment).order_by("sent_at")


def _neighbour(row: Order) -> Neighbour:
    # Neither is empty, as `_sent` has seen to.
    sent_at, placed_at = cast(datetime, row.sent_at), cast(datetime, row.placed_at)
    return Neighbour(row.pk, int(row.remote_id), sent_at, placed_at)


def _likely_id(order: Order, before: Neighbour | None, after: Neighbour | None) -> int:
    """Estimate the id from how fast ids count up around the order, next to a neighbour where nothing tells that."""
    if before is None:
        return after.number - 1 if after else 1
    lowest, highest = before.number + 1, after.number - 1 if after else None
    other = after or _long_before(order, before)
    if order.sent_at is None or other is None:
        return lowest
    share = (order.sent_at - before.sent_at) / (other.sent_at - before.sent_at)
    likely = max(before.number + round((other.number - before.number) * share), lowest)
    return likely if highest is None else max(min(likely, highest), lowest)


def _long_before(order: Order, before: Neighbour) -> Neighbour | None:
    """Find one as long before the neighbour as that is before ours: a shorter time does not tell how fast ids rise."""
    if order.sent_at is None:
        return None
    moment = before.sent_at - (order.sent_at - before.sent_at)
    row = _sent(order).filter(sent_at__lt=moment).order_by("-sent_at").first()
    if row is None or not _NUMBER.fullmatch(row.remote_id) or int(row.remote_id) >= before.number:
        return None
    return _neighbour(row)
