"""The end of a statement compares the books with the balance that was read, and claims no more than the sums show."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.models import BalanceReading, Entry
from panels.money.closing import book_rise, close, time_of_rise
from panels.money.ledger import BookingError
from panels.money.statement import Statement
from tests.factories import make_entry, make_panel, make_placed, make_service, make_unknown, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def panel():
    """An account that was opened with 50 ten hours ago, and read an hour ago."""
    now = timezone.now()
    panel = make_panel(reported_currency="USD", balance=Decimal(50), balance_checked_at=now - HOUR)
    at = now - 10 * HOUR
    make_entry(panel, kind="opening", amount=Decimal(50), value_after=at, value_at=at)
    return panel


def read(panel, balance):
    panel.balance = Decimal(balance)
    panel.save()
    return close(Statement.of(panel))


def hours_ago(hours):
    return timezone.now() - hours * HOUR


def place(panel, cost, hours=5, **fields):
    times = {"sent_at": hours_ago(hours), "placed_at": hours_ago(hours)}
    return make_placed(make_service(panel), **({"charge": None, "expected_cost": Decimal(cost)} | times | fields))


def test_equal_balances_are_equal_within_half_a_unit_of_both_readings(panel):
    assert read(panel, "50.01").is_equal
    assert not read(panel, "50.02").is_equal
    # A panel that tells more decimals must be right to more decimals. The opening was told with two.
    assert not read(panel, "50.0052").is_equal


def test_entries_after_the_reading_are_not_compared(panel):
    make_entry(panel, amount=Decimal(7), value_at=hours_ago(0.5))
    make_entry(panel, amount=Decimal(3), value_at=hours_ago(2))
    make_entry(panel, amount=Decimal(90), value_at=hours_ago(11))
    found = read(panel, 53)
    assert (found.books, found.later, found.is_equal) == (53, 1, True)


def test_orders_without_a_charge_count_in_whole(panel):
    place(panel, 4)
    place(panel, 3, charge=Decimal(0))
    place(panel, 2, charge=Decimal(2))
    place(panel, 1, hours=11)
    place(panel, 1, hours=0.5)
    found = read(panel, 43)
    assert (found.difference, found.uncharged.amount, found.uncharged.number) == (-7, 7, 2)
    assert found.is_explained
    assert found.rise is None
    found = read(panel, 46)
    assert not found.is_explained
    assert found.rest == 3


def test_unknown_orders_are_counted_apart_and_explain_nothing_by_themselves(panel):
    make_unknown(make_service(panel), expected_cost=Decimal(6), sent_at=hours_ago(3))
    found = read(panel, 44)
    assert (found.unknown.amount, found.unknown.number) == (6, 1)
    assert not found.is_explained
    assert found.rest == -6


def test_a_rise_includes_what_orders_without_a_charge_have_taken(panel):
    assert read(panel, 150).rise == 100
    place(panel, 20)
    assert read(panel, 130).rise == 100
    # Here nothing shows that the balance has risen.
    assert read(panel, 40).rise is None


def test_nothing_is_compared_without_an_opening_a_balance_or_in_another_currency(panel):
    opening = Statement.of(panel).opening
    assert close(Statement(panel, "EUR", opening)) is None
    assert close(Statement.of(make_panel(reported_currency="USD", balance=1, balance_checked_at=hours_ago(1)))) is None
    panel.balance = None
    assert close(Statement.of(panel)) is None


def readings(panel, *balances, currency="USD"):
    """Store readings, the last one an hour ago and each an hour after the one before."""
    for number, balance in enumerate(reversed(balances), start=1):
        BalanceReading.objects.create(
            panel=panel, at=hours_ago(number), balance=Decimal(balance), currency=currency, why="schedule"
        )
    return list(panel.balance_readings.order_by("at"))


def test_the_time_of_a_rise_is_that_of_the_reading_that_rose_most_alike(panel):
    rows = readings(panel, 50, 45, 144, 140, 150, 149)
    account = Statement.of(panel)
    assert time_of_rise(account, Decimal(100)) == rows[2].at
    assert time_of_rise(account, Decimal(9)) == rows[4].at
    readings(make_panel(), 1, 101)
    assert time_of_rise(Statement(panel, "EUR", None), Decimal(100)) is None


def test_a_rise_is_booked_once_as_a_deposit(panel):
    rows = readings(panel, 50, 150)
    panel.balance_checked_at = rows[1].at
    read(panel, 150)
    entry = book_rise(panel, Decimal(100), make_user("Manager"))
    assert (entry.kind, entry.amount, entry.value_at) == ("deposit", 100, rows[1].at)
    with pytest.raises(BookingError, match="booked already"):
        book_rise(panel, Decimal(100), None)
    assert Entry.objects.filter(kind="deposit").count() == 1
    assert read(panel, 150).is_equal


def test_another_amount_than_the_rise_is_not_booked(panel):
    read(panel, 150)
    with pytest.raises(BookingError):
        book_rise(panel, Decimal(99), None)
