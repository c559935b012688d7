"""Orders are sent at most once, and what became of them is on record."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from cryptography.fernet import Fernet
from django.db import DatabaseError, IntegrityError, InterfaceError, connection, connections, transaction
from django.db.models import QuerySet
from django.utils import timezone

from panels.calls import claiming, outcomes, submission, visit
from panels.calls.balances import check_balance
from panels.calls.claiming import Claims
from panels.calls.outcomes import expire_sends, record_outcomes, record_placed
from panels.calls.submission import submit_queued
from panels.models import Batch, Controls, Order, OrderEvent, Panel, Service
from panels.models.order import IllegalMoveError
from panels.orders.moves import MovedOnError, move_together
from panels.orders.placing import build_order, place_order
from panels.protocol.errors import Deferred, NotSent, OutcomeUnknown, Refused
from panels.protocol.order_types import check
from panels.providers import pauses
from panels.sandbox import Fault
from tests.factories import make_order, make_panel, make_placed, make_service
from tests.locks import run_behind
from tests.processes import PATIENCE, eventually

State = Order.State
KEPT_BACK = ["sent", "not_sent"]


def place(synced_panel, sandbox, *, type_name="Default", **values):
    """Queue an order for the sandbox's first service of a type."""
    service = Service.objects.select_related("panel").get(panel=synced_panel, remote_id=str(sandbox.pick(type_name).id))
    values = values or {"link": "https://example.com/p/1", "quantity": str(service.min_quantity)}
    checked = check(service.offer(), values)
    assert not checked.errors
    return place_order(build_order(service, checked, placed_by=None))[0]


def submit(panel):
    return submit_queued(panel.pk, threading.Event())


def events_of(order):
    return [event.what for event in order.events.all()]


# -- the good way


def test_a_queued_order_is_sent_once_and_placed(synced_panel, sandbox):
    order = place(synced_panel, sandbox)
    assert submit(synced_panel) == {"placed": 1}
    order.refresh_from_db()
    assert order.state == State.PLACED
    assert [entry.order_id for entry in sandbox.ledger] == [order.remote_id]
    assert order.next_check_at is not None
    assert events_of(order) == ["created", "sent", "placed"]
    assert submit(synced_panel) == {}
    assert len(sandbox.ledger) == 1


def test_what_the_person_gave_is_what_the_panel_gets(synced_panel, sandbox):
    service = Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Custom Comments").id))
    lines = "\n".join(f"comment {n}" for n in range(service.min_quantity))
    order = place(synced_panel, sandbox, type_name="Custom Comments", link="https://example.com/c", comments=lines)
    submit(synced_panel)
    assert sandbox.ledger[0].fields["comments"].splitlines() == lines.splitlines()
    assert "quantity" not in sandbox.ledger[0].fields
    order.refresh_from_db()
    assert order.expected_cost == sandbox.ledger[0].charge.quantize(Decimal("0.000001"))


@pytest.mark.django_db(transaction=True)
def test_many_orders_go_out_in_parallel_each_once(synced_panel, sandbox):
    sandbox.latency = 0.02
    Panel.objects.update(parallel_calls=4)
    sandbox.set_balance(Decimal(100_000))
    service = Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Default").id))
    for number in range(25):
        make_order(service, link=f"https://example.com/p/{number}", quantity=service.min_quantity)
    assert submit(synced_panel) == {"placed": 25}
    assert sorted(Order.objects.values_list("remote_id", flat=True)) == sorted(e.order_id for e in sandbox.ledger)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_order_once(synced_panel, sandbox):
    sandbox.latency = 0.02
    Panel.objects.update(parallel_calls=4)
    sandbox.set_balance(Decimal(100_000))
    service = Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Default").id))
    for number in range(20):
        make_order(service, link=f"https://example.com/p/{number}", quantity=service.min_quantity)

    def worker():
        try:
            submit(synced_panel)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sandbox.ledger) == 20
    assert Order.objects.filter(state=State.PLACED).count() == 20
    assert sandbox.peaks["add"] <= 4


