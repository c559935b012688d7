"""How far an order was delivered at which time, and how long a service takes to deliver."""

from __future__ import annotations

from datetime import datetime, timedelta

from panels.models import Order, Service

MINUTE = timedelta(minutes=1)
MOST_ORDERS = 200


def delivered_over_time(order: Order) -> list[tuple[datetime, int]]:
    """Return the delivered quantity by each reading of an order, from the first on.

    It begins with nothing when the panel accepted the order. It is empty if no reading tells a quantity. An order has
    at most 60 readings (orders/readings.py).
    """
    if order.total_quantity is None:
        return []
    told = [(reading.at, order.delivered_by(reading)) for reading in order.readings.all()]
    points = [(at, delivered) for at, delivered in told if delivered is not None]
    if points and order.placed_at and order.placed_at < points[0][0]:
        points.insert(0, (order.placed_at, 0))
    return points


def delivery_minutes(service: Service) -> list[int]:
    """Return how many minutes the latest completed orders of a service took from their acceptance to their end.

    The end is in the middle between the last poll before it and the first one after it. Orders count that have a
    charge and both polls.
    """
    # Only the index of orders with a charge is in the order of their numbers.
    latest = service.orders.filter(charge__isnull=False).order_by("-pk")[:MOST_ORDERS]
    times = latest.values_list("progress", "placed_at", "finished_after", "finished_before")
    return [
        round((after + (before - after) / 2 - placed) / MINUTE)
        for progress, placed, after, before in times
        if progress == Order.Progress.COMPLETED and placed and after and before and placed <= after
    ]
