"""Finds the range of ids that an unknown order may have: between our orders sent just before and just after it.

before ── … ─── start ─── … ── after          panels count up, for all their customers together
          ◀── asked so far ──▶                the search begins at the most likely id and goes outward
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import cast

from django.utils import timezone

from panels.id_search.evidence import Around, find_around, others_sent
from panels.models import IdSearch, Order
from panels.orders.following import GRACE

# A number that fits a BigIntegerField. After an id with a leading zero the next id is not known.
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
# The number of ids in one query. No request asks about more ids.
_CHUNK = 300


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An order of ours whose id is a number, with the times when it was sent and answered."""

    pk: int
    number: int
    sent_at: datetime
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """The two orders that an id lies between. A side without an order is open."""

    before: Neighbour | None
    after: Neighbour | None
    # From this time on the panel must know the order, if it has the order. An earlier "not found" proves nothing.
    known_from: datetime

    @property
    def lowest(self) -> int:
        """The lowest id inside the window."""
        return self.before.number + 1 if self.before else 1

    @property
    def highest(self) -> int | None:
        """The highest id inside the window, None if that side is open."""
        return self.after.number - 1 if self.after else None

    @property
    def size(self) -> int | None:
        """The number of ids inside, including ids of our other orders. None if a side is open."""
        return self.after.number - self.before.number - 1 if self.before and self.after else None

    @property
    def ours(self) -> str:
        """The id of our order at one end of the window."""
        return str(cast(Neighbour, self.before or self.after).number)

    def holds(self, number: int) -> bool:
        """Return whether an id lies inside the window."""
        return number >= self.lowest and (self.highest is None or number <= self.highest)


@dataclass(frozen=True, slots=True)
class AskedRange:
    """Consecutive ids that were asked about, except the ids of our own orders."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """The number of ids."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Reach:
    """Ids to ask about next. After that, all ids from `asked_from` to `asked_to` around `start` are known."""

    ids: tuple[str, ...]
    start: int
    asked_from: int
    asked_to: int
    # Earlier answers do not count any more.
    is_anew: bool


def find_window(order: Order, around: Around | None = None) -> Window | str:
    """Find the window of ids for an order's last attempt, or return the reason why there is no window."""
    around = around or find_around(order)
    rows = around.lower, around.higher
    if rows == (None, None):
        return f"No order of ours with an ID was sent to {order.panel} before or after this order."
    for row in rows:
        if row and not _NUMBER.fullmatch(row.remote_id):
            return f"The IDs of {order.panel}, such as {row.remote_id}, are not numbers, so no ID can be guessed."
    before, after = (_neighbour(row) if row else None for row in rows)
    if before and after and before.number >= after.number:
        return f"The IDs of {order.panel} are not in sequence: {after.number} came after {before.number}."
    return Window(before, after, around.ended + GRACE)


def known_ids(panel_pk: int, remote_ids: Sequence[str]) -> set[str]:
    """Return the ids that belong to a row of ours at this panel."""
    return set(Order.with_remote_ids(panel_pk, remote_ids).values_list("remote_id", flat=True))


def asked_inside(search: IdSearch, window: Window) -> AskedRange | None:
    """Return the ids inside a window that a search has asked about, None if it has asked about no id there."""
    if search.asked_from is None or search.asked_to is None:
        return None
    first = max(search.asked_from, window.lowest)
    last = search.asked_to if window.highest is None else min(search.asked_to, window.highest)
    return AskedRange(first, last) if first <= last else None


def was_early(search: IdSearch, window: Window) -> bool:
    """Return whether a search asked at a time when the panel might not have known the order yet."""
    return search.searched_at is not None and search.searched_at < window.known_from


def next_reach(order: Order, search: IdSearch, window: Window, count: int) -> Reach | None:
    """Choose at most `count` ids to ask about next, without ids of our own orders. None if no id is left.

    Ids that were asked about too early are chosen again when the panel must know the order.
    """
    is_over = was_early(search, window) and window.known_from <= timezone.now()
    asked = None if is_over else asked_inside(search, window)
    start = search.start
    if start is None or not window.holds(start):
        start = likely_id(order, window)
    first, last = (asked.first, asked.last) if asked else (start, start - 1)
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
    return Reach(tuple(chosen), start, first, last, is_anew=asked is None) if chosen else None


def _outward(start: int, first: int, last: int, window: Window) -> Iterator[int]:
    """Yield the ids around `first` to `last`, always the id nearest to `start`. Endless if the window is open above."""
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


def _neighbour(row: Order) -> Neighbour:
    # `others_sent` returns only orders that have both times.
    sent_at, placed_at = cast(datetime, row.sent_at), cast(datetime, row.placed_at)
    return Neighbour(row.pk, int(row.remote_id), sent_at, placed_at)


def likely_id(order: Order, window: Window) -> int:
    """Estimate the id from how fast ids rise around the order, or return the id next to a neighbour."""
    before, after = window.before, window.after
    if before is None:
        return window.highest or 1
    other = after or _long_before(order, before)
    if order.sent_at is None or other is None:
        return window.lowest
    share = (order.sent_at - before.sent_at) / (other.sent_at - before.sent_at)
    likely = max(before.number + round((other.number - before.number) * share), window.lowest)
    return likely if window.highest is None else max(min(likely, window.highest), window.lowest)


def _long_before(order: Order, before: Neighbour) -> Neighbour | None:
    """Find an order as long before the neighbour as the neighbour is before ours, to measure how fast ids rise."""
    if order.sent_at is None:
        return None
    moment = before.sent_at - (order.sent_at - before.sent_at)
    row = others_sent(order).filter(sent_at__lt=moment).order_by("-sent_at").first()
    if row is None or not _NUMBER.fullmatch(row.remote_id) or int(row.remote_id) >= before.number:
        return None
    return _neighbour(row)