# -- the three outcomes


@pytest.mark.parametrize(
    "fault",
    [
        Fault.DROP,
        Fault.ERROR_500,
        Fault.GARBAGE,
        Fault.EMPTY,
        Fault.NULL,
        Fault.TRUNCATED,
        Fault.DROP_BEFORE,
        Fault.HTML,
        Fault.REDIRECT,
    ],
)
def test_an_order_that_may_have_arrived_is_never_sent_again(synced_panel, sandbox, fault):
    order = place(synced_panel, sandbox)
    sandbox.faults.add(fault, "add")
    assert submit(synced_panel) == {"unknown": 1}
    before = sandbox.calls["add"]
    submit(synced_panel)
    order.refresh_from_db()
    assert order.state == State.UNKNOWN
    assert order.error_text
    assert sandbox.calls["add"] == before == 1
    assert events_of(order)[-1] == "unknown"


def test_a_hanging_panel_leaves_the_order_unknown_and_asks_for_the_balance(synced_panel, sandbox):
    Panel.objects.update(read_timeout=1)
    order = place(synced_panel, sandbox)
    sandbox.faults.add(Fault.HANG, "add")
    assert submit(synced_panel) == {"unknown": 1}
    order.refresh_from_db()
    synced_panel.refresh_from_db()
    assert order.state == State.UNKNOWN
    assert len(sandbox.ledger) == 1
    assert synced_panel.balance_requested_at is not None


def test_a_refusal_is_final_and_keeps_the_panels_words(synced_panel, sandbox):
    order = place(synced_panel, sandbox)
    sandbox.faults.add(Fault.REFUSE, "add", text="Quantity less than minimal 100")
    assert submit(synced_panel) == {"refused": 1}
    order.refresh_from_db()
    assert (order.state, order.error_class, order.error_text) == (
        State.REFUSED,
        "validation",
        "Quantity less than minimal 100",
    )


def test_an_order_that_never_left_waits_longer_after_each_try(synced_panel, sandbox):
    order = place(synced_panel, sandbox)
    sandbox.vanish()
    delays = []
    for _ in range(3):
        Order.objects.update(send_after=timezone.now() - timedelta(seconds=1))
        Panel.objects.update(paused_reason="", paused_until=None, quiet_until=None)
        assert submit(synced_panel) == {"put back": 1}
        order.refresh_from_db()
        assert order.state == State.QUEUED
        delays.append(order.send_after - timezone.now())
    assert delays == sorted(delays)
    assert delays[0] > timedelta(seconds=10)
    synced_panel.refresh_from_db()
    assert synced_panel.paused_reason == Panel.Pause.UNREACHABLE
    assert synced_panel.paused_until > timezone.now()


def test_a_429_pauses_the_panel_and_the_order_goes_out_later(synced_panel, sandbox):
    order = place(synced_panel, sandbox)
    sandbox.faults.add(Fault.RATE_LIMIT, "add", seconds=7)
    assert submit(synced_panel) == {"put back": 1}
    synced_panel.refresh_from_db()
    assert synced_panel.paused_reason == Panel.Pause.RATE_LIMIT
    assert timedelta(seconds=4) < synced_panel.paused_until - timezone.now() < timedelta(seconds=8)
    past = timezone.now() - timedelta(seconds=1)
    Panel.objects.update(paused_until=past, quiet_until=past)
    assert submit(synced_panel) == {"placed": 1}
    order.refresh_from_db()
    synced_panel.refresh_from_db()
    assert order.state == State.PLACED
    assert synced_panel.paused_reason == ""


