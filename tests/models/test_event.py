"""The history of an order is sorted by time, and an event stays when its person is deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import ProtectedError
from django.utils import timezone

from panels.models import OrderEvent
from tests.factories import make_order, make_user

pytestmark = pytest.mark.django_db
What = OrderEvent.What


def test_events_are_sorted_by_time_and_then_by_the_order_in_which_they_were_written():
    order, now = make_order(), timezone.now()
    for what, at in ((What.PLACED, now), (What.SENT, now - timedelta(seconds=1)), (What.PROGRESS, now)):
        OrderEvent.objects.create(order=order, what=what, at=at)
    assert [event.what for event in order.events.all()] == [What.SENT, What.PLACED, What.PROGRESS]


def test_an_event_outlives_its_person_but_keeps_its_order_from_deletion():
    order, user = make_order(), make_user()
    order.add_event(What.WITHDRAWN, actor=user)
    user.delete()
    assert order.events.get().actor is None
    with pytest.raises(ProtectedError):
        order.delete()


def test_an_event_names_its_order_and_its_kind():
    order = make_order()
    assert str(order.event(What.SENT)) == f"{order.pk}: sent"
