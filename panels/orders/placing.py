"""Turns what a person confirmed into a queued order, once, whatever happens to the click."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from panels.models import Order, OrderEvent, Service
from panels.protocol.order_types import Checked, normalise_link


class TokenUsedError(Exception):
    """The form's token belongs to an order with other content."""


def build_order(service: Service, checked: Checked, *, placed_by: Any, token: uuid.UUID | None = None) -> Order:
    """Make the order for values that were checked without errors; it is not saved."""
    params = {name: value for name, value in checked.values.items() if name not in ("link", "quantity")}
    link = checked.values.get("link", "")
    return Order(
        token=token or uuid.uuid4(),
        panel=service.panel,
        service=service,
        type=service.type,
        link=link,
        link_key=normalise_link(link),
        quantity=checked.quantity,
        params=params,
        rate_agreed=service.rate_per_1000,
        expected_cost=checked.cost,
        currency=service.panel.currency,
        placed_by=placed_by,
    )


def place_order(order: Order) -> tuple[Order, bool]:
    """Queue an order; returns it and True, or the one that its token has queued before and False.

    Raises TokenUsedError, with nothing placed, if the token's order has other content.
    """
    try:
        with transaction.atomic():
            order.save(force_insert=True)
            order.add_event(OrderEvent.What.CREATED, actor=order.placed_by)
    except IntegrityError:
        first = Order.objects.get(token=order.token)
        if _content(first) != _content(order):
            raise TokenUsedError(str(order.token)) from None
        return first, False
    return order, True


# Orders that still run, or wait to.
def is_active(state: str = "state") -> Q:
    """Match the orders that a panel may still be at work on; `state` names what is compared."""
    is_open = Q(**{f"{state}__in": (Order.State.QUEUED, Order.State.SENDING, Order.State.UNKNOWN)})
    return is_open | Q(**{state: Order.State.PLACED}) & ~Q(progress__in=Order.FINISHED)


def active_orders(service: Service, link: str) -> QuerySet[Order]:
    """Return the orders that are active for this service and link: most panels take only one."""
    return Order.objects.filter(is_active(), service=service, link_key=normalise_link(link))


def _content(order: Order) -> Mapping[str, Any]:
    names = ("service_id", "link", "quantity", "params", "placed_by_id")
    return {name: getattr(order, name) for name in names}
