"""Entries of the ledger never change."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from panels.models import BalanceReading, Entry, Order
from panels.models.entry import ImmutableError
from tests.factories import make_entry, make_panel, make_placed

pytestmark = pytest.mark.django_db
KINDS = Entry.Kind


def test_an_entry_is_neither_changed_nor_deleted():
    entry = make_entry()
    entry.amount = Decimal(9)
    for change in (
        entry.save,
        entry.delete,
        lambda: Entry.objects.update(amount=9),
        lambda: Entry.objects.filter(pk=entry.pk).update(note="x"),
        lambda: Entry.objects.bulk_update([entry], ["amount"]),
        lambda: Entry.objects.update_or_create(pk=entry.pk, defaults={"amount": 9}),
        Entry.objects.all().delete,
    ):
        with pytest.raises(ImmutableError):
            change()
    stored = Entry.objects.get()
    assert (stored.amount, stored.note) == (Decimal(5), "")


def test_what_entries_refer_to_is_not_deleted():
    order = make_placed()
    reading = BalanceReading.objects.create(
        panel=order.panel, at=timezone.now(), balance=5, currency="USD", why="schedule"
    )
    make_entry(order.panel, reading=reading)
    make_entry(order.panel, kind=KINDS.CHARGE, amount=Decimal(-1), order=order)
    for row in (reading, Order.objects.filter(pk=order.pk), order.panel):
        with pytest.raises(ProtectedError):
            row.delete()


@pytest.mark.parametrize(
    ("kind", "amount", "has_order"),
    [
        ("charge", -1, False),
        ("given_back", 1, False),
        ("deposit", 1, True),
        ("deposit", -1, False),
        ("bonus", 0, False),
    ],
)
def test_the_database_refuses_entries_that_cannot_be(kind, amount, has_order):
    order = make_placed()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_entry(order.panel, kind=kind, amount=Decimal(amount), order=order if has_order else None)


def test_the_openings_of_a_panel_go_with_it():
    panel, other = make_panel(), make_panel()
    for each in (panel, other):
        make_entry(each, kind=KINDS.OPENING)
    make_entry(panel)
    Entry.objects.forget_openings(panel)
    assert set(Entry.objects.values_list("panel", "kind")) == {(other.pk, "opening"), (panel.pk, "deposit")}


def test_an_entry_says_what_it_is():
    panel = make_panel()
    assert str(make_entry(panel)) == f"Deposit 5 USD at panel {panel.pk}"
