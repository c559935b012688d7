"""An order that finished with units delivered is refilled for so many days as its service promises then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.models import Service, ServiceFacts
from panels.models.order_values import LIFETIME
from panels.orders.refill_ends import note_refill_ends
from tests.factories import make_offer, make_placed, read_offers

pytestmark = pytest.mark.django_db
NAME = "Instagram Followers"
T0 = timezone.now()


def ended(name=f"{NAME} [Refill 30 Days]", refill=True, **fields):
    """Return an order of a service with this name, as it is when it has just ended."""
    service = make_offer(name, refill=refill)
    read_offers()
    return make_placed(service, **{"progress": "completed", "quantity": 1000, "finished_at": T0} | fields)


def days_of(order):
    note_refill_ends([order])
    return None if order.refill_until is None else (order.refill_until - T0).days


@pytest.mark.parametrize("refill", [True, None])
def test_the_days_of_the_name_count_from_the_end(refill):
    assert days_of(ended(refill=refill)) == 30


@pytest.mark.parametrize(
    ("name", "refill"),
    [(f"{NAME} [Refill 30 Days]", False), (f"{NAME} [No refill]", True), (NAME, True), (NAME, None)],
    ids=["flag says no", "name says no", "only the flag", "nothing"],
)
def test_no_refill_and_a_refill_of_unknown_length_have_no_end(name, refill):
    assert days_of(ended(name, refill)) is None


def test_a_lifetime_is_no_date():
    order = ended(f"{NAME} [Lifetime Refill]")
    note_refill_ends([order])
    assert order.refill_until == LIFETIME
    assert order.has_lifetime_refill


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"progress": "partial", "remains": 400}, 30),
        ({"progress": "partial", "remains": None}, 30),
        ({"progress": "partial", "remains": 1000}, None),
        ({"progress": "canceled", "remains": 0}, None),
        ({"progress": "failed"}, None),
        ({"progress": "in_progress", "finished_at": None}, None),
    ],
)
def test_only_delivered_units_are_refilled(fields, expected):
    assert days_of(ended(**fields)) == expected


def test_an_order_that_goes_on_is_not_refilled_any_more():
    order = ended(progress="in_progress", finished_at=None, refill_until=T0 + timedelta(days=3))
    assert days_of(order) is None


def test_an_order_without_a_known_service_has_no_end():
    order = ended()
    order.service = None
    assert days_of(order) is None


def test_many_orders_take_one_query(django_assert_num_queries):
    service = ended().service
    orders = [make_placed(service, progress="completed", finished_at=T0) for _ in range(5)]
    with django_assert_num_queries(1):
        note_refill_ends(orders)
    assert {order.refill_until for order in orders} == {T0 + timedelta(days=30)}
    running = [make_placed(service)]
    with django_assert_num_queries(0):
        note_refill_ends(running)


def test_the_facts_of_now_count_and_not_those_of_the_order():
    order = ended()
    ServiceFacts.objects.filter(pk=order.service_id).update(refill_days=7)
    assert days_of(order) == 7
    assert Service.objects.get().name == order.service_name
