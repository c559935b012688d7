"""How far an order was delivered at which time."""

from __future__ import annotations

from datetime import datetime

from panels.models import Order


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
