"""The sweep repairs rows after a wrong clock or a crash."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels import schedule
from panels.calls.aftercare import SEND_WITHIN
from panels.calls.claiming import Claims
from panels.models import Order, Panel
from panels.orders import funds
from panels.orders.following import LATEST_UNREADABLE
from panels.worker import sweep
from tests.factories import (
    make_fresh_panel,
    make_mail,
    make_order,
    make_panel,
    make_placed,
    make_refill,
    make_service,
    make_unknown,
)

LONG_AGO = timezone.now() - timedelta(days=1)


@pytest.mark.django_db
def test_times_of_a_clock_that_was_ahead_are_set_to_now():
    now = timezone.now()
    ahead, in_time = now + timedelta(days=1, minutes=2), now + timedelta(minutes=10)
    panel = make_fresh_panel(paused_reason="unreachable", paused_until=ahead, quiet_until=ahead)
    late, soon = (make_order(make_service(panel), send_after=at) for at in (ahead, in_time))
    sent = make_order(
        make_service(panel),
        state="sending",
        attempt=1,
        sent_at=ahead,
        send_deadline=ahead + timedelta(minutes=3),
    )
    followed, left = (make_placed(make_service(panel), next_check_at=at) for at in (ahead, in_time))
    refill = make_refill(left, next_check_at=ahead)
    unreadable = make_refill(followed, next_check_at=now + LATEST_UNREADABLE)
    mail = make_mail(given_up_at=None, next_at=ahead)
    synced = make_panel(
        **dict.fromkeys(("catalog_synced_at", "balance_checked_at", "catalog_tried_at", "balance_tried_at"), ahead)
    )
    assert synced.pk in schedule.waiting()["sync"]
    assert synced.pk in schedule.waiting()["balance"]
    assert sweep.pull_back() == 6
    # Its exchange may be under way.
    assert sweep.expire() == 0
    for row, name in (
        (panel, "paused_until"),
        (panel, "quiet_until"),
        (late, "send_after"),
        (sent, "send_deadline"),
        (followed, "next_check_at"),
        (refill, "next_check_at"),
        (mail, "next_at"),
    ):
        row.refresh_from_db()
        assert getattr(row, name) < in_time, name
    assert sent.send_deadline > now + timedelta(minutes=3)
    assert sweep.pull_back() == 0
    for row in (soon, left, unreadable):
        row.refresh_from_db()
    assert unreadable.next_check_at == now + LATEST_UNREADABLE
    assert (soon.send_after, left.next_check_at) == (in_time, in_time)


@pytest.mark.django_db
def test_a_person_can_decide_about_an_unknown_order_although_a_clock_was_ahead():
    ahead, length = timezone.now() + timedelta(days=1), timedelta(minutes=3)
    order = make_unknown(make_service(), sent_at=ahead, send_deadline=ahead + length)
    assert sweep.pull_back() == 1
    order.refresh_from_db()
    assert order.send_deadline - order.sent_at == length
    assert order.send_deadline < timezone.now() + length
    assert sweep.pull_back() == 0


@pytest.mark.django_db
def test_a_request_of_a_clock_that_was_ahead_is_not_under_way_for_as_long_as_that():
    longest = SEND_WITHIN + timedelta(seconds=make_panel().total_timeout)
    ahead, in_time = timezone.now() + timedelta(days=1), timezone.now() + longest
    refills = [make_refill(state="sending", send_deadline=at) for at in (ahead, in_time)]
    orders = [make_placed(cancel_state="sending", cancel_deadline=at) for at in (ahead, in_time)]
    assert sweep.pull_back() == 2
    for (pulled, kept), name in ((refills, "send_deadline"), (orders, "cancel_deadline")):
        pulled.refresh_from_db()
        kept.refresh_from_db()
        assert getattr(pulled, name) < timezone.now() + longest
        assert getattr(kept, name) == in_time
    assert sweep.pull_back() == 0


@pytest.mark.django_db
def test_the_balance_is_read_once_more_when_an_unknown_order_can_not_come_any_more():
    now = timezone.now()
    panel = make_fresh_panel(balance_tried_at=now - timedelta(seconds=30))
    fields = {"attempt": 1, "sent_at": now - timedelta(minutes=3)}
    order = make_order(make_service(panel), state="unknown", send_deadline=now + timedelta(seconds=60), **fields)
    make_order(make_service(panel), state="unknown", send_deadline=now - timedelta(seconds=60), **fields)
    assert sweep.ask_what_is_left() == 0
    Order.objects.filter(pk=order.pk).update(send_deadline=now - timedelta(seconds=10))
    assert sweep.ask_what_is_left() == 1
    assert sweep.ask_what_is_left() == 0
    assert schedule.waiting()["balance"] == [panel.pk]
    Panel.objects.update(balance_requested_at=None, balance_tried_at=timezone.now())
    assert sweep.ask_what_is_left() == 0


@pytest.mark.django_db
def test_a_sweep_with_nothing_to_repair_writes_nothing():
    # An UPDATE that changes no row still keeps all others from writing to SQLite while it looks for rows.
    now = timezone.now()
    panel = make_fresh_panel(balance_tried_at=now)
    make_order(make_service(panel), state="unknown", attempt=1, sent_at=now, send_deadline=now - timedelta(minutes=1))
    make_refill(make_placed(make_service(panel)))
    with CaptureQueriesContext(connection) as asked:
        assert (sweep.pull_back(), sweep.ask_what_is_left()) == (0, 0)
    assert len(asked) > 0
    assert [query["sql"] for query in asked if query["sql"].startswith("UPDATE")] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields", [{"is_active": False}, {"balance_tried_at": None}, {"balance_requested_at": LONG_AGO}]
)
def test_a_balance_that_is_not_read_or_read_soon_is_not_requested_again(fields):
    now = timezone.now()
    panel = make_fresh_panel(**{"balance_tried_at": now - timedelta(minutes=2)} | fields)
    make_order(make_service(panel), state="unknown", attempt=1, send_deadline=now - timedelta(minutes=1))
    assert sweep.ask_what_is_left() == 0
    panel.refresh_from_db()
    assert panel.balance_requested_at == fields.get("balance_requested_at")


def hold_for_funds(minutes, **fields):
    """Create an order that waits for money at a panel whose balance was read so long ago."""
    read_at = timezone.now() - timedelta(minutes=minutes)
    known = {"balance_checked_at": read_at, "balance": 1, "free_balance": 1, "balance_error": "No answer."}
    panel = make_panel(**known | {"paused_reason": Panel.Pause.FUNDS} | fields)
    return make_order(make_service(panel), expected_cost=50, held_for_funds_at=read_at)


@pytest.mark.django_db
def test_orders_that_wait_for_money_are_sent_when_the_balance_can_no_longer_be_read(monkeypatch):
    monkeypatch.setattr(funds, "AT_ONCE", 2)
    order = hold_for_funds(31)
    for _ in range(4):
        make_order(order.service, held_for_funds_at=timezone.now())
    assert sweep.release_unread() == 5
    order.refresh_from_db()
    assert (order.held_for_funds_at, order.panel.paused_reason) == (None, "")
    assert [event.what for event in order.events.all()] == ["released"]
    assert Claims(order.panel_id).take()[0] == [order]
    assert sweep.release_unread() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minutes", "fields"),
    [(29, {}), (31, {"balance_error": ""}), (31, {"is_active": False})],
    ids=["read lately", "the worker was not running", "inactive"],
)
def test_orders_wait_for_money_as_long_as_a_reading_may_come(minutes, fields):
    order = hold_for_funds(minutes, **fields)
    assert sweep.release_unread() == 0
    order.refresh_from_db()
    assert order.is_held_for_funds
    assert order.panel.paused_reason == Panel.Pause.FUNDS
