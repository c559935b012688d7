"""A confirmed form becomes one queued order, even if it is sent twice."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from panels.models import Order
from panels.orders.placing import TokenUsedError, active_orders, build_order, place_order
from panels.protocol.order_types import check
from tests.factories import make_offer, make_order, make_placed, make_service, make_user, read_offers

pytestmark = pytest.mark.django_db
LINK = "https://www.example.com/p/"


def build(service, placed_by, *, token=None, link=LINK, quantity="2000", **values):
    checked = check(service.offer(), {"link": link, "quantity": quantity} | values)
    assert not checked.errors
    return build_order(service, checked, placed_by=placed_by, token=token)


def test_an_order_has_the_values_of_its_form_and_the_price_of_its_service(operator):
    service = make_service()
    order, is_new = place_order(build(service, operator))
    assert is_new
    order.refresh_from_db()
    assert (order.state, order.panel, order.service, order.placed_by) == ("queued", service.panel, service, operator)
    assert (order.link, order.link_key, order.quantity, order.params) == (LINK, "example.com/p", 2000, {})
    assert (order.rate_agreed, order.expected_cost, order.currency) == (Decimal("0.90"), Decimal("1.80"), "USD")
    event = order.events.get()
    assert (event.what, event.actor) == ("created", operator)


def test_fields_other_than_link_and_quantity_are_parameters(operator):
    order = build(make_service(dripfeed=True), operator, runs="3", interval="60")
    assert order.params == {"runs": "3", "interval": "60"}
    assert order.quantity == 2000


def test_a_form_that_is_sent_twice_places_one_order(operator):
    service, token = make_service(), uuid.uuid4()
    first, _ = place_order(build(service, operator, token=token))
    assert place_order(build(service, operator, token=token)) == (first, False)
    assert Order.objects.get().events.count() == 1


@pytest.mark.parametrize("change", [{"link": "https://example.com/other"}, {"quantity": "3000"}])
def test_a_token_is_not_used_for_another_order(operator, change):
    service, token = make_service(), uuid.uuid4()
    place_order(build(service, operator, token=token))
    with pytest.raises(TokenUsedError):
        place_order(build(service, operator, token=token, **change))
    order = Order.objects.get()
    assert (order.link, order.quantity, order.events.count()) == (LINK, 2000, 1)


def test_a_token_is_not_used_by_another_person(operator):
    service, token = make_service(), uuid.uuid4()
    place_order(build(service, operator, token=token))
    with pytest.raises(TokenUsedError):
        place_order(build(service, make_user("Operator"), token=token))
    assert Order.objects.get().placed_by == operator


@pytest.mark.parametrize("state", [state for state in Order.State.values if state != "placed"])
def test_an_order_is_active_until_it_is_decided(state):
    order = make_order(state=state)
    is_active = active_orders(order.service, order.values).exists()
    assert is_active == (state in ("asked", "queued", "sending", "unknown"))


@pytest.mark.parametrize("progress", ["", *Order.Progress.values])
def test_a_placed_order_is_active_until_it_ends(progress):
    order = make_placed(progress=progress)
    assert active_orders(order.service, order.values).exists() == (progress not in Order.FINISHED)


def test_an_active_order_is_found_by_its_service_and_any_spelling_of_its_link():
    order = make_order(link="https://example.com/p")
    assert active_orders(order.service, {"link": LINK}).get() == order
    assert not active_orders(order.service, {"link": "https://example.com/q"}).exists()
    assert not active_orders(make_service(order.panel), {"link": LINK}).exists()


def test_an_active_subscription_is_found_by_its_service_and_any_spelling_of_its_account():
    order = make_order(link="", params={"username": "Ann", "min": "10"})
    for name in ("ann", "@ANN"):
        assert active_orders(order.service, {"username": name, "min": "50"}).get() == order
    assert not active_orders(order.service, {"username": "bob"}).exists()
    assert not active_orders(order.service, {"username": ""}).exists()
    assert not active_orders(make_order(params={"username": "Ann"}).service, {"username": "ann"}).exists()


def test_an_active_order_of_an_equivalent_service_is_found_at_any_panel():
    service, other, likes = (make_offer(name) for name in ("Instagram Followers", "IG Followers", "Instagram Likes"))
    read_offers()
    order = make_order(service, link=LINK)
    assert active_orders(other, {"link": LINK}).get() == order
    assert not active_orders(likes, {"link": LINK}).exists()
