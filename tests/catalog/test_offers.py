"""The offers of a product are counted, and the cheapest ones are known by class of refill."""

import threading
from decimal import Decimal

import pytest

from panels.catalog import offers
from panels.catalog.offers import Offer, grades_of
from panels.models import Product, ProductGrade, Service, ServiceMark
from tests.factories import make_offer, make_panel, read_offers

FOLLOWERS = "Instagram Followers"


def offer(service, rate, *, panel=1, refill=0, currency="USD"):
    return Offer(1, refill, panel, service, currency, Decimal(rate))


def test_each_class_of_refill_has_its_own_cheapest_offer():
    found = grades_of(1, [offer(1, 1), offer(2, 3, panel=2, refill=2), offer(3, 2, refill=1)])
    told = [
        (each.refill, each.offers, each.panels, each.cheapest_id, each.elsewhere_id, each.dearest) for each in found
    ]
    assert told == [(0, 3, 2, 1, 2, 3), (1, 2, 2, 3, 2, 3), (2, 1, 1, 2, None, 3)]


def test_prices_in_different_currencies_are_not_compared():
    (grade,) = grades_of(1, [offer(1, 1), offer(2, 2, currency="EUR")])
    assert (grade.offers, grade.uncompared, grade.price, grade.cheapest_id) == (2, 2, None, None)


def test_a_product_without_offers_has_one_empty_grade():
    (grade,) = grades_of(1, [])
    assert (grade.offers, grade.panels, grade.price, grade.spread) == (0, 0, None, None)


@pytest.mark.parametrize(
    "change",
    [
        lambda service: Service.objects.filter(pk=service.pk).update(is_listed=False),
        lambda service: type(service.panel).objects.filter(pk=service.panel_id).update(is_active=False),
        lambda service: ServiceMark.objects.create(service=service, is_blocked=True),
    ],
)
def test_what_cannot_be_ordered_is_no_offer(db, change):
    cheap = make_offer(f"{FOLLOWERS} [No refill]", rate_per_1000=Decimal("0.1"))
    dear = make_offer(FOLLOWERS)
    read_offers()
    assert ProductGrade.objects.get(refill=0).cheapest == cheap
    change(cheap)
    offers.mark_products_stale([cheap.pk])
    read_offers()
    grade = ProductGrade.objects.get(refill=0)
    assert (grade.cheapest, grade.offers) == (dear, 1)


def test_a_favourite_stays_an_offer(db):
    service = make_offer(FOLLOWERS)
    ServiceMark.objects.create(service=service, is_favourite=True)
    read_offers()
    assert ProductGrade.objects.get(refill=0).offers == 1


def test_only_stale_products_are_counted(db):
    panel = make_panel()
    make_offer(FOLLOWERS, panel)
    read_offers()
    assert offers.count_offers(threading.Event()) == 0
    offers.mark_panel_stale(panel)
    assert offers.count_offers(threading.Event()) == 1
    assert offers.mark_all_stale() == 1


def test_a_product_that_nobody_sells_goes_unless_a_person_named_it(db):
    kept, gone = make_offer(FOLLOWERS), make_offer("TikTok Likes")
    read_offers()
    Product.objects.filter(platform="instagram").update(own_title="Our followers")
    kept.delete()
    gone.delete()
    offers.mark_all_stale()
    read_offers()
    assert [product.title for product in Product.objects.all()] == ["Our followers"]