@pytest.mark.parametrize(("text", "reason"), [("Not enough funds on balance", "funds"), ("Invalid API key", "auth")])
def test_a_refusal_about_the_account_pauses_the_panel_and_keeps_the_queue(synced_panel, sandbox, text, reason):
    order = place(synced_panel, sandbox)
    sandbox.faults.add(Fault.REFUSE, "add", text=text)
    assert submit(synced_panel) == {"put back": 1}
    assert submit(synced_panel) == {}
    order.refresh_from_db()
    synced_panel.refresh_from_db()
    assert order.state == State.QUEUED
    assert (synced_panel.paused_reason, synced_panel.last_error) == (reason, text)
    pauses.resume(synced_panel)
    assert submit(synced_panel) == {"placed": 1}


def test_an_error_of_our_own_while_sending_leaves_the_order_unknown(synced_panel, sandbox, monkeypatch, caplog):
    order = place(synced_panel, sandbox)
    monkeypatch.setattr("panels.protocol.client.PanelClient.add", lambda *_, **__: 1 / 0)
    assert submit(synced_panel) == {"unknown": 1}
    order.refresh_from_db()
    assert order.state == State.UNKNOWN
    assert "ZeroDivisionError" in caplog.text


# -- ids


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
        # Its answer came later.
        ({"sent_at": NOW + timedelta(minutes=2)}, True),
        ({"sent_at": NOW - timedelta(minutes=11)}, False),
        # The panel, or our account there, is another than it was.
        ({"sent_at": LONG_AGO, "placed_at": LONG_AGO, "link": "https://example.com/old"}, False),
        ({"sent_at": LONG_AGO, "placed_at": LONG_AGO}, False),
        ({"link": "https://example.com/other"}, False),
        # Placed elsewhere and taken over while ours was on its way.
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
    # Somebody may have ordered it elsewhere by now.
    assert order.state == State.UNKNOWN
    assert order.error_text == f"Nothing was sent, as we know by now: {error.text}"
    assert events_of(order) == ["unknown", "not_sent"]


@pytest.mark.django_db
def test_what_was_decided_about_an_order_stays_when_it_turns_out_that_it_never_left():
    order = make_order(state=State.SENDING, attempt=1)
    Order.objects.update(state=State.QUEUED)
    assert record_outcomes([(order, NotSent("No connection."))]) == {"late": 1}
    order.refresh_from_db()
    assert (order.state, order.error_text, events_of(order)) == (State.QUEUED, "", [])


@pytest.mark.django_db(transaction=True)
def test_an_unknown_order_asks_for_the_balance_even_if_the_database_fails_in_between(monkeypatch, caplog):
    order = make_order(state=State.SENDING, attempt=1)
    real, failures = QuerySet.update, iter([DatabaseError("gone")])

    def update(self, **fields):
        if "balance_requested_at" in fields and (error := next(failures, None)):
            raise error
        return real(self, **fields)

    monkeypatch.setattr(QuerySet, "update", update)
    assert record_outcomes([(order, OutcomeUnknown("It broke."))]) == {"unknown": 1}
    assert Panel.objects.get().balance_requested_at
    assert events_of(order) == ["unknown"]


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
def test_the_id_is_written_again_until_the_database_takes_it(monkeypatch):
    order = make_order(state=State.SENDING, attempt=1)
    real, failures = Order.advance, iter([DatabaseError("gone"), InterfaceError("closed")])

    def advance(self, *args, **fields):
        if error := next(failures, None):
            raise error
        return real(self, *args, **fields)

    monkeypatch.setattr(Order, "advance", advance)
    assert record_placed(order, "900") == "placed"
    order.refresh_from_db()
    assert order.remote_id == "900"


@pytest.mark.django_db(transaction=True)
def test_an_id_that_cannot_be_recorded_is_logged(monkeypatch, caplog):
    order = make_order(state=State.SENDING, attempt=1)
    monkeypatch.setattr("panels.calls.recording.RECORD_FOR", 0)
    monkeypatch.setattr(Order, "advance", lambda *_, **__: (_ for _ in ()).throw(DatabaseError("gone")))
    with pytest.raises(DatabaseError):
        record_placed(order, "900")
    assert "900" in caplog.text


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


