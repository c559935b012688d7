"""The ledger has what follows from the orders, each changed figure as one entry, and what people book."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panels.calls.balances import check_balance
from panels.calls.polling import poll_due
from panels.calls.submission import submit_queued
from panels.models import Entry, Order, Service
from panels.money.books import check_books
from panels.money.given_back import state_given_back
from panels.money.ledger import Booked, BookingError, book, entries_of_change
from tests.factories import make_order, make_panel, make_placed

Source = Order.GivenBack
money = st.none() | st.integers(0, 999).map(lambda cents: Decimal(cents) / 100)
rows = st.fixed_dictionaries(
    {
        "charge": money,
        "given_back": money,
        "given_back_source": st.sampled_from(["", *Source.values]),
        "currency": st.sampled_from(["USD", "EUR", ""]),
    }
)


def sums(entries):
    """Add up entries by currency and kind; leave out what is zero."""
    found = {}
    for each in entries:
        found[each.currency, each.kind] = found.get((each.currency, each.kind), Decimal(0)) + each.amount
    return {key: amount for key, amount in found.items() if amount}


def amounts_of(order):
    """Read the stored entries of an order."""
    return [(each.kind, each.amount, each.currency) for each in order.entries.order_by("pk")]


@given(st.lists(rows, min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_whatever_panels_tell_in_turn_the_sums_follow_from_the_last_row(told):
    now = timezone.now()
    order = Order(pk=1, panel_id=1, state="placed", rate_agreed=Decimal(1), currency="USD", placed_at=now, sent_at=now)
    entries = []
    for values in told:
        before = Booked.of(order)
        vars(order).update(values)
        new = entries_of_change(order, before, now)
        assert all(each.amount for each in new)
        entries += new
    last = told[-1]
    lowered = (last["given_back"] or 0) if last["given_back_source"] == Source.TOLD else 0
    expected = {
        (last["currency"], "charge"): -((last["charge"] or 0) + lowered),
        (last["currency"], "given_back"): last["given_back"] or 0,
    }
    assert sums(entries) == {key: amount for key, amount in expected.items() if amount}


@contextmanager
def without_table(model):
    """Let every statement about a table fail."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO hidden_table")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE hidden_table RENAME TO {table}")


@pytest.fixture
def ordered(synced_panel, sandbox):
    """An order that the sandbox has taken, and a function that polls it."""
    service = Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Default", refill=True).id))
    order = make_order(service, quantity=service.min_quantity)
    submit_queued(synced_panel.pk, threading.Event())

    def poll():
        # Some orders show no charge at first.
        sandbox.skip(10)
        Order.objects.update(next_check_at=timezone.now() - timedelta(seconds=1))
        poll_due(synced_panel.pk, threading.Event())
        order.refresh_from_db()

    order.poll = poll
    order.refresh_from_db()
    return order


@pytest.mark.django_db
def test_placing_an_order_books_nothing_and_the_first_charge_is_from_when_it_was_accepted(ordered, sandbox):
    assert not ordered.entries.exists()
    ordered.poll()
    entry = ordered.entries.get()
    assert (entry.kind, entry.amount, entry.panel) == ("charge", -ordered.charge, ordered.panel)
    assert (entry.value_after, entry.value_at) == (ordered.sent_at, ordered.placed_at)
    assert entry.at == ordered.checked_at
    ordered.poll()
    assert ordered.entries.count() == 1


@pytest.mark.django_db
def test_money_that_comes_back_is_booked_between_two_polls(ordered, sandbox):
    ordered.poll()
    before = ordered.status_at
    sandbox.finish(ordered.remote_id, "Canceled")
    ordered.poll()
    charge, back = ordered.entries.order_by("pk")
    assert charge.amount + back.amount == 0
    assert (back.kind, back.value_after, back.value_at) == ("given_back", before, ordered.checked_at)
    assert not list(check_books())


