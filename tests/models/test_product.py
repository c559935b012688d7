"""Products and what their offers cost."""

from decimal import Decimal

from panels.models import Product, ProductGrade


def test_the_title_of_a_person_counts_more():
    product = Product(facts_title="Instagram followers")
    assert str(product) == "Instagram followers"
    product.own_title = "Our followers"
    assert str(product) == "Our followers"


def test_a_product_is_known_by_its_platform_and_metric():
    assert Product(platform="instagram", metric="likes").is_known
    assert not Product(platform="instagram").is_known


def test_the_spread_is_a_ratio_of_prices():
    assert ProductGrade(price=Decimal(2), dearest=Decimal(5)).spread == Decimal("2.5")
    assert ProductGrade(price=Decimal(0), dearest=Decimal(5)).spread is None
    assert ProductGrade().spread is None
