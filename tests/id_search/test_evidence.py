"""The balance after an unknown order is no evidence while the panel could still take the order."""

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
    """An unknown order. A proxy answered after a second, but the panel could take the order until the deadline."""
    sent = timezone.now() - timedelta(minutes=30)
    order = make_order(state=State.UNKNOWN, attempt=1, sent_at=sent, send_deadline=sent + DEADLINE)
    order.add_event(OrderEvent.What.UNKNOWN)
    OrderEvent.objects.update(at=sent + timedelta(seconds=1))
    return order


def read(order, **balances):
    """Create readings of the balance, each with its seconds after the order was sent."""
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


def test_a_reading_while_the_panel_could_take_the_order_is_ignored(order):
    read(order, before=(-60, 100), in_flight=(5, 100), after=(160, 95))
    found = evidence(order)
    assert (found.before.balance, found.after.balance, found.is_early) == (100, 95, False)
    assert found.fell_by == 5


def test_an_early_reading_without_a_later_one_is_shown_as_too_early_and_not_compared(order, as_operator):
    read(order, before=(-60, 100), in_flight=(5, 100), later=(149, "99.10"))
    found = evidence(order)
    assert (found.after.balance, found.is_early, found.fell_by) == (Decimal("99.10"), True, None)
    text = page(as_operator, order)
    assert "99.10 USD" in text
    assert "Too early: the panel could still accept the order until" in text
    assert "Difference" not in text


def test_the_page_shows_that_the_balance_was_not_read_since(order, as_operator):
    read(order, before=(-60, 100))
    assert evidence(order).after is None
    assert "not read since then" in page(as_operator, order)


def test_an_attempt_ends_at_its_deadline_also_if_we_gave_up_earlier_or_later(order):
    assert attempt_ended(order) == order.sent_at + DEADLINE
    # The worker died, so the order became unknown long after its deadline.
    OrderEvent.objects.update(at=order.sent_at + timedelta(hours=1))
    assert attempt_ended(order) == order.sent_at + DEADLINE


def test_the_attempt_of_a_restored_order_ends_when_the_order_became_unknown(order):
    order.sent_at = None
    with_events = list(order.events.all())
    assert attempt_ended(order) == attempt_ended(order, with_events) == with_events[0].at


def test_the_orders_sent_around_an_order_differ_from_the_orders_that_bound_its_id(order):
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
