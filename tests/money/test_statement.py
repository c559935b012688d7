"""A statement begins with the first balance that was read, and every later entry changes the balance."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.models import DayTotal, Entry
from panels.money.statement import Statement, accounts_of
from panels.money.totals import today
from tests.factories import make_entry, make_panel, make_placed, make_service

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def panel():
    return make_panel(reported_currency="USD")


def enter(panel, hours_ago, kind, amount, **fields):
    """Book an entry whose money moved some hours ago."""
    at = timezone.now() - hours_ago * HOUR
    if kind in Entry.OF_ORDERS:
        fields["order"] = make_placed(make_service(panel))
    return make_entry(panel, kind=kind, amount=Decimal(amount), value_after=at, value_at=at, **fields)


@pytest.fixture
def entries(panel):
    """Entries of an account, the newest first. The last one is from before the books."""
    enter(panel, 1, "charge", -1, currency="EUR")
    enter(make_panel(), 1, "deposit", 1000)
    return [
        enter(panel, 1, "given_back", "0.25"),
        enter(panel, 2, "charge", "-12.5"),
        enter(panel, 3, "deposit", 100),
        enter(panel, 5, "opening", 50),
        enter(panel, 9, "charge", -7),
    ]


def shown(lines):
    return [(line.entry.amount, line.balance, line.is_before) for line in lines]


WHOLE = [
    (Decimal("0.25"), Decimal("137.75"), False),
    (Decimal("-12.5"), Decimal("137.5"), False),
    (Decimal(100), Decimal(150), False),
    (Decimal(50), Decimal(50), False),
    (Decimal(-7), None, True),
]


def test_each_entry_has_the_balance_after_it_and_none_from_before_the_books_has_one(panel, entries):
    account = Statement.of(panel)
    assert account.opening.pk == entries[3].pk
    assert shown(account.lines(account.entries)) == WHOLE
    assert account.balance == Decimal("137.75")


def test_a_later_page_goes_on_with_the_right_balances_and_needs_one_sum(panel, entries):
    account = Statement.of(panel)
    with CaptureQueriesContext(connection) as queries:
        assert shown(account.lines(entries[1:])) == WHOLE[1:]
    assert len(queries) == 1


def test_pages_one_after_the_other_need_one_sum_together(panel, entries):
    account = Statement.of(panel)
    lines = account.lines_of_pages(has_balance=True)
    with CaptureQueriesContext(connection) as queries:
        assert shown(lines(entries[:2])) + shown(lines(entries[2:])) == WHOLE
    assert len(queries) == 1


def test_entries_of_one_kind_have_no_balance_but_are_known_as_before_the_books(panel, entries):
    account = Statement.of(panel)
    charges = account.lines([entries[1], entries[4]], has_balance=False)
    assert shown(charges) == [(Decimal("-12.5"), None, False), (Decimal(-7), None, True)]


def test_without_an_opening_all_entries_are_from_before_the_books(panel):
    entry = enter(panel, 1, "deposit", 5)
    account = Statement.of(panel)
    assert shown(account.lines([entry])) == [(Decimal(5), None, True)]
    assert account.balance == 0


def test_entries_of_the_same_moment_are_told_apart_by_their_order(panel):
    at = timezone.now() - HOUR
    same = {"value_after": at, "value_at": at}
    before = make_entry(panel, amount=Decimal(2), **same)
    make_entry(panel, kind="opening", amount=Decimal(10), **same)
    make_entry(panel, amount=Decimal(3), **same)
    account = Statement.of(panel)
    expected = [(Decimal(3), Decimal(13), False), (Decimal(10), Decimal(10), False), (before.amount, None, True)]
    assert shown(account.lines(account.entries)) == expected


def test_an_account_has_one_opening_in_each_currency(panel, entries):
    enter(panel, 1, "opening", 3, currency="EUR")
    with pytest.raises(IntegrityError), transaction.atomic():
        enter(panel, 1, "opening", 3)


def test_the_currencies_of_an_account_are_the_present_one_and_those_it_was_spent_in(panel, entries):
    enter(panel, 1, "opening", 3, currency="GBP")
    enter(make_panel(), 1, "opening", 3, currency="JPY")
    counts = {"cost": 1, "orders": 1, "expected": 0, "unpriced": 0, "summed_at": timezone.now()}
    for currency in ("EUR", "GBP", "USD"):
        DayTotal.objects.create(day=today(), panel=panel, currency=currency, **counts)
    found = accounts_of(panel)
    openings = [(each.currency, each.opening and each.opening.amount) for each in found]
    assert openings == [("USD", 50), ("EUR", None), ("GBP", 3)]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL knows how rows are spread")
def test_the_opening_and_the_sums_are_read_from_indexes_alone(panel, entries):
    with CaptureQueriesContext(connection) as queries:
        account = Statement.of(panel)
        list(account.lines(entries[1:]))
    plans = []
    with connection.cursor() as cursor:
        for query in queries.captured_queries:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plans += [line for *_, line in cursor.fetchall()]
    assert any("INDEX one_opening_per_account (panel_id=? AND currency=?)" in line for line in plans), plans
    sums = "COVERING INDEX entry_by_account (panel_id=? AND currency=? AND value_at>? AND value_at<?)"
    assert any(sums in line for line in plans), plans
