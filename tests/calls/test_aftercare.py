"""Refills and cancels are requested at most once, and refills are followed to their end."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.calls import aftercare, visit
from panels.calls.aftercare import expire_requests, send_requests
from panels.calls.polling import poll_due
from panels.calls.submission import submit_queued
from panels.models import Controls, Order, Panel, Refill, Service
from panels.models.order_states import RequestState
from panels.orders.aftercare import request_cancel, request_refill
from panels.protocol.answers import Answer
from panels.protocol.client import PanelClient
from panels.protocol.errors import NotSent, OutcomeUnknown, Reason, Refused
from panels.providers import pauses
from panels.sandbox import Fault
from tests.factories import make_order, make_panel, make_placed, make_refill, make_service
from tests.locks import run_behind


def care(panel):
    return send_requests(panel.pk, threading.Event())


@pytest.fixture
def running(synced_panel, sandbox):
    """An order that runs at the sandbox, of a service that refills and cancels."""
    service = Service.objects.get(
        panel=synced_panel, remote_id=str(sandbox.pick("Default", refill=True, cancel=True).id)
    )
    make_order(service, quantity=service.min_quantity)
    submit_queued(synced_panel.pk, threading.Event())
    return Order.objects.select_related("service", "panel").get()


@pytest.fixture
def completed(running, sandbox, synced_panel):
    """The running order, completed."""
    sandbox.finish(running.remote_id, "Completed")
    Order.objects.update(next_check_at=timezone.now())
    poll_due(synced_panel.pk, threading.Event())
    return Order.objects.select_related("service", "panel").get()


def test_a_refill_is_asked_for_once_and_followed_until_it_ends(synced_panel, sandbox, completed, operator):
    assert request_refill(completed, operator) == ""
    assert care(synced_panel) == {"refills": 1}
    refill = Refill.objects.get()
    assert (refill.state, bool(refill.remote_id), refill.requested_by) == (RequestState.ACCEPTED, True, operator)
    care(synced_panel)
    assert sandbox.calls["refill"] == 1
    sandbox.skip(3600)
    Refill.objects.update(next_check_at=timezone.now())
    assert care(synced_panel) == {"checked": 1}
    refill.refresh_from_db()
    assert refill.progress in ("completed", "rejected")
    assert refill.finished_at is not None
    assert refill.next_check_at is None


def test_a_refused_refill_keeps_the_panels_words(synced_panel, sandbox, completed):
    request_refill(completed, None)
    sandbox.faults.add(Fault.REFUSE, "refill", text="Order not eligible for refill")
    care(synced_panel)
    refill = Refill.objects.get()
    assert (refill.state, refill.error) == (RequestState.REFUSED, "Order not eligible for refill")
    assert not refill.is_open


@pytest.mark.parametrize("fault", [Fault.DROP, Fault.ERROR_500, Fault.GARBAGE, Fault.EMPTY])
def test_a_refill_that_may_have_arrived_is_not_asked_for_again(synced_panel, sandbox, completed, fault):
    request_refill(completed, None)
    sandbox.faults.add(fault, "refill")
    care(synced_panel)
    care(synced_panel)
    assert Refill.objects.get().state == RequestState.UNKNOWN
    assert sandbox.calls["refill"] == 1
    assert "the refill request" in Order.objects.get().alarm


def test_a_refill_that_never_left_waits(synced_panel, sandbox, completed):
    request_refill(completed, None)
    sandbox.vanish()
    care(synced_panel)
    assert Refill.objects.get().state == RequestState.QUEUED
    sandbox.come_back()
    care(synced_panel)
    assert Refill.objects.get().state == RequestState.ACCEPTED


def test_an_accepted_cancel_is_not_yet_a_canceled_order(synced_panel, sandbox, running, operator):
    assert request_cancel(running, operator) == ""
    assert care(synced_panel) == {"cancels": 1}
    running.refresh_from_db()
    assert running.cancel_state == RequestState.ACCEPTED
    assert running.progress != "canceled"
    # The status is checked at once, because only it shows a cancel.
    assert running.check_requested_at is not None
    sandbox.skip(600)
    poll_due(synced_panel.pk, threading.Event())
    running.refresh_from_db()
    assert running.progress in ("canceled", "partial")


def test_a_refused_cancel_keeps_the_panels_words_and_may_be_asked_again(synced_panel, sandbox, running):
    request_cancel(running, None)
    sandbox.finish(running.remote_id, "Completed")
    care(synced_panel)
    running.refresh_from_db()
    assert running.cancel_state == RequestState.REFUSED
    assert running.cancel_error
    assert running.can_cancel


def test_a_cancel_that_may_have_arrived_is_not_asked_for_again(synced_panel, sandbox, running):
    request_cancel(running, None)
    sandbox.faults.add(Fault.DROP, "cancel")
    care(synced_panel)
    care(synced_panel)
    running.refresh_from_db()
    assert running.cancel_state == RequestState.UNKNOWN
    assert sandbox.calls["cancel"] == 1
    assert "the cancel request" in running.alarm


def test_a_panel_that_does_not_know_cancels_has_none_and_a_person_can_still_try(synced_panel, sandbox, running):
    request_cancel(running, None)
    sandbox.faults.add(Fault.REFUSE, "cancel", times=2, text="Incorrect action")
    care(synced_panel)
    assert Panel.objects.get().takes_cancels is False
    running.refresh_from_db()
    assert request_cancel(running, None) == ""
    care(synced_panel)
    running.refresh_from_db()
    assert running.cancel_state == RequestState.ACCEPTED
    assert Panel.objects.get().takes_cancels is True


def test_the_same_no_to_three_orders_shows_that_a_panel_has_no_cancels(db, reduced_sandbox):
    panel = make_panel(api_url=reduced_sandbox.api_url, key=reduced_sandbox.key)
    service = make_service(panel, cancel=None)
    for number in (2, 1):
        for _ in range(number):
            assert request_cancel(make_placed(service), None) == ""
        assert Panel.objects.get().takes_cancels is None
        care(panel)
    assert set(Order.objects.values_list("cancel_error", flat=True)) == {"Incorrect request"}
    assert Panel.objects.get().takes_cancels is False


def test_orders_that_had_ended_say_nothing_about_the_cancels_of_a_panel(synced_panel, sandbox):
    orders = [make_placed(make_service(synced_panel)) for _ in range(4)]
    sandbox.faults.add(Fault.REFUSE, "cancel", times=None, text="Order already completed")
    for order in orders:
        request_cancel(order, None)
    care(synced_panel)
    assert Order.objects.filter(cancel_state=RequestState.REFUSED).count() == 4
    assert Panel.objects.get().takes_cancels is None


@pytest.mark.django_db
def test_requests_past_their_deadline_become_unknown():
    past = timezone.now() - timedelta(seconds=1)
    make_refill(state=RequestState.SENDING, send_deadline=past)
    make_placed(cancel_state=RequestState.SENDING, cancel_deadline=past)
    assert expire_requests() == 2
    assert Refill.objects.get().state == RequestState.UNKNOWN
    assert Order.objects.filter(cancel_state=RequestState.UNKNOWN).count() == 1
    # Both wait for a person now.
    assert Order.objects.filter(alarm__startswith="The panel may have received").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["refills", "cancels"])
def test_of_many_each_gets_its_own_outcome(monkeypatch, kind):
    """A panel that takes one id a call may answer some ids, lose an answer, and not get the other ids."""
    service = make_service()
    orders = [make_placed(service, progress="completed" if kind == "refills" else "in_progress") for _ in range(4)]
    ask = request_refill if kind == "refills" else request_cancel
    for order in orders:
        assert ask(order, None) == ""
    told = ["7" if kind == "refills" else None, Refused("no", Reason.NOT_ELIGIBLE), OutcomeUnknown("lost")]
    calls = []

    def answer(_, remote_ids, **__):
        calls.append(remote_ids)
        if len(calls) > 1:
            raise NotSent("nobody there")
        return dict(zip(remote_ids, [*told, NotSent("not asked")], strict=True))

    monkeypatch.setattr(f"panels.protocol.client.PanelClient.{kind}", answer)
    care(service.panel)
    states = (
        list(Refill.objects.order_by("pk").values_list("state", flat=True))
        if kind == "refills"
        else list(Order.objects.order_by("pk").values_list("cancel_state", flat=True))
    )
    assert states == ["accepted", "refused", "unknown", "queued"]


def make_requests(kind, number, **panel):
    """Queue a number of refills or cancels at a panel that takes one id a call, unless `panel` changes that."""
    service = make_service(make_panel(**{"multi_refill": False, "cancel_parameter": "order"} | panel))
    for _ in range(number):
        if kind == "refill":
            make_refill(make_placed(service, progress="completed"))
        else:
            make_placed(service, cancel_state="queued", cancel_requested_at=timezone.now())
    return service.panel


def states(kind):
    if kind == "refill":
        return list(Refill.objects.order_by("pk").values_list("state", flat=True))
    return list(Order.objects.order_by("pk").values_list("cancel_state", flat=True))


@pytest.fixture
def answering(monkeypatch):
    """Let panels give these answers and then none; return the forms that were sent."""

    def let(*answers):
        sent, left = [], list(answers)

        def post(self, form, **_):
            sent.append({name: value for name, value in form.items() if name != "key"})
            if left:
                return Answer(200, left.pop(0))
            raise OutcomeUnknown("No complete answer: it took too long. The request may have arrived.")

        monkeypatch.setattr("panels.protocol.transport.Transport.post", post)
        return sent

    return let


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["refill", "cancel"])
def test_when_the_first_call_times_out_the_others_wait_as_they_were_never_sent(kind, answering):
    panel, sent = make_requests(kind, 10), answering()
    assert care(panel) == {"failed": 1}
    assert len(sent) == 1
    assert states(kind) == ["unknown"] + ["queued"] * 9
    assert Order.objects.filter(alarm__gt="").count() == 1
    assert Panel.objects.get().failures == 1


@pytest.mark.django_db
def test_when_the_first_call_after_an_objection_to_the_plural_times_out_the_others_wait(answering):
    panel = make_requests("refill", 30, multi_refill=True)
    sent = answering(b'{"error": "orders is not a known field"}')
    care(panel)
    assert len(sent) == 2
    assert states("refill") == ["unknown"] + ["queued"] * 29


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["refill", "cancel"])
def test_the_panel_is_judged_by_what_ended_the_calls(kind, answering):
    panel = make_requests(kind, 4)
    answering(b'{"refill": "5"}' if kind == "refill" else b'{"success": "ok"}', b'{"error": "Invalid API key"}')
    care(panel)
    panel.refresh_from_db()
    assert states(kind) == ["accepted", "queued", "queued", "queued"]
    assert (panel.paused_reason, panel.failures) == (Panel.Pause.AUTH, 0)


@pytest.mark.django_db
def test_calls_that_are_used_up_say_nothing_about_the_panel(monkeypatch, answering):
    panel, turns = make_requests("refill", 3), iter([timedelta()])
    monkeypatch.setattr(visit, "_take_turn", lambda _: next(turns, timedelta(hours=1)))
    answering(b'{"refill": "5"}')
    care(panel)
    assert states("refill") == ["accepted", "queued", "queued"]
    assert Panel.objects.get().failures == 0


@pytest.mark.django_db
def test_an_answer_to_the_requests_counts_although_the_calls_are_used_up_then(monkeypatch, answering):
    panel, turns = make_requests("refill", 12), iter([timedelta()] * 10)
    Panel.objects.update(failures=2)
    monkeypatch.setattr(visit, "_take_turn", lambda _: next(turns, timedelta(hours=1)))
    answering(*[b'{"refill": "5"}'] * 10)
    assert care(panel) == {"refills": 10, "failed": 1}
    assert states("refill") == ["accepted"] * 10 + ["queued"] * 2
    assert Panel.objects.get().failures == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["refill", "cancel"])
def test_what_was_not_sent_is_put_back_although_the_database_is_locked_for_a_moment(kind, monkeypatch):
    panel, failures = make_requests(kind, 3), iter([OperationalError("database is locked")])
    monkeypatch.setattr(
        f"panels.protocol.client.PanelClient.{kind}s", lambda *_, **__: (_ for _ in ()).throw(NotSent("No."))
    )

    def locked_once(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "queued" in (params or ()) and (failure := next(failures, None)):
            raise failure
        return execute(sql, params, many, context)

    with connection.execute_wrapper(locked_once):
        care(panel)
    assert next(failures, None) is None
    assert states(kind) == ["queued"] * 3


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["refill", "cancel"])
def test_a_request_that_cannot_be_recorded_keeps_no_other_from_it(kind, monkeypatch, answering, caplog):
    panel, real, seen = make_requests(kind, 3), getattr(aftercare, f"_settle_{kind}"), []
    answering(*[b'{"refill": "5"}' if kind == "refill" else b'{"success": "ok"}'] * 3)

    def failing_first(row, answer):
        seen.append(row)
        return real(row, answer) if len(seen) > 1 else 1 / 0

    monkeypatch.setattr(aftercare, f"_settle_{kind}", failing_first)
    care(panel)
    assert states(kind) == ["sending", "accepted", "accepted"]
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.django_db
def test_a_refill_that_expires_is_written_before_its_order_as_everywhere():
    make_refill(state=RequestState.SENDING, send_deadline=timezone.now() - timedelta(seconds=1))
    with CaptureQueriesContext(connection) as queries:
        assert expire_requests() == 1
    written = [query["sql"] for query in queries if query["sql"].startswith("UPDATE")]
    assert ["panels_refill" in sql.partition(" SET ")[0] for sql in written][:2] == [True, False]


@pytest.mark.parametrize("text", ["Too many requests", "Invalid API key"])
def test_what_was_turned_away_for_the_accounts_sake_is_asked_again(synced_panel, sandbox, running, text):
    request_cancel(running, None)
    sandbox.faults.add(Fault.REFUSE, "cancel", text=text)
    care(synced_panel)
    running.refresh_from_db()
    synced_panel.refresh_from_db()
    assert running.cancel_state == RequestState.QUEUED
    assert synced_panel.blocks_reading()
    pauses.resume(synced_panel)
    care(synced_panel)
    running.refresh_from_db()
    assert running.cancel_state == RequestState.ACCEPTED


def test_nothing_is_begun_after_the_time_to_send(synced_panel, sandbox, running, monkeypatch):
    monkeypatch.setattr("panels.calls.aftercare.SEND_WITHIN", timedelta(seconds=-60))
    monkeypatch.setattr("panels.protocol.client.BACKOFF", (0.0, 0.0))
    request_cancel(running, None)
    care(synced_panel)
    assert sandbox.calls["cancel"] == 0


@pytest.mark.parametrize("kind", ["refill", "cancel"])
def test_an_answer_after_the_deadline_is_as_good_as_one_in_time(synced_panel, sandbox, request, monkeypatch, kind):
    order = request.getfixturevalue("completed" if kind == "refill" else "running")
    (request_refill if kind == "refill" else request_cancel)(order, None)
    real = getattr(PanelClient, f"{kind}s")

    def late(self, *args, **kwargs):
        answers = real(self, *args, **kwargs)
        past = timezone.now() - timedelta(seconds=1)
        Refill.objects.update(send_deadline=past)
        Order.objects.update(cancel_deadline=past)
        assert expire_requests() == 1
        return answers

    monkeypatch.setattr(PanelClient, f"{kind}s", late)
    care(synced_panel)
    order.refresh_from_db()
    assert (Refill.objects.get().state if kind == "refill" else order.cancel_state) == RequestState.ACCEPTED


def test_while_sending_is_stopped_no_request_goes_out_either(synced_panel, sandbox, running):
    Controls.objects.create(pk=1, sending_stopped_at=timezone.now())
    request_cancel(running, None)
    care(synced_panel)
    assert sandbox.calls["cancel"] == 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite sees nothing from before it waited")
@pytest.mark.django_db(transaction=True)
def test_the_switch_stops_a_request_that_waits_for_its_order(closed_network):
    order = make_placed(cancel_state=RequestState.QUEUED)
    run_behind(
        Order.objects.filter(pk=order.pk),
        lambda: care(order.panel),
        lambda: Controls.objects.create(pk=1, sending_stopped_at=timezone.now()),
    )
    order.refresh_from_db()
    assert order.cancel_state == RequestState.QUEUED
