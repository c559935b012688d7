"""A list offers the actions that are possible for the orders of a selection or a filter."""

from __future__ import annotations

import itertools

import pytest
from django.utils import timezone

from panels.filters import OrderFilter
from panels.lists.order_actions import AGAIN, ELSEWHERE, offered_for_all, possible_actions
from panels.lists.orders import listed, shown_orders
from panels.models import Order
from panels.models.order_states import RequestState, Stage
from tests.factories import make_order, make_placed, make_service, make_user

pytestmark = pytest.mark.django_db
State, Progress = Order.State, Order.Progress


def make_all():
    """Make an order of each state, progress, state of a cancel and offer."""
    offers = [make_service(refill=offer, cancel=offer) for offer in (True, False)]
    for state in State.values:
        if state != State.PLACED:
            make_order(offers[0], state=state)
    for service, progress, cancel in itertools.product(offers, ["", *Progress.values], ["", RequestState.ACCEPTED]):
        make_placed(service, progress=progress, cancel_state=cancel)


def test_a_row_names_what_the_order_itself_says_is_possible():
    make_all()
    names = ("refresh", "refill", "cancel", "withdraw")
    for order in Order.objects.select_related("service"):
        possible = {name for name in names if getattr(order, f"can_{name}")}
        assert set(possible_actions(order).split()) - {AGAIN, ELSEWHERE} == possible
        assert (AGAIN in possible_actions(order)) == (order.state not in ("sending", "unknown"))


def test_an_order_whose_service_is_not_known_cannot_be_ordered_again():
    order = make_placed()
    order.service = None
    assert AGAIN not in possible_actions(order)


def test_the_rows_of_a_list_are_read_without_a_query_for_each(django_assert_num_queries):
    make_all()
    rows = shown_orders(make_user("Operator"))
    # The second one is of the offers elsewhere, for all refused and held orders together.
    with django_assert_num_queries(2):
        shown = {order.pk: possible_actions(order) for order in listed(rows, {})}
    assert shown == {order.pk: possible_actions(order) for order in Order.objects.all()}


@pytest.mark.parametrize(
    "query",
    [
        {},
        *({"stage": stage} for stage in Stage.values),
        *({"state": state} for state in [*State.values, "held", "funds", "unread"]),
        *({"progress": progress} for progress in ["running", "finished", *Progress.values]),
        {"stage": "problem", "state": "refused"},
    ],
    ids=str,
)
def test_a_filter_offers_every_action_that_is_possible_for_one_of_its_orders(query):
    make_all()
    make_order(state="queued", held_reason="The price has risen.")
    found = OrderFilter(query).qs
    possible = {action for order in found for action in possible_actions(order).split()}
    assert possible <= offered_for_all(query)


def test_refused_orders_are_only_ordered_again_and_waiting_ones_withdrawn():
    assert offered_for_all({"state": "refused"}) == {AGAIN, ELSEWHERE}
    assert offered_for_all({"state": "unknown"}) == set()
    assert offered_for_all({"stage": "waiting"}) == {"withdraw", AGAIN, ELSEWHERE}
    assert offered_for_all({"state": "queued"}) == {"withdraw", AGAIN}
    assert offered_for_all({"stage": "problem", "state": "refused"}) == {AGAIN, ELSEWHERE}
    assert len(offered_for_all({})) == 6


@pytest.mark.parametrize(
    ("fields", "is_possible"),
    [
        ({"state": "refused"}, True),
        ({"state": "withdrawn"}, True),
        ({"held_reason": "The price has risen."}, True),
        ({"held_for_funds_at": timezone.now()}, True),
        ({}, False),
        ({"state": "sending"}, False),
        ({"state": "unknown"}, False),
        ({"state": "unknown", "held_reason": "Before."}, False),
        ({"state": "placed", "progress": "canceled"}, False),
        ({"state": "written_off"}, False),
    ],
)
def test_only_an_order_for_which_nothing_was_ordered_can_be_sent_elsewhere(fields, is_possible):
    assert (ELSEWHERE in possible_actions(make_order(**fields)).split()) is is_possible
