"""Orders are followed at growing intervals until they have ended for some days, or a person stops it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.orders.following import next_check_at, stop_following
from tests.factories import make_placed


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
def test_a_finished_order_is_followed_slowly_for_some_days():
    now = timezone.now()
    order = make_placed(progress="completed", finished_at=now - timedelta(days=1))
    assert next_check_at(order, now) == now + timedelta(hours=6)
    order.finished_at = now - timedelta(days=6)
    assert next_check_at(order, now) is None


@pytest.mark.django_db
def test_stop_following_ends_the_asking_and_is_told(operator):
    order = make_placed()
    stop_following(order, operator)
    order.refresh_from_db()
    assert order.next_check_at is None
    assert not order.is_open
    assert order.events.get().actor == operator
