"""Selects the orders that wait to be sent or are under way, and finds why an order must wait for a person."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from panels.models import Batch, Order, OrderEvent, Panel, Service
from panels.models.planning import unindexed
from panels.orders.other_facts import why_other
from panels.pages.numbers import exact
from panels.protocol.order_types import Offer, check

State, What = Order.State, OrderEvent.What
# The open orders, in two parts because each part has an index: orders that are not known to be at a panel, and orders
# that are followed there.
OPEN = (
    Q(state__in=(State.QUEUED, State.SENDING, State.UNKNOWN)),
    # Only placed orders have a next check. A condition on the state would need an index of nearly all orders.
    Q(next_check_at__isnull=False) & ~Q(progress__in=Order.FINISHED),
)


def queued() -> QuerySet[Order]:
    """Return the orders that wait to be sent, in the order of sending."""
    waiting = Order.objects.filter(state=State.QUEUED, held_reason="", held_for_funds_at=None)
    going = waiting.exclude(batch__state=Batch.State.PAUSED).exclude(service__waits_until__gt=Now())
    return going.order_by("send_after", "pk")


def count_open() -> tuple[Counter[int], Counter[int]]:
    """Count the open orders of each panel, and the open orders of each panel that wait to be sent."""
    parts = [Order.objects.filter(part).order_by().values_list("panel", "state").annotate(Count("pk")) for part in OPEN]
    opened: Counter[int] = Counter()
    waiting: Counter[int] = Counter()
    for panel_pk, state, number in parts[0].union(*parts[1:], all=True):
        opened[panel_pk] += number
        if state == State.QUEUED:
            waiting[panel_pk] += number
    return opened, waiting


def open_at(panel: Panel) -> list[QuerySet[Order]]:
    """Return the open orders of a panel, in parts that each have an index."""
    unfinished, followed = OPEN
    # Few orders are in these states, and SQLite would read all orders of the panel instead.
    in_states = Order.objects.alias(at=unindexed("panel_id")).filter(unfinished, at=panel.pk)
    return [in_states, Order.objects.filter(followed, panel=panel)]


def reason_to_hold(order: Order) -> str:
    """Return why a person must look at this order before it goes out; "" if its service, terms and price still fit."""
    service, agreed = order.service, order.rate_agreed
    if service is None or agreed is None or not service.is_listed:
        return "The panel no longer lists this service."
    # An unknown type is ordered as Default, so nothing changes if it is Default.
    is_same = service.type == order.type or (service.type == "default" and not order.type)
    if not is_same:
        name = service.order_type.label if service.type else service.raw_type or "unknown"
        return f"The service's type has changed to {name}."
    if changed := why_other(order, service) or _lost(order, service) or _unfit_limits(order, service):
        return changed
    limit = agreed * (1 + Decimal(str(settings.PRICE_GUARD_PERCENT)) / 100)
    if service.rate_per_1000 > limit:
        before, now = (exact(each, order.currency) for each in (agreed, service.rate_per_1000))
        unit = "" if service.order_type.billing == "flat" else " per 1000"
        return f"The price has risen from {before} to {now}{unit}."
    return ""


def _lost(order: Order, service: Service) -> str:
    """Return what the service offered when it was ordered and no longer offers. Not stated is not lost."""
    kept = order.as_ordered or {}
    lost = [f"{name}s" for name in ("refill", "cancel") if kept.get(name) and getattr(service, name) is False]
    return f"The service no longer offers {' and '.join(lost)}." if lost else ""


def _unfit_limits(order: Order, service: Service) -> str:
    """Return why the order does not fit the limits any more. Limits that have not changed are not checked again."""
    kept, least, most = order.as_ordered, service.min_quantity, service.max_quantity
    if not kept or (kept.get("minimum"), kept.get("maximum")) == (least, most):
        return ""
    errors = check(Offer(order.type, service.rate_per_1000, least, most), order.values).errors
    found = " ".join(text for texts in errors.values() for text in texts)
    return f"The limits of the service have changed. {found}"[:300] if found else ""