@pytest.mark.django_db(transaction=True)
def test_a_claim_that_fails_leaves_nothing_unrecorded_of_what_is_on_its_way(synced_panel, sandbox, monkeypatch):
    Panel.objects.update(parallel_calls=3)
    sandbox.latency = 0.3
    service = Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Default").id))
    for number in range(5):
        make_order(service, link=f"https://example.com/p/{number}", quantity=service.min_quantity)
    real, taken = Claims.take, []

    def failing_later(self, most, **options):
        if taken:
            raise DatabaseError("gone")
        taken.extend(claimed := real(self, most, **options))
        return claimed

    monkeypatch.setattr(Claims, "take", failing_later)
    with pytest.raises(DatabaseError):
        submit(synced_panel)
    assert Counter(Order.objects.values_list("state", flat=True)) == {"placed": 3, "queued": 2}
    assert len(sandbox.ledger) == 3


@pytest.mark.django_db
def test_a_call_asks_the_database_for_nothing(synced_panel, sandbox, django_assert_num_queries):
    place(synced_panel, sandbox)
    (order,), _ = Claims(synced_panel.pk).take()
    with visit.open_client(synced_panel, threading.Event()) as client, django_assert_num_queries(0):
        assert submission.call(order, client) == sandbox.ledger[0].order_id


# -- the claim


@pytest.mark.django_db
def test_a_claim_takes_as_many_as_there_are_calls_left_and_counts_each_of_them():
    service = make_service(make_panel(parallel_calls=4, calls_per_minute=6))
    orders = [make_order(service) for _ in range(6)]
    taken, wait = Claims(service.panel_id).take(2)
    assert taken == orders[:1]
    assert timedelta(seconds=9) < wait <= timedelta(seconds=10)
    Panel.objects.update(calls_per_minute=None)
    assert Claims(service.panel_id).take(2) == (orders[1:3], None)
    assert Claims(service.panel_id).take(9) == (orders[3:4], None)
    assert Claims(service.panel_id).take(9) == ([], None)
    assert [events_of(order) for order in orders] == [["sent"]] * 4 + [[]] * 2


@pytest.mark.django_db
def test_a_claim_passes_over_what_it_holds_back():
    service = make_service(make_panel(parallel_calls=4))
    dear = make_service(service.panel)
    first, second, third = make_order(service), make_order(dear), make_order(service)
    Service.objects.filter(pk=dear.pk).update(is_listed=False)
    assert Claims(service.panel_id).take(2) == ([], timedelta())
    assert Claims(service.panel_id).take(2) == ([first, third], None)
    second.refresh_from_db()
    assert second.is_held


@pytest.mark.django_db
def test_a_claim_is_committed_with_its_deadline_before_anything_is_sent():
    order = make_order()
    claimed = Claims(order.panel_id).take()
    order.refresh_from_db()
    assert claimed == ([order], None)
    assert (order.state, order.attempt) == (State.SENDING, 1)
    assert order.send_deadline > timezone.now() + timedelta(seconds=order.panel.total_timeout)


@pytest.mark.django_db
def test_no_more_than_parallel_calls_are_in_flight_across_workers():
    service = make_service(make_panel(parallel_calls=2))
    for _ in range(3):
        make_order(service)
    assert Claims(service.panel_id).take()[0]
    assert Claims(service.panel_id).take()[0]
    assert Claims(service.panel_id).take() == ([], None)
    Order.objects.filter(state=State.SENDING).update(send_deadline=timezone.now() - timedelta(seconds=1))
    assert Claims(service.panel_id).take()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(("unanswered", "room"), [(0, 3), (1, 0)])
