"""The same as a service elsewhere: the cheapest offer of its product with its refill, at another panel."""

from __future__ import annotations

from decimal import Decimal

import pytest

from panels.catalog.elsewhere import elsewhere_of
from panels.models import Product, ServiceMark
from tests.factories import make_offer, make_panel, make_service, read_offers

pytestmark = pytest.mark.django_db
NAME = "Instagram Followers"


def offer(price, panel=None, name=NAME, **fields):
    return make_offer(name, panel or make_panel(), rate_per_1000=Decimal(price), **fields)


def found(service):
    read_offers()
    elsewhere = elsewhere_of([service.pk]).get(service.pk)
    return elsewhere and elsewhere.offer


def test_it_is_the_cheapest_offer_of_another_panel():
    panel = make_panel()
    service, _ = offer(3, panel), offer(1, panel)
    other, _ = offer(2), offer(4)
    assert found(service) == other
    assert found(other).panel == panel


def test_its_price_is_said_with_the_page_of_the_product():
    service = offer(3)
    offer("0.43", make_panel(name="Bright & line"), name=f"{NAME} HQ", type="package")
    offer("0.44")
    read_offers()
    elsewhere = elsewhere_of([service.pk])[service.pk]
    assert elsewhere.words.replace("\xa0", " ") == "The same elsewhere, from 0.43 USD flat"
    assert elsewhere.address == Product.objects.get(pk=elsewhere.product).get_absolute_url()
    assert "Bright &amp; line" in elsewhere.link
    assert ">elsewhere from 0.43\xa0USD</a>" in elsewhere.short_link
    assert 'title="The same at Bright &amp; line: Instagram Followers HQ"' in elsewhere.short_link


def test_it_has_at_least_the_refill_of_the_service():
    service = offer(3, name=f"{NAME} [Refill 60 Days]")
    offer(1, name=f"{NAME} [Refill 30 Days]")
    offer(1, name=f"{NAME} [No refill]", refill=False)
    best = offer(5, name=f"{NAME} [Refill 365 Days]")
    assert found(service) == best
    bare = offer(1, name=f"{NAME} [No refill]", refill=False)
    assert found(bare).rate_per_1000 == 1


@pytest.mark.parametrize("name", ["Something", "Instagram Likes"])
def test_there_is_none_of_an_unknown_or_another_product(name):
    service = offer(3, name=name)
    offer(1, name="Something" if name == "Something" else NAME)
    assert found(service) is None


def test_there_is_none_where_no_price_can_be_compared_or_nobody_else_sells_it():
    panel = make_panel()
    service, _ = offer(3, panel), offer(1, panel)
    assert found(service) is None
    blocked = offer(1)
    ServiceMark.objects.create(service=blocked, is_blocked=True)
    assert found(service) is None
    offer(1, make_panel(reported_currency="EUR"))
    assert found(service) is None


def test_a_service_without_facts_has_none(django_assert_num_queries):
    assert elsewhere_of([make_service().pk]) == {}
    with django_assert_num_queries(0):
        assert elsewhere_of([None]) == {}


def test_many_services_take_one_query(django_assert_num_queries):
    services = [offer(number) for number in range(1, 9)]
    read_offers()
    with django_assert_num_queries(1):
        each = elsewhere_of(service.pk for service in services)
        words = {elsewhere.link for elsewhere in each.values()}
    assert each.keys() == {service.pk for service in services}
    assert len(words) == 2
