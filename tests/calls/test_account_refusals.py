"""A refusal about our account is believed only if the balance confirms it. Otherwise one service waits."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.calls import account_refusals
from panels.calls.balances import check_balance
from panels.calls.submission import submit_queued
from panels.models import BalanceReading, Order, Panel, Service
from panels.sandbox import Fault
from tests.calls.sending import events_of, place, submit
from tests.factories import make_order

State, Pause = Order.State, Panel.Pause
FUNDS, AUTH = "Not enough funds on balance", "Invalid API key"


@pytest.fixture(autouse=True)
def no_waits(monkeypatch):
    monkeypatch.setattr("panels.protocol.client.BACKOFF", (0.0, 0.0))


def queue_at(panel, remote_id, number=1, **fields):
    service = Service.objects.get(panel=panel, remote_id=str(remote_id))
    return [
        make_order(service, quantity=service.min_quantity, link=f"https://example.com/{remote_id}/{each}", **fields)
        for each in range(number)
    ]


def two_services(sandbox):
    first, second, *_ = (each.id for each in sandbox.services.values() if each.type == "Default")
    return first, second


def forget_balance():
    """Let the reading be too old to know by it that an order is too dear."""
    Panel.objects.update(balance_checked_at=timezone.now() - timedelta(minutes=6))


@pytest.mark.parametrize("words", [FUNDS, AUTH])
def test_words_that_are_not_true_of_our_account_let_only_their_service_wait(synced_panel, sandbox, words):
    handed_through, other = two_services(sandbox)
    lines = queue_at(synced_panel, handed_through, 3)
    others = queue_at(synced_panel, other, 2)
    sandbox.faults.add(Fault.REFUSE, "add", text=words)
    before = sandbox.calls["balance"]
    assert submit(synced_panel) == {"put back": 1, "placed": 2}
    assert sandbox.calls["balance"] == before + 1
    panel, service = Panel.objects.get(), lines[0].service
    service.refresh_from_db()
    assert panel.paused_reason == ""
    assert (service.wait_minutes, service.waits_because) == (5, words)
    assert timedelta(minutes=4) < service.waits_until - timezone.now() <= timedelta(minutes=5)
    assert {order.state for order in Order.objects.filter(service=service)} == {State.QUEUED}
    assert {order.state for order in Order.objects.filter(pk__in=[each.pk for each in others])} == {State.PLACED}
    assert BalanceReading.objects.filter(why="refusal").count() == 1


def test_after_the_wait_one_order_is_tried_and_the_wait_doubles_up_to_an_hour(synced_panel, sandbox):
    handed_through, _ = two_services(sandbox)
    service = queue_at(synced_panel, handed_through, 5)[0].service
    Panel.objects.update(parallel_calls=1)
    sandbox.faults.add(Fault.REFUSE, "add", times=None, text=FUNDS)
    waits = []
    for tries in range(1, 7):
        submit(synced_panel)
        assert sandbox.calls["add"] == tries
        service.refresh_from_db()
        waits.append(service.wait_minutes)
        Service.objects.update(waits_until=timezone.now() - timedelta(seconds=1))
    assert waits == [5, 10, 20, 40, 60, 60]
    assert service.waits_since < timezone.now()
    sandbox.faults.clear()
    assert submit(synced_panel) == {"placed": 5}
    service.refresh_from_db()
    assert (service.waits_until, service.wait_minutes, service.waits_since, service.waits_because) == (
        None,
        None,
        None,
        "",
    )


def test_a_key_that_the_balance_refuses_too_pauses_the_panel(synced_panel, sandbox):
    order = place(synced_panel, sandbox)
    sandbox.faults.add(Fault.REFUSE, "add", text=AUTH)
    sandbox.faults.add(Fault.REFUSE, "balance", text="Your API key is disabled")
    assert submit(synced_panel) == {"put back": 1}
    assert submit(synced_panel) == {}
    order.refresh_from_db()
    panel = Panel.objects.get()
    assert order.state == State.QUEUED
    assert (panel.paused_reason, panel.last_error) == (Pause.AUTH, "Your API key is disabled")
    assert order.service.wait_minutes is None


@pytest.mark.parametrize("words", [FUNDS, AUTH])
@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.ERROR_500, Fault.DROP, Fault.REFUSE, Fault.RATE_LIMIT])
def test_without_an_answer_about_the_balance_the_service_waits_and_nothing_more_is_sent(
    synced_panel, sandbox, words, fault
):
    handed_through, other = two_services(sandbox)
    first, *_ = queue_at(synced_panel, handed_through)
    queue_at(synced_panel, other)
    sandbox.faults.add(Fault.REFUSE, "add", text=words)
    sandbox.faults.add(fault, "balance", times=None, seconds=60)
    assert submit(synced_panel) == {"put back": 1}
    first.service.refresh_from_db()
    assert first.service.wait_minutes == 5
    assert Panel.objects.get().paused_reason not in (Pause.AUTH, Pause.FUNDS)
    assert {order.state for order in Order.objects.all()} == {State.QUEUED}


def test_an_order_above_the_balance_is_held_and_the_others_go(synced_panel, sandbox):
    handed_through, other = two_services(sandbox)
    (dear,) = queue_at(synced_panel, handed_through, expected_cost=Decimal("475.20"))
    cheap = queue_at(synced_panel, other, 2, expected_cost=Decimal("0.50"))
    sandbox.set_balance(Decimal("286.90"))
    forget_balance()
    sandbox.faults.add(Fault.REFUSE, "add", text=FUNDS)
    assert submit(synced_panel) == {"put back": 1, "placed": 2}
    dear.refresh_from_db()
    assert dear.is_held_for_funds
    assert events_of(dear)[-1] == "held"
    assert dear.events.last().detail.replace("\xa0", " ") == (
        "Not enough balance: 286.90 USD available, this order costs 475.20 USD (188.30 USD short)."
    )
    assert Panel.objects.get().paused_reason == ""
    assert Order.objects.filter(pk__in=[each.pk for each in cheap], state=State.PLACED).count() == 2
    assert submit(synced_panel) == {}
    sandbox.set_balance(Decimal(500))
    assert check_balance(synced_panel.pk, threading.Event()) == ""
    assert submit(synced_panel) == {"placed": 1}


def test_a_panel_is_paused_with_its_words_when_the_balance_covers_no_order_at_all(synced_panel, sandbox):
    orders = queue_at(synced_panel, two_services(sandbox)[0], 8)
    sandbox.set_balance(Decimal("0.000001"))
    forget_balance()
    assert submit(synced_panel) == {"put back": 1}
    panel = Panel.objects.get()
    assert panel.paused_reason == Pause.FUNDS
    assert "funds" in panel.last_error
    assert panel.balance == Decimal("0.000001")
    assert sandbox.calls["add"] == 1
    assert {order.state for order in Order.objects.all()} == {State.QUEUED}
    sandbox.set_balance(orders[0].expected_cost * 8)
    assert check_balance(synced_panel.pk, threading.Event()) == ""
    assert Panel.objects.get().paused_reason == ""
    assert submit(synced_panel) == {"placed": 8}
    assert len(sandbox.ledger) == 8


@pytest.mark.parametrize("words", ["No tiene fondos debe Recargar", "You have insufficient balance"])
@pytest.mark.parametrize(("balance", "reason"), [("0.000001", Pause.FUNDS), ("500", "")])
def test_no_line_is_refused_for_good_by_a_no_about_funds_in_any_language(synced_panel, sandbox, words, balance, reason):
    lines = queue_at(synced_panel, two_services(sandbox)[0], 8)
    sandbox.set_balance(Decimal(balance))
    forget_balance()
    sandbox.faults.add(Fault.REFUSE, "add", times=None, text=words)
    asked = sandbox.calls["balance"]
    assert submit(synced_panel) == {"put back": 1}
    assert sandbox.calls["balance"] == asked + 1
    assert {order.state for order in Order.objects.all()} == {State.QUEUED}
    panel = Panel.objects.get()
    assert panel.paused_reason == reason
    lines[0].service.refresh_from_db()
    assert words in (panel.last_error, lines[0].service.waits_because)


def test_a_cost_that_cannot_be_compared_with_the_balance_does_not_prove_that_funds_are_short(synced_panel, sandbox):
    (order,) = queue_at(synced_panel, two_services(sandbox)[0], expected_cost=Decimal(900), currency="EUR")
    sandbox.faults.add(Fault.REFUSE, "add", text=FUNDS)
    assert submit(synced_panel) == {"put back": 1}
    order.refresh_from_db()
    assert not order.is_held_for_funds
    assert order.service.wait_minutes == 5


@pytest.mark.parametrize(("balance", "is_held"), [("0", True), ("3", False)])
def test_an_order_of_unknown_cost_is_held_only_by_an_empty_account(synced_panel, sandbox, balance, is_held):
    (order,) = queue_at(synced_panel, two_services(sandbox)[0], expected_cost=None)
    sandbox.set_balance(Decimal(balance))
    sandbox.faults.add(Fault.REFUSE, "add", text=FUNDS)
    submit(synced_panel)
    order.refresh_from_db()
    assert order.is_held_for_funds is is_held


def test_a_worker_that_stops_after_the_refusal_asks_nothing_and_keeps_the_order(synced_panel, sandbox, monkeypatch):
    order = place(synced_panel, sandbox)
    sandbox.faults.add(Fault.REFUSE, "add", text=FUNDS)
    stopping, asked = threading.Event(), sandbox.calls["balance"]
    real = account_refusals.is_doubtful

    def stop_meanwhile(answer):
        stopping.set()
        return real(answer)

    monkeypatch.setattr("panels.calls.submission.is_doubtful", stop_meanwhile)
    assert submit_queued(synced_panel.pk, stopping) == {"put back": 1}
    order.refresh_from_db()
    assert (order.state, order.held_for_funds_at, sandbox.calls["balance"]) == (State.QUEUED, None, asked)
    monkeypatch.undo()
    assert submit(synced_panel) == {"placed": 1}


def test_a_refused_trial_for_another_reason_lets_the_next_order_be_tried_at_once(synced_panel, sandbox):
    service = queue_at(synced_panel, two_services(sandbox)[0], 3)[0].service
    sandbox.faults.add(Fault.REFUSE, "add", text=AUTH)
    assert submit(synced_panel) == {"put back": 1}
    Service.objects.update(waits_until=timezone.now() - timedelta(seconds=1))
    sandbox.faults.add(Fault.REFUSE, "add", text="Invalid link")
    assert submit(synced_panel) == {"refused": 1, "placed": 2}
    service.refresh_from_db()
    assert service.wait_minutes is None


@pytest.mark.parametrize("outcome", [Fault.DROP, Fault.ERROR_500])
def test_a_trial_without_an_answer_lets_the_service_wait_until_its_deadline(synced_panel, sandbox, outcome):
    order, _ = queue_at(synced_panel, two_services(sandbox)[0], 2)
    Service.objects.filter(pk=order.service_id).update(
        wait_minutes=5, waits_until=timezone.now() - timedelta(seconds=1), waits_because=AUTH
    )
    sandbox.faults.add(outcome, "add")
    assert submit(synced_panel) == {"unknown": 1}
    order.refresh_from_db()
    order.service.refresh_from_db()
    assert order.service.waits_until == order.send_deadline


@pytest.mark.django_db(transaction=True)
def test_orders_that_were_on_their_way_together_let_their_service_wait_once(synced_panel, sandbox):
    Panel.objects.update(parallel_calls=4)
    sandbox.latency = 0.1
    service = queue_at(synced_panel, two_services(sandbox)[0], 8)[0].service
    sandbox.faults.add(Fault.REFUSE, "add", times=None, text=FUNDS)
    submit(synced_panel)
    service.refresh_from_db()
    assert service.wait_minutes == 5
    assert sandbox.calls["add"] <= 4


def test_a_panel_that_gives_credit_is_paused_at_its_limit_and_a_higher_balance_ends_that(synced_panel, sandbox):
    (order,) = queue_at(synced_panel, two_services(sandbox)[0])
    sandbox.set_balance(Decimal(-50))
    assert check_balance(synced_panel.pk, threading.Event()) == ""
    assert Panel.objects.get().gives_credit
    sandbox.faults.add(Fault.REFUSE, "add", text=FUNDS)
    assert submit(synced_panel) == {"put back": 1}
    order.refresh_from_db()
    assert Panel.objects.get().paused_reason == Pause.FUNDS
    assert not order.is_held_for_funds
    sandbox.set_balance(Decimal(-10))
    assert check_balance(synced_panel.pk, threading.Event()) == ""
    assert Panel.objects.get().paused_reason == ""


@pytest.mark.parametrize("words", [FUNDS, AUTH])
def test_an_order_that_is_refused_and_charged_all_the_same_is_not_sent_again(synced_panel, sandbox, words):
    check_balance(synced_panel.pk, threading.Event())
    handed_through, _ = two_services(sandbox)
    [order] = queue_at(synced_panel, handed_through)
    sandbox.faults.add(Fault.REFUSE, "add", text=words, processed=True)
    submit(synced_panel)
    order.refresh_from_db()
    assert order.state == State.UNKNOWN
    assert "its balance fell from" in order.error_text
    assert Panel.objects.get().paused_reason == Pause.UNCLEAR
    Service.objects.update(waits_until=None)
    submit(synced_panel)
    assert sandbox.calls["add"] == 1