@pytest.mark.django_db(transaction=True)
def test_a_ledger_that_refuses_everything_touches_no_id(synced_panel, sandbox):
    service = Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Default", refill=True).id))
    for number in range(3):
        make_order(service, quantity=service.min_quantity, link=f"https://example.com/p/{number}")
    with without_table(Entry):
        submit_queued(synced_panel.pk, threading.Event())
        placed = list(Order.objects.order_by("pk"))
        assert [order.state for order in placed] == ["placed"] * 3
        assert {order.remote_id for order in placed} == {entry.order_id for entry in sandbox.ledger}
        sandbox.skip(10)
        Order.objects.update(next_check_at=timezone.now() - timedelta(seconds=1))
        with pytest.raises(DatabaseError):
            poll_due(synced_panel.pk, threading.Event())
        # The answer was not taken in part either.
        assert not Order.objects.filter(charge__isnull=False).exists()
    assert not Entry.objects.filter(order__isnull=False).exists()
    sandbox.skip(10)
    Order.objects.update(next_check_at=timezone.now() - timedelta(seconds=1))
    poll_due(synced_panel.pk, threading.Event())
    assert Entry.objects.filter(order__isnull=False).count() == 3
    assert not list(check_books())


@pytest.mark.django_db
def test_the_word_of_a_person_is_booked_under_their_name(operator):
    order = make_placed(progress="canceled", charge=Decimal(10), expected_cost=Decimal(10))
    for amount, expected in ((Decimal("7.50"), Decimal("7.50")), (Decimal(2), Decimal("-5.50"))):
        assert state_given_back(order.pk, amount, operator) == ""
        entry = order.entries.order_by("-pk")[0]
        assert (entry.kind, entry.amount, entry.by_name) == ("given_back", expected, operator.get_username())
        assert entry.by_id == operator.pk
    assert order.entries.aggregate(sum=Sum("amount"))["sum"] == 2


@pytest.mark.django_db
def test_another_currency_moves_the_amounts_and_adds_nothing_to_them():
    order = make_placed(charge=Decimal(10), currency="USD")
    before = Booked.of(order)
    order.currency, order.charge = "EUR", Decimal(9)
    found = [(each.currency, each.amount) for each in entries_of_change(order, before, timezone.now())]
    assert found == [("USD", Decimal(10)), ("EUR", Decimal(-9))]


@pytest.mark.django_db
def test_an_order_that_was_placed_elsewhere_has_no_entries():
    order = make_placed(rate_agreed=None, charge=None)
    before = Booked.of(order)
    order.charge = Decimal(3)
    assert entries_of_change(order, before, timezone.now()) == []


@pytest.mark.django_db
def test_the_first_balance_opens_the_books_once(synced_panel, sandbox):
    check_balance(synced_panel.pk, threading.Event())
    sandbox.set_balance(sandbox.balance + Decimal(7))
    check_balance(synced_panel.pk, threading.Event())
    entry = Entry.objects.get()
    first = synced_panel.balance_readings.order_by("at")[0]
    assert (entry.kind, entry.amount, entry.reading) == ("opening", first.balance, first)


@pytest.mark.django_db
def test_a_deposit_with_its_bonus_is_booked(manager):
    panel, at = make_panel(), timezone.now() - timedelta(hours=1)
    book(panel, [("deposit", Decimal(100)), ("bonus", Decimal(5))], at, manager, note="Invoice 7")
    found = Entry.objects.order_by("pk").values_list("kind", "amount", "currency", "value_at", "by_name", "note")
    assert list(found) == [
        ("deposit", Decimal(100), panel.currency, at, manager.get_username(), "Invoice 7"),
        ("bonus", Decimal(5), panel.currency, at, manager.get_username(), "Invoice 7"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "amount", "ahead", "words"),
    [
        ("deposit", Decimal(-1), 0, "no amount"),
        ("bonus", Decimal(0), 0, "no amount"),
        ("charge", Decimal(1), 0, "cannot book"),
        ("deposit", Decimal(1), 60, "in the future"),
    ],
)
def test_what_cannot_be_booked_is_said_and_nothing_is_saved(manager, kind, amount, ahead, words):
    with pytest.raises(BookingError, match=words):
        book(
            make_panel(), [("deposit", Decimal(1)), (kind, amount)], timezone.now() + timedelta(seconds=ahead), manager
        )
    assert not Entry.objects.exists()
