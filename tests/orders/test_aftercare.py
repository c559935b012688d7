"""A refill or a cancel is queued once, and only where it can succeed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.models import Order, OrderEvent, Refill
from panels.models.order_states import RequestState
from panels.orders.aftercare import A_MOMENT, request_cancel, request_refill
from tests.factories import make_placed, make_refill, make_service

What = OrderEvent.What


@pytest.mark.django_db
def test_one_refill_at_a_time():
    order = make_placed(progress="completed")
    assert request_refill(order, None) == ""
    assert "already under way" in request_refill(Order.objects.get(), None)
    assert Refill.objects.count() == 1
    Refill.objects.update(state=RequestState.ACCEPTED, next_check_at=timezone.now())
    assert "already under way" in request_refill(Order.objects.get(), None)
    Refill.objects.update(next_check_at=None, finished_at=timezone.now())
    OrderEvent.objects.update(at=timezone.now() - A_MOMENT)
    assert request_refill(Order.objects.get(), None) == ""


@pytest.mark.django_db
def test_a_refill_that_was_accepted_since_the_page_was_read_is_seen():
    stale = Order.objects.prefetch_related("refills").get(pk=make_placed(progress="completed").pk)
    make_refill(stale, state=RequestState.ACCEPTED, next_check_at=timezone.now())
    assert "already under way" in request_refill(stale, None)
    assert Refill.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("refill", "progress", "is_possible"),
    [
        (True, "completed", True),
        (None, "completed", True),
        (False, "completed", False),
        (True, "partial", True),
        (True, "in_progress", False),
        (True, "canceled", False),
    ],
)
def test_a_refill_is_offered_only_where_it_can_make_sense(refill, progress, is_possible):
    order = make_placed(make_service(refill=refill), progress=progress)
    assert order.can_refill is is_possible
    assert bool(request_refill(order, None)) is not is_possible


@pytest.mark.django_db
@pytest.mark.parametrize("state", [RequestState.UNKNOWN, RequestState.ACCEPTED])
def test_a_second_person_does_not_request_what_the_panel_may_have_got_a_moment_ago(state):
    order = make_placed(progress="completed")
    # Its call took longer than a moment. What counts is when its outcome was seen.
    make_refill(order, state=state, finished_at=timezone.now(), requested_at=timezone.now() - 2 * A_MOMENT)
    order.add_event(What.REFILL, "No answer.")
    assert "a moment ago" in request_refill(order, None)
    canceled = make_placed(cancel_state=RequestState.UNKNOWN, cancel_requested_at=timezone.now() - 2 * A_MOMENT)
    canceled.add_event(What.CANCEL, "No answer.")
    assert "a moment ago" in request_cancel(canceled, None)
    OrderEvent.objects.update(at=timezone.now() - A_MOMENT)
    assert request_refill(order, None) == request_cancel(canceled, None) == ""


@pytest.mark.django_db
def test_a_request_that_a_clock_wrote_which_was_ahead_keeps_nobody_from_the_next():
    order = make_placed(progress="completed")
    make_refill(order, state=RequestState.UNKNOWN, finished_at=timezone.now() + timedelta(days=30))
    order.add_event(What.REFILL, "No answer.")
    OrderEvent.objects.update(at=timezone.now() + timedelta(days=30))
    assert request_refill(order, None) == ""


@pytest.mark.django_db
def test_a_second_cancel_by_a_row_that_was_read_before_the_first_is_refused():
    make_placed(cancel_state=RequestState.UNKNOWN, cancel_requested_at=timezone.now() - timedelta(days=1))
    first, second = Order.objects.get(), Order.objects.get()
    assert request_cancel(first, None) == ""
    # The first one has gone out meanwhile, and is unknown too.
    Order.objects.update(cancel_state=RequestState.UNKNOWN)
    OrderEvent.objects.all().delete()
    assert "already under way" in request_cancel(second, None)


@pytest.mark.django_db
def test_what_the_panel_has_refused_may_be_requested_again_at_once():
    order = make_placed(progress="completed")
    make_refill(order, state=RequestState.REFUSED, finished_at=timezone.now())
    assert request_refill(order, None) == ""
    canceled = make_placed(cancel_state=RequestState.REFUSED, cancel_requested_at=timezone.now())
    assert request_cancel(canceled, None) == ""


@pytest.mark.django_db
def test_one_cancel_at_a_time():
    order = make_placed()
    stale = Order.objects.get()
    assert request_cancel(order, None) == ""
    assert "already under way" in request_cancel(stale, None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cancel", "progress", "is_possible"),
    [
        (True, "in_progress", True),
        (None, "pending", True),
        (False, "in_progress", False),
        (True, "completed", False),
    ],
)
def test_a_cancel_is_offered_only_where_it_can_make_sense(cancel, progress, is_possible):
    order = make_placed(make_service(cancel=cancel), progress=progress)
    assert order.can_cancel is is_possible
    assert bool(request_cancel(order, None)) is not is_possible
