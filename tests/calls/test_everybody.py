"""Words about everybody are doubted when the panel takes other orders, so no service and no order blocks its panel."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.calls.claiming import Claims
from panels.calls.outcomes import record_outcomes
from panels.models import Order, Panel, Service
from panels.protocol.errors import Reason, Refused
from tests.factories import make_order, make_panel, make_service

pytestmark = pytest.mark.django_db
State = Order.State
NO = Refused("Service is under maintenance", Reason.EVERYBODY)


def make_queue(panel, *services):
    """Queue an order of each service, the first one first."""
    return [make_order(service, link=f"https://example.com/p/{number}") for number, service in enumerate(services)]


def answer(panel, answer):
    """Send the next order, with this answer, and return it; None if none may go out."""
    orders, _ = Claims(panel.pk).take(1)
    if not orders:
        return None
    record_outcomes([(orders[0], answer if isinstance(answer, Refused) else f"{answer}{orders[0].pk}")])
    return orders[0]


def end_pause():
    Panel.objects.update(paused_until=timezone.now() - timedelta(seconds=1))


def end_waits():
    Service.objects.filter(waits_until__isnull=False).update(waits_until=timezone.now() - timedelta(seconds=1))


def state_of(order):
    return Order.objects.get(pk=order.pk).state


@pytest.fixture
def panel():
    return make_panel(calls_per_minute=None)


def test_after_a_no_to_everybody_an_order_of_another_service_is_tried(panel):
    dead, healthy = make_service(panel), make_service(panel)
    first, _, other = make_queue(panel, dead, dead, healthy)
    assert answer(panel, NO) == first
    current = Panel.objects.get()
    assert current.paused_reason == Panel.Pause.EVERYBODY
    dead.refresh_from_db()
    assert dead.waits_until > current.paused_until
    end_pause()
    assert answer(panel, "taken") == other
    assert Panel.objects.get().paused_reason == ""
    assert answer(panel, "taken") is None


def test_a_service_alone_is_tried_at_the_end_of_the_pause(panel):
    dead = make_service(panel)
    _, second = make_queue(panel, dead, dead)
    answer(panel, NO)
    end_pause()
    assert answer(panel, "taken") == second


def test_a_service_that_is_refused_while_others_are_taken_waits_alone(panel):
    dead, healthy = make_service(panel), make_service(panel)
    first, second, _, last = make_queue(panel, dead, dead, healthy, healthy)
    Order.objects.filter(pk=last.pk).update(send_after=timezone.now() + timedelta(days=1))
    answer(panel, NO)
    end_pause()
    answer(panel, "taken")
    end_waits()
    assert answer(panel, NO) == second
    assert (state_of(first), state_of(second)) == (State.QUEUED, State.QUEUED)
    assert Panel.objects.get().paused_reason == ""
    dead.refresh_from_db()
    assert dead.wait_minutes == 10
    Order.objects.filter(pk=last.pk).update(send_after=timezone.now())
    assert answer(panel, "taken") == last


def test_an_order_that_is_refused_twice_while_others_are_taken_stays_refused(panel):
    service = make_service(panel)
    poison, other = make_queue(panel, service, service)
    assert answer(panel, NO) == poison
    end_pause()
    assert answer(panel, "taken") == other
    assert answer(panel, NO) == poison
    assert state_of(poison) == State.REFUSED
    assert Panel.objects.get().paused_reason == ""


def test_an_order_that_is_refused_twice_stays_queued_while_the_panel_takes_no_other(panel):
    (order,) = make_queue(panel, make_service(panel))
    for _ in range(3):
        assert answer(panel, NO) == order
        end_pause()
    assert state_of(order) == State.QUEUED
    assert Panel.objects.get().turned_away == 3


def test_a_trial_whose_order_stays_refused_lets_another_order_be_tried_at_once(panel):
    dead, healthy = make_service(panel), make_service(panel)
    poison, _ = make_queue(panel, dead, healthy)
    answer(panel, NO)
    end_pause()
    answer(panel, "taken")
    end_waits()
    (next_order,) = make_queue(panel, dead)
    assert answer(panel, NO) == poison
    assert state_of(poison) == State.REFUSED
    assert answer(panel, "taken") == next_order
    dead.refresh_from_db()
    assert dead.wait_minutes is None
