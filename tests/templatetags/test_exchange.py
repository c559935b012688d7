"""How converted prices and rates are written."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from panels.money.exchange import Converter
from panels.money.totals import today
from panels.templatetags.exchange import converted_price, rate_day, rate_words
from tests.factories import make_rate, report_in

pytestmark = pytest.mark.django_db


def write(amount, currency, **options):
    text = converted_price(Converter.read().convert(Decimal(amount), currency), **options)
    return text.replace("\xa0", " ")


@pytest.fixture
def dollars():
    """The rate of the dollar, reported in euro."""
    report_in("EUR")
    return make_rate("USD", "1.0876", source="ecb")


def test_a_converted_price_has_its_sign_and_its_rate_and_day_in_the_title(dollars):
    title = f"1 EUR = 1.0876 USD, ECB, {rate_day(today())}"
    assert write("0.9", "USD") == f'<span title="{title}">≈ 0.8275 EUR</span>'
    assert write("0.000123", "USD", with_currency=False) == f'<span title="{title}">≈ 0.0001131</span>'
    assert '<span class="pad pad--4"></span>' in write("0.9", "USD", is_aligned=True)


def test_the_title_names_both_rates_where_neither_currency_is_the_euro(dollars):
    report_in("RUB")
    make_rate("RUB", "95.5")
    day = rate_day(today())
    assert f'title="1 EUR = 1.0876 USD, ECB, {day}; 1 EUR = 95.5 RUB, typed, {day}"' in write("1", "USD")


def test_a_price_in_the_reporting_currency_is_exact(dollars):
    assert write("0.9", "EUR") == "0.90 EUR"


def test_a_price_by_an_old_rate_is_grey_and_names_its_day(dollars):
    dollars.day = today() - dt.timedelta(days=4)
    dollars.save()
    text = write("0.9", "USD")
    assert text.startswith('<span class="muted" title="')
    assert "(older than 3 days)" in text
    assert f'<span class="small">{rate_day(dollars.day)}</span> ≈ 0.8275 EUR' in text


def test_a_price_without_a_rate_is_a_dash(dollars):
    assert write("1", "NGN") == "–"


def test_a_rate_of_another_year_names_the_year(dollars):
    dollars.day = dt.date(2001, 11, 7)
    assert rate_words(dollars) == "1 EUR = 1.0876 USD, ECB, 7 Nov 2001"
