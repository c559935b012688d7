"""Turns a confirmed form into a queued order, or one that waits for approval, once, even if the form is sent twice."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from panels.catalog.equivalents import equivalent_to
from panels.models import Order, OrderEvent, Service
from panels.orders import approval
from panels.people.order_limits import lock_limits
from panels.protocol.links import normalise_link
from panels.protocol.order_fields import MAX_NORMALISED_LINK
from panels.protocol.order_types import Checked

# The orders that are not at a panel yet, or not known to be.
NOT_PLACED = (Order.State.ASKED, Order.State.QUEUED, Order.State.SENDING, Order.State.UNKNOWN)


class TokenUsedError(Exception):
    """The form's token belongs to an order with other content."""


def build_order(
    service: Service,
    checked: Checked,
    *,
    placed_by: Any,
    token: uuid.UUID | None = None,
    labels: Mapping[str, Any] | None = None,
    link_key: str | None = None,
) -> Order:
    """Return an unsaved order for values that were checked and have no errors.

    labels: the labels of the order, as values of its columns (`models.client.label_columns`).
    link_key: the normalised link if the caller has it already.
    """
    params = {name: value for name, value in checked.values.items() if name not in ("link", "quantity")}
    link = checked.values.get("link", "")
    return Order(
        token=token or uuid.uuid4(),
        panel=service.panel,
        service=service,
        as_ordered=service.terms(),
        type=service.type,
        link=link,
        link_key=normalise_link(link) if link_key is None else link_key,
        quantity=checked.quantity,
        params=params,
        rate_agreed=service.rate_per_1000,
        expected_cost=checked.cost,
        currency=service.panel.currency,
        placed_by=placed_by,
        **(labels or {}),
    )


def place_order(order: Order) -> tuple[Order, bool]:
    """Store an order; return it and True, or the order that was stored with the same token before, and False.

    It is queued, or it waits for approval if it is above the limits of its person. Raises TokenUsedError if that
    earlier order has other content; then nothing is stored.
    """
    try:
        with transaction.atomic():
            if limits := lock_limits(order.placed_by):
                approval.decide([order], order.placed_by, limits)
            order.save(force_insert=True)
            order.add_event(OrderEvent.What.CREATED, actor=order.placed_by)
            if order.asked_because:
                order.add_event(OrderEvent.What.ASKED, order.asked_because, actor=order.placed_by)
    except IntegrityError:
        first = Order.objects.get(token=order.token)
        if _content_of(first) != _content_of(order):
            raise TokenUsedError(str(order.token)) from None
        return first, False
    return order, True


def is_active(state: str = "state") -> Q:
    """Match the orders that wait, are on their way, or may still run; `state` names the column to compare."""
    is_open = Q(**{f"{state}__in": NOT_PLACED})
    return is_open | Q(**{state: Order.State.PLACED}) & ~Q(progress__in=Order.FINISHED)


def target_of(values: Mapping[str, Any]) -> str:
    """Return the target of an order in one spelling: its link, or the account of a subscription, which has no link."""
    account = str(values.get("username", "")).lstrip("@").casefold()[: MAX_NORMALISED_LINK - 1]
    return normalise_link(values.get("link", "")) or (f"@{account}" if account else "")


def target_word(link: str) -> str:
    """Return the word for the target of an order with this link, or without one."""
    return "link" if link else "account"


def active_orders(service: Service, values: Mapping[str, Any]) -> QuerySet[Order]:
    """Return the active orders for this target of this service, or of another service of its product at any panel.

    Most panels take only one at a time. Orders of two panels void each other's refill.
    """
    target = target_of(values)
    if not target:
        return Order.objects.none()
    active = Order.objects.filter(is_active(), equivalent_to(service.pk))
    if values.get("link"):
        return active.filter(link_key=target)
    name = Q(params__username__iexact=target) | Q(params__username__iexact=target[1:])
    return active.filter(name, link_key="")


def _content_of(order: Order) -> Mapping[str, Any]:
    """Return what the panel gets. The labels can change later, so they do not make it another order."""
    names = ("service_id", "link", "quantity", "params", "placed_by_id")
    return {name: getattr(order, name) for name in names}
