"""Which orders wait to be sent, and why an order must wait for a person."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet

from panels.models import Batch, Order, OrderEvent

State, What = Order.State, OrderEvent.What


def queued() -> QuerySet[Order]:
    """Return what waits for being sent, first what is first to go."""
    waiting = Order.objects.filter(state=State.QUEUED, held_reason="").exclude(batch__state=Batch.State.PAUSED)
    return waiting.order_by("send_after", "pk")


def reason_to_hold(order: Order) -> str:
    """Say why a person must look before this order goes out, "" if nothing has changed since it was placed."""
    service, agreed = order.service, order.rate_agreed
    if service is None or agreed is None or not service.is_listed:
        return "The panel no longer lists this service."
    if service.type != order.type:
        return f"The service's type has changed to {service.raw_type or 'unknown'}."
    limit = agreed * (1 + Decimal(str(settings.PRICE_GUARD_PERCENT)) / 100)
    if service.rate_per_1000 > limit:
        return f"The price has risen from {agreed.normalize():f} to {service.rate_per_1000.normalize():f}."
    return ""
