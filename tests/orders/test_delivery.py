"""The delivery of an order over time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.models import OrderReading
from panels.orders.delivery import delivered_over_time
from tests.factories import make_placed

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = timedelta(hours=1)


def read(order, hours, remains, progress="in_progress", start_count=10):
    at = NOW - hours * HOUR
    OrderReading.objects.create(
        order=order, at=at, progress=progress, remains=remains, start_count=start_count, is_lasting=True
    )
    return at


def complete(service, minutes, **fields):
    """Make an order that was completed so many minutes after its acceptance, between two polls."""
    placed = NOW - 30 * HOUR
    end = placed + timedelta(minutes=minutes)
    around = {"finished_after": end - timedelta(minutes=5), "finished_before": end + timedelta(minutes=5)}
    values = {"progress": "completed", "charge": Decimal(1), "placed_at": placed} | around
    return make_placed(service, **values | fields)


# -- one order


def test_delivery_begins_with_nothing_at_the_acceptance():
    order = make_placed(quantity=1000, placed_at=NOW - 5 * HOUR)
    half, done = read(order, 3, 500), read(order, 1, 0, "completed")
    assert delivered_over_time(order) == [(order.placed_at, 0), (half, 500), (done, 1000)]


def test_an_order_without_readings_or_without_a_quantity_has_no_delivery():
    order = make_placed()
    assert delivered_over_time(order) == []
    read(order, 1, None)
    assert delivered_over_time(order) == []
    order.quantity = None
    read(order, 1, 5)
    assert delivered_over_time(order) == []


def test_readings_that_do_not_tell_the_delivery_are_left_out():
    order = make_placed(quantity=1000, placed_at=NOW - 5 * HOUR)
    read(order, 4, 0, "pending", start_count=0)
    half = read(order, 3, 500)
    read(order, 1, 1000, "canceled")
    assert delivered_over_time(order) == [(order.placed_at, 0), (half, 500)]


def test_an_imported_order_begins_with_its_first_reading():
    order = make_placed(quantity=1000, placed_at=None, rate_agreed=None)
    at = read(order, 3, 500)
    assert delivered_over_time(order) == [(at, 500)]
