"""One rate for each currency and day. The newest of a currency counts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from panels.models import ExchangeRate
from panels.tables.rates import MOST
from tests.factories import make_rate

pytestmark = pytest.mark.django_db


def test_the_newest_rate_of_each_currency_is_found_in_one_query(django_assert_num_queries):
    for days in (9, 2, 0):
        make_rate("USD", f"1.{days}", days_ago=days)
    make_rate("RUB", "95", days_ago=9)
    make_rate("NGN", "1600", days_ago=9)
    make_rate("NGN", "1700", days_ago=2)
    with django_assert_num_queries(1):
        found = {rate.currency: rate.per_euro for rate in ExchangeRate.newest()}
    assert found == {"USD": Decimal(1), "RUB": Decimal(95), "NGN": Decimal(1700)}


def test_there_is_one_rate_for_a_currency_and_a_day():
    make_rate("USD", 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_rate("USD", 2)


@pytest.mark.parametrize("per_euro", ["0.0000105263", "28123.4567891234", str(MOST)])
def test_small_and_large_units_keep_their_digits(per_euro):
    make_rate("XXX", per_euro)
    found = ExchangeRate.objects.get().per_euro
    assert abs(found - Decimal(per_euro)) / found < Decimal("1e-13")


def test_a_rate_is_written_with_its_day():
    rate = make_rate("USD", "1.0876")
    rate.refresh_from_db()
    assert str(rate) == f"1 EUR = 1.0876 USD on {rate.day}"
