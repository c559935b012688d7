"""Each order of an action has a result: its own state, or the answer of its panel."""

from __future__ import annotations

import threading

import pytest
from django.utils import timezone

from panels.models import ActionLine, Order, OrderAction, Refill
from panels.models.order_states import RequestState
from panels.orders.action_results import OF_KIND, Result, sum_results, with_results
from panels.orders.actions import carry_out, confirm_action, draft_action
from tests.factories import make_order, make_placed, make_refill

pytestmark = pytest.mark.django_db
Kind = OrderAction.Kind


def act(kind, *orders):
    action = draft_action(kind, [order.pk for order in orders], None)
    confirm_action(action)
    action.refresh_from_db()
    return action


def done(kind, *orders):
    action = act(kind, *orders)
    carry_out(action.pk, threading.Event())
    return action


def results(action):
    return {line.order_id: (line.result, line.answer) for line in with_results(action)}


# A change of labels asks no panel and has no lines.
KINDS = [kind for kind in Kind if kind != Kind.LABEL]


def test_every_kind_has_results():
    assert set(OF_KIND) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_all_orders_wait_until_the_worker_has_looked_at_them(kind):
    action = act(kind, make_placed(), make_order())
    assert sum_results(action).sentence.endswith(", 2 waiting.")


@pytest.mark.parametrize(
    ("state", "error", "result"),
    [
        (RequestState.QUEUED, "", Result.WAITING),
        (RequestState.SENDING, "", Result.WAITING),
        (RequestState.ACCEPTED, "", Result.ACCEPTED),
        (RequestState.REFUSED, "No.", Result.REFUSED),
        (RequestState.UNKNOWN, "Time-out.", Result.UNKNOWN),
        ("", "", Result.UNKNOWN),
    ],
)
def test_the_answer_of_the_panel_is_the_result_of_a_cancel_and_of_a_refill(state, error, result):
    running, over = make_placed(progress="in_progress"), make_placed(progress="completed")
    canceled, refilled = done(Kind.CANCEL, running), done(Kind.REFILL, over)
    Order.objects.filter(pk=running.pk).update(cancel_state=state, cancel_error=error)
    Refill.objects.update(state=state, error=error)
    assert results(canceled) == {running.pk: (result, error)}
    assert results(refilled) == {over.pk: (result, error)}


def test_a_refill_that_is_not_there_is_not_accepted():
    order = make_placed(progress="completed")
    action = done(Kind.REFILL, order)
    Refill.objects.all().delete()
    assert results(action)[order.pk][0] == Result.UNKNOWN


def test_the_result_of_a_refill_is_of_the_one_that_the_action_requested():
    order = make_placed(progress="completed")
    make_refill(order, state=RequestState.REFUSED, error="Too early.")
    action = done(Kind.REFILL, order)
    assert results(action) == {order.pk: (Result.WAITING, "")}
    Refill.objects.filter(state=RequestState.QUEUED).update(state=RequestState.ACCEPTED)
    make_refill(order, state=RequestState.UNKNOWN)
    assert results(action) == {order.pk: (Result.ACCEPTED, "")}


def test_a_withdrawal_is_done_at_once_and_a_refresh_when_the_panel_has_answered():
    waiting, placed = make_order(), make_placed()
    assert sum_results(done(Kind.WITHDRAW, waiting)).sentence == "1 withdrawn."
    refresh = done(Kind.REFRESH, placed)
    assert sum_results(refresh).sentence == "0 checked, 1 waiting."
    Order.objects.update(check_requested_at=None)
    assert sum_results(refresh).sentence == "1 checked."


@pytest.mark.parametrize(
    ("state", "result"),
    [
        ("queued", Result.WAITING),
        ("sending", Result.WAITING),
        ("placed", Result.ACCEPTED),
        ("refused", Result.REFUSED),
        ("unknown", Result.UNKNOWN),
        ("withdrawn", Result.SKIPPED),
        ("written_off", Result.UNKNOWN),
    ],
)
def test_an_order_that_is_sent_again_has_the_result_of_its_state(state, result):
    order = make_order()
    action = act(Kind.SEND_AGAIN, order)
    ActionLine.objects.update(outcome=ActionLine.Outcome.DONE)
    Order.objects.update(state=state, finished_at=timezone.now())
    assert results(action)[order.pk][0] == result


def test_what_is_not_possible_says_why():
    order = make_placed(progress="completed")
    action = done(Kind.CANCEL, order)
    ((result, answer),) = results(action).values()
    assert result == Result.SKIPPED
    assert "while the order runs" in answer


@pytest.mark.parametrize(
    ("errors", "sentence"),
    [
        (["No cancel there."] * 4, "0 accepted, 4 refused: No cancel there."),
        ([""], "0 accepted, 1 refused."),
        (["Too late", "Too late", "No\ncancel"], "0 accepted, 3 refused: Too late (2); No cancel (1)."),
        (list("abcde"), "0 accepted, 5 refused: a (1); b (1); c (1); 2 other reasons."),
    ],
)
def test_the_sentence_names_the_reasons_of_refusals(errors, sentence):
    orders = [make_placed(progress="in_progress") for _ in errors]
    action = done(Kind.CANCEL, *orders)
    for order, error in zip(orders, errors, strict=True):
        Order.objects.filter(pk=order.pk).update(cancel_state=RequestState.REFUSED, cancel_error=error)
    assert sum_results(action).sentence == sentence


def test_the_results_take_as_many_queries_for_many_orders_as_for_one(django_assert_num_queries):
    action = done(Kind.REFILL, *[make_placed(progress="completed") for _ in range(20)])
    with django_assert_num_queries(1):
        assert sum_results(action).numbers == {Result.WAITING: 20}
    with django_assert_num_queries(1):
        assert len(results(action)) == 20
