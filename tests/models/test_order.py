"""An order changes its state only along the allowed ways, and only if its row has not changed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError
from django.utils import timezone

from panels.models import Order, OrderEvent, Service
from panels.models.order_states import RequestState
from tests.factories import make_order, make_panel, make_placed, make_service, make_user

pytestmark = pytest.mark.django_db
State, Progress, What = Order.State, Order.Progress, OrderEvent.What


# -- changes of state


@pytest.mark.parametrize("change", [{"state": State.WITHDRAWN}, {"attempt": 1}])
def test_a_row_that_has_changed_is_not_written(change):
    order = make_order()
    Order.objects.filter(pk=order.pk).update(**change)
    assert not order.advance(State.SENDING, attempt=1, alarm="Look.")
    assert not order.move(State.SENDING, what=What.SENT, attempt=1, alarm="Look.")
    assert (order.state, order.attempt, order.alarm) == (State.QUEUED, 0, "")
    row = Order.objects.get(pk=order.pk)
    assert (row.state, row.attempt, row.alarm) == (change.get("state", "queued"), change.get("attempt", 0), "")
    assert not order.events.exists()


def test_a_move_writes_the_event_with_its_person():
    order, user = make_order(), make_user()
    assert order.move(State.WITHDRAWN, what=What.WITHDRAWN, detail="Not needed.", actor=user)
    event = order.events.get()
    assert (event.what, event.detail, event.actor) == (What.WITHDRAWN, "Not needed.", user)


def test_an_event_that_cannot_be_saved_undoes_the_move(monkeypatch):
    def fail(_event):
        raise DatabaseError("disk full")

    order = make_order()
    monkeypatch.setattr(OrderEvent, "save", fail)
    with pytest.raises(DatabaseError):
        order.move(State.WITHDRAWN, what=What.WITHDRAWN)
    assert order.state == State.QUEUED
    assert Order.objects.get(pk=order.pk).state == State.QUEUED


# -- the rules of the table


def test_only_a_placed_order_may_be_without_a_service():
    order = make_placed()
    Order.objects.filter(pk=order.pk).update(service=None, rate_agreed=None)
    with pytest.raises(IntegrityError):
        Order.objects.filter(pk=order.pk).update(state="queued")


def test_an_id_belongs_to_one_order_of_a_panel_and_no_id_to_many():
    service = make_service()
    make_placed(service, remote_id="77")
    make_order(service, remote_id="")
    make_order(service, remote_id="")
    make_placed(remote_id="77")
    with pytest.raises(IntegrityError):
        make_placed(service, remote_id="77")


def test_orders_are_found_by_the_ids_of_their_panel():
    service = make_service()
    first, second = make_placed(service, remote_id="77"), make_placed(service, remote_id="078")
    make_placed(service, remote_id="78")
    make_placed(make_service(make_panel()), remote_id="77")
    make_order(service)
    assert set(Order.with_remote_ids(service.panel_id, ["77", "078", "79"])) == {first, second}
    assert not Order.with_remote_ids(service.panel_id, [""]).exists()


# -- properties


def test_the_values_are_the_fields_of_the_type_as_they_were_entered():
    order = Order(type="default", link="https://example.com", quantity=5, params={"runs": "2"})
    assert order.values == {"link": "https://example.com", "quantity": "5", "runs": "2"}
    # The quantity of comments is the number of their lines, and no field of the type.
    order = Order(type="custom_comments", quantity=2, params={"comments": "a\nb"})
    assert order.values == {"comments": "a\nb"}


@pytest.mark.parametrize(
    ("state", "rate", "is_adopted"), [("placed", None, True), ("placed", 1, False), ("queued", 1, False)]
)
def test_a_placed_order_without_an_agreed_price_was_placed_elsewhere(state, rate, is_adopted):
    # A restored backup may show our own order as never sent: its attempts say nothing.
    assert Order(state=state, rate_agreed=rate).is_adopted == is_adopted


@pytest.mark.parametrize(
    ("state", "reason", "is_held"), [("queued", "Price", True), ("queued", "", False), ("withdrawn", "Price", False)]
)
def test_only_a_queued_order_is_on_hold(state, reason, is_held):
    assert Order(state=state, held_reason=reason).is_held == is_held


NOW = timezone.now()


@pytest.mark.parametrize(
    ("fields", "is_open"),
    [
        ({"state": "queued"}, True),
        ({"state": "sending"}, True),
        ({"state": "unknown"}, False),
        ({"state": "refused", "next_check_at": NOW}, False),
        ({"state": "placed"}, False),
        ({"state": "placed", "next_check_at": NOW}, True),
        ({"state": "placed", "next_check_at": NOW, "progress": "completed"}, False),
        ({"state": "placed", "progress": "completed", "check_requested_at": NOW}, True),
        ({"state": "placed", "cancel_state": "queued"}, True),
        ({"state": "placed", "cancel_state": "accepted"}, False),
    ],
)
def test_an_order_is_open_while_it_may_change_without_a_person(fields, is_open):
    assert Order(**fields).is_open == is_open


def test_the_name_of_an_unknown_service_is_a_placeholder():
    assert Order().service_name == Order().service_title == "Unknown service"
    assert Order().service_remote_id == Order().now_called == ""
    assert make_order(make_service(name="Likes")).service_name == "Likes"


def test_an_order_shows_its_service_as_it_was_ordered_and_its_present_name_beside():
    service = make_service(name="Likes", category="A", refill=True, min_quantity=10)
    order = make_order(service)
    Service.objects.update(name="Views", category="B", refill=False, min_quantity=20)
    order = Order.objects.get(pk=order.pk)
    assert (order.service_name, order.now_called) == ("Likes", "Views")
    assert order.service_title == "Likes · now called Views"
    assert order.service_remote_id == service.remote_id
    assert order.ordered == {
        "service": service.remote_id,
        "name": "Likes",
        "category": "A",
        "minimum": 10,
        "maximum": 10_000,
        "refill": True,
        "cancel": True,
    }


# -- possible actions


@pytest.mark.parametrize("state", State.values)
def test_only_an_order_that_waits_can_be_withdrawn(state):
    assert Order(state=state).can_withdraw == (state in ("queued", "asked"))


@pytest.mark.parametrize("progress", ["", *Progress.values])
@pytest.mark.parametrize("refill", [True, False, None])
def test_a_delivered_order_can_be_refilled_unless_its_service_forbids_it(progress, refill):
    service = make_service(refill=refill)
    is_delivered = progress in ("completed", "partial")
    assert Order(state="placed", progress=progress, service=service).can_refill == (
        is_delivered and refill is not False
    )
    assert Order(state="placed", progress=progress).can_refill == is_delivered
    assert not Order(state="unknown", progress=progress, service=service).can_refill


@pytest.mark.parametrize("cancel_state", ["", *RequestState.values])
@pytest.mark.parametrize("cancel", [True, False, None])
def test_a_running_order_can_be_cancelled_once_unless_its_service_forbids_it(cancel_state, cancel):
    fields = {"service": make_service(cancel=cancel), "cancel_state": cancel_state, "charge": Decimal(1)}
    may_ask_again = cancel_state in ("", "refused", "unknown")
    assert Order(state="placed", progress="in_progress", **fields).can_cancel == (may_ask_again and cancel is not False)
    assert not Order(state="placed", progress="completed", **fields).can_cancel
    assert not Order(state="queued", **fields).can_cancel


@pytest.mark.parametrize("ordered", [True, False, None])
@pytest.mark.parametrize("present", [True, False, None])
def test_a_request_is_possible_unless_the_service_refused_it_when_ordered_and_refuses_it_now(ordered, present):
    service = make_service(refill=ordered, cancel=ordered)
    done, running = make_placed(service, progress="completed"), make_placed(service)
    Service.objects.update(refill=present, cancel=present)
    is_refused = ordered is False and present is False
    assert Order.objects.get(pk=done.pk).can_refill is not is_refused
    assert Order.objects.get(pk=running.pk).can_cancel is not is_refused
