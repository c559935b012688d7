"""A person says what unknown words mean; the orders that they refused go out again by a click, and never twice."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.calls.claiming import Claims
from panels.models import BalanceReading, Order, OrderAction, Panel, RefusalWords
from panels.orders import refused
from panels.orders.actions import carry_out, start_action
from panels.orders.refused import balance_since, decide, marked, send_refused_again, to_send_again
from panels.orders.restore import distrust_what_waits
from panels.providers.pauses import pause
from tests.factories import (
    make_order,
    make_panel,
    make_placed,
    make_refusal,
    make_refused,
    make_service,
    make_unknown,
)

pytestmark = pytest.mark.django_db

State, Meaning, Pause = Order.State, RefusalWords.Meaning, Panel.Pause


@pytest.fixture
def words():
    """Words that have paused their panel."""
    words = make_refusal(make_panel(refused_words="olmaz", refused_targets=[[1, "a"], [2, "b"], [3, "c"]]))
    pause(words.panel, Pause.UNCLEAR, words.text)
    return words


def now(panel):
    panel.refresh_from_db()
    return panel


def send_again(*orders, by=None, token=None):
    action = start_action("send_again", [order.pk for order in orders], by, token or uuid.uuid4())
    carry_out(action.pk, threading.Event())
    return [line.detail for line in action.lines.all()]


# -- what the words mean


def test_words_about_the_panel_let_one_order_be_tried(words, manager):
    assert decide(words, Meaning.PANEL, manager) == ""
    words.refresh_from_db()
    assert (words.meaning, words.decided_by) == (Meaning.PANEL, manager)
    panel = now(words.panel)
    assert panel.takes_orders()
    assert panel.sends_one_at_a_time
    assert panel.refused_words == ""


def test_words_about_the_orders_let_the_others_go_out_and_leave_these_refused(words, manager):
    order = make_refused(words)
    assert decide(words, Meaning.ORDERS, manager) == ""
    panel = now(words.panel)
    assert panel.takes_orders()
    assert not panel.sends_one_at_a_time
    words.refresh_from_db()
    assert not marked(words).exists()
    # Also if somebody decides otherwise later.
    assert decide(words, Meaning.PANEL, manager) == ""
    words.refresh_from_db()
    assert send_again(order) != [""]


def test_a_decision_ends_no_other_pause(words, manager):
    pause(words.panel, Pause.BY_HAND, "")
    decide(words, Meaning.PANEL, manager)
    assert now(words.panel).paused_reason == Pause.BY_HAND


def test_of_two_people_one_decides(words, manager):
    theirs = RefusalWords.objects.get(pk=words.pk)
    assert decide(words, Meaning.ORDERS, manager) == ""
    assert decide(theirs, Meaning.PANEL, manager) == refused.DECIDED_MEANWHILE
    words.refresh_from_db()
    assert words.meaning == Meaning.ORDERS


# -- sending again


@pytest.fixture
def about_panel(words):
    words.meaning = Meaning.PANEL
    words.save()
    return words


def test_a_marked_order_is_queued_again_in_its_row(about_panel, operator):
    order = make_refused(about_panel)
    assert send_again(order, by=operator) == [""]
    order.refresh_from_db()
    assert (order.state, order.attempt, order.error_text, order.refused_in) == (State.QUEUED, 1, "", None)
    assert order.finished_at is None
    event = order.events.get()
    assert (event.what, event.actor) == ("resolved", operator)


def test_a_double_click_sends_once(about_panel):
    order, token = make_refused(about_panel), uuid.uuid4()
    assert send_again(order, token=token) == [""]
    # The order was sent and refused once more meanwhile.
    Order.objects.filter(pk=order.pk).update(
        state=State.REFUSED, refused_in=about_panel, finished_at=timezone.now(), attempt=2
    )
    assert send_again(order, token=token) == [""]
    order.refresh_from_db()
    assert order.state == State.REFUSED
    assert OrderAction.objects.count() == 1


def test_a_second_person_sends_nothing_twice(about_panel):
    order = make_refused(about_panel)
    first, second = (start_action("send_again", [order.pk], None, uuid.uuid4()) for _ in range(2))
    carry_out(first.pk, threading.Event())
    # Refused once more, after the second person had seen the list.
    Order.objects.filter(pk=order.pk).update(
        state=State.REFUSED, refused_in=about_panel, finished_at=timezone.now() + timedelta(seconds=1)
    )
    carry_out(second.pk, threading.Event())
    assert "once more" in second.lines.get().detail
    order.refresh_from_db()
    assert order.state == State.REFUSED


@pytest.mark.parametrize("state", sorted(set(State.values) - {State.REFUSED}))
def test_only_a_refused_order_is_sent_again(about_panel, state):
    order = make_refused(about_panel, state=state)
    assert send_again(order) == [f"Only a refused order can be sent again. This order is {State(state).label.lower()}."]
    order.refresh_from_db()
    assert order.state == state


@pytest.mark.parametrize("meaning", [Meaning.ASK, Meaning.ORDERS])
def test_nothing_is_sent_again_before_the_words_are_known_to_be_about_the_panel(words, meaning):
    RefusalWords.objects.update(meaning=meaning)
    order = make_refused(words)
    assert send_again(order) == ["The panel refused this order itself, so it can only be ordered anew."]


def test_a_refusal_that_is_not_marked_is_final(about_panel):
    order = make_refused(about_panel, refused_in=None)
    assert send_again(order) == ["The panel refused this order itself, so it can only be ordered anew."]


def test_an_order_with_an_alarm_is_left_out(about_panel):
    order = make_refused(about_panel, alarm="Second order at the panel: 77")
    assert not to_send_again(about_panel).exists()
    assert send_again(order) == ["The order has an alarm. Look at it first."]


ELSEWHERE = {
    "ordered again at another panel": lambda order: make_order(again_of=order),
    "ordered again there": lambda order: make_placed(order.service, again_of=order, link="https://example.com/new"),
    "the repeat was repeated": lambda order: make_order(
        again_of=make_order(state=State.REFUSED, again_of=order), link="https://example.com/new"
    ),
    "a newer order for the same link": lambda order: make_order(order.service, link=order.link),
    "a newer order whose outcome is unknown": lambda order: make_unknown(order.service, link=order.link),
    "a newer order that is placed": lambda order: make_placed(order.service, link=order.link),
}


@pytest.mark.parametrize("again", ELSEWHERE.values(), ids=ELSEWHERE)
def test_an_order_that_was_ordered_again_is_left_out_and_says_by_which(about_panel, again):
    order = make_refused(about_panel)
    other = again(order)
    assert not to_send_again(about_panel).exists()
    assert refused.with_repeat(marked(about_panel)).get().repeat == other.pk
    assert send_again(order) == [f"It was ordered again as order {other.pk}."]
    order.refresh_from_db()
    assert order.state == State.REFUSED


NOT_AGAIN = {
    "refused": lambda order: make_order(order.service, link=order.link, state=State.REFUSED),
    "withdrawn": lambda order: make_order(again_of=order, state=State.WITHDRAWN),
    "another link": lambda order: make_order(order.service),
    "another service": lambda order: make_order(make_service(order.panel), link=order.link),
}


@pytest.mark.parametrize("other", NOT_AGAIN.values(), ids=NOT_AGAIN)
def test_other_orders_do_not_stand_in_its_way(about_panel, other):
    order = make_refused(about_panel)
    other(order)
    assert to_send_again(about_panel).get() == order
    assert send_again(order) == [""]


def test_an_older_order_for_the_same_link_does_not_stand_in_its_way(about_panel):
    service = make_service(about_panel.panel)
    make_placed(service, link="https://example.com/p/1")
    order = make_refused(about_panel, service=service, link="https://example.com/p/1")
    assert send_again(order) == [""]


def test_repeats_within_a_batch_are_all_sent_again(about_panel):
    service = make_service(about_panel.panel)
    orders = [make_refused(about_panel, service=service, link="https://example.com/p/1") for _ in range(3)]
    assert send_again(*orders) == ["", "", ""]


@pytest.mark.parametrize(("name", "is_again"), [("anna", True), ("bert", False)])
def test_a_subscription_is_found_again_by_its_name(about_panel, name, is_again):
    service = make_service(about_panel.panel, type="subscriptions")
    order = make_refused(about_panel, service=service, link="", params={"username": "anna"})
    make_order(service, link="", params={"username": name})
    assert (send_again(order) == [""]) is not is_again


def test_a_draft_that_is_confirmed_between_the_list_and_the_click_is_seen(about_panel):
    order = make_refused(about_panel)
    action = start_action("send_again", [order.pk], None, uuid.uuid4())
    other = make_order(order.service, link=order.link)
    carry_out(action.pk, threading.Event())
    assert action.lines.get().detail == f"It was ordered again as order {other.pk}."


def test_an_order_whose_price_has_risen_is_held_at_its_claim(about_panel):
    order = make_refused(about_panel)
    Panel.objects.update(paused_reason="", paused_until=None)
    type(order.service).objects.update(rate_per_1000=Decimal(9))
    send_again(order)
    assert Claims(order.panel_id).take()[0] == []
    order.refresh_from_db()
    assert "price has risen" in order.held_reason


def test_thousands_of_orders_go_in_pieces(about_panel, monkeypatch):
    service = make_service(about_panel.panel)
    orders = [make_refused(about_panel, service=service) for _ in range(5)]
    monkeypatch.setattr("panels.orders.actions.CHUNK", 2)
    stopping = threading.Event()
    action = start_action("send_again", [order.pk for order in orders], None, uuid.uuid4())
    written = []
    monkeypatch.setattr(
        "panels.orders.actions.ActionLine.objects.bulk_update",
        lambda lines, names: [line.save(update_fields=names) for line in lines] and written.append(len(lines)),
    )
    carry_out(action.pk, stopping)
    assert written[:3] == [2, 2, 1]
    assert Order.objects.filter(state=State.QUEUED).count() == 5


def test_after_a_restore_nothing_that_was_refused_is_sent_again(about_panel):
    order = make_refused(about_panel)
    distrust_what_waits()
    about_panel.refresh_from_db()
    assert not to_send_again(about_panel).exists()
    assert send_refused_again(Order.objects.get(pk=order.pk), None, timezone.now()) != ""


# -- the balance


def read(panel, balance, ago):
    at = timezone.now() - timedelta(minutes=ago)
    BalanceReading.objects.create(panel=panel, at=at, balance=Decimal(balance), currency="USD", why="request")
    Panel.objects.filter(pk=panel.pk).update(balance=Decimal(balance), balance_checked_at=at)


def test_a_balance_that_fell_without_an_order_is_said(about_panel):
    read(about_panel.panel, "10", 20)
    read(about_panel.panel, "7.50", 1)
    about_panel.panel.refresh_from_db()
    assert balance_since(about_panel).missing == Decimal("2.50")


def test_an_order_that_the_panel_took_explains_its_cost(about_panel):
    read(about_panel.panel, "10", 20)
    make_placed(make_service(about_panel.panel), expected_cost=Decimal("2.50"))
    read(about_panel.panel, "7.50", 1)
    about_panel.panel.refresh_from_db()
    found = balance_since(about_panel)
    assert (found.taken, found.missing) == (Decimal("2.50"), 0)


def test_without_a_reading_on_both_sides_nothing_is_said(about_panel):
    assert balance_since(about_panel) is None
    read(about_panel.panel, "10", 20)
    about_panel.panel.refresh_from_db()
    assert balance_since(about_panel) is None
