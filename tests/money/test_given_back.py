"""The money that a panel gave back follows from each of its answers, and is never counted twice."""

from __future__ import annotations

import itertools
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.calls.balances import check_balance
from panels.calls.polling import poll_due
from panels.calls.submission import submit_queued
from panels.models import DayTotal, Order, OrderEvent, Panel, Service
from panels.money import totals
from panels.money.costs import Cost, cost_of
from panels.money.given_back import Bill, can_state, find_given_back, share_left, state_given_back
from panels.protocol.client import PanelClient
from tests.factories import make_order, make_placed

Progress, Source = Order.Progress, Order.GivenBack
D = Decimal
NOTHING = (None, "")
TEN, HALF = D(10), D("0.5")


def after(answers, *, expected=TEN, keeps_charge=None):
    """Return the order after these answers, each a progress, a charge and the share that is left."""
    order = Order(state="placed", expected_cost=expected)
    for progress, charge, left in answers:
        bill = Bill(order.progress, order.charge, expected, order.given_back, order.given_back_source)
        found = find_given_back(bill, progress, charge, left, keeps_charge=keeps_charge)
        order.given_back, order.given_back_source = found
        order.progress, order.charge = progress, charge
    return order


def known(order):
    return order.given_back, order.given_back_source


RUNNING = ("in_progress", D(10), D(1))
CANCELED = ("canceled", D(10), D(1))
# The answers of a panel in their order, what was given back at the end, and the cost.
STORIES = {
    "canceled": ([RUNNING, CANCELED], (D(10), "computed"), D(0)),
    "refunded": ([RUNNING, ("refunded", D(10), None)], (D(10), "computed"), D(0)),
    "canceled with nothing left": ([RUNNING, ("canceled", D(10), D(0))], (D(10), "computed"), D(0)),
    "canceled and the charge lowered": ([RUNNING, ("canceled", D(0), D(1))], (D(10), "told"), D(0)),
    "canceled and the charge lowered in part": ([RUNNING, ("canceled", D(4), D(1))], (D(6), "told"), D(4)),
    "the charge lowered later": ([RUNNING, CANCELED, ("canceled", D(0), D(1))], (D(10), "told"), D(0)),
    "lowered twice": ([RUNNING, ("partial", D(8), HALF), ("partial", D(5), HALF)], (D(5), "told"), D(5)),
    "partial": ([RUNNING, ("partial", D(10), HALF)], (D(5), "computed"), D(5)),
    "partial and the charge lowered": ([RUNNING, ("partial", D(5), HALF)], (D(5), "told"), D(5)),
    "partial without remains": ([RUNNING, ("partial", D(10), None)], NOTHING, D(10)),
    "partial with nothing left": ([RUNNING, ("partial", D(10), D(0))], NOTHING, D(10)),
    "partial after canceled": ([RUNNING, CANCELED, ("partial", D(10), HALF)], (D(5), "computed"), D(5)),
    "canceled after partial": ([RUNNING, ("partial", D(10), HALF), CANCELED], (D(10), "computed"), D(0)),
    "completed again": ([RUNNING, CANCELED, ("completed", D(10), D(0))], NOTHING, D(10)),
    "running again": ([RUNNING, CANCELED, RUNNING], NOTHING, D(10)),
    "completed again at its charge": (
        [RUNNING, ("canceled", D(0), D(1)), ("completed", D(10), D(0))], NOTHING, D(10)
    ),
    "completed, and something came back": ([RUNNING, ("completed", D(9), D(0))], (D(1), "told"), D(9)),
    "a lower charge while it runs": ([RUNNING, ("in_progress", D(9), HALF)], NOTHING, D(9)),
    "lower while it runs, then canceled": (
        [RUNNING, ("in_progress", D(9), HALF), ("canceled", D(9), HALF)], (D(9), "computed"), D(0)
    ),
    "failed": ([RUNNING, ("failed", D(10), D(1))], NOTHING, D(10)),
    "failed and the charge lowered": ([RUNNING, ("failed", D(0), D(1))], (D(10), "told"), D(0)),
    "never charged": ([("pending", D(0), D(1)), ("canceled", D(0), D(1))], NOTHING, D(0)),
    "no charge told": ([("pending", None, D(1)), ("canceled", None, D(1))], (D(10), "computed"), D(0)),
    "partial at first sight, lowered": ([("partial", D(5), HALF)], (D(5), "told"), D(5)),
    "partial at first sight, kept": ([("partial", D(10), HALF)], (D(5), "computed"), D(5)),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("times", [1, 2, 3])
def test_each_story_ends_at_the_right_cost_however_often_its_last_answer_comes(story, times):
    answers, found, cost = STORIES[story]
    order = after([*answers, *answers[-1:] * (times - 1)])
    assert known(order) == found
    assert cost_of(order).amount == cost


@pytest.mark.parametrize("keeps_charge", [None, True, False])
def test_no_answers_make_an_order_cost_less_than_nothing_or_more_than_its_highest_charge(keeps_charge):
    moments = list(itertools.product((*Progress.values, ""), (None, D(0), D(4), D(10)), (None, HALF)))
    for first, second in itertools.product(moments, moments):
        order = after([first, second], keeps_charge=keeps_charge)
        found = cost_of(order)
        assert found is not None
        assert 0 <= found.amount <= 10, (first, second)
        assert (order.given_back is None) == (order.given_back_source == ""), (first, second)


def test_a_computed_amount_is_an_estimate_until_the_panel_is_known_to_pay_back():
    assert cost_of(after([RUNNING, CANCELED])) == Cost(D(0), is_expected=True)
    assert cost_of(after([RUNNING, CANCELED], keeps_charge=True)) == Cost(D(0), is_expected=False)
    assert after([RUNNING, CANCELED], keeps_charge=True).given_back_source == Source.BALANCE
    assert cost_of(after([RUNNING, ("canceled", D(0), D(1))])) == Cost(D(0), is_expected=False)


def test_a_panel_that_lowers_charges_tells_what_came_back_of_a_partial_order():
    assert known(after([RUNNING, ("partial", D(10), HALF)], keeps_charge=False)) == NOTHING
    assert known(after([("partial", D(5), HALF)], keeps_charge=False)) == (D(5), "told")
    assert known(after([("partial", D(5), HALF)], expected=None, keeps_charge=False)) == NOTHING


def test_a_panel_that_keeps_charges_has_not_lowered_a_charge_that_is_told_late():
    assert known(after([("partial", D(5), HALF)], keeps_charge=True)) == (D("2.5"), "balance")


@pytest.mark.parametrize(
    ("total", "remains", "share"),
    [(1000, 250, D("0.25")), (1000, 0, 0), (1000, -5, 0), (1000, 2000, 1), (None, 5, None), (1000, None, None)],
)
def test_the_share_that_is_left_is_between_nothing_and_all(total, remains, share):
    assert share_left(total, remains) == share


# -- at a panel


@pytest.fixture
def ordered(synced_panel, sandbox):
    """An order that the sandbox has charged, seen while it ran."""
    service = Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Default", cancel=True).id))
    return order_some(service, sandbox)


def order_some(service, sandbox):
    quantity = max(service.min_quantity, int(D(4000) / service.rate_per_1000))
    order = make_order(service, quantity=quantity)
    submit_queued(service.panel_id, threading.Event())
    sandbox.skip(10)
    return poll(order)


def poll(order):
    Order.objects.update(next_check_at=timezone.now() - timedelta(seconds=1))
    poll_due(order.panel_id, threading.Event())
    order.refresh_from_db()
    return order


def read_balance(panel):
    check_balance(panel.pk, threading.Event())
    panel.refresh_from_db()


def test_a_canceled_order_costs_nothing_at_a_panel_that_keeps_the_charge(ordered, sandbox):
    charge = ordered.charge
    sandbox.keep_charges()
    sandbox.finish(ordered.remote_id, "Canceled")
    poll(ordered)
    assert (ordered.charge, ordered.given_back, ordered.given_back_source) == (charge, charge, "computed")
    assert cost_of(ordered) == Cost(D(0), is_expected=True)
    assert ordered.delivered is None


def test_the_day_follows_what_comes_back_and_what_is_taken_again(ordered, sandbox):
    sandbox.keep_charges()
    totals.recount()
    assert DayTotal.objects.get().cost == ordered.charge
    sandbox.finish(ordered.remote_id, "Canceled")
    poll(ordered)
    totals.update_totals()
    assert DayTotal.objects.get().cost == 0
    sandbox.finish(ordered.remote_id, "Completed")
    poll(ordered)
    totals.update_totals()
    assert DayTotal.objects.get().cost == ordered.charge


def test_the_balance_proves_that_a_panel_pays_back_and_keeps_the_charge(ordered, sandbox, synced_panel):
    sandbox.keep_charges()
    read_balance(synced_panel)
    sandbox.finish(ordered.remote_id, "Canceled")
    poll(ordered)
    order_some(ordered.service, sandbox)
    assert synced_panel.keeps_charge is None
    read_balance(synced_panel)
    assert synced_panel.keeps_charge is True
    poll(ordered)
    assert ordered.given_back_source == Source.BALANCE
    assert not cost_of(ordered).is_expected


@pytest.mark.parametrize("what", ["nothing came back", "a deposit", "an order of unknown outcome"])
def test_a_balance_that_another_thing_may_explain_proves_nothing(ordered, sandbox, synced_panel, what):
    sandbox.keep_charges()
    read_balance(synced_panel)
    sandbox.finish(ordered.remote_id, "Canceled")
    poll(ordered)
    if what == "nothing came back":
        sandbox.set_balance(synced_panel.balance)
    elif what == "a deposit":
        sandbox.set_balance(sandbox.balance + 25)
    else:
        make_order(ordered.service, state="unknown", sent_at=timezone.now())
    read_balance(synced_panel)
    assert synced_panel.keeps_charge is None


def test_a_panel_that_lowers_the_charge_is_known_by_it(ordered, sandbox, synced_panel):
    sandbox.finish(ordered.remote_id, "Canceled")
    poll(ordered)
    synced_panel.refresh_from_db()
    assert synced_panel.keeps_charge is False
    assert ordered.given_back_source == Source.TOLD


# -- a person's word


@pytest.fixture
def canceled(db):
    return make_placed(
        progress="canceled", charge=D(10), given_back=D(10), given_back_source="computed", expected_cost=D(10)
    )


def test_a_person_can_say_what_came_back_and_the_history_has_it(canceled, operator):
    assert state_given_back(canceled.pk, D("7.50"), operator) == ""
    canceled.refresh_from_db()
    assert known(canceled) == (D("7.50"), "person")
    assert cost_of(canceled) == Cost(D("2.5"), is_expected=False)
    event = canceled.events.get(what=OrderEvent.What.GIVEN_BACK)
    assert (event.detail, event.actor) == ("Stated: 10 → 7.5 USD", operator)
    assert canceled.changed_at is not None
    # Zero is an answer too: nothing came back.
    assert state_given_back(canceled.pk, D(0), operator) == ""
    canceled.refresh_from_db()
    assert cost_of(canceled).amount == 10


def test_without_an_amount_it_is_computed_again(canceled, operator):
    state_given_back(canceled.pk, D(3), operator)
    assert state_given_back(canceled.pk, None, operator) == ""
    canceled.refresh_from_db()
    assert known(canceled) == (D(10), "computed")


@pytest.mark.parametrize("amount", [D("-0.01"), D("10.01")])
def test_nobody_can_say_that_more_came_back_than_was_charged(canceled, operator, amount):
    assert "from 0 to 10 USD" in state_given_back(canceled.pk, amount, operator)
    canceled.refresh_from_db()
    assert canceled.given_back_source == Source.COMPUTED
    assert not canceled.events.exists()


@pytest.mark.parametrize(
    "fields",
    [{"progress": "in_progress"}, {"state": "unknown"}, {"charge": D(0)}, {"given_back_source": "told"}],
)
def test_nothing_can_be_stated_of_an_order_that_runs_or_whose_charge_was_lowered(canceled, operator, fields):
    Order.objects.update(**fields)
    canceled.refresh_from_db()
    assert not can_state(canceled)
    assert "Nothing was saved" in state_given_back(canceled.pk, D(1), operator)


def test_the_word_of_a_person_holds_until_the_panel_lowers_the_charge_or_the_progress_changes():
    bill = Bill("canceled", D(10), D(10), D(3), "person")
    assert find_given_back(bill, "canceled", D(10), D(1), keeps_charge=True) == (D(3), "person")
    assert find_given_back(bill, "canceled", D(0), D(1), keeps_charge=None) == (D(10), "told")
    assert find_given_back(bill, "completed", D(10), D(0), keeps_charge=None) == NOTHING
    assert find_given_back(bill, "partial", D(10), HALF, keeps_charge=None) == (D(5), "computed")


def test_an_answer_under_way_does_not_overwrite_the_word_of_a_person(ordered, sandbox, operator, monkeypatch):
    sandbox.keep_charges()
    sandbox.finish(ordered.remote_id, "Canceled")
    poll(ordered)
    Order.objects.update(is_word_unknown=True)
    real = PanelClient.statuses

    def statuses(self, remote_ids):
        answers = real(self, remote_ids)
        monkeypatch.setattr(PanelClient, "statuses", real)
        assert state_given_back(ordered.pk, D("0.01"), operator) == ""
        return answers

    monkeypatch.setattr(PanelClient, "statuses", statuses)
    poll(ordered)
    assert known(ordered) == (D("0.01"), "person")
    assert Panel.objects.get().failures == 0
