"""The filter of the catalog: which services it keeps, and which input it refuses."""

from decimal import Decimal

import pytest

from panels.filters import OrderFilter, ServiceFilter
from panels.models import Panel
from tests.factories import (
    make_order,
    make_panel,
    make_service,
)

pytestmark = pytest.mark.django_db


def catalog(**query):
    return ServiceFilter(query, Panel.objects.all())


def services(**query):
    return set(catalog(**query).qs)


def test_only_listed_services_of_active_panels_are_kept_by_default():
    listed, unlisted = make_service(), make_service(is_listed=False)
    inactive = make_service(make_panel(is_active=False))
    assert services() == {listed}
    assert services(show="unlisted") == {unlisted}
    assert services(show="all") == {listed, unlisted, inactive}
    assert services(panel=str(inactive.panel_id)) == {inactive}


def test_a_refill_does_not_find_a_service_that_says_no_refill():
    refill, none = make_service(name="Likes Refill 30D"), make_service(name="Likes Non-Refill")
    assert services(q="likes refill") == {refill}
    assert services(q="no refill likes") == {none}
    assert services(q="likes") == {refill, none}


def test_a_service_is_kept_only_if_it_has_every_word():
    likes = make_service(name="Instagram Likes HQ", category="Instagram")
    make_service(name="TikTok Likes", category="TikTok")
    assert services(q="LIKES insta") == {likes}
    assert services(q="likes views") == set()


def test_an_answer_that_a_panel_does_not_state_is_neither_yes_nor_no():
    yes, no, unknown = (make_service(refill=answer) for answer in (True, False, None))
    assert [services(refill=each) for each in ("yes", "no", "unknown")] == [{yes}, {no}, {unknown}]


def test_the_type_and_the_category_narrow_the_catalog():
    package, magic = make_service(type="package", category="TikTok"), make_service(type="", category="Magic tricks")
    assert services(type="package") == services(category="tiktok") == {package}
    assert services(type="unknown") == services(category="TRICKS") == {magic}


def test_prices_of_two_currencies_are_not_compared():
    euro = make_service(make_panel(reported_currency="EUR"), rate_per_1000=Decimal(1))
    make_service(make_panel(reported_currency="USD"), rate_per_1000=Decimal(2))
    ranged, sorted_by_price = catalog(price_to="5"), catalog(sort="price")
    assert (ranged.lacks_currency, ranged.is_refused, set(ranged.qs)) == (True, True, set())
    assert (sorted_by_price.is_refused, sorted_by_price.sort_field) == (False, "name")
    one_currency = catalog(price_to="5", sort="price", currency="EUR")
    assert (one_currency.lacks_currency, one_currency.sort_field, set(one_currency.qs)) == (
        False, "rate_per_1000", {euro},
    )  # fmt: skip


def test_input_that_cannot_be_read_keeps_nothing():
    make_service()
    make_order()
    assert catalog(price_from="abc").is_refused
    assert services(price_from="abc") == services(panel="999") == set()
    assert not OrderFilter({"panel": "999"}).is_valid()


def test_a_filter_knows_whether_it_narrows():
    assert not catalog(sort="-name", unknown="x").is_narrowed
    assert catalog(q="likes").is_narrowed
