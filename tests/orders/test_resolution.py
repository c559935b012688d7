"""What a person decides about an order happens once, and only when nothing else can happen any more."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.calls import candidates
from panels.calls.submission import submit_queued
from panels.models import Order, Panel, Service
from panels.orders import resolution
from panels.protocol.answers import Answer
from panels.sandbox import Fault
from tests.factories import make_order, make_placed

State = Order.State


def make_unknown(service=None, **fields):
    past = timezone.now() - timedelta(seconds=1)
    return make_order(service, **{"state": State.UNKNOWN, "attempt": 1, "send_deadline": past} | fields)


@pytest.mark.django_db
def test_a_queued_order_can_be_withdrawn_once(operator):
    order = make_order()
    stale = Order.objects.get()
    assert resolution.withdraw(order, operator) == ""
    assert resolution.withdraw(stale, operator) == resolution.TOO_LATE
    event = order.events.get()
    assert (event.what, event.actor) == ("withdrawn", operator)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [s for s in State if s != State.QUEUED])
def test_only_a_queued_order_can_be_withdrawn(state):
    order = make_order(state=state)
    assert "Only an order that waits" in resolution.withdraw(order, None)
    order.refresh_from_db()
    assert order.state == state


@pytest.mark.django_db
def test_releasing_a_held_order_agrees_to_the_new_price(operator):
    order = make_order(held_reason="The price has risen")
    Service.objects.update(rate_per_1000=Decimal("1.80"))
    order = Order.objects.select_related("service__panel").get()
    assert resolution.release(order, operator) == ""
    order.refresh_from_db()
    assert (order.held_reason, order.rate_agreed, order.expected_cost) == ("", Decimal("1.80"), Decimal("1.80"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"), [({"is_listed": False}, "no longer lists"), ({"min_quantity": 5000}, "minimum")]
)
def test_what_the_service_no_longer_takes_cannot_be_released(change, words):
    make_order(held_reason="look")
    Service.objects.update(**change)
    order = Order.objects.select_related("service__panel").get()
    assert words in resolution.release(order, None)
    order.refresh_from_db()
    assert order.held_reason == "look"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("decide", "state"), [(resolution.send_again, State.QUEUED), (resolution.write_off, State.WRITTEN_OFF)]
)
def test_an_unknown_order_is_resolved_only_after_its_deadline(decide, state, operator):
    early = make_unknown(send_deadline=timezone.now() + timedelta(seconds=30))
    assert "may still come" in decide(early, operator)
    order = make_unknown()
    assert decide(order, operator) == ""
    order.refresh_from_db()
    assert order.state == state
    assert order.events.get().actor == operator


@pytest.fixture
def lost(synced_panel, sandbox):
    """An order that the sandbox took and never acknowledged."""
    service = Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Default").id))
    make_order(service, quantity=service.min_quantity)
    sandbox.faults.add(Fault.DROP, "add")
    submit_queued(synced_panel.pk, threading.Event())
    Order.objects.update(send_deadline=timezone.now() - timedelta(seconds=1))
    return Order.objects.get()


def test_an_id_that_the_panel_confirms_places_the_order(synced_panel, sandbox, lost, operator):
    remote_id = sandbox.ledger[0].order_id
    assert resolution.name_candidate(lost, f" {remote_id} ", operator) == ""
    assert candidates.confirm_candidates(synced_panel.pk, threading.Event()) == 1
    lost.refresh_from_db()
    assert (lost.state, lost.remote_id, lost.candidate_id) == (State.PLACED, remote_id, "")
    last = lost.events.last()
    assert (last.what, last.actor) == ("resolved", operator)


def test_an_id_that_the_panel_does_not_know_is_not_believed(synced_panel, sandbox, lost, operator):
    resolution.name_candidate(lost, "99999999", operator)
    assert candidates.confirm_candidates(synced_panel.pk, threading.Event()) == 0
    lost.refresh_from_db()
    assert lost.state == State.UNKNOWN
    assert "does not confirm 99999999" in lost.candidate_error


def test_an_id_is_not_believed_when_the_panel_cannot_be_asked(synced_panel, sandbox, lost, operator, monkeypatch):
    monkeypatch.setattr("panels.protocol.client.BACKOFF", (0.0, 0.0))
    resolution.name_candidate(lost, sandbox.ledger[0].order_id, operator)
    sandbox.vanish()
    assert candidates.confirm_candidates(synced_panel.pk, threading.Event()) == 0
    lost.refresh_from_db()
    assert lost.state == State.UNKNOWN
    assert "could not be asked" in lost.candidate_error


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "0", "-1", "null", "x" * 65, "a\nb"])
def test_what_is_no_id_is_not_taken_for_one(text):
    assert "no order id" in resolution.name_candidate(make_unknown(), text, None)


@pytest.mark.django_db
def test_an_id_that_another_order_has_is_not_taken():
    first = make_placed(remote_id="77")
    assert f"order {first.pk}" in resolution.name_candidate(make_unknown(first.service), "77", None)


@pytest.mark.django_db
def test_an_alarm_is_dismissed_by_a_person_and_told(operator):
    order = make_placed(alarm="Second order at the panel: 7.")
    resolution.dismiss_alarm(order, operator)
    order.refresh_from_db()
    assert order.alarm == ""
    assert "Second order" in order.events.get().detail


def test_an_id_that_another_order_got_meanwhile_keeps_the_order_unknown(synced_panel, sandbox, lost, operator):
    remote_id = sandbox.ledger[0].order_id
    assert resolution.name_candidate(lost, remote_id, operator) == ""
    owner = make_placed(lost.service, remote_id=remote_id)
    assert candidates.confirm_candidates(synced_panel.pk, threading.Event()) == 0
    lost.refresh_from_db()
    assert lost.state == State.UNKNOWN
    assert f"order {owner.pk}" in lost.candidate_error


@pytest.mark.django_db
def test_an_id_named_for_one_unknown_order_is_not_taken_for_another():
    first = make_unknown()
    assert resolution.name_candidate(first, "77", None) == ""
    assert f"order {first.pk}" in resolution.name_candidate(make_unknown(first.service), "77", None)


@pytest.mark.django_db
def test_an_inactive_panel_cannot_be_asked_about_an_id():
    order = make_unknown()
    order.panel.is_active = False
    assert "inactive" in resolution.name_candidate(order, "77", None)


STATUS = b'{"status":"Completed","charge":"1","remains":"0","start_count":"0","currency":"USD"}'


@pytest.fixture
def answering(monkeypatch):
    """Let panels answer with what `reply` makes of a form; returns the ids that were asked about."""

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
        return Answer(200, STATUS)

    asked = answering(correcting)
    assert candidates.confirm_candidates(order.panel_id, threading.Event()) == 0
    order.refresh_from_db()
    assert (order.state, order.candidate_id, order.remote_id) == (State.UNKNOWN, "112", "")
    assert candidates.confirm_candidates(order.panel_id, threading.Event()) == 1
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
    candidates.confirm_candidates(order.panel_id, threading.Event())
    order.refresh_from_db()
    assert (order.candidate_id, order.candidate_error) == ("112", "")


@pytest.mark.django_db
def test_an_id_for_an_order_that_is_no_longer_unknown_is_not_taken(operator):
    stale = make_unknown()
    assert resolution.write_off(Order.objects.get(), operator) == ""
    assert resolution.name_candidate(stale, "111", operator) == resolution.TOO_LATE


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["rate_limit", "unreachable", "auth"])
def test_a_named_id_waits_as_long_as_its_panel_is_left_alone(answering, reason):
    order = make_unknown(candidate_id="111")
    until = None if reason == "auth" else timezone.now() + timedelta(hours=1)
    Panel.objects.update(paused_reason=reason, paused_until=until)
    asked = answering(lambda _: Answer(200, STATUS))
    assert candidates.confirm_candidates(order.panel_id, threading.Event()) == 0
    order.refresh_from_db()
    assert (asked, order.candidate_id, order.candidate_error) == ([], "111", "")
    # A pause of placing stops no questions.
    Panel.objects.update(paused_reason="by_hand", paused_until=None)
    assert candidates.confirm_candidates(order.panel_id, threading.Event()) == 1


@pytest.mark.django_db
def test_what_ends_the_questions_about_named_ids_pauses_the_panel_and_leaves_the_others_named(answering):
    first = make_unknown(candidate_id="111")
    Panel.objects.update(multi_status=False)
    for number in (112, 113):
        make_unknown(first.service, candidate_id=str(number))
    answers = iter([Answer(200, STATUS), Answer(200, b'{"error": "Invalid API key"}')])
    asked = answering(lambda _: next(answers))
    assert candidates.confirm_candidates(first.panel_id, threading.Event()) == 1
    assert Panel.objects.get().paused_reason == Panel.Pause.AUTH
    (left,) = {"111", "112", "113"} - set(asked)
    assert Order.objects.get(candidate_id__gt="").candidate_id == left
