"""A range of prices in one currency finds exactly the services whose prices are worth an amount in it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from panels.filters.price_range import PriceField, in_range
from panels.models import Service
from tests.factories import make_panel, make_service

pytestmark = pytest.mark.django_db
PRICES = (
    *("0", "0.00000001", "0.33333333", "0.33333334", "0.5", "1", "1.25", "3", "90.5", "99999999.5"),
    # Just below and just above 0.4 and 1 in the currency of the last panel.
    *("38.26666666", "38.26666667", "95.66666666", "95.66666667"),
)


@pytest.fixture
def worths():
    panels = [make_panel() for _ in range(3)]
    for panel in panels:
        for price in PRICES:
            make_service(panel, rate_per_1000=Decimal(price))
    return dict(zip((panel.pk for panel in panels), (Fraction(1), Fraction(4, 5), Fraction(3, 287)), strict=True))


@pytest.mark.parametrize(
    ("least", "most"),
    [
        ("0.4", None),
        ("0.4", "1"),
        (None, "1"),
        ("0.33333333", "0.33333333"),
        ("1", "0.5"),
        (None, "0"),
        ("99999999", None),
    ],
)
def test_a_range_finds_what_is_worth_an_amount_in_it(worths, least, most):
    least, most = (None if each is None else Decimal(each) for each in (least, most))
    wanted = {
        service.pk
        for service in Service.objects.all()
        if (least is None or Fraction(service.rate_per_1000) * worths[service.panel_id] >= Fraction(least))
        and (most is None or Fraction(service.rate_per_1000) * worths[service.panel_id] <= Fraction(most))
    }
    assert set(Service.objects.filter(in_range(least, most, worths)).values_list("pk", flat=True)) == wanted


def test_one_currency_needs_no_condition_on_panels(worths):
    same = dict.fromkeys(worths, Fraction(1))
    assert "panel" not in str(in_range(Decimal(1), None, same))
    assert Service.objects.filter(in_range(Decimal(3), None, same)).count() == 3 * 7


def test_a_limit_beyond_all_prices_fails_nothing(worths):
    assert Service.objects.filter(in_range(None, Decimal("9e15"), worths)).count() == 3 * len(PRICES)
    assert not Service.objects.filter(in_range(Decimal("5e16"), Decimal("4e16"), worths)).exists()


def test_a_limit_is_said_with_its_currency():
    field = PriceField()
    assert field.in_words("0.5") == "0.5"
    field.currency = "EUR"
    assert field.in_words("0.5") == "0.5 EUR"
