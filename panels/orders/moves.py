"""Moves many orders from state to state at once, each with an event in its history: `Order.move` for many orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from django.db import transaction
from django.utils import timezone

from panels.models import Order, OrderEvent
from panels.models.order_states import OrderState, check_move
from panels.models.writing import update_rows

# An order, the detail of its event, and the fields that change beside the state.
Move: TypeAlias = tuple[Order, str, dict[str, Any]]


class MovedOnError(Exception):
    """A row has another state or attempt than when it was read."""


def move_together(to: OrderState, moves: Sequence[Move], *, what: OrderEvent.What, savepoint: bool = True) -> None:
    """Move all orders in one commit, or no order. All moves change the same fields, each to its own values.

    Raises MovedOnError if a row has moved on; then nothing is written. With savepoint=False the caller must end its
    transaction after an error.
    """
    for order, *_ in moves:
        check_move(order.state, to)
    changes = [(order, {"state": to, **fields}) for order, _, fields in moves]
    with transaction.atomic(savepoint=savepoint):
        written = update_rows(changes, where=("state", "attempt"))
        if written != len(moves):
            raise MovedOnError(f"{len(moves) - written} of {len(moves)} orders have moved on.")
        OrderEvent.objects.bulk_create(order.event(what, detail) for order, detail, _ in moves)
    for order, _, fields in moves:
        order.show(to, fields)


def move_all(
    pks: Iterable[int],
    change: tuple[OrderState, OrderState],
    *,
    what: OrderEvent.What,
    detail: str = "",
    actor: Any = None,
    by: str = "",
    **fields: Any,
) -> int:
    """Move those of the orders that are in the first state to the second, with an event for each; return their number.

    Locks their rows until the end of the transaction, so give some hundred orders at a time.
    by: the module that may make this move (`ALLOWED_TO`).
    """
    came_from, to = change
    check_move(came_from, to, by)
    now = timezone.now()
    with transaction.atomic():
        locked = Order.objects.filter(pk__in=pks, state=came_from).select_for_update().order_by("pk")
        moving = list(locked.values_list("pk", flat=True))
        Order.objects.filter(pk__in=moving, state=came_from).update(state=to, **fields)
        same = {"at": now, "what": what, "detail": detail, "actor": actor}
        OrderEvent.objects.bulk_create([OrderEvent(order_id=pk, **same) for pk in moving])
    return len(moving)
