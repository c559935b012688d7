"""What the offers of a product cost over 90 days is read for one picture of each unit."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.catalog import price_steps as module
from panels.catalog.price_steps import MOST_SHOWN, SHOWN_FOR, points_of, price_steps
from panels.models import Panel, Product, Service, ServiceChange
from tests.factories import make_offer, make_panel, make_service, read_offers

pytestmark = pytest.mark.django_db
NAME = "Instagram Followers"
DAY = timedelta(days=1)


def change(service, days_ago, old, new):
    at = timezone.now() - days_ago * DAY
    ServiceChange.objects.create(service=service, at=at, field="rate_per_1000", old=old, new=new)
    return at


def offer(rate, panel=None, days=365, **fields):
    first = timezone.now() - days * DAY
    return make_offer(NAME, panel, rate_per_1000=Decimal(rate), first_seen_at=first, **fields)


def read():
    read_offers()
    return price_steps(Product.objects.get())


def test_all_offers_are_in_one_picture_the_cheapest_first():
    dear, cheap = offer("3", make_panel(name="Dear")), offer("1", make_panel(name="Cheap"))
    (picture,) = read()
    assert (picture.unit, picture.left_out) == ("USD per 1000", 0)
    assert [(each.name, each.service) for each in picture.offers] == [("Cheap", cheap), ("Dear", dear)]


def test_an_offer_steps_where_its_price_changed_in_the_time():
    service = offer("3")
    change(service, 100, "9", "1")
    first, second = change(service, 60, "1", "2"), change(service, 30, "2", "3")
    (picture,) = read()
    start, *rest = picture.offers[0].points
    assert start == (picture.until - SHOWN_FOR, 1)
    assert rest == [(first, 2), (second, 3)]


def test_nothing_is_converted_and_each_unit_has_a_picture():
    for _ in range(2):
        offer("1", make_panel(reported_currency="EUR"))
    offer("1")
    assert [(each.unit, len(each.offers)) for each in read()] == [("EUR per 1000", 2), ("USD per 1000", 1)]


def test_at_most_eight_are_shown_and_services_of_one_panel_are_told_apart():
    panel = make_panel(name="Alpha")
    for number in range(MOST_SHOWN + 3):
        offer(number + 1, panel, remote_id=f"9{number}")
    (picture,) = read()
    assert [each.name for each in picture.offers] == [f"Alpha · 9{number}" for number in range(MOST_SHOWN)]
    assert picture.left_out == 3


def test_what_cannot_be_ordered_is_not_shown():
    offer("1", is_listed=False)
    inactive, shown = offer("1"), offer("2")
    Panel.objects.filter(pk=inactive.panel_id).update(is_active=False)
    (picture,) = read()
    assert [each.service for each in picture.offers] == [shown]
    Service.objects.update(is_listed=False)
    assert price_steps(Product.objects.get()) == []


def test_it_takes_two_queries_however_many_offers_there_are(django_assert_num_queries):
    for number in range(12):
        change(offer(number + 1), 3, "9", str(number + 1))
    read_offers()
    product = Product.objects.get()
    with django_assert_num_queries(2):
        pictures = price_steps(product)
    assert len(pictures[0].offers) == MOST_SHOWN


def test_of_very_many_changes_the_newest_are_read(monkeypatch):
    monkeypatch.setattr(module, "MOST_CHANGES", 2)
    service, other = offer("5"), offer("7")
    for days, old, new in ((50, "1", "2"), (40, "2", "3"), (30, "3", "5")):
        at = change(service, days, old, new)
    (picture,) = read()
    points = picture.offers[0].points
    assert [value for _, value in points] == [2, 3, 5]
    assert points[-1][0] == at
    # All lines begin where nothing is missing.
    assert picture.offers[1].service == other
    assert picture.offers[1].points[0][0] == points[0][0]


def test_a_price_that_no_change_explains_holds_since_it_was_last_seen():
    now = timezone.now()
    service = make_service(rate_per_1000=Decimal(5), first_seen_at=now - 10 * DAY, last_seen_at=now)
    changes = [(now - 5 * DAY, "1", "2")]
    points = points_of(service, changes, now - SHOWN_FOR)
    assert points == [(now - 10 * DAY, 1), (now - 5 * DAY, 2), (now, 5)]
    # A change from before it was first seen, by a clock that was wrong.
    service.first_seen_at = now
    assert points_of(service, changes, now - SHOWN_FOR)[0] == (now - 5 * DAY, 1)
