"""A service waits by a time in its row, and one order of it is tried after the wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.calls.claiming import Claims
from panels.models import Order, Service
from panels.orders import service_waits
from panels.orders.queue import queued
from tests.factories import make_order, make_panel, make_service

pytestmark = pytest.mark.django_db


def wait_for(service, **lapse):
    Service.objects.filter(pk=service.pk).update(wait_minutes=5, waits_until=timezone.now() + timedelta(**lapse))


def test_orders_of_a_waiting_service_are_passed_over():
    service = make_service(make_panel(parallel_calls=4))
    waiting = make_order(service)
    going = make_order(make_service(service.panel))
    wait_for(service, minutes=3)
    assert list(queued()) == [going]
    assert Claims(service.panel_id).take(4) == ([going], None)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.held_reason) == (Order.State.QUEUED, "")


def test_after_the_wait_one_order_is_claimed_and_no_other_before_its_deadline():
    service = make_service(make_panel(parallel_calls=4))
    first, _, _ = (make_order(service) for _ in range(3))
    other = make_order(make_service(service.panel))
    wait_for(service, minutes=-1)
    assert Claims(service.panel_id).take(4)[0] == [first, other]
    assert Claims(service.panel_id).take(4)[0] == []
    first.refresh_from_db()
    service.refresh_from_db()
    assert service.waits_until == first.send_deadline


@pytest.mark.parametrize(("is_placed", "minutes"), [(True, None), (False, 5)])
def test_only_a_placed_order_ends_the_wait(is_placed, minutes):
    service = make_service()
    wait_for(service, minutes=3)
    service_waits.end_trial(make_order(service), is_placed=is_placed)
    service.refresh_from_db()
    assert service.wait_minutes == minutes
    assert service.waits_until is None or service.waits_until <= timezone.now()


def test_a_refusal_that_came_before_the_wait_began_does_not_lengthen_it():
    order = make_order()
    assert service_waits.put_off(order, "No.", timezone.now()) == timedelta(minutes=5)
    assert service_waits.put_off(order, "No.", timezone.now()) is None
    order.service.refresh_from_db()
    assert order.service.wait_minutes == 5
