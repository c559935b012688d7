"""The balance around an unknown order is no evidence before the panel could be done with it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from panels.id_search.evidence import attempt_ended, collect_evidence, find_around
from panels.models import BalanceReading, Order, OrderEvent
from tests.factories import make_order, make_placed

State = Order.State
DEADLINE = timedelta(seconds=150)


@pytest.fixture
def order(db):
    """An order that a proxy answered for after a second, while the panel could go on until the deadline."""
    sent = timezone.now() - timedelta(minutes=30)
    order = make_order(state=State.UNKNOWN, attempt=1, sent_at=sent, send_deadline=sent + DEADLINE)
    order.add_event(OrderEvent.What.UNKNOWN)
    OrderEvent.objects.update(at=sent + timedelta(seconds=1))
    return order


def read(order, **balances):
    """Note what the balance was, so many seconds after an order was sent."""
    for seconds, balance in balances.values():
        at = order.sent_at + timedelta(seconds=seconds)
        BalanceReading.objects.create(
            panel=order.panel, at=at, balance=Decimal(balance), currency="USD", why="schedule"
        )


def evidence(order):
    return collect_evidence(order, find_around(order))


def page(client, order):
    text = client.get(reverse("order_detail", args=[order.pk])).text.replace("\u00a0", " ")
    return " ".join(text.split())


def test_what_was_read_while_the_panel_could_take_the_order_is_passed_over(order):
    read(order, before=(-60, 100), in_flight=(5, 100), after=(160, 95))
    found = evidence(order)
    assert (found.before.balance, found.after.balance, found.is_early) == (100, 95, False)
    assert found.fell_by == 5


def test_a_reading_from_then_is_shown_as_too_early_and_compared_with_nothing(order, as_operator):
    read(order, before=(-60, 100), in_flight=(5, 100), later=(149, "99.10"))
    found = evidence(order)
    assert (found.after.balance, found.is_early, found.fell_by) == (Decimal("99.10"), True, None)
    text = page(as_operator, order)
    assert "99.10 USD" in text
    assert "Too early to tell: the panel could take the order until" in text
    assert "Difference" not in text


def test_nothing_read_since_is_said_so(order, as_operator):
    read(order, before=(-60, 100))
    assert evidence(order).after is None
    assert "not read since" in page(as_operator, order)


def test_an_attempt_ends_at_its_deadline_whenever_we_gave_up(order):
    assert attempt_ended(order) == order.sent_at + DEADLINE
    # A dead worker: that nothing came is known long after.
    OrderEvent.objects.update(at=order.sent_at + timedelta(hours=1))
    assert attempt_ended(order) == order.sent_at + DEADLINE


def test_of_a_restored_order_only_that_it_was_not_sent_before_is_known(order):
    order.sent_at = None
    with_events = list(order.events.all())
    assert attempt_ended(order) == attempt_ended(order, with_events) == with_events[0].at


def test_orders_sent_around_it_are_told_from_those_that_bound_its_id(order):
    def place(number, seconds, took=1):
        sent = order.sent_at + timedelta(seconds=seconds)
        times = {"sent_at": sent, "placed_at": sent + timedelta(seconds=took), "send_deadline": sent + DEADLINE}
        return make_placed(order.service, remote_id=str(number), **times)

    early = [place(number, -600 + number) for number in range(1, 5)]
    under_way = [place(11, -9, took=20), place(12, -8, took=20), place(13, -7, took=20)]
    beside, late = place(21, 2), place(22, 151)
    around = find_around(order)
    assert list(around.before) == under_way
    assert list(around.after) == [beside, late]
    assert (around.lower, around.higher) == (early[-1], late)
