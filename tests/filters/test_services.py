"""The filter of the catalog: which services it keeps, and which input it refuses."""

from decimal import Decimal
from fractions import Fraction

import pytest

from panels.filters import OrderFilter, ServiceFilter
from panels.models import Panel, ServiceRecord
from panels.money.exchange import Converter
from tests.factories import (
    make_order,
    make_panel,
    make_rate,
    make_service,
    report_in,
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


def compared(reporting, **query):
    report_in(reporting)
    return ServiceFilter(query, Panel.objects.all(), Converter.read())


def test_with_rates_prices_of_several_currencies_are_sorted_by_their_worths():
    euro, dollar = (make_service(make_panel(reported_currency=each)).panel for each in ("EUR", "USD"))
    make_rate("USD", "1.25")
    found = compared("EUR", sort="price")
    assert (found.is_merged, found.lacks_currency, found.sort_field, found.used_sort) == (
        True, False, "rate_per_1000", "price",
    )  # fmt: skip
    assert found.worths == {euro.pk: 1, dollar.pk: Fraction(4, 5)}
    assert not compared("EUR", sort="name").is_merged
    # One currency needs no worths.
    assert not compared("EUR", sort="price", currency="USD").is_merged


@pytest.mark.parametrize("text", ["SPOTI", "Музыка", "spotify", "100%_", "tiktok", "name"])
def test_a_category_finds_the_same_services_however_they_are_sorted(text):
    euro, dollar = (make_panel(reported_currency=each) for each in ("EUR", "USD"))
    found = make_service(euro, name="Name", category="Spotify plays, Музыка 100%_")
    make_service(dollar, name="Spotify Музыка 100%_", category="Other")
    make_rate("USD", "1.25")
    merged, plain = compared("EUR", category=text, sort="price"), compared("EUR", category=text, sort="name")
    assert (merged.is_merged, plain.is_merged) == (True, False)
    assert set(merged.qs) == set(plain.qs) == ({found} if text not in ("tiktok", "name") else set())


def test_nothing_is_sorted_by_a_missing_or_an_old_rate():
    for currency in ("EUR", "USD", "NGN", ""):
        make_service(make_panel(reported_currency=currency))
    make_rate("USD", "1.25", days_ago=4)
    make_rate("NGN", "1700")
    found = compared("EUR", sort="price")
    assert (found.is_merged, found.lacks_currency, found.used_sort, found.worths) == (False, True, "name", {})
    assert found.lacking == ["a currency that is not known", "USD"]


def test_a_range_is_in_the_reporting_currency_and_over_all_panels():
    euro = make_service(make_panel(reported_currency="EUR"), rate_per_1000=Decimal("4"))
    dollar = make_service(make_panel(reported_currency="USD"), rate_per_1000=Decimal("4"))
    make_rate("USD", "1.25")
    for sort in ("name", "price", "-price", "paid"):
        found = compared("EUR", price_to="3.2", sort=sort)
        assert (found.range_currency, found.is_refused, set(found.qs)) == ("EUR", False, {dollar} - {euro})
    assert set(compared("EUR", price_from="3.21").qs) == {euro}
    # A chosen panel does not change what the amount means, but a chosen currency does.
    assert set(compared("EUR", price_to="3.2", panel=str(dollar.panel_id)).qs) == {dollar}
    chosen = compared("EUR", price_to="3.2", currency="USD")
    assert (chosen.range_currency, set(chosen.qs)) == ("USD", set())


@pytest.mark.parametrize("currency", ["", "USD"])
def test_without_a_rate_a_range_needs_a_chosen_currency(currency):
    dollar = make_service(make_panel(reported_currency="USD"), rate_per_1000=Decimal(4))
    if not currency:
        make_service(make_panel(reported_currency="EUR"))
    make_rate("USD", "1.25", days_ago=4)
    found = compared("EUR", price_to="5")
    assert (found.lacks_currency, found.is_refused, found.lacking, set(found.qs)) == (True, True, ["USD"], set())
    assert set(compared("EUR", price_to="5", currency="USD").qs) == {dollar}


def test_converted_prices_are_shown_where_a_panel_has_another_currency():
    make_service(make_panel(reported_currency="USD"))
    assert [compared(each).shows_converted for each in ("", "USD", "EUR")] == [False, False, True]


def test_input_that_cannot_be_read_keeps_nothing():
    make_service()
    make_order()
    assert catalog(price_from="abc").is_refused
    assert services(price_from="abc") == services(panel="999") == set()
    assert not OrderFilter({"panel": "999"}).is_valid()


def test_a_filter_knows_whether_it_narrows():
    assert not catalog(sort="-name", unknown="x").is_narrowed
    assert catalog(q="likes").is_narrowed


def test_sorted_by_what_orders_show_only_services_with_that_number_are_kept():
    panel = make_panel()
    known, _ = make_service(panel), make_service(panel)
    ServiceRecord.objects.create(service=known, finish_minutes=60)
    assert list(ServiceFilter({"sort": "-finish"}, [panel]).qs) == [known]
    assert ServiceFilter({"sort": "delivered"}, [panel]).qs.count() == 0
    assert ServiceFilter({}, [panel]).qs.count() == 2


def test_what_was_paid_in_different_currencies_is_not_compared():
    panels = make_panel(), make_panel(reported_currency="EUR")
    assert ServiceFilter({"sort": "paid"}, panels).lacks_currency
    assert not ServiceFilter({"sort": "paid"}, panels[:1]).lacks_currency
    assert not ServiceFilter({"sort": "finish"}, panels).lacks_currency
