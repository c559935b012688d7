"""Doubts that a panel refuses everybody when it took other orders since it first said so.

an order is refused in such words          so
first                                      the panel is paused; its service waits longer if other services have orders
of a service that waits, and the panel     only the service waits, twice as long (orders/service_waits.py)
took an order since
for the second time, and the panel         the words are about this order, so it is refused
took an order since
"""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.utils import timezone

from panels.calls.conclusions import note_error
from panels.models import Order, OrderEvent, Panel, Service
from panels.orders import service_waits
from panels.orders.queue import queued
from panels.protocol.errors import PanelError, Reason, Refused

# So much later than the panel, a service is tried whose order paused the panel.
AFTER_OTHERS = timedelta(minutes=1)


def says_everybody(error: object) -> bool:
    """Return whether a panel refused an order in words about everybody."""
    return isinstance(error, Refused) and error.reason == Reason.EVERYBODY


def doubted(order: Order, error: PanelError) -> PanelError:
    """Return the refusal as one of this order, if the panel refused it so before and took another order since.

    While the panel takes no order at all, the words are believed.
    """
    if not says_everybody(error) or order.attempt < 2 or order.panel.turned_away:
        return error
    before = order.events.filter(what=OrderEvent.What.NOT_SENT, detail=error.text).order_by("at", "pk").first()
    if before is None:
        return error
    taken = Order.objects.filter(panel=order.panel_id, sent_at__gt=before.at, state=Order.State.PLACED)
    return Refused(error.text, Reason.VALIDATION) if taken.order_by().exists() else error


def conclude(order: Order, error: PanelError) -> None:
    """Pause the panel that refused an order in words about everybody, or only let its service wait.

    The order is back in the queue before.
    """
    now = timezone.now()
    if service_waits.is_trial(order) and not order.panel.turned_away:
        service_waits.put_off(order, error.text, now)
        return
    note_error(order.panel, error, placing=True)
    others = queued().filter(panel=order.panel_id, send_after__lte=now).exclude(service=order.service_id)
    if others.exists() and service_waits.put_off(order, error.text, now):
        _try_others_first(order)


def _try_others_first(order: Order) -> None:
    until = Panel.objects.values_list("paused_until", flat=True).get(pk=order.panel_id)
    if until is not None:
        waiting = Service.objects.filter(pk=cast(int, order.service_id), waits_until__lt=until + AFTER_OTHERS)
        waiting.update(waits_until=until + AFTER_OTHERS)
