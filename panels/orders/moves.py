"""Moves many orders from state to state at once, each with its story: the plurals of `Order.move`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias, cast

from django.db import connection, models, transaction
from django.utils import timezone

from panels.models import Order, OrderEvent

# An order, the detail of its event, and the fields that change besides the state.
Change: TypeAlias = tuple[Order, str, dict[str, Any]]


class MovedOnError(Exception):
    """A row is no longer in the state or the attempt that it was read in."""


def move_together(to: Order.State, changes: Sequence[Change], *, what: OrderEvent.What, savepoint: bool = True) -> None:
    """Move orders, each with its detail and its values of the same fields, in one commit: all or none.

    Raises MovedOnError, with nothing written, if a row has moved on. savepoint=False is for a transaction that ends
    with whatever goes wrong here.
    """
    with transaction.atomic(savepoint=savepoint):
        _write(to, changes)
        OrderEvent.objects.bulk_create(order.event(what, detail) for order, detail, _ in changes)
    for order, _, fields in changes:
        order.show(to, fields)


def _write(to: Order.State, changes: Sequence[Change]) -> None:
    """Write all by one statement: update() knows one set of values for all rows, and bulk_update() no condition."""
    for order, *_ in changes:
        Order.check_move(order.state, to)
    names = ("state", *changes[0][2])
    columns = {name: cast("models.Field[Any, Any]", Order._meta.get_field(name)) for name in names}
    sets = ", ".join(f"{field.column} = %s" for field in columns.values())
    rows = []
    for order, _, fields in changes:
        values = {"state": to, **fields}
        wanted = [field.get_db_prep_save(values[name], connection) for name, field in columns.items()]
        rows.append([*wanted, order.pk, order.state, order.attempt])
    with connection.cursor() as cursor:
        # Names out of the model, and nothing else, are part of the text.
        sql = f"UPDATE {Order._meta.db_table} SET {sets} WHERE id = %s AND state = %s AND attempt = %s"
        cursor.executemany(sql, rows)
        if cursor.rowcount != len(rows):
            raise MovedOnError(f"{len(rows) - cursor.rowcount} of {len(rows)} orders have moved on.")


def move_all(
    pks: Iterable[int],
    change: tuple[Order.State, Order.State],
    *,
    what: OrderEvent.What,
    actor: Any = None,
    **fields: Any,
) -> int:
    """Move whichever of these orders are in the first state to the second, and tell the story of each.

    Returns how many that were; their rows are locked meanwhile, so give some hundred at a time.
    """
    came_from, to = change
    Order.check_move(came_from, to)
    now = timezone.now()
    with transaction.atomic():
        locked = Order.objects.filter(pk__in=pks, state=came_from).select_for_update().order_by("pk")
        moving = list(locked.values_list("pk", flat=True))
        Order.objects.filter(pk__in=moving, state=came_from).update(state=to, **fields)
        OrderEvent.objects.bulk_create([OrderEvent(order_id=pk, at=now, what=what, actor=actor) for pk in moving])
    return len(moving)