def test_a_claim_takes_nothing_beside_an_order_on_its_way_where_one_at_a_time_is_sent(unanswered, room):
    service = make_service(make_panel(parallel_calls=4, calls_per_minute=None))
    orders = [make_order(service) for _ in range(5)]
    claims = Claims(service.panel_id)
    assert claims.take(1) == (orders[:1], None)
    Panel.objects.update(unanswered_orders=unanswered)
    assert claims.take(4) == (orders[1 : 1 + room], None)


# -- claimed, and not sent yet


@pytest.mark.django_db(transaction=True)
def test_an_order_is_claimed_only_when_a_thread_is_free_for_it(synced_panel, sandbox, monkeypatch):
    panel = queue_many(synced_panel, sandbox, 12, parallel_calls=3)
    Panel.objects.update(parallel_calls=9)
    take, under_way = Claims.take, []

    def count(self, most):
        taken = take(self, most)
        under_way.append(Order.objects.filter(state=State.SENDING).count())
        return taken

    monkeypatch.setattr(Claims, "take", count)
    with visit.open_client(panel, threading.Event()) as client:
        assert submission._Sender(panel, client, threading.Event()).send() == {"placed": 12}
    assert max(under_way) == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("fault", "text", "outcomes", "last"),
    [
        (Fault.REFUSE, "Not enough funds on balance", {"placed": 1, "put back": 1, "kept back": 1}, KEPT_BACK),
        (Fault.ERROR_500, "", {"placed": 2, "unknown": 1, "kept back": 1}, [*KEPT_BACK, "sent", "placed"]),
        (Fault.REFUSE, "Invalid link", {"placed": 2, "refused": 1}, ["sent", "placed"]),
    ],
)
def test_an_order_that_is_claimed_while_a_call_fails_is_kept_back_where_it_would_fail_alike(
    synced_panel, sandbox, monkeypatch, fault, text, outcomes, last
):
    panel = queue_many(synced_panel, sandbox, 3, parallel_calls=2)
    before = Order.objects.order_by("pk").last()
    send, take, claims = submission._Sender._send_order, Claims.take, []
    is_second_claim, has_failed = threading.Event(), threading.Event()

    def fail_during_the_second_claim(self, order, recorded_warnings):
        if not order.link.endswith("/1"):
            return send(self, order, recorded_warnings)
        assert is_second_claim.wait(5)
        sandbox.faults.add(fault, "add", text=text)
        answer = send(self, order, recorded_warnings)
        has_failed.set()
        return answer

    def take_while_a_call_fails(self, most):
        claims.append(taken := take(self, most))
        if len(claims) == 2:
            is_second_claim.set()
            assert has_failed.wait(5)
        return taken

    monkeypatch.setattr(submission._Sender, "_send_order", fail_during_the_second_claim)
    monkeypatch.setattr(Claims, "take", take_while_a_call_fails)
    assert submit(panel) == outcomes
    order = Order.objects.order_by("pk").last()
    assert events_of(order) == last
    # It has kept its place.
    assert order.send_after == before.send_after
    assert sandbox.calls["add"] == 2 + last.count("placed")


def test_an_order_that_is_claimed_when_the_worker_is_to_stop_is_kept_back(synced_panel, sandbox, monkeypatch):
    panel = queue_many(synced_panel, sandbox, 2)
    real, stopping = Claims.take, threading.Event()

    def stop_meanwhile(self, most):
        taken = real(self, most)
        stopping.set()
        return taken

    monkeypatch.setattr(Claims, "take", stop_meanwhile)
    assert submit_queued(panel.pk, stopping) == {"kept back": 1}
    monkeypatch.undo()
    assert [events_of(order) for order in Order.objects.order_by("pk")] == [KEPT_BACK, []]
    assert sandbox.calls["add"] == 0
    assert submit(panel) == {"placed": 2}


