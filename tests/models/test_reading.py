"""The readings of an order stand in the order in which they were taken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.utils import timezone

from panels.models import OrderReading
from tests.factories import make_placed

pytestmark = pytest.mark.django_db


def make_reading(order, **fields):
    return OrderReading.objects.create(order=order, **{"at": timezone.now(), "is_lasting": False} | fields)


def test_readings_come_in_the_order_in_which_they_were_taken():
    order = make_placed()
    # The clock was set back.
    first, second = make_reading(order), make_reading(order, at=timezone.now() - timedelta(hours=1))
    assert list(order.readings.all()) == [first, second]


def test_an_order_with_readings_cannot_be_deleted():
    order = make_placed()
    make_reading(order)
    with pytest.raises(ProtectedError):
        order.delete()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by the number of rows")
def test_old_readings_are_found_by_their_index():
    old = OrderReading.objects.filter(is_lasting=False, at__lt=timezone.now()).order_by("at")
    assert "reading_to_thin" in old.values_list("pk", flat=True)[:5].explain()
