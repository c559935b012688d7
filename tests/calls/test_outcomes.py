"""The outcome of each sent order is recorded for its own attempt, and ids come first."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from panels.calls import outcomes
from panels.calls.claiming import Claims
from panels.calls.outcomes import expire_sends, record_outcomes, record_placed
from panels.models import Order, OrderEvent, Panel
from panels.protocol.errors import Deferred, IdHidden, NotSent, OutcomeUnknown, Refused
from panels.sandbox import Fault
from tests.calls.sending import events_of, place, submit
from tests.factories import make_order, make_placed, make_service

State = Order.State


def test_a_repeat_that_gets_the_id_of_the_first_order_is_refused_and_names_it(synced_panel, sandbox):
    first = place(synced_panel, sandbox)
    submit(synced_panel)
    second = place(synced_panel, sandbox)
    sandbox.faults.add(Fault.SAME_ID, "add")
    assert submit(synced_panel) == {"refused": 1}
    second.refresh_from_db()
    assert (second.state, second.error_class, second.alarm) == (State.REFUSED, "duplicate", "")
    assert second.remote_id == ""
    assert f"order {first.pk}" in second.error_text


def test_one_id_for_orders_of_two_links_leaves_the_second_unknown_with_an_alarm(synced_panel, sandbox):
    first = place(synced_panel, sandbox)
    submit(synced_panel)
    second = place(synced_panel, sandbox, link="https://example.com/p/2", quantity="1000")
    sandbox.faults.add(Fault.SAME_ID, "add")
    assert submit(synced_panel) == {"unknown": 1}
    second.refresh_from_db()
    assert (second.state, second.remote_id) == (State.UNKNOWN, "")
    assert f"order {first.pk}" in second.alarm
    assert events_of(second)[-2:] == ["alarm", "unknown"]
    assert submit(synced_panel) == {}


NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=300)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.SENDING, State.UNKNOWN])
@pytest.mark.parametrize(
    ("first", "is_repeat"),
    [
        ({}, True),
        ({"sent_at": NOW - timedelta(minutes=9)}, True),
        ({"link": "http://m.example.com/p?utm_source=share#top"}, True),
        # Our order was sent first, and its answer came last.
        ({"sent_at": NOW + timedelta(minutes=2)}, True),
        ({"sent_at": NOW - timedelta(minutes=11)}, False),
        # The panel, or our account there, may have started its ids anew.
        ({"sent_at": LONG_AGO, "placed_at": LONG_AGO, "link": "https://example.com/old"}, False),
        ({"sent_at": LONG_AGO, "placed_at": LONG_AGO}, False),
        ({"link": "https://example.com/other"}, False),
        # Imported while our order was on its way.
        ({"attempt": 0, "sent_at": None}, False),
        ({"attempt": 0}, False),
    ],
)
def test_only_a_repeat_is_refused_for_an_id_that_we_hold(first, is_repeat, state):
    service = make_service()
    values = {"link": "https://example.com/p", "sent_at": NOW} | first
    first = make_placed(service, remote_id="77", **values)
    order = make_order(service, state=State.SENDING, attempt=1, link="https://www.example.com/p/", sent_at=NOW)
    Order.objects.filter(pk=order.pk).update(state=state)
    record_outcomes([(order, "77")])
    order.refresh_from_db()
    assert order.state == (State.REFUSED if is_repeat else State.UNKNOWN)
    assert f"order {first.pk}" in (order.error_text if is_repeat else order.alarm)
    assert bool(order.alarm) is not is_repeat


@pytest.mark.django_db
def test_an_order_of_another_service_or_for_another_name_is_no_repeat():
    service = make_service(type="subscriptions")
    sent = {"link": "", "sent_at": NOW, "params": {"username": "anna"}}
    make_placed(service, remote_id="77", **sent)
    again = make_order(service, state=State.SENDING, attempt=1, **sent)
    other = make_order(service, state=State.SENDING, attempt=1, **sent | {"params": {"username": "bert"}})
    elsewhere = make_order(make_service(service.panel), state=State.SENDING, attempt=1, **sent)
    assert [record_placed(order, "77") for order in (again, other, elsewhere)] == ["refused", "unknown", "unknown"]


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.UNKNOWN, State.WRITTEN_OFF])
def test_a_late_id_places_the_order_that_was_given_up(state):
    order = make_order(state=State.SENDING, attempt=1)
    Order.objects.filter(pk=order.pk).update(state=state)
    assert record_placed(order, "900") == "placed"
    order.refresh_from_db()
    assert (order.state, order.remote_id) == (State.PLACED, "900")


@pytest.mark.django_db
def test_a_late_id_of_an_order_that_was_queued_again_raises_an_alarm_and_holds_it():
    order = make_order(state=State.SENDING, attempt=1)
    Order.objects.filter(pk=order.pk).update(state=State.QUEUED)
    assert record_placed(order, "900") == "alarm"
    order.refresh_from_db()
    assert order.state == State.QUEUED
    assert "900" in order.alarm
    assert order.held_reason
    assert Claims(order.panel_id).take() == ([], None)


@pytest.mark.django_db
def test_a_late_id_of_an_order_that_was_sent_again_raises_an_alarm():
    order = make_order(state=State.SENDING, attempt=1)
    Order.objects.filter(pk=order.pk).update(state=State.PLACED, attempt=2, remote_id="901")
    assert record_placed(order, "900") == "alarm"
    order.refresh_from_db()
    assert order.remote_id == "901"
    assert "900" in order.alarm
    assert events_of(order) == ["alarm"]


@pytest.mark.django_db
def test_a_late_refusal_settles_an_order_that_had_become_unknown(synced_panel, sandbox, monkeypatch):
    order = place(synced_panel, sandbox)
    sandbox.faults.add(Fault.REFUSE, "add", text="Incorrect link")
    real = outcomes._refuse_order

    def late(order, error):
        Order.objects.filter(pk=order.pk, state=State.SENDING).update(state=State.UNKNOWN)
        return real(order, error)

    monkeypatch.setattr(outcomes, "_refuse_order", late)
    assert submit(synced_panel) == {"refused": 1}
    order.refresh_from_db()
    assert order.state == State.REFUSED


@pytest.mark.django_db
@pytest.mark.parametrize("error", [NotSent("No connection."), Deferred("Too late.")])
def test_who_decides_about_an_unknown_order_is_told_that_it_never_left(error):
    order = make_order(state=State.SENDING, attempt=1, send_deadline=timezone.now() - timedelta(seconds=1))
    assert expire_sends() == 1
    assert record_outcomes([(order, error)]) == {"late": 1}
    order.refresh_from_db()
    # A person may have ordered it again by now.
    assert order.state == State.UNKNOWN
    assert order.error_text == f"It is now known that nothing was sent: {error.text}"
    assert events_of(order) == ["unknown", "not_sent"]


@pytest.mark.django_db
def test_what_was_decided_about_an_order_stays_when_it_turns_out_that_it_never_left():
    order = make_order(state=State.SENDING, attempt=1)
    Order.objects.update(state=State.QUEUED)
    assert record_outcomes([(order, NotSent("No connection."))]) == {"late": 1}
    order.refresh_from_db()
    assert (order.state, order.error_text, events_of(order)) == (State.QUEUED, "", [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("error", "events"),
    [(OutcomeUnknown("It broke."), ["unknown"]), (IdHidden("The ID has the key."), ["alarm", "unknown"])],
)
def test_an_unknown_order_asks_for_the_balance_even_if_the_database_fails_in_between(
    monkeypatch, caplog, error, events
):
    order = make_order(state=State.SENDING, attempt=1)
    real, failures = QuerySet.update, iter([DatabaseError("gone")])

    def update(self, **fields):
        if "balance_requested_at" in fields and (error := next(failures, None)):
            raise error
        return real(self, **fields)

    monkeypatch.setattr(QuerySet, "update", update)
    assert record_outcomes([(order, error)]) == {"unknown": 1}
    assert Panel.objects.get().balance_requested_at
    assert events_of(order) == events
    assert (order.state, Order.objects.get().state) == (State.UNKNOWN, State.UNKNOWN)


@pytest.mark.django_db
def test_what_was_kept_back_waits_no_longer_when_it_first_fails():
    order = make_order()
    for _ in range(4):
        [claimed], _ = Claims(order.panel_id).take()
        record_outcomes([(claimed, Deferred("Kept back."))])
    [claimed], _ = Claims(order.panel_id).take()
    record_outcomes([(claimed, NotSent("No connection."))])
    order.refresh_from_db()
    assert order.send_after - timezone.now() < timedelta(seconds=16)


@pytest.mark.django_db(transaction=True)
def test_ids_that_cannot_be_written_together_are_written_one_by_one(monkeypatch, caplog):
    service = make_service()
    orders = [make_order(service, state=State.SENDING, attempt=1) for _ in range(3)]
    monkeypatch.setattr(OrderEvent.objects, "bulk_create", lambda *_: (_ for _ in ()).throw(DatabaseError("full")))
    assert record_outcomes([(order, str(900 + number)) for number, order in enumerate(orders)]) == {"placed": 3}
    assert list(Order.objects.order_by("pk").values_list("state", "remote_id")) == [
        ("placed", "900"),
        ("placed", "901"),
        ("placed", "902"),
    ]
    assert [events_of(order) for order in orders] == [["placed"]] * 3
    assert f"order {orders[2].pk} was placed as '902'" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_commit_of_several_ids_whose_acknowledgement_is_lost_is_in_the_history_once(monkeypatch):
    service = make_service()
    orders = [make_order(service, state=State.SENDING, attempt=1) for _ in range(2)]
    atomic, failures = transaction.atomic, iter([DatabaseError("the connection broke")])

    @contextmanager
    def committing_and_failing_once(*args, **kwargs):
        with atomic(*args, **kwargs):
            yield
        if not connection.in_atomic_block and (failure := next(failures, None)):
            raise failure

    monkeypatch.setattr(transaction, "atomic", committing_and_failing_once)
    assert record_outcomes([(order, str(900 + number)) for number, order in enumerate(orders)]) == {"placed": 2}
    monkeypatch.undo()
    assert list(Order.objects.order_by("pk").values_list("remote_id", flat=True)) == ["900", "901"]


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_recorded_keeps_nothing_else_from_being_recorded(monkeypatch, caplog):
    service = make_service()
    lost, refused, unknown = (make_order(service, state=State.SENDING, attempt=1) for _ in range(3))
    Order.objects.filter(pk=lost.pk).update(state=State.QUEUED)
    monkeypatch.setattr(outcomes, "_raise_alarm", lambda *_: 1 / 0)
    answers = [(lost, "900"), (refused, Refused("No.")), (unknown, OutcomeUnknown("It broke."))]
    assert record_outcomes(answers) == {"not recorded": 1, "refused": 1, "unknown": 1}
    assert [Order.objects.get(pk=order.pk).state for order in (refused, unknown)] == ["refused", "unknown"]
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.django_db
def test_what_is_past_its_deadline_becomes_unknown_never_queued():
    now = timezone.now()
    dead = make_order(state=State.SENDING, attempt=1, send_deadline=now - timedelta(seconds=1))
    alive = make_order(state=State.SENDING, attempt=1, send_deadline=now + timedelta(minutes=1))
    assert expire_sends() == 1
    dead.refresh_from_db()
    alive.refresh_from_db()
    assert (dead.state, alive.state) == (State.UNKNOWN, State.SENDING)


@pytest.mark.django_db
def test_an_id_that_a_person_gave_to_another_order_raises_an_alarm_instead_of_a_refusal(operator):
    first = make_placed(remote_id="77")
    first.add_event("resolved", "The panel confirms 77.", actor=operator)
    order = make_order(first.service, state=State.SENDING, attempt=1, link=first.link, sent_at=first.sent_at)
    record_placed(order, "77")
    order.refresh_from_db()
    assert order.state == State.UNKNOWN
    assert f"order {first.pk}" in order.alarm


@pytest.mark.django_db
def test_a_written_off_order_whose_late_id_is_taken_raises_an_alarm():
    first = make_placed(remote_id="77")
    order = make_order(first.service, state=State.SENDING, attempt=1, link=first.link, sent_at=first.sent_at)
    Order.objects.filter(pk=order.pk).update(state=State.WRITTEN_OFF)
    assert record_placed(order, "77") == "alarm"
