"""The delivery of an order over time, and the times that a service takes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.models import OrderReading
from panels.orders import delivery
from panels.orders.delivery import delivered_over_time, delivery_minutes
from tests.factories import make_placed, make_service

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


# -- a service


def test_times_are_from_the_acceptance_to_the_middle_between_both_polls():
    service = make_service()
    complete(service, 60)
    complete(service, 90)
    complete(make_service(service.panel), 7)
    assert delivery_minutes(service) == [90, 60]


@pytest.mark.parametrize(
    "fields",
    [
        {"progress": "partial"},
        {"progress": "in_progress"},
        {"finished_after": None},
        {"finished_before": None},
        {"placed_at": None},
        {"charge": None},
        pytest.param({"placed_at": NOW}, id="wrong clock"),
    ],
    ids=str,
)
def test_an_order_without_a_known_time_does_not_count(fields):
    service = make_service()
    complete(service, 60, **fields)
    assert delivery_minutes(service) == []


def test_only_the_latest_orders_are_read(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(delivery, "MOST_ORDERS", 2)
    service = make_service()
    for minutes in (10, 20, 30):
        complete(service, minutes)
    with django_assert_num_queries(1):
        assert delivery_minutes(service) == [30, 20]
