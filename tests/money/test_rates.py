"""Rates are stored once for a currency and a day, and the history says who stored what."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from auditlog.models import LogEntry

from panels.models import ExchangeRate
from panels.money import rates
from panels.money.exchange import Converter
from panels.money.totals import today
from panels.tables.rates import KEPT_FOR, RateLine
from tests.factories import make_panel, make_rate, make_user, report_in

pytestmark = pytest.mark.django_db


def line(currency, per_euro, days_ago=0):
    return RateLine(currency, Decimal(str(per_euro)), today() - timedelta(days=days_ago))


def stored():
    return [(each.currency, each.per_euro, each.source) for each in ExchangeRate.objects.order_by("currency")]


def changes():
    return [entry.changes for entry in LogEntry.objects.filter(content_type__model="preferences").order_by("pk")]


def test_of_one_day_the_rate_counts_that_was_stored_last():
    person = make_user("Manager")
    rates.store_typed(line("USD", "1.1"), person)
    rates.store_fetched([line("USD", "1.2"), line("GBP", "0.8")])
    assert stored() == [("GBP", Decimal("0.8"), "ecb"), ("USD", Decimal("1.2"), "ecb")]
    assert ExchangeRate.objects.get(currency="USD").stored_by is None
    rates.store_typed(line("USD", "1.3"), person)
    assert stored()[1] == ("USD", Decimal("1.3"), "typed")
    assert ExchangeRate.objects.get(currency="USD").stored_by == person


def test_the_same_day_of_the_bank_replaces_nothing_that_was_typed_since():
    rates.store_fetched([line("USD", "1.2"), line("GBP", "0.8")])
    rates.store_typed(line("USD", "1.3"), None)
    rates.store_fetched([line("USD", "1.2"), line("GBP", "0.8")])
    assert stored() == [("GBP", Decimal("0.8"), "ecb"), ("USD", Decimal("1.3"), "typed")]


def test_the_history_names_typed_and_uploaded_rates_and_the_reporting_currency(manager):
    assert rates.set_reporting_currency("EUR")
    assert not rates.set_reporting_currency("EUR")
    rates.store_typed(line("RUB", "95.5"), manager)
    rates.store_file([line("RUB", 96, 1), line("NGN", 1700)], "mine.csv", manager)
    rates.store_fetched([line("USD", "1.2")])
    assert changes() == [
        {"reporting_currency": ["", "EUR"]},
        {"event": ["", f"rate typed: 1 EUR = 95.5 RUB on {today()}"]},
        {"event": ["", "2 rates uploaded: mine.csv"]},
    ]


def test_rates_are_kept_for_a_year():
    kept = make_rate("USD", 1, days_ago=KEPT_FOR.days)
    make_rate("USD", 1, days_ago=KEPT_FOR.days + 1)
    rates.delete_old()
    assert list(ExchangeRate.objects.all()) == [kept]


@pytest.mark.parametrize(
    ("reporting", "currencies", "address", "is_wanted"),
    [
        ("", ["USD", "EUR"], "http://bank", False),
        ("USD", [], "http://bank", False),
        ("USD", ["USD", ""], "http://bank", False),
        ("USD", ["USD", "EUR"], "http://bank", True),
        ("EUR", ["USD"], "http://bank", True),
        ("EUR", ["USD"], "", False),
    ],
)
def test_the_bank_is_asked_only_where_currencies_are_compared(settings, reporting, currencies, address, is_wanted):
    settings.EXCHANGE_RATES_URL = address
    report_in(reporting)
    for currency in currencies:
        make_panel(reported_currency=currency)
    assert rates.is_fetch_wanted() is is_wanted


def test_the_currency_that_a_person_set_at_a_panel_is_the_one_in_use():
    make_panel(reported_currency="USD", currency_override="EUR")
    make_panel(reported_currency="")
    assert rates.used_currencies() == {"EUR": 1}


def test_the_currencies_in_use_and_the_reporting_currency_have_their_rates(manager, django_assert_num_queries):
    for currency in ("USD", "USD", "EUR", "NGN"):
        make_panel(reported_currency=currency)
    report_in("RUB")
    dollar = make_rate("USD", "1.1", stored_by=manager)
    ruble = make_rate("RUB", 95, days_ago=4, stored_by=manager)
    make_rate("GBP", "0.8")
    with django_assert_num_queries(3):
        found = rates.used_rates(Converter.read_all())
        assert {each.rate.stored_by for each in found if each.rate} == {manager}
    assert found == [
        rates.UsedRate("NGN", 1, None, is_stale=False),
        rates.UsedRate("RUB", 0, ruble, is_stale=True),
        rates.UsedRate("USD", 2, dollar, is_stale=False),
    ]


def test_a_typed_rate_of_an_earlier_day_is_stored_and_does_not_count():
    newer = make_rate("USD", "1.1")
    assert rates.store_typed(line("USD", "1.2", 1), None) == newer
    assert rates.store_typed(line("USD", "1.2"), None).per_euro == Decimal("1.2")
