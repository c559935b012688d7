"""The offers of a product are counted, and the cheapest ones are known by class of refill."""

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from panels.catalog import offers
from panels.catalog.offers import Offer, grades_of
from panels.models import ExchangeRate, Product, ProductGrade, Service, ServiceMark
from panels.models.product import MOST_PRICE
from panels.money.exchange import Converter
from tests.factories import make_offer, make_panel, read_offers

FOLLOWERS = "Instagram Followers"
TODAY = date(2026, 5, 6)
NO_CURRENCY = Converter("", (), TODAY)


def converter(day):
    return Converter("USD", [ExchangeRate(currency="USD", day=day, per_euro=Decimal("1.25"))], TODAY)


def offer(service, rate, *, panel=1, refill=0, currency="USD"):
    return Offer(1, refill, panel, service, currency, Decimal(rate))


def grades(*found, converter=NO_CURRENCY):
    return grades_of(1, found, converter)


def test_each_class_of_refill_has_its_own_cheapest_offer():
    found = grades(offer(1, 1), offer(2, 3, panel=2, refill=2), offer(3, 2, refill=1))
    told = [(row.refill, row.offers, row.panels, row.cheapest_id, row.elsewhere_id, row.dearest) for row in found]
    assert told == [(0, 3, 2, 1, 2, 3), (1, 2, 2, 3, 2, 3), (2, 1, 1, 2, None, 3)]


def test_prices_in_different_currencies_are_not_compared():
    (grade,) = grades(offer(1, 1), offer(2, 2, currency="EUR"))
    assert (grade.offers, grade.compared, grade.price, grade.cheapest_id, grade.currency) == (2, 0, None, None, "")
    assert grade.sort_price == MOST_PRICE


def test_prices_are_compared_in_the_reporting_currency_as_far_as_rates_are_fresh():
    found = offer(1, 3), offer(2, 2, currency="EUR"), offer(3, 1, currency="RUB"), offer(4, 1, currency="")
    (grade,) = grades(*found, converter=converter(TODAY))
    assert (grade.currency, grade.offers, grade.compared) == ("USD", 4, 2)
    assert (grade.cheapest_id, grade.price, grade.dearest) == (2, Decimal("2.5"), 3)
    (grade,) = grades(*found, converter=converter(TODAY - timedelta(days=4)))
    assert (grade.compared, grade.cheapest_id, grade.price) == (1, 1, 3)


@pytest.mark.parametrize(("rate", "per_euro"), [("9000", "1"), ("9999999999", "0.0000001")])
def test_a_price_that_no_column_can_hold_is_not_compared(rate, per_euro):
    """The rial has seven digits for one euro. A price that cannot be stored would end the count of all products."""
    rates = [
        ExchangeRate(currency=currency, day=TODAY, per_euro=Decimal(each))
        for currency, each in (("IRR", 1_200_000), ("USD", per_euro))
    ]
    (grade,) = grades(offer(1, rate), offer(2, 5, currency="IRR"), converter=Converter("IRR", rates, TODAY))
    assert (grade.offers, grade.compared, grade.cheapest_id, grade.dearest) == (2, 1, 2, 5)


def test_a_product_without_offers_has_one_empty_grade():
    (grade,) = grades()
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


def test_products_are_locked_in_the_order_of_their_pks_before_they_are_marked(db):
    """So that two syncs never wait for each other."""
    for name in (FOLLOWERS, "TikTok Likes"):
        make_offer(name)
    read_offers()
    with CaptureQueriesContext(connection) as queries:
        assert offers.mark_stale([product.pk for product in Product.objects.order_by("-pk")]) == 2
    told = [query["sql"] for query in queries if "panels_product" in query["sql"]]
    assert "ORDER BY 1 ASC" in told[-2]
    assert told[-1].startswith("UPDATE")
    assert connection.vendor != "postgresql" or "FOR NO KEY UPDATE" in told[-2]
