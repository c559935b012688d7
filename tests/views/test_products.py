"""The list of products, and the page of one with its offers."""

import csv
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.catalog import products
from panels.catalog.offers import mark_all_stale
from panels.models import Product, Service, ServiceFacts, Worker
from tests.factories import (
    count_records,
    make_delivered,
    make_offer,
    make_panel,
    make_rate,
    read_offers,
    report_in,
)

pytestmark = pytest.mark.django_db
URL = "/catalog/products/"


@pytest.fixture
def product():
    cheap, dear = make_panel(name="Cheap"), make_panel(name="Dear")
    make_offer("Instagram Followers | No Refill", cheap, rate_per_1000=Decimal("0.4"), refill=False)
    make_offer("Instagram Followers | R30", cheap, rate_per_1000=Decimal("0.9"), refill=True)
    make_offer("IG Followers | R30", dear, rate_per_1000=Decimal("1.3"), refill=True)
    make_offer("TikTok Likes", dear, refill=None)
    read_offers()
    return Product.objects.get(platform="instagram")


def test_a_catalog_without_products_says_where_they_come_from(as_viewer):
    assert "No products yet" in as_viewer.get(URL).text


def test_a_row_has_the_cheapest_offer_and_the_number_of_panels(as_viewer, product):
    answer = as_viewer.get(URL)
    first = answer.context["page"].rows[0]
    assert (first.product, first.price, first.panels, first.offers) == (product, Decimal("0.4"), 2, 3)
    assert "TikTok" in answer.text
    assert [facet.label for facet in answer.context["facets"]] == ["Platform", "What"]


def test_with_refill_the_cheapest_one_with_refill_is_shown(as_viewer, product):
    (row,) = as_viewer.get(URL, {"refill": 1}).context["page"]
    assert (row.product, row.price, row.offers) == (product, Decimal("0.9"), 2)


def test_prices_that_are_not_compared_are_explained(as_viewer, as_manager, product):
    make_offer("Instagram Followers", make_panel(reported_currency="EUR"))
    read_offers()
    assert "cannot be compared without a reporting currency" in as_viewer.get(URL).text
    report_in("EUR")
    make_rate("USD", "1.25", days_ago=4)
    read_offers()
    answer = as_manager.get(URL).text
    assert "not compared in EUR" in answer
    assert 'href="/settings/rates/">Set' in answer
    make_rate("USD", "1.25")
    mark_all_stale()
    read_offers()
    assert "not compared" not in as_viewer.get(URL).text


def test_products_are_sorted_by_price(as_viewer, product):
    rows = as_viewer.get(URL, {"sort": "price"}).context["page"]
    assert [row.price for row in rows] == [Decimal("0.4"), Decimal("0.9")]


def test_the_page_of_a_product_shows_the_cheapest_of_each_grade_and_all_offers(as_operator, product):
    answer = as_operator.get(product.get_absolute_url())
    assert [(row.grade.refill, row.grade.price) for row in answer.context["grades"]] == [
        (0, Decimal("0.4")),
        (1, Decimal("0.9")),
    ]
    assert [row.rate_per_1000 for row in answer.context["page"]] == [Decimal("0.4"), Decimal("0.9"), Decimal("1.3")]
    narrowed = as_operator.get(product.get_absolute_url(), {"refill_class": 1})
    assert [row.rate_per_1000 for row in narrowed.context["page"]] == [Decimal("0.9"), Decimal("1.3")]
    fragment = as_operator.get(product.get_absolute_url(), headers={"HX-Request": "true"}).text
    assert "<html" not in fragment


def test_a_product_opens_with_the_refill_that_its_list_was_narrowed_by(as_viewer, product):
    (row,) = as_viewer.get(URL, {"refill": 1}).context["page"].rows
    address = f"{product.get_absolute_url()}?refill_class=1"
    assert f'href="{address}"' in as_viewer.get(URL, {"refill": 1}).text
    assert len(as_viewer.get(address).context["page"].rows) == row.offers == 2


