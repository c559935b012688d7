"""Puts the orders that wait for a service on hold, because the panel charges more for it than was agreed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from panels.models import Order, OrderEvent, Panel, Service
from panels.models.order_states import NEEDS_A_PERSON
from panels.models.writing import insert_rows

# Orders of one transaction, because nothing may hold the write lock of SQLite for long.
CHUNK = 1000
OVERCHARGED = "The panel charges more for this service than was agreed."
State, What = Order.State, OrderEvent.What


def waiting_for(service: Service) -> QuerySet[Order]:
    """Return the orders that wait to be sent for a service and are not on hold."""
    return Order.objects.filter(panel=service.panel_id, service=service, state=State.QUEUED, held_reason="")


def held_for(service: Service) -> QuerySet[Order]:
    """Return the orders that were put on hold because of the charges of a service."""
    # NEEDS_A_PERSON is the condition of an index.
    held = Order.objects.filter(NEEDS_A_PERSON, state=State.QUEUED, held_reason=OVERCHARGED)
    return held.filter(service=service)


def hold_waiting(service: Service, actor: Any) -> int:
    """Put all orders that wait for a service on hold, and return their number."""
    event = OrderEvent(what=What.HELD, detail=OVERCHARGED, actor=actor)
    return _change_all(waiting_for(service), service.panel_id, event, {"held_reason": OVERCHARGED})


def release_held(service: Service, actor: Any) -> int:
    """Let all orders go out that `hold_waiting` put on hold, and return their number."""
    event = OrderEvent(what=What.RELEASED, detail="The charges of the service were accepted.", actor=actor)
    return _change_all(held_for(service), service.panel_id, event, {"held_reason": "", "send_after": timezone.now()})


def _change_all(orders: QuerySet[Order], panel_pk: int, event: OrderEvent, changes: dict[str, Any]) -> int:
    number, is_over = 0, False
    while not is_over:
        changed = _change_some(orders, panel_pk, event, changes)
        number, is_over = number + changed, changed < CHUNK
    return number


def _change_some(orders: QuerySet[Order], panel_pk: int, event: OrderEvent, changes: dict[str, Any]) -> int:
    """Change the next orders, and give each a copy of the event."""
    with transaction.atomic():
        # A claim locks the panel too, so no order is put on hold while it is being claimed.
        Panel.objects.select_for_update(no_key=True).get(pk=panel_pk)
        pks = list(orders.order_by("pk").select_for_update().values_list("pk", flat=True)[:CHUNK])
        orders.filter(pk__in=pks).update(**changes)
        same = {"at": timezone.now(), "what": event.what, "detail": event.detail, "actor": event.actor}
        insert_rows([OrderEvent(order_id=pk, **same) for pk in pks])
    return len(pks)
