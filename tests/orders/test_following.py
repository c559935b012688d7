"""Orders are followed at growing intervals until they have ended for some days, or a person stops it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.models import Order
from panels.orders.following import next_check_at, request_check, stop_following
from tests.factories import make_order, make_placed


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("quiet", "wait"),
    [
        (timedelta(0), timedelta(minutes=1)),
        (timedelta(minutes=8), timedelta(minutes=2)),
        (timedelta(hours=2), timedelta(minutes=30)),
        (timedelta(days=9), timedelta(hours=1)),
    ],
)
def test_the_interval_grows_with_quiet_from_a_minute_to_an_hour(quiet, wait):
    now = timezone.now()
    assert next_check_at(make_placed(changed_at=now - quiet), now) == now + wait


@pytest.mark.django_db
def test_a_finished_order_is_asked_about_daily_for_a_month():
    now = timezone.now()
    order = make_placed(progress="completed", finished_at=now)
    assert next_check_at(order, now) == now + timedelta(days=1)
    order.finished_at = now - timedelta(days=29, hours=23)
    assert next_check_at(order, now) == now + timedelta(days=1)
    order.finished_at = now - timedelta(days=30)
    assert next_check_at(order, now) is None


@pytest.mark.django_db
@pytest.mark.parametrize("days", [0, 7])
def test_an_operator_sets_how_long_finished_orders_are_asked_about(settings, days):
    settings.FOLLOW_FINISHED_DAYS = days
    now = timezone.now()
    order = make_placed(progress="completed", finished_at=now - timedelta(days=days))
    assert next_check_at(order, now) is None
    order.finished_at += timedelta(seconds=1)
    assert next_check_at(order, now) == now + timedelta(days=1)


@pytest.mark.django_db
def test_stop_following_ends_the_asking_and_is_told(operator):
    order = make_placed()
    stop_following(order, operator)
    order.refresh_from_db()
    assert order.next_check_at is None
    assert not order.is_open
    assert order.events.get().actor == operator


@pytest.mark.django_db
def test_a_check_is_requested_for_placed_orders_and_comes_before_all_others():
    due, unfollowed, queued = make_placed(), make_placed(next_check_at=None), make_order()
    Order.objects.filter(pk=due.pk).update(next_check_at=timezone.now() - timedelta(minutes=50))
    assert request_check(Order.objects.filter(pk__in=[unfollowed.pk, queued.pk])) == 1
    assert list(Order.objects.filter(state="placed").order_by("next_check_at")) == [unfollowed, due]
    unfollowed.refresh_from_db()
    queued.refresh_from_db()
    assert unfollowed.check_requested_at is not None
    assert (queued.check_requested_at, queued.next_check_at) == (None, None)


@pytest.mark.django_db
def test_an_order_that_is_not_followed_is_not_stopped_again(operator):
    order = make_placed(next_check_at=None)
    stop_following(order, operator)
    assert not order.events.exists()
