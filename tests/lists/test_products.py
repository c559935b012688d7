"""The columns of the list of products."""

from decimal import Decimal

import pytest

from panels.lists.products import EXPORTED, PRODUCTS, RELATED, priced
from panels.models import ProductGrade
from panels.money.exchange import Converter
from tests.factories import make_offer, make_panel, make_rate, read_offers, report_in
from tests.lists import values

pytestmark = pytest.mark.django_db


def test_cells_and_export_take_no_query(django_assert_num_queries):
    user = values.with_all_columns(PRODUCTS)
    make_offer("Instagram Likes", make_panel(name="Cheap"), rate_per_1000=Decimal("0.50"), refill=None)
    make_offer("Instagram Likes | Real", rate_per_1000=Decimal(2), refill=None)
    read_offers()
    (row,) = priced(ProductGrade.objects.select_related(*RELATED), Converter.read())
    table = values.draw(PRODUCTS, [row], user)
    assert table.columns
    with django_assert_num_queries(0):
        body = table.body
        exported = {name: read(row) for name, read in EXPORTED.items()}
    assert "Instagram likes" in body
    assert "× 4.0" in body
    assert (exported["Cheapest from"], exported["Currency"], exported["Cheapest panel"]) == (
        Decimal("0.50"),
        "USD",
        "Cheap",
    )
    assert (exported["Panels"], exported["Offers"]) == (2, 2)


def test_a_row_without_a_comparable_price_says_why():
    user = values.with_all_columns(PRODUCTS)
    for currency in ("USD", "EUR"):
        make_offer("Instagram Likes", make_panel(reported_currency=currency), refill=None)
    read_offers()
    body = values.draw(PRODUCTS, priced(ProductGrade.objects.select_related(*RELATED), Converter.read()), user).body
    assert "different currencies" in body


def test_an_offer_in_another_currency_has_its_price_in_the_reporting_currency():
    user = values.with_all_columns(PRODUCTS)
    make_rate("USD", "1.25")
    report_in("USD")
    make_offer("Instagram Likes", make_panel(reported_currency="EUR"), rate_per_1000=Decimal(2), refill=None)
    make_offer("Instagram Likes", make_panel(reported_currency="USD"), rate_per_1000=Decimal(3), refill=None)
    read_offers()
    (row,) = priced(ProductGrade.objects.select_related(*RELATED), Converter.read())
    assert row.grade.price == row.price.amount == Decimal("2.5")
    body = values.draw(PRODUCTS, [row], user).body
    assert "≈" in body
    assert "1 EUR = 1.25 USD" in body