def queue_many(synced_panel, sandbox, count, *, parallel_calls=1):
    """Queue so many orders at a panel without a limit per minute, and return it."""
    Panel.objects.update(parallel_calls=parallel_calls, calls_per_minute=None)
    sandbox.set_balance(Decimal(100_000))
    service = Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Default").id))
    for number in range(count):
        make_order(service, link=f"https://example.com/p/{number}", quantity=service.min_quantity)
    return Panel.objects.get()


# -- several rows at once


@pytest.mark.django_db
def test_orders_move_together_or_not_at_all():
    service = make_service()
    orders = [make_order(service, attempt=number) for number in (0, 3)]
    changes = [(order, f"Attempt {order.attempt + 1}", {"attempt": order.attempt + 1}) for order in orders]
    Order.objects.filter(pk=orders[1].pk).update(state=State.WITHDRAWN)
    with pytest.raises(MovedOnError):
        move_together(State.SENDING, changes, what=OrderEvent.What.SENT)
    assert [Order.objects.get(pk=order.pk).state for order in orders] == ["queued", "withdrawn"]
    assert [order.state for order in orders] == ["queued", "queued"]
    Order.objects.filter(pk=orders[1].pk).update(state=State.QUEUED)
    move_together(State.SENDING, changes, what=OrderEvent.What.SENT)
    assert [(order.state, order.attempt) for order in orders] == [("sending", 1), ("sending", 4)]
    assert list(Order.objects.order_by("pk").values_list("state", "attempt")) == [("sending", 1), ("sending", 4)]
    assert [order.events.get().detail for order in orders] == ["Attempt 1", "Attempt 4"]


@pytest.mark.django_db
def test_a_claim_that_comes_second_to_an_order_takes_nothing_and_looks_again(monkeypatch):
    panel = make_panel(parallel_calls=2)
    service = make_service(panel)
    first, second = make_order(service), make_order(service)
    hold_back = claiming._hold_back

    def withdraw_meanwhile(orders):
        Order.objects.filter(pk=first.pk).update(state=State.WITHDRAWN)
        return hold_back(orders)

    monkeypatch.setattr(claiming, "_hold_back", withdraw_meanwhile)
    assert Claims(panel.pk).take(2) == ([], timedelta())
    monkeypatch.undo()
    assert events_of(second) == []


@pytest.mark.django_db
def test_calls_per_minute_hold_across_claims():
    service = make_service(make_panel(calls_per_minute=6, parallel_calls=2))
    make_order(service)
    make_order(service)
    assert Claims(service.panel_id).take()[0]
    taken, wait = Claims(service.panel_id).take()
    assert not taken
    assert timedelta(seconds=8) < wait <= timedelta(seconds=10)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "stop",
    [
        lambda order: Panel.objects.update(is_active=False),
        lambda order: Panel.objects.update(paused_reason="by_hand"),
        lambda order: Panel.objects.update(
            paused_reason="unreachable", paused_until=timezone.now() + timedelta(minutes=1)
        ),
        lambda order: Controls.objects.create(pk=1, sending_stopped_at=timezone.now()),
        lambda order: Order.objects.update(held_reason="look"),
        lambda order: Order.objects.update(send_after=timezone.now() + timedelta(minutes=1)),
        lambda order: Order.objects.update(batch=Batch.objects.create(state="paused", source="paste")),
    ],
    ids=["inactive panel", "paused by hand", "paused for a time", "switch", "held", "not yet", "paused batch"],
)
def test_nothing_is_claimed_while(stop):
    order = make_order()
    stop(order)
    assert Claims(order.panel_id).take() == ([], None)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite sees nothing from before it waited")
