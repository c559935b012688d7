"""Finds until when orders are refilled: so many days from their end as their service promises at that time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from panels.models import Order, RefillClass, ServiceFacts


def note_refill_ends(orders: Sequence[Order]) -> None:
    """Set `refill_until` of orders whose progress has changed, with one query at most. Nothing is saved.

    A service that only says that it refills, and not for how long, gives no date.
    """
    delivered = (Order.Progress.COMPLETED, Order.Progress.PARTIAL)
    pks = {order.service_id for order in orders if order.progress in delivered and order.service_id}
    days = _days_of_refill(pks) if pks else {}
    for order in orders:
        order.refill_until = order.refill_end(days.get(order.service_id or 0), ServiceFacts.LIFETIME_DAYS)


def _days_of_refill(services: Iterable[int]) -> dict[int, int]:
    """Return the days of refill by service, for the services that refill and say for how long."""
    facts = ServiceFacts.objects.filter(pk__in=services, refill_days__gt=0, refill_class__gt=RefillClass.NONE)
    return {pk: days for pk, days in facts.values_list("pk", "refill_days") if days}
