"""The total cost of the orders that a list shows."""

from __future__ import annotations

from decimal import Decimal

import pytest

from panels.lists import order_totals
from panels.lists.order_totals import can_total, total_cost
from panels.lists.totals import Sum
from panels.models import Order
from panels.money import totals
from tests.factories import make_order, make_panel, make_placed, make_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_panels():
    dollars, euros = make_panel(reported_currency="USD"), make_panel(reported_currency="EUR")
    for panel, charge in ((dollars, "1.50"), (dollars, "2.25"), (euros, "4")):
        make_placed(make_service(panel), progress="completed", charge=Decimal(charge), currency=panel.currency)
    make_order(make_service(dollars), expected_cost=Decimal("0.30"), currency="USD")
    make_order(make_service(dollars), state="refused", expected_cost=Decimal(99), currency="USD")
    totals.recount()
    return dollars, euros


ALL = (Sum("EUR", Decimal(4)), Sum("USD", Decimal("4.05"), is_expected=True))


def test_each_currency_has_its_own_sum_and_only_ordered_orders_count(two_panels):
    found = total_cost(Order.objects.all(), 5, 0)
    assert (found.sums, found.missing) == (ALL, 0)


def test_an_order_whose_price_is_not_known_is_said_to_be_missing():
    make_placed(expected_cost=None, charge=None)
    found = total_cost(Order.objects.all(), 1, 0)
    assert (found.sums, found.missing) == ((), 1)


def test_a_currency_whose_prices_are_all_unknown_has_no_sum(monkeypatch):
    make_placed(expected_cost=None, charge=None)
    totals.recount()
    monkeypatch.setattr(order_totals, "COUNT_UP_TO", 0)
    found = total_cost(Order.objects.none(), 1, 0)
    assert (found.sums, found.missing) == ((), 1)


def test_the_kept_totals_give_the_same_sums_for_any_number_of_orders(two_panels, monkeypatch):
    monkeypatch.setattr(order_totals, "COUNT_UP_TO", 2)
    dollars, euros = two_panels
    assert total_cost(Order.objects.none(), 3, 0).sums == ALL
    assert total_cost(Order.objects.none(), 3, euros.pk).sums == (Sum("EUR", Decimal(4)),)
    assert total_cost(Order.objects.none(), 3, dollars.pk).sums == (Sum("USD", Decimal("4.05"), is_expected=True),)


@pytest.mark.parametrize(
    ("number", "filters", "can"),
    [
        (10_000, {"who", "panel"}, True),
        (10_001, set(), True),
        (10_001, {"panel"}, True),
        (10_001, {"panel", "who"}, False),
        (10_001, {"created_from"}, False),
    ],
)
def test_more_orders_than_are_counted_can_be_summed_where_kept_totals_answer(number, filters, can):
    assert can_total(number, filters) is can
