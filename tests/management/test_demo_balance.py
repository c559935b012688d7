"""The readings of the demo's past are what deposits, charges and refunds leave."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from panels.management.demo_balance import DEPOSIT, LEAST, write_balance
from panels.models import BalanceReading, Entry
from panels.sandbox.life import SandboxOrder
from tests.factories import make_panel

pytestmark = pytest.mark.django_db

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


def order(number, hours, charge, refunded="0"):
    at = (BEGAN + timedelta(hours=hours)).timestamp()
    return SandboxOrder(
        str(number), "1", {}, 100, Decimal(charge), at, 0, at + 60, at + 3600, refunded=Decimal(refunded)
    )


def write(panel, *orders, opening="100", hours=72):
    until = BEGAN + timedelta(hours=hours)
    left = write_balance(panel, Decimal(opening), orders, random.Random(1), until)
    return left, list(BalanceReading.objects.order_by("at").values_list("at", "balance"))


def test_a_reading_has_all_charges_and_refunds_before_it():
    left, readings = write(make_panel(), order(1, 0, 10), order(2, 13, 20, "5"), order(3, 30, 1))
    assert left == 74
    # At 12 hours there was nothing new.
    assert readings == [(BEGAN, 90), (BEGAN + timedelta(hours=24), 75), (BEGAN + timedelta(hours=72), 74)]


def test_money_is_added_before_an_order_that_would_leave_too_little():
    left, readings = write(make_panel(), order(1, 0, 10), order(2, 5, 35))
    assert left == 100 + DEPOSIT - 45
    assert (60, readings[1][1]) == (LEAST, 90 + DEPOSIT)
    entry = Entry.objects.get()
    assert (entry.kind, entry.amount, entry.value_at) == ("deposit", DEPOSIT, readings[1][0])
    assert BEGAN < readings[1][0] < BEGAN + timedelta(hours=5)
    assert readings[1][0] > BEGAN + timedelta(hours=5, minutes=-1)


def test_two_orders_at_once_keep_the_deposit_between_them():
    left, readings = write(make_panel(), order(1, 0, 10), order(2, 5, 20), order(3, 5.001, 20))
    assert left == 50 + DEPOSIT
    assert BEGAN + timedelta(hours=5) < readings[1][0] < BEGAN + timedelta(hours=5.001)


def test_without_orders_the_balance_stays():
    assert write(make_panel()) == (100, [(BEGAN + timedelta(hours=72), 100)])
