"""The products of the catalog make sense before any service is built from them."""

import pytest

from panels.sandbox.products import PLATFORMS, QUALITIES
from panels.sandbox.rules import TYPES

PRODUCTS = [(platform.name, product) for platform in PLATFORMS for product in platform.products]
each_product = pytest.mark.parametrize(
    "product", [product for _, product in PRODUCTS], ids=lambda product: product.noun
)


def test_every_type_is_sold_and_only_types_that_there_are():
    assert {product.type for _, product in PRODUCTS} == set(TYPES)


@each_product
def test_the_limits_and_prices_of_a_product_are_ranges(product):
    assert 0 < product.low < product.high
    assert 1 <= product.least <= product.most
    assert 1 <= product.variants <= len(QUALITIES)


@each_product
def test_only_followers_and_their_like_are_refilled(product):
    assert product.type == "Default" or not product.may_refill


def test_names_are_unique_where_a_person_looks_for_them():
    assert len({platform.name for platform in PLATFORMS}) == len(PLATFORMS)
    assert len({quality.name for quality in QUALITIES}) == len(QUALITIES)
    assert len({(platform, product.noun) for platform, product in PRODUCTS}) == len(PRODUCTS)


def test_every_platform_has_a_link_to_show():
    assert all(platform.example_link.startswith("https://") for platform in PLATFORMS)
