"""The past of an order is as if it had been polled: the same answers at the same times, by the same rule."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from panels.calls.outcomes import FIRST_CHECK_AFTER
from panels.calls.polling import take_in
from panels.management.demo_polls import _answer, follow
from panels.models import Order
from panels.sandbox.life import SandboxOrder
from tests.factories import make_order

pytestmark = pytest.mark.django_db

PLACED = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TIMES = ("moved_after", "moved_before", "finished_after", "finished_before", "changed_at", "finished_at")
VALUES = ("progress", "remote_status", "start_count", "remains", "charge", "given_back", "reading_count")


def placed(**fields):
    order = make_order(quantity=1000, expected_cost=Decimal(2), **fields)
    order.state, order.placed_at, order.created_at = Order.State.PLACED, PLACED, PLACED
    return order


def there(starts, ends, outcome="Completed", remains=0, steps=5):
    at = PLACED.timestamp()
    starts_at, ends_at = at + 60 * starts, at + 60 * ends
    return SandboxOrder(
        "1", "1", {}, 1000, Decimal(2), at, 0, starts_at, ends_at, start_count=70, outcome=outcome,
        final_remains=remains, steps=steps,
    )  # fmt: skip


def poll_each_time(order, at_panel, until):
    """Ask at each time at which the poller would have asked."""
    readings, at = [], PLACED + FIRST_CHECK_AFTER
    while at <= until and not order.is_finished:
        _, reading, _ = take_in(order, _answer(at_panel, at.timestamp(), order.panel), order.panel, at)
        readings += [reading] if reading else []
        at = order.next_check_at
    return readings


@pytest.mark.parametrize(
    "course",
    [
        (7, 95),
        (0.05, 2),
        (300, 2000),
        (45, 600, "Partial", 300),
        (80, 80, "Canceled", 1000),
        (4, 40, "Completed", -3),
        (12, 13, "Completed", 0, 0),
    ],
    ids=str,
)
def test_it_is_the_same_as_asking_each_time(course):
    asked, followed = placed(), placed()
    until = PLACED + 60 * HOUR
    readings = poll_each_time(asked, there(*course), until)
    events, found, _ = follow(followed, there(*course), followed.panel, until)
    for name in VALUES:
        assert getattr(followed, name) == getattr(asked, name), name
    for name in TIMES:
        one, other = getattr(followed, name), getattr(asked, name)
        assert (one is None) == (other is None), name
        assert one is None or abs(one - other) < timedelta(seconds=0.01), name
    as_told = [(each.progress, each.remains, each.start_count, each.is_lasting) for each in readings]
    assert [(each.progress, each.remains, each.start_count, each.is_lasting) for each in found] == as_told
    assert all(abs(one.at - other.at) < timedelta(seconds=0.01) for one, other in zip(found, readings, strict=True))
    assert events[-1].at == followed.finished_at


def test_an_order_under_way_was_asked_lately_and_is_due_later():
    order, now = placed(), PLACED + 20 * HOUR
    follow(order, there(600, 6000), order.panel, now)
    assert order.progress in ("processing", "in_progress")
    assert order.status_at == order.checked_at <= now < order.next_check_at <= now + HOUR


def test_a_finished_order_is_asked_daily_for_some_days(settings):
    settings.FOLLOW_FINISHED_DAYS = 5
    for days, is_followed in ((3, True), (20, False)):
        order, now = placed(), PLACED + timedelta(days=days)
        follow(order, there(5, 60), order.panel, now)
        assert (order.next_check_at is not None) == is_followed
        assert order.checked_at - order.finished_at == timedelta(days=2 if is_followed else 5)


def test_an_order_that_will_take_a_year_is_asked_until_now():
    order, now = placed(), PLACED + 40 * HOUR
    follow(order, there(10, 365 * 24 * 60), order.panel, now)
    assert order.progress == Order.Progress.IN_PROGRESS or not order.is_finished
    assert now - timedelta(hours=2) < order.checked_at <= now < order.next_check_at


def test_an_order_placed_a_moment_ago_waits_for_its_first_answer():
    order, now = placed(), PLACED + timedelta(seconds=2)
    assert follow(order, there(5, 60), order.panel, now) == ([], [], [])
    assert (order.progress, order.next_check_at) == ("", PLACED + FIRST_CHECK_AFTER)


def test_what_the_panel_pays_back_is_read_from_the_charge_it_lowers_or_keeps():
    for keeps, source in ((None, Order.GivenBack.TOLD), (True, Order.GivenBack.BALANCE)):
        order, at_panel = placed(), there(5, 60, "Partial", 250)
        order.panel.keeps_charge = keeps
        follow(order, at_panel, order.panel, PLACED + 9 * HOUR)
        assert (order.given_back, order.given_back_source) == (Decimal("0.5"), source)
        assert at_panel.is_settled
        assert at_panel.refunded == Decimal("0.5")
