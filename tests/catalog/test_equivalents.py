"""Services of one known product are equivalent at any panel. Any other service is only equivalent to itself."""

from __future__ import annotations

import pytest

from panels.catalog import equivalents
from panels.catalog.equivalents import equivalent_to, known_products, services_of
from panels.models import Order
from tests.factories import make_offer, make_order, make_service, read_offers

pytestmark = pytest.mark.django_db


@pytest.fixture
def services():
    """Two equivalent services, one of another product, two of an unknown product, and one without facts."""
    names = ("Instagram Followers", "IG Followers [Refill 30D]", "Instagram Likes", "Something", "Something")
    made = [*(make_offer(name) for name in names), make_service()]
    read_offers()
    return made


def test_only_known_products_are_found(monkeypatch, services):
    monkeypatch.setattr(equivalents, "AT_ONCE", 2)
    first, second, likes, *unknown = (service.pk for service in services)
    found = known_products(service.pk for service in services)
    assert found.keys() == {first, second, likes}
    assert found[first] == found[second] != found[likes]
    assert services_of(found.values()) == found
    assert not known_products(unknown)


def test_rows_match_by_product_or_by_service(services):
    orders = {service.pk: make_order(service) for service in services}
    first, second, *others = (service.pk for service in services)
    matched = {pk: set(Order.objects.filter(equivalent_to(pk))) for pk in orders}
    assert matched[first] == matched[second] == {orders[first], orders[second]}
    assert all(matched[pk] == {orders[pk]} for pk in others)
