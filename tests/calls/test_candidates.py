"""Panels are asked about the ids that people named, and only a confirmed id places its order."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.calls.candidates import confirm_candidates
from panels.calls.submission import submit_queued
from panels.models import Order, Panel, Service
from panels.orders import resolution
from panels.protocol.answers import Answer
from panels.protocol.client import PanelClient
from panels.protocol.errors import OutcomeUnknown
from panels.protocol.wire import OrderStatus, Progress
from panels.sandbox import Fault
from tests.factories import make_order, make_panel, make_placed, make_service, make_unknown

pytestmark = pytest.mark.django_db
State = Order.State
STATUS = OrderStatus(
    progress=Progress.IN_PROGRESS,
    remote_status="In progress",
    charge=Decimal("0.9"),
    currency="USD",
    start_count=10,
    remains=500,
)


@pytest.fixture
def named():
    """An unknown order with an id that a person named, at a panel that failed twice."""
    service = make_service(make_panel(failures=2, last_error="no answer"))
    return make_order(service, state=Order.State.UNKNOWN, candidate_id="111")


def confirm(monkeypatch, order, answers):
    def statuses(client, remote_ids):
        found = answers()
        client.tally.count(0.1)
        return found

    monkeypatch.setattr(PanelClient, "statuses", statuses)
    return confirm_candidates(order.panel_id, threading.Event())


def test_an_answer_about_a_named_id_ends_the_count_of_failures(named, monkeypatch):
    assert confirm(monkeypatch, named, lambda: {"111": STATUS}) == 1
    assert Panel.objects.get().failures == 0


def test_a_question_without_an_answer_counts_once_and_is_shown_to_the_person(named, monkeypatch):
    def no_answer():
        raise OutcomeUnknown("no answer")

    assert confirm(monkeypatch, named, no_answer) == 0
    named.refresh_from_db()
    assert named.candidate_error == "The panel could not check 111: no answer"
    panel = Panel.objects.get()
    assert (panel.paused_reason, panel.failures) == (Panel.Pause.UNREACHABLE, 3)


@pytest.fixture
def lost(synced_panel, sandbox):
    """An order that the sandbox took without an answer."""
    service = Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Default").id))
    make_order(service, quantity=service.min_quantity)
    sandbox.faults.add(Fault.DROP, "add")
    submit_queued(synced_panel.pk, threading.Event())
    Order.objects.update(send_deadline=timezone.now() - timedelta(seconds=1))
    return Order.objects.get()


def test_an_id_that_the_panel_confirms_places_the_order(synced_panel, sandbox, lost, operator):
    remote_id = sandbox.ledger[0].order_id
    assert resolution.name_candidate(lost, f" {remote_id} ", operator) == ""
    assert confirm_candidates(synced_panel.pk, threading.Event()) == 1
    lost.refresh_from_db()
    assert (lost.state, lost.remote_id, lost.candidate_id) == (State.PLACED, remote_id, "")
    last = lost.events.last()
    assert (last.what, last.actor) == ("resolved", operator)


def test_an_id_that_the_panel_does_not_know_is_not_believed(synced_panel, sandbox, lost, operator):
    resolution.name_candidate(lost, "99999999", operator)
    assert confirm_candidates(synced_panel.pk, threading.Event()) == 0
    lost.refresh_from_db()
    assert lost.state == State.UNKNOWN
    assert "does not confirm 99999999" in lost.candidate_error


def test_an_id_is_not_believed_when_the_panel_cannot_be_asked(synced_panel, sandbox, lost, operator, monkeypatch):
    monkeypatch.setattr("panels.protocol.client.BACKOFF", (0.0, 0.0))
    resolution.name_candidate(lost, sandbox.ledger[0].order_id, operator)
    sandbox.vanish()
    assert confirm_candidates(synced_panel.pk, threading.Event()) == 0
    lost.refresh_from_db()
    assert lost.state == State.UNKNOWN
    assert "could not check" in lost.candidate_error


def test_an_id_that_another_order_got_meanwhile_keeps_the_order_unknown(synced_panel, sandbox, lost, operator):
    remote_id = sandbox.ledger[0].order_id
    assert resolution.name_candidate(lost, remote_id, operator) == ""
    owner = make_placed(lost.service, remote_id=remote_id)
    assert confirm_candidates(synced_panel.pk, threading.Event()) == 0
    lost.refresh_from_db()
    assert lost.state == State.UNKNOWN
    assert f"order {owner.pk}" in lost.candidate_error


STATUS_JSON = b'{"status":"Completed","charge":"1","remains":"0","start_count":"0","currency":"USD"}'


@pytest.fixture
def answering(monkeypatch):
    """Let `reply` answer for the panels, by id; return the ids that were asked about."""

    def let(reply):
        asked = []

        def post(self, form, **_):
            asked.append(form.get("order") or form["orders"])
            return reply(asked[-1])

        monkeypatch.setattr("panels.protocol.transport.Transport.post", post)
        return asked

    return let


@pytest.mark.django_db
def test_an_id_that_was_corrected_while_the_panel_was_asked_is_not_overtaken_by_the_wrong_one(answering, operator):
    order = make_unknown()
    assert resolution.name_candidate(order, "111", operator) == ""

    def correcting(remote_id):
        if remote_id == "111":
            assert resolution.name_candidate(Order.objects.get(), "112", operator) == ""
        return Answer(200, STATUS_JSON)

    asked = answering(correcting)
    assert confirm_candidates(order.panel_id, threading.Event()) == 0
    order.refresh_from_db()
    assert (order.state, order.candidate_id, order.remote_id) == (State.UNKNOWN, "112", "")
    assert confirm_candidates(order.panel_id, threading.Event()) == 1
    order.refresh_from_db()
    assert (order.state, order.remote_id) == (State.PLACED, "112")
    assert asked == ["111", "112"]


@pytest.mark.django_db
def test_the_rejection_of_a_wrong_id_leaves_its_correction_alone(answering, operator):
    order = make_unknown()
    resolution.name_candidate(order, "111", operator)

    def correcting(remote_id):
        resolution.name_candidate(Order.objects.get(), "112", operator)
        return Answer(200, b'{"error": "Incorrect order ID"}')

    answering(correcting)
    confirm_candidates(order.panel_id, threading.Event())
    order.refresh_from_db()
    assert (order.candidate_id, order.candidate_error) == ("112", "")


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["rate_limit", "unreachable", "auth"])
def test_a_named_id_waits_as_long_as_its_panel_is_left_alone(answering, reason):
    order = make_unknown(candidate_id="111")
    until = None if reason == "auth" else timezone.now() + timedelta(hours=1)
    Panel.objects.update(paused_reason=reason, paused_until=until)
    asked = answering(lambda _: Answer(200, STATUS_JSON))
    assert confirm_candidates(order.panel_id, threading.Event()) == 0
    order.refresh_from_db()
    assert (asked, order.candidate_id, order.candidate_error) == ([], "111", "")
    # A pause that stops only orders stops no questions.
    Panel.objects.update(paused_reason="by_hand", paused_until=None)
    assert confirm_candidates(order.panel_id, threading.Event()) == 1


@pytest.mark.django_db
def test_what_ends_the_questions_about_named_ids_pauses_the_panel_and_leaves_the_others_named(answering):
    first = make_unknown(candidate_id="111")
    Panel.objects.update(multi_status=False)
    for number in (112, 113):
        make_unknown(first.service, candidate_id=str(number))
    answers = iter([Answer(200, STATUS_JSON), Answer(200, b'{"error": "Invalid API key"}')])
    asked = answering(lambda _: next(answers))
    assert confirm_candidates(first.panel_id, threading.Event()) == 1
    assert Panel.objects.get().paused_reason == Panel.Pause.AUTH
    (left,) = {"111", "112", "113"} - set(asked)
    assert Order.objects.get(candidate_id__gt="").candidate_id == left
