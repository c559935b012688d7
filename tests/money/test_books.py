"""Every order is compared with its entries, and each difference is found."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from panels.models import Entry, Order
from panels.money import books
from panels.money.books import check_books, summary
from panels.money.ledger import Booked, entries_of_change
from tests.factories import make_entry, make_order, make_placed

pytestmark = pytest.mark.django_db


def make_booked(**fields):
    """Create a placed order with the entries that follow from it."""
    order = make_placed(**fields)
    nothing = Booked(order.currency, Decimal(0), Decimal(0))
    for entry in entries_of_change(order, nothing, timezone.now()):
        entry.save()
    return order


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(books, "PIECE", 2)


def test_orders_that_add_up_are_not_named():
    make_booked(charge=Decimal("1.25"))
    make_booked(charge=Decimal("0.000001"), given_back=Decimal("0.000001"), given_back_source="computed")
    make_booked(charge=Decimal(3), given_back=Decimal(2), given_back_source="told")
    make_placed(charge=Decimal(4), rate_agreed=None)
    make_placed(charge=None)
    make_order()
    assert summary(check_books()) == ""


def test_each_difference_is_named_with_both_amounts():
    charged, unbooked = make_booked(charge=Decimal(5)), make_placed(charge=Decimal(2))
    Order.objects.filter(pk=charged.pk).update(charge=Decimal(6))
    make_entry(unbooked.panel, kind="given_back", amount=Decimal(1), order=unbooked)
    other = make_booked(charge=Decimal(1), currency="USD")
    Order.objects.filter(pk=other.pk).update(currency="EUR")
    queued = make_order()
    make_entry(queued.panel, kind="charge", amount=Decimal(-1), order=queued)
    found = [(each.order_pk, each.kind, each.currency, each.expected, each.booked) for each in check_books()]
    assert found == [
        (charged.pk, "charge", "USD", Decimal(-6), Decimal(-5)),
        (unbooked.pk, "charge", "USD", Decimal(-2), Decimal(0)),
        (unbooked.pk, "given_back", "USD", Decimal(0), Decimal(1)),
        (other.pk, "charge", "EUR", Decimal(-1), Decimal(0)),
        (other.pk, "charge", "USD", Decimal(0), Decimal(-1)),
        (queued.pk, "charge", "USD", Decimal(0), Decimal(-1)),
    ]


def test_an_order_that_changes_meanwhile_is_compared_again(monkeypatch):
    order = make_placed(charge=Decimal(5))
    by_entries = books._by_entries

    def late(first, last):
        found = by_entries(first, last)
        if not Entry.objects.exists():
            make_entry(order.panel, kind="charge", amount=Decimal(-5), order=order)
        return found

    monkeypatch.setattr(books, "_by_entries", late)
    assert not list(check_books())


def test_the_words_name_some_orders_and_the_number_of_the_others(monkeypatch):
    monkeypatch.setattr(books, "SHOWN", 1)
    first, _ = make_placed(charge=Decimal("2.50")), make_placed(charge=Decimal(1))
    assert summary(check_books()) == (
        f"The books do not add up. Order {first.pk}: Charge 0 USD booked, -2.5 USD by the order. And 1 more."
    )
