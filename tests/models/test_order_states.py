"""The states of an order, and the moves between them."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from django.utils import timezone

from panels.models import Order
from panels.models.order_states import (
    APPROVAL,
    NEEDS_A_PERSON,
    RESTORE,
    STAGE,
    STAGE_OF_PROGRESS,
    STAGE_OF_STATE,
    IllegalMoveError,
    RequestState,
    Stage,
    check_move,
    stage_of,
)
from tests.factories import make_order, make_placed, make_service

pytestmark = pytest.mark.django_db

State = Order.State
# The drawing at the top of the module, a withdrawal of a restored order, and an id that came late.
WAYS = {
    "asked": {"withdrawn"},
    "queued": {"sending", "withdrawn", "unknown"},
    "sending": {"placed", "refused", "unknown", "queued"},
    "refused": {"queued"},
    "unknown": {"placed", "queued", "refused", "written_off", "asked"},
    "written_off": {"placed"},
}


@pytest.mark.parametrize(("came_from", "to"), list(product(State.values, State.values)))
def test_an_order_takes_only_the_allowed_ways(came_from, to):
    order = make_order(state=came_from)
    if to in WAYS.get(came_from, ()):
        assert order.advance(State(to), error_text="Why")
        assert order.state == to
    else:
        with pytest.raises(IllegalMoveError):
            order.advance(State(to), error_text="Why")
        assert order.state == came_from
    row = Order.objects.get(pk=order.pk)
    assert (row.state, row.error_text) == (order.state, order.error_text)


@pytest.mark.parametrize("by", ["", APPROVAL, RESTORE, "aftercare"])
def test_only_the_approval_queues_an_asked_order_and_only_a_restore_doubts_it(by):
    own = {APPROVAL: ("asked", "queued"), RESTORE: ("asked", "unknown")}
    for came_from, to in product(State.values, State.values):
        if to in WAYS.get(came_from, ()) or own.get(by) == (came_from, to):
            check_move(came_from, to, by)
        else:
            with pytest.raises(IllegalMoveError):
                check_move(came_from, to, by)


def test_unknown_orders_orders_on_hold_and_alarms_need_a_person():
    wanted = {make_order(state=State.UNKNOWN), make_order(held_reason="Price"), make_placed(alarm="Twice")}
    make_order()
    make_placed()
    make_order(state=State.WITHDRAWN, held_reason="Price")
    assert set(Order.objects.filter(NEEDS_A_PERSON)) == wanted


def test_every_state_and_every_progress_belongs_to_a_stage():
    assert {*STAGE_OF_STATE, State.PLACED} == set(State)
    assert set(STAGE_OF_PROGRESS) == {"", *Order.Progress}


def test_the_stages_divide_all_orders_and_the_database_agrees_with_python():
    service = make_service()
    fields = {
        "state": State.values,
        "progress": ["", *Order.Progress.values],
        "held_reason": ["", "The price has risen."],
        "held_for_funds_at": [None, timezone.now()],
        "alarm": ["", "Placed twice"],
        "cancel_state": ["", RequestState.QUEUED, RequestState.ACCEPTED],
        "given_back": [None, Decimal("0.5")],
    }
    common = {"panel": service.panel, "service": service, "rate_agreed": Decimal(1), "currency": "USD"}
    rows = [dict(zip(fields, row, strict=True)) for row in product(*fields.values())]
    Order.objects.bulk_create(Order(**common, **row) for row in rows)
    by_python = {stage: set() for stage in Stage}
    for order in Order.objects.all():
        by_python[stage_of(order)].add(order.pk)
    assert all(by_python.values())
    assert {order.pk for order in Order.objects.filter(NEEDS_A_PERSON)} == by_python[Stage.NEEDS_YOU]
    for stage, pks in by_python.items():
        assert set(Order.objects.alias(stage=STAGE).filter(stage=stage).values_list("pk", flat=True)) == pks, stage


@pytest.mark.parametrize(
    ("fields", "stage"),
    [
        ({"state": "asked"}, Stage.APPROVAL),
        ({"state": "asked", "alarm": "Twice"}, Stage.NEEDS_YOU),
        ({"state": "queued"}, Stage.WAITING),
        ({"state": "queued", "held_for_funds_at": timezone.now()}, Stage.WAITING),
        ({"state": "queued", "held_reason": "Price"}, Stage.NEEDS_YOU),
        ({"state": "unknown"}, Stage.NEEDS_YOU),
        ({"state": "placed", "progress": "completed", "alarm": "Twice"}, Stage.NEEDS_YOU),
        ({"state": "sending"}, Stage.SENDING),
        ({"state": "placed"}, Stage.RUNNING),
        ({"state": "placed", "progress": "paused"}, Stage.RUNNING),
        ({"state": "placed", "progress": "in_progress", "cancel_state": "accepted"}, Stage.RUNNING),
        ({"state": "placed", "progress": "completed"}, Stage.DONE),
        ({"state": "placed", "progress": "partial", "cancel_state": "accepted"}, Stage.PARTLY),
        ({"state": "refused"}, Stage.PROBLEM),
        ({"state": "written_off"}, Stage.PROBLEM),
        ({"state": "placed", "progress": "failed", "cancel_state": "accepted"}, Stage.PROBLEM),
        ({"state": "placed", "progress": "canceled"}, Stage.PROBLEM),
        ({"state": "placed", "progress": "canceled", "cancel_state": "refused"}, Stage.PROBLEM),
        ({"state": "placed", "progress": "canceled", "cancel_state": "accepted"}, Stage.WITHDRAWN),
        ({"state": "withdrawn", "held_reason": "Price"}, Stage.WITHDRAWN),
    ],
)
def test_an_order_is_in_the_stage_that_a_person_would_name(fields, stage):
    assert stage_of(Order(**fields)) == stage
