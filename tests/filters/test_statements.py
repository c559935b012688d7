"""The filter of a statement: kinds, days of the site, and the currency of the account."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import QueryDict

from panels.filters.statements import StatementFilter, days_of
from panels.models import Entry
from panels.money.statement import Statement, accounts_of
from panels.money.totals import midnight
from tests.factories import make_entry, make_panel

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 5, 4)


def narrowed(query, *currencies):
    return StatementFilter(QueryDict(query), None, list(currencies) or ["USD"])


def test_days_are_whole_days_of_the_site():
    at = midnight(DAY)
    early, inside, late = (make_entry(value_at=at + dt.timedelta(hours=hours)) for hours in (-1, 1, 25))
    assert list(narrowed("since_day=2026-05-04").of_account(Entry.objects.all())) == [late, inside]
    assert list(narrowed("until_day=2026-05-04").of_account(Entry.objects.all())) == [inside, early]
    assert days_of(DAY, None) == {"since_day": "2026-05-04"}


def test_entries_of_one_kind_are_not_consecutive():
    assert narrowed("since_day=2026-05-04").is_consecutive
    assert not narrowed("kind=charge").is_consecutive


def test_a_filter_that_cannot_be_read_shows_none():
    make_entry()
    found = narrowed("kind=theft")
    assert not found.is_consecutive
    assert list(found.of_account(Entry.objects.all())) == []


def test_the_present_currency_counts_unless_another_one_of_the_account_is_chosen():
    panel = make_panel(reported_currency="USD")
    accounts = [*accounts_of(panel), Statement(panel, "EUR", None)]
    assert narrowed("", "USD", "EUR").choose(accounts).currency == "USD"
    assert narrowed("currency=EUR", "USD", "EUR").choose(accounts).currency == "EUR"
    assert narrowed("currency=GBP", "USD", "EUR").choose(accounts).currency == "USD"
