"""The sweep repairs rows after a wrong clock or a crash."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from panels import schedule
from panels.models import Order, Panel
from panels.worker import sweep
from tests.factories import make_fresh_panel, make_order, make_panel, make_placed, make_refill, make_service


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
    synced = make_panel(
        **dict.fromkeys(("catalog_synced_at", "balance_checked_at", "catalog_tried_at", "balance_tried_at"), ahead)
    )
    assert synced.pk in schedule.waiting()["sync"]
    assert synced.pk in schedule.waiting()["balance"]
    assert sweep.pull_back() == 5
    # Its exchange may be under way.
    assert sweep.expire() == 0
    for row, name in (
        (panel, "paused_until"),
        (panel, "quiet_until"),
        (late, "send_after"),
        (sent, "send_deadline"),
        (followed, "next_check_at"),
        (refill, "next_check_at"),
    ):
        row.refresh_from_db()
        assert getattr(row, name) < in_time, name
    assert sent.send_deadline > now + timedelta(minutes=3)
    assert sweep.pull_back() == 0
    soon.refresh_from_db()
    left.refresh_from_db()
    assert (soon.send_after, left.next_check_at) == (in_time, in_time)


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
