"""Lets the orders of the demo's past go as if they had been polled: at the times of the poller, and by its own code."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator

from django.conf import settings

from panels.calls.outcomes import FIRST_CHECK_AFTER
from panels.calls.polling import take_in
from panels.models import Entry, Order, OrderEvent, OrderReading, Panel
from panels.orders import following
from panels.protocol.wire import OrderStatus
from panels.protocol.wording import order_progress
from panels.sandbox.life import SandboxOrder

# The share that is done when the panel's word changes from Processing to In progress.
IN_PROGRESS = 0.1
LONGEST = dt.timedelta(days=100).total_seconds()


def _questions(first: dt.timedelta) -> list[float]:
    """Return when an order is asked about after a change, in seconds, if the first question comes after `first`."""
    soonest, latest = following.SOONEST.total_seconds(), following.LATEST.total_seconds()
    found = [first.total_seconds()]
    while found[-1] < LONGEST:
        found.append(found[-1] + min(max(found[-1] / 4, soonest), latest))
    return found


AFTER_PLACING, AFTER_CHANGE = _questions(FIRST_CHECK_AFTER), _questions(following.SOONEST)


def follow(
    order: Order, there: SandboxOrder, panel: Panel, now: dt.datetime
) -> tuple[list[OrderEvent], list[OrderReading], list[Entry]]:
    """Give an order the values of all answers until now; return its events, readings and entries. Nothing is saved.

    `there` is the order at the panel, whose times are those of our clock. Between two changes nothing is computed.
    """
    events: list[OrderEvent] = []
    readings: list[OrderReading] = []
    entries: list[Entry] = []
    changed, questions, until = _seconds(order.placed_at), AFTER_PLACING, now.timestamp()
    for moment in _changes(there):
        if moment > until:
            break
        # No question was asked before the moment, unless the first one.
        number = bisect_left(questions, moment - changed) if moment > changed else 0
        at = changed + questions[number]
        if order.checked_at and moment <= _seconds(order.checked_at):
            continue
        if at > until:
            break
        if order.checked_at:
            order.status_at = _moment(changed + questions[number - 1] if number else changed)
        finding, reading, booked = take_in(order, _answer(there, at, panel), panel, _moment(at))
        events += [OrderEvent(at=_moment(at), what=what, detail=detail) for what, detail in finding.events]
        readings += [reading] if reading else []
        entries += booked
        if finding.fields:
            changed, questions = at, AFTER_CHANGE
    _ask_last(order, changed, questions, now)
    return events, readings, entries


def _ask_last(order: Order, changed: float, questions: list[float], now: dt.datetime) -> None:
    """Note the last question before now, which brought no news, and when the next one is due."""
    if order.checked_at is None:
        order.next_check_at = _moment(changed + questions[0])
        return
    if order.is_finished:
        days = min((now - order.checked_at) // following.AFTER_FINISH, settings.FOLLOW_FINISHED_DAYS)
        asked = order.checked_at + days * following.AFTER_FINISH
    else:
        number = bisect_left(questions, now.timestamp() - changed)
        asked = _moment(changed + questions[number - 1]) if number else order.checked_at
    order.checked_at = order.status_at = asked
    order.next_check_at = following.next_check_at(order, asked)


def _changes(there: SandboxOrder) -> Iterator[float]:
    """Yield the times at which an answer about the order changes, in their order."""
    yield there.at
    length = there.ends_at - there.starts_at
    if length > 0:
        yield there.starts_at
        shares = {step / there.steps for step in range(1, there.steps)} | {IN_PROGRESS}
        yield from (there.starts_at + share * length + 1 for share in sorted(shares))
    yield there.ends_at


def _answer(there: SandboxOrder, at: float, panel: Panel) -> OrderStatus:
    """Return what the panel answers about an order at this time. An order that has ended by then is refunded."""
    if at >= there.ends_at:
        there.refunded, there.is_settled = there.refund_due(), True
    word = there.status(at)
    return OrderStatus(
        progress=order_progress(word),
        remote_status=word,
        charge=there.charge_at(at, keeps_charge=bool(panel.keeps_charge)),
        currency=panel.currency,
        start_count=there.start_count if at >= there.starts_at else None,
        remains=there.remains(at),
    )


def _seconds(moment: dt.datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
