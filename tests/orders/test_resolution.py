"""The decision of a person about an order is carried out once, and only if no answer can come any more."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.models import Order, Service
from panels.orders import resolution
from tests.factories import make_order, make_placed, make_unknown

State = Order.State


@pytest.mark.django_db
def test_a_queued_order_can_be_withdrawn_once(operator):
    order = make_order()
    stale = Order.objects.get()
    assert resolution.withdraw(order, operator) == ""
    for again in (stale, Order.objects.get()):
        assert resolution.withdraw(again, operator) == f"Order {order.pk} is already withdrawn."
    event = order.events.get()
    assert (event.what, event.actor) == ("withdrawn", operator)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [s for s in State if s not in (State.ASKED, State.QUEUED)])
def test_only_a_waiting_order_can_be_withdrawn(state):
    order = make_order(state=state)
    assert f"Order {order.pk} is " in resolution.withdraw(order, None)
    order.refresh_from_db()
    assert order.state == state


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.SENDING, State.PLACED])
def test_a_withdrawal_that_is_too_late_says_that_the_order_is_on_its_way(state):
    order = make_order()
    stale = Order.objects.get()
    Order.objects.update(state=state)
    for late in (stale, Order.objects.get()):
        way = f"Order {order.pk} is already on its way to {order.panel}. Nothing was changed."
        assert resolution.withdraw(late, None).startswith(way)
    order.refresh_from_db()
    assert order.state == state


@pytest.mark.django_db
def test_releasing_a_held_order_agrees_to_the_new_price(operator):
    order = make_order(held_reason="The price has risen")
    Service.objects.update(rate_per_1000=Decimal("1.80"))
    order = Order.objects.select_related("service__panel").get()
    assert resolution.release(order, operator) == ""
    order.refresh_from_db()
    assert (order.held_reason, order.rate_agreed, order.expected_cost) == ("", Decimal("1.80"), Decimal("1.80"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"), [({"is_listed": False}, "no longer lists"), ({"min_quantity": 5000}, "minimum")]
)
def test_what_the_service_no_longer_takes_cannot_be_released(change, words):
    make_order(held_reason="look")
    Service.objects.update(**change)
    order = Order.objects.select_related("service__panel").get()
    assert words in resolution.release(order, None)
    order.refresh_from_db()
    assert order.held_reason == "look"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("decide", "state"), [(resolution.send_again, State.QUEUED), (resolution.write_off, State.WRITTEN_OFF)]
)
def test_an_unknown_order_is_resolved_only_after_its_deadline(decide, state, operator):
    early = make_unknown(send_deadline=timezone.now() + timedelta(seconds=30))
    assert "may still arrive" in decide(early, operator)
    order = make_unknown()
    assert decide(order, operator) == ""
    order.refresh_from_db()
    assert order.state == state
    assert order.events.get().actor == operator


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "0", "-1", "null", "x" * 65, "a\nb"])
def test_what_is_no_id_is_not_taken_for_one(text):
    assert "not an order ID" in resolution.name_candidate(make_unknown(), text, None)


@pytest.mark.django_db
def test_an_id_that_another_order_has_is_not_taken():
    first = make_placed(remote_id="77")
    assert f"order {first.pk}" in resolution.name_candidate(make_unknown(first.service), "77", None)


@pytest.mark.django_db
def test_an_alarm_is_dismissed_by_a_person_and_told(operator):
    order = make_placed(alarm="Second order at the panel: 7.")
    resolution.dismiss_alarm(order, operator)
    order.refresh_from_db()
    assert order.alarm == ""
    assert "Second order" in order.events.get().detail


@pytest.mark.django_db
def test_an_id_named_for_one_unknown_order_is_not_taken_for_another():
    first = make_unknown()
    assert resolution.name_candidate(first, "77", None) == ""
    assert f"order {first.pk}" in resolution.name_candidate(make_unknown(first.service), "77", None)


@pytest.mark.django_db
def test_an_inactive_panel_cannot_be_asked_about_an_id():
    order = make_unknown()
    order.panel.is_active = False
    assert "inactive" in resolution.name_candidate(order, "77", None)


@pytest.mark.django_db
def test_an_id_for_an_order_that_is_no_longer_unknown_is_not_taken(operator):
    stale = make_unknown()
    assert resolution.write_off(Order.objects.get(), operator) == ""
    assert resolution.name_candidate(stale, "111", operator) == resolution.TOO_LATE


@pytest.mark.django_db
def test_an_unknown_order_that_is_sent_again_does_not_wait_for_money(operator):
    order = make_unknown(held_for_funds_at=timezone.now())
    assert resolution.send_again(order, operator) == ""
    order.refresh_from_db()
    assert not order.is_held_for_funds