def test_a_wrong_filter_of_the_offers_is_named(as_viewer, product):
    answer = as_viewer.get(product.get_absolute_url(), {"refill_class": "often"})
    assert (answer.status_code, "This filter is" in answer.text) == (200, True)


def test_the_export_of_a_product_has_its_offers_alone(as_viewer, product):
    _, address, _ = as_viewer.get(product.get_absolute_url()).context["exports"][0]
    rows = list(csv.DictReader(as_viewer.get(address).getvalue().decode("utf-8-sig").splitlines()))
    assert {row["Product"] for row in rows} == {"Instagram followers"}
    assert len(rows) == 3


def test_the_list_is_exported(as_viewer, product):
    answer = as_viewer.get(f"{URL}export.csv", {"refill": 1})
    (row,) = csv.DictReader(answer.getvalue().decode("utf-8-sig").splitlines())
    assert (row["Product"], row["Cheapest panel"]) == ("Instagram followers", "Cheap")
    assert as_viewer.get(f"{URL}export.csv", {"refill": 9}).status_code == 302


def test_a_product_that_was_deleted_meanwhile_is_said_in_words(as_operator, product, monkeypatch):
    def rename(product, _):
        ServiceFacts.objects.update(product=None)
        Product.objects.all().delete()
        return products.rename(product, "Hearts")

    monkeypatch.setattr("panels.views.products.rename", rename)
    answer = as_operator.post(f"{product.get_absolute_url()}title/", {"title": "Hearts"}, follow=True)
    assert "No service belongs to this product any more." in answer.text


def test_a_product_gets_another_title(as_operator, product):
    def rename(title):
        return as_operator.post(f"{product.get_absolute_url()}title/", {"title": title}, follow=True).text

    assert "Our followers" in rename(" Our   followers ")
    assert "already" in rename("Our followers")
    assert "Nothing was changed" in rename("x" * 201)


def test_a_service_that_says_too_little_is_a_product_of_its_own(as_viewer):
    make_offer("Mystery", category="")
    read_offers()
    assert "compared with no other" in as_viewer.get(Product.objects.get().get_absolute_url()).text


def test_the_prices_of_the_past_are_loaded_when_they_are_scrolled_to(as_viewer, product):
    page, address = as_viewer.get(product.get_absolute_url()).text, f"{product.get_absolute_url()}prices/"
    assert f'hx-get="{address}" hx-trigger="intersect once"' in page
    # Also without JavaScript.
    assert f'<a href="{address}">Prices of the last 90 days</a>' in page
    assert "chart__picture" not in page
    fragment, whole = as_viewer.get(address, headers={"HX-Request": "true"}).text, as_viewer.get(address).text
    assert ("<html" in fragment, "<html" in whole) == (False, True)
    assert fragment.count("chart__picture") == whole.count("chart__picture") == 1
    Service.objects.update(is_listed=False)
    assert "No panel offers it now." in as_viewer.get(address).text


def test_the_pages_take_few_queries(as_operator, product, django_assert_max_num_queries):
    euro = make_panel(name="Euro", reported_currency="EUR")
    make_offer("Instagram Followers | R60", euro, rate_per_1000=Decimal("0.7"))
    make_rate("USD", "1.25")
    report_in("EUR")
    read_offers()
    for service in Service.objects.all():
        make_delivered(service, timedelta(hours=1))
    count_records()
    # Without a worker, every page counts what waits for it.
    Worker.objects.create(host="web1", pid=1, started_at=timezone.now(), seen_at=timezone.now())
    as_operator.get(URL)
    address = product.get_absolute_url()
    assert "≈" in as_operator.get(address).text
    for page in (URL, f"{URL}?platform=instagram&refill=1", address, f"{address}?refill_class=1", f"{address}prices/"):
        with django_assert_max_num_queries(15):
            as_operator.get(page)
