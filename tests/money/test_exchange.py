"""Amounts are converted over the euro with the newest rates, and nothing is ranked by a rate of more than 3 days."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from panels.money.exchange import Converter
from tests.factories import make_rate, report_in

pytestmark = pytest.mark.django_db


def convert(amount, currency):
    return Converter.read().convert(Decimal(amount), currency)


def test_without_a_reporting_currency_nothing_is_converted(django_assert_num_queries):
    make_rate("USD", "1.25")
    with django_assert_num_queries(1):
        converter = Converter.read()
    assert (converter.is_set, converter.convert(Decimal(1), "USD"), converter.worth("USD")) == (False, None, None)
    assert converter.lacking(["USD", "EUR"]) == []
    assert not converter.is_needed(["USD", "EUR"])


def test_the_reporting_currency_itself_is_exact_and_needs_no_rate():
    report_in("RUB")
    found = convert("12.34", "RUB")
    assert (found.amount, found.currency, found.rates, found.is_stale) == (Decimal("12.34"), "RUB", (), False)
    assert Converter.read().worth("RUB") == 1


@pytest.mark.parametrize(
    ("reporting", "currency", "amount"),
    [("EUR", "USD", "0.8"), ("USD", "EUR", "1.25"), ("GBP", "USD", "0.64"), ("USD", "GBP", "1.5625")],
)
def test_every_conversion_goes_over_the_euro(django_assert_num_queries, reporting, currency, amount):
    report_in(reporting)
    make_rate("USD", "1.25")
    make_rate("GBP", "0.8")
    with django_assert_num_queries(2):
        converter = Converter.read()
    found = converter.convert(Decimal(1), currency)
    assert (found.amount, found.currency) == (Decimal(amount), reporting)
    assert {rate.currency for rate in found.rates} == {reporting, currency} - {"EUR"}
    assert converter.worth(currency) == Fraction(amount)


def test_the_newest_rate_counts_whoever_stored_it():
    report_in("EUR")
    make_rate("USD", "2", source="ecb", days_ago=1)
    make_rate("USD", "4", source="typed", days_ago=2)
    assert convert("1", "USD").amount == Decimal("0.5")
    make_rate("USD", "8", source="typed")
    assert convert("1", "USD").amount == Decimal("0.125")


@pytest.mark.parametrize(("days", "is_stale"), [(0, False), (3, False), (4, True), (300, True)])
def test_a_rate_of_a_friday_counts_on_monday_and_no_longer(days, is_stale):
    report_in("EUR")
    make_rate("USD", "1.25", days_ago=days)
    converter = Converter.read()
    found = converter.convert(Decimal(1), "USD")
    assert (found.amount, found.is_stale) == (Decimal("0.8"), is_stale)
    assert (converter.worth("USD") is None) is is_stale
    assert converter.lacking(["USD"]) == (["USD"] if is_stale else [])


def test_an_old_rate_of_the_reporting_currency_ranks_nothing_but_its_own_amounts():
    report_in("RUB")
    make_rate("RUB", "95", days_ago=9)
    make_rate("USD", "1.25")
    converter = Converter.read()
    assert converter.convert(Decimal(1), "USD").is_stale
    assert (converter.worth("USD"), converter.worth("RUB")) == (None, 1)
    assert converter.lacking(["USD", "RUB"]) == ["RUB"]
    assert converter.lacking(["RUB"]) == []


def test_a_currency_without_a_rate_and_an_unknown_currency_are_not_converted():
    report_in("USD")
    make_rate("USD", "1.25")
    converter = Converter.read()
    assert [converter.convert(Decimal(1), each) for each in ("NGN", "")] == [None, None]
    assert converter.lacking(["", "NGN", "EUR"]) == ["", "NGN"]
    assert converter.worth("") is None
