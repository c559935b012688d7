"""The columns of the list of products."""

from decimal import Decimal

import pytest

from panels.lists.products import EXPORTED, PRODUCTS, RELATED
from panels.models import ProductGrade
from tests.factories import make_offer, make_panel, read_offers
from tests.lists import values

pytestmark = pytest.mark.django_db


def test_cells_and_export_take_no_query(django_assert_num_queries):
    user = values.with_all_columns(PRODUCTS)
    make_offer("Instagram Likes", make_panel(name="Cheap"), rate_per_1000=Decimal("0.50"), refill=None)
    make_offer("Instagram Likes | Real", rate_per_1000=Decimal(2), refill=None)
    read_offers()
    (grade,) = ProductGrade.objects.select_related(*RELATED)
    table = values.draw(PRODUCTS, [grade], user)
    assert table.columns
    with django_assert_num_queries(0):
        body = table.body
        row = {name: read(grade) for name, read in EXPORTED.items()}
    assert "Instagram likes" in body
    assert "× 4.0" in body
    assert (row["Cheapest from"], row["Currency"], row["Cheapest panel"]) == (Decimal("0.50"), "USD", "Cheap")
    assert (row["Panels"], row["Offers"]) == (2, 2)


def test_a_row_without_a_comparable_price_says_why():
    user = values.with_all_columns(PRODUCTS)
    for currency in ("USD", "EUR"):
        make_offer("Instagram Likes", make_panel(reported_currency=currency), refill=None)
    read_offers()
    body = values.draw(PRODUCTS, ProductGrade.objects.select_related(*RELATED), user).body
    assert "different currencies" in body
