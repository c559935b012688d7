"""The actions on selected orders that a list offers: only those that are possible for an order of the selection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from panels.models import Order, OrderAction
from panels.models.order_states import Stage, is_replaceable
from panels.orders.repeats import UNDECIDED

Kind, State = OrderAction.Kind, Order.State
# Not an action on the orders themselves: it makes a draft.
AGAIN = "again"
# It makes a draft too, of equivalent offers of other panels that take the place of the orders.
ELSEWHERE = "elsewhere"
_AT_PANEL = (Kind.REFRESH, Kind.REFILL, Kind.CANCEL, AGAIN)
_WAITING = (Kind.WITHDRAW, AGAIN)
_HELD = (*_WAITING, ELSEWHERE)
# The actions that are possible for some order of a filter.
_IN_STAGE: Mapping[str, tuple[str, ...]] = {
    Stage.APPROVAL: _WAITING,
    Stage.WAITING: _HELD,
    Stage.NEEDS_YOU: (*_AT_PANEL, Kind.WITHDRAW, ELSEWHERE),
    Stage.SENDING: (),
    Stage.RUNNING: (Kind.REFRESH, Kind.CANCEL, AGAIN),
    Stage.DONE: (Kind.REFRESH, Kind.REFILL, AGAIN),
    Stage.PARTLY: (Kind.REFRESH, Kind.REFILL, AGAIN),
    Stage.PROBLEM: (Kind.REFRESH, AGAIN, ELSEWHERE),
    Stage.WITHDRAWN: (Kind.REFRESH, AGAIN, ELSEWHERE),
}
_IN_STATE: Mapping[str, tuple[str, ...]] = {
    State.ASKED: _WAITING,
    State.QUEUED: _WAITING,
    "held": _HELD,
    "funds": _HELD,
    State.PLACED: _AT_PANEL,
    "unread": _AT_PANEL,
    State.REFUSED: (AGAIN, ELSEWHERE),
    State.WITHDRAWN: (AGAIN, ELSEWHERE),
    State.WRITTEN_OFF: (AGAIN,),
    **dict.fromkeys(UNDECIDED, ()),
}


def possible_actions(order: Order) -> str:
    """Name the actions that are possible for an order, separated by spaces."""
    if order.state == State.PLACED:
        refill, cancel = order.can_refill, order.can_cancel
        again = " again" if order.service_id else ""
        return f"refresh{' refill' if refill else ''}{' cancel' if cancel else ''}{again}"
    if order.state in UNDECIDED:
        return ""
    elsewhere = f" {ELSEWHERE}" if is_replaceable(order) and order.service_id else ""
    return f"{'withdraw again' if order.can_withdraw else 'again'}{elsewhere}"


def offered_for_all(query: Mapping[str, Any]) -> set[str]:
    """Return the actions to offer for all orders of a filter: those that its state, progress and stage allow."""
    offered = {*_AT_PANEL, *_HELD}
    for name, found in (("stage", _IN_STAGE), ("state", _IN_STATE)):
        offered &= {*found.get(query.get(name, ""), offered)}
    return offered & {*_AT_PANEL} if query.get("progress") else offered
