"""A person chooses among the equivalent offers of other panels, the cheapest first."""

from __future__ import annotations

from decimal import Decimal

import pytest

from panels.catalog import choices
from panels.catalog.choices import find_choices
from panels.models import ServiceMark
from tests.factories import make_offer, make_panel, make_rate, make_service, read_offers, report_in

pytestmark = pytest.mark.django_db
NAME = "Instagram Followers"


def offer(price, panel=None, name=NAME, **fields):
    return make_offer(name, panel or make_panel(), rate_per_1000=Decimal(price), **fields)


def found(service, *quantities):
    read_offers()
    return find_choices({service.pk: quantities or (1000,)}).get(service.pk, [])


def test_the_offers_of_other_panels_come_by_price_and_foreign_prices_come_last():
    service = offer(2)
    offer(1, service.panel)
    dear, cheap = offer(3), offer(1)
    euro = offer("0.1", make_panel(reported_currency="EUR"))
    assert [each.service for each in found(service)] == [cheap, dear, euro]


@pytest.mark.parametrize(("days_ago", "panels"), [(0, ["Euro", "Dollar", "Rouble"]), (4, ["Dollar", "Euro", "Rouble"])])
def test_foreign_prices_are_compared_as_far_as_rates_are_fresh(days_ago, panels):
    """Else the draft would propose a dearer offer than "The same elsewhere, from …" names."""
    report_in("USD")
    make_rate("USD", "1.25", days_ago=days_ago)
    service = offer(2)
    offer(3, make_panel(name="Dollar"))
    offer("0.5", make_panel(name="Euro", reported_currency="EUR"))
    offer("0.1", make_panel(name="Rouble", reported_currency="RUB"))
    assert [each.service.panel.name for each in found(service)] == panels


def test_with_a_reporting_currency_the_offers_of_all_panels_come_by_price():
    report_in("EUR")
    make_rate("USD", "1.25")
    service = offer(2, make_panel(reported_currency="EUR"))
    euro, dollar = offer("0.9", make_panel(reported_currency="EUR")), offer(1)
    unknown = offer("0.1", make_panel(reported_currency="NGN"))
    choices = found(service)
    assert [each.service for each in choices] == [dollar, euro, unknown]
    assert [each.price and each.price.amount for each in choices] == [Decimal("0.8"), Decimal("0.9"), None]


def test_an_old_rate_compares_nothing():
    report_in("EUR")
    make_rate("USD", "1.25", days_ago=4)
    service = offer(2, make_panel(reported_currency="EUR"))
    euro, dollar = offer("0.9", make_panel(reported_currency="EUR")), offer("0.1")
    assert [each.service for each in found(service)] == [euro, dollar]


def test_no_offer_has_less_refill_or_another_type_or_is_blocked():
    service = offer(2, name=f"{NAME} [Refill 60 Days]")
    offer(1, name=f"{NAME} [Refill 30 Days]")
    offer(1, name=f"{NAME} [Refill 90 Days]", is_listed=False)
    offer(1, name=f"{NAME} [Refill 90 Days]", type="mentions", raw_type="Default")
    ServiceMark.objects.create(service=offer(1, name=f"{NAME} [Refill 90 Days]"), is_blocked=True)
    best = offer(9, name=f"{NAME} [Lifetime Refill]")
    (choice,) = found(service)
    assert (choice.service, choice.refill.label) == (best, "A year or a lifetime")


@pytest.mark.parametrize(
    ("limits", "fits"), [((100, 10_000), 3), ((500, 10_000), 2), ((1, 500), 2), ((None, None), 3), ((9000, None), 1)]
)
def test_a_choice_says_how_many_orders_fit(limits, fits):
    service = offer(2)
    offer(1, min_quantity=limits[0] or 0, max_quantity=limits[1])
    (choice,) = found(service, 100, 1000, None)
    assert (choice.fits, choice.orders, choice.fits_all, choice.fit_words) == (fits, 3, fits == 3, f"{fits} of 3")


def test_an_unknown_product_has_no_choices():
    service = offer(2, name="Something")
    offer(1, name="Something")
    assert found(service) == []
    assert find_choices({make_service().pk: (1,)}) == {}


def test_many_services_take_as_many_queries_as_one(monkeypatch, django_assert_num_queries):
    services = [offer(number) for number in range(1, 6)]
    read_offers()
    monkeypatch.setattr(choices, "MOST", 2)
    with django_assert_num_queries(4):
        each = find_choices({service.pk: (1,) for service in services})
        assert {choice.service.panel.name for every in each.values() for choice in every}
    assert [len(every) for every in each.values()] == [2] * 5