@pytest.mark.django_db(transaction=True)
def test_the_switch_stops_a_claim_that_waits_for_its_panel():
    order = make_order()
    claimed = run_behind(
        Panel.objects.filter(pk=order.panel_id),
        lambda: Claims(order.panel_id).take(),
        lambda: Controls.objects.create(pk=1, sending_stopped_at=timezone.now()),
    )
    assert claimed == ([], None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rate_per_1000": Decimal("0.95")}, ""),
        ({"rate_per_1000": Decimal("0.94500001")}, "risen from 0.9 to 0.94500001"),
        ({"rate_per_1000": Decimal("0.10")}, ""),
        ({"is_listed": False}, "no longer lists"),
        ({"type": "package", "raw_type": "Package"}, "type has changed to Package"),
    ],
)
def test_the_price_guard_holds_what_a_person_has_not_agreed_to(change, words):
    order = make_order()
    if change.get("rate_per_1000") == Decimal("0.95"):
        change = {"rate_per_1000": Decimal("0.945")}
    Service.objects.update(**change)
    claimed = Claims(order.panel_id).take()
    order.refresh_from_db()
    if words:
        # Look again: the next order may go out.
        assert claimed == ([], timedelta())
        assert Claims(order.panel_id).take() == ([], None)
        assert words in order.held_reason
        assert events_of(order) == ["held"]
    else:
        assert claimed == ([order], None)


@pytest.mark.django_db
def test_a_held_order_lets_the_next_one_pass():
    first = make_order()
    second = make_order(make_service(first.panel))
    Service.objects.filter(pk=first.service_id).update(is_listed=False)
    assert Claims(first.panel_id).take() == ([], timedelta())
    assert Claims(first.panel_id).take() == ([second], None)


@pytest.mark.django_db
def test_stopping_claims_nothing_more(closed_network):
    order = make_order()
    stopping = threading.Event()
    stopping.set()
    assert submit_queued(order.panel_id, stopping) == {}
    order.refresh_from_db()
    assert order.state == State.QUEUED


# -- deadlines


@pytest.mark.django_db
def test_what_is_past_its_deadline_becomes_unknown_never_queued():
    now = timezone.now()
    dead = make_order(state=State.SENDING, attempt=1, send_deadline=now - timedelta(seconds=1))
    alive = make_order(state=State.SENDING, attempt=1, send_deadline=now + timedelta(minutes=1))
    assert expire_sends() == 1
    dead.refresh_from_db()
    alive.refresh_from_db()
    assert (dead.state, alive.state) == (State.UNKNOWN, State.SENDING)


def test_nothing_is_sent_after_the_time_to_start(synced_panel, sandbox, monkeypatch):
    order = place(synced_panel, sandbox)
    too_late = iter([timezone.now() - timedelta(seconds=1)])
    monkeypatch.setattr(submission, "start_by", lambda order: next(too_late, None) or claiming.start_by(order))
    assert submit(synced_panel) == {"kept back": 1, "placed": 1}
    assert events_of(order) == ["created", "sent", "not_sent", "sent", "placed"]
    assert sandbox.calls["add"] == 1
    # It was we who were late.
    synced_panel.refresh_from_db()
    assert (synced_panel.failures, synced_panel.last_error) == (0, "")


def test_a_panel_that_answers_questions_and_no_orders_gets_one_at_a_time_after_longer_and_longer_pauses(
    synced_panel, sandbox
):
    Panel.objects.update(read_timeout=1, parallel_calls=4)
    service = Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Default").id))
    for number in range(9):
        make_order(service, link=f"https://example.com/p/{number}", quantity=service.min_quantity)
    sandbox.faults.add(Fault.HANG, "add", times=6)
    sent, pauses = [], []
    for _ in range(3):
        before = sandbox.calls["add"]
        submit(synced_panel)
        sent.append(sandbox.calls["add"] - before)
        synced_panel.refresh_from_db()
        pauses.append(round((synced_panel.paused_until - timezone.now()) / timedelta(seconds=30)))
        Panel.objects.update(**dict.fromkeys(("paused_until", "quiet_until"), timezone.now()))
        assert not check_balance(synced_panel.pk, threading.Event())
    assert sent == [4, 1, 1]
    assert pauses == [1, 4, 8]
    assert submit(synced_panel) == {"placed": 3}
    assert Panel.objects.get().unanswered_orders == 0


# -- the table of moves


@pytest.mark.django_db
def test_any_move_that_is_not_in_the_table_raises():
    for state in State:
        for to in State:
            order = make_order(state=state)
            if (state, to) in Order.ALLOWED:
                assert order.advance(to)
            else:
                with pytest.raises(IllegalMoveError):
                    order.advance(to)


@pytest.mark.django_db
def test_a_move_that_comes_second_writes_nothing():
    order = make_order()
    same = Order.objects.get(pk=order.pk)
    assert order.advance(State.WITHDRAWN)
    assert not same.advance(State.SENDING, attempt=1)
    same.refresh_from_db()
    assert same.state == State.WITHDRAWN


@pytest.mark.django_db
def test_an_unreadable_key_pauses_the_panel_with_words_and_sends_nothing(settings):
    order = make_order()
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    assert submit_queued(order.panel_id, threading.Event()) == {}
    panel = Panel.objects.get()
    order.refresh_from_db()
    assert panel.paused_reason == Panel.Pause.AUTH
    assert "CREDENTIAL_KEYS" in panel.last_error
    assert order.state == State.QUEUED


@pytest.mark.django_db
def test_one_remote_id_belongs_to_one_order():
    first = make_placed(remote_id="77")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_placed(first.service, remote_id="77")
    make_placed(make_service(make_panel()), remote_id="77")


@pytest.mark.django_db
def test_a_client_made_with_an_old_key_takes_nothing_more():
    order = make_order()
    called = Panel.objects.get()
    panel = Panel.objects.get()
    panel.set_key("a-new-key-0123456789")
    panel.save()
    assert Claims(order.panel_id, called=called).take() == ([], None)
    assert Claims(order.panel_id, called=panel).take() == ([order], None)


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_fails_is_tried_again_and_the_id_is_in_the_log(monkeypatch, caplog):
    order = make_order(state=State.SENDING, attempt=1)
    atomic, failures = transaction.atomic, iter([DatabaseError("the commit failed")])

    @contextmanager
    def failing_once():
        with atomic():
            yield
            if failure := next(failures, None):
                raise failure

    monkeypatch.setattr(transaction, "atomic", failing_once)
    assert record_placed(order, "900") == "placed"
    monkeypatch.undo()
    order.refresh_from_db()
    assert (order.state, order.remote_id) == (State.PLACED, "900")
    assert "placed as '900'" in caplog.text


@pytest.mark.django_db
def test_a_time_out_that_was_changed_meanwhile_ends_the_work_of_the_old_client():
    order = make_order()
    called = Panel.objects.get()
    Panel.objects.update(read_timeout=5)
    assert Claims(order.panel_id, called=called).take() == ([], None)


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


@pytest.mark.django_db(transaction=True)
def test_orders_queued_while_one_is_on_its_way_go_out_beside_it(synced_panel, sandbox, hold):
    may_answer = threading.Event()
    hold(lambda: may_answer.wait(PATIENCE))
    Panel.objects.update(parallel_calls=3)
    service = Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Default").id))
    make_order(service, link="https://example.com/slow", quantity=service.min_quantity)
    sandbox.faults.add(Fault.SLOW, "add")
    worker = threading.Thread(target=_submit_and_close, args=(synced_panel,))
    worker.start()
    assert eventually(lambda: sandbox.calls["add"])
    for number in range(4):
        make_order(service, link=f"https://example.com/p/{number}", quantity=service.min_quantity)
    assert eventually(lambda: Order.objects.filter(state=State.PLACED).count() == 4)
    may_answer.set()
    worker.join()
    assert Order.objects.filter(state=State.PLACED).count() == 5


def _submit_and_close(panel):
    submit(panel)
    connections.close_all()
