"""Orders are sent at most once, and their outcomes are on record."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from cryptography.fernet import Fernet
from django.db import DatabaseError, connections
from django.utils import timezone

from panels.calls import claiming, submission, visit
from panels.calls.balances import check_balance
from panels.calls.catalog import sync_catalog
from panels.calls.claiming import Claims
from panels.calls.submission import submit_queued
from panels.models import Order, Panel, Service
from panels.protocol.exchange import Latest
from panels.protocol.order_types import fold_type
from panels.sandbox import Fault
from tests.calls.sending import events_of, place, submit
from tests.factories import make_order
from tests.processes import PATIENCE, eventually

State = Order.State
KEPT_BACK = ["sent", "not_sent"]


def test_an_order_that_can_still_be_taken_back_is_not_sent_with_the_others_of_its_panel(synced_panel, sandbox):
    waiting, other = (
        place(synced_panel, sandbox, link=f"https://example.com/p/{number}", quantity="1000") for number in range(2)
    )
    Order.objects.filter(pk=waiting.pk).update(send_after=timezone.now() + timedelta(seconds=60))
    Panel.objects.update(paused_reason=Panel.Pause.BY_HAND)
    assert submit(synced_panel) == {}
    # The end of a pause does not shorten the time.
    Panel.objects.update(paused_reason="")
    assert submit(synced_panel) == {"placed": 1}
    assert list(Order.objects.filter(state=State.PLACED)) == [other]
    Order.objects.filter(pk=waiting.pk).update(send_after=timezone.now())
    assert submit(synced_panel) == {"placed": 1}
    assert len(sandbox.ledger) == 2


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


def test_likes_spread_is_sent_with_its_fields_and_shows_the_panels_words(synced_panel, sandbox):
    Service.objects.filter(remote_id=str(sandbox.pick().id)).update(type=fold_type("Likes spread"))
    sandbox.faults.add(Fault.REFUSE, "add", text="Incorrect posts")
    fields = {"username": "ann", "old_posts": "5", "min": "100", "max": "200", "delay": "30"}
    order = place(synced_panel, sandbox, **fields)
    submit(synced_panel)
    order.refresh_from_db()
    assert (order.type, order.state, order.error_text) == ("likes_spread", State.REFUSED, "Incorrect posts")
    [arrival] = sandbox.arrivals
    assert arrival.fields == {"action": "add", "service": sandbox.pick().id, **fields}


def test_an_order_of_likes_spread_is_placed_after_a_sync(synced_panel, sandbox):
    sandbox.change_service(sandbox.pick().id, type="Likes spread")
    wanted = next(each for each in sandbox.services.values() if each.type == "Likes spread")
    assert sync_catalog(synced_panel.pk, threading.Event())[1] == ""
    fewest = str(wanted.min)
    fields = {"username": "ann", "old_posts": "5", "min": fewest, "max": fewest, "delay": "30"}
    order = place(synced_panel, sandbox, type_name="Likes spread", **fields)
    assert submit(synced_panel) == {"placed": 1}
    order.refresh_from_db()
    assert (order.type, order.expected_cost) == ("likes_spread", None)
    assert sandbox.ledger[0].fields == fields


def test_further_fields_of_an_unknown_type_are_fields_of_the_call(synced_panel, sandbox):
    Service.objects.filter(remote_id=str(sandbox.pick().id)).update(type="", raw_type="Magic")
    fields = {"link": "https://example.com/p/1", "quantity": "1000"}
    order = place(synced_panel, sandbox, **fields, extra_fields="start_at=12:00\nusername=ann & bob=1")
    submit(synced_panel)
    order.refresh_from_db()
    assert (order.type, order.state) == ("", State.PLACED)
    [arrival] = sandbox.arrivals
    further = {"start_at": "12:00", "username": "ann & bob=1"}
    assert arrival.fields == {"action": "add", "service": sandbox.pick().id, **fields, **further}


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


def test_an_error_of_our_own_while_sending_leaves_the_order_unknown(synced_panel, sandbox, monkeypatch, caplog):
    order = place(synced_panel, sandbox)
    monkeypatch.setattr("panels.protocol.client.PanelClient.add", lambda *_, **__: 1 / 0)
    assert submit(synced_panel) == {"unknown": 1}
    order.refresh_from_db()
    assert order.state == State.UNKNOWN
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
        assert submission.call(order, client, Latest.after(30)) == sandbox.ledger[0].order_id


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
        assert submission._Sender(visit.Visit(panel, client), threading.Event()).send() == {"placed": 12}
    assert max(under_way) == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("fault", "text", "outcomes", "last"),
    [
        # The balance is enough, so the service waits for minutes.
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

    def fail_during_the_second_claim(self, order, *claimed):
        if not order.link.endswith("/1"):
            return send(self, order, *claimed)
        assert is_second_claim.wait(5)
        sandbox.faults.add(fault, "add", text=text)
        answer = send(self, order, *claimed)
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
    # The order has kept its place.
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
    """Queue a number of orders at a panel without a limit per minute, and return the panel."""
    Panel.objects.update(parallel_calls=parallel_calls, calls_per_minute=None)
    sandbox.set_balance(Decimal(100_000))
    service = Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Default").id))
    for number in range(count):
        make_order(service, link=f"https://example.com/p/{number}", quantity=service.min_quantity)
    return Panel.objects.get()


@pytest.mark.django_db
def test_stopping_claims_nothing_more(closed_network):
    order = make_order()
    stopping = threading.Event()
    stopping.set()
    assert submit_queued(order.panel_id, stopping) == {}
    order.refresh_from_db()
    assert order.state == State.QUEUED


def test_nothing_is_sent_after_the_time_to_start(synced_panel, sandbox, monkeypatch):
    order = place(synced_panel, sandbox)
    within = iter([timedelta(seconds=-1)])
    take_next = Claims._take_next

    def take(self, most):
        monkeypatch.setattr(claiming, "START_WITHIN", next(within, timedelta(seconds=30)))
        return take_next(self, most)

    monkeypatch.setattr(Claims, "_take_next", take)
    assert submit(synced_panel) == {"kept back": 1, "placed": 1}
    assert events_of(order) == ["created", "sent", "not_sent", "sent", "placed"]
    assert sandbox.calls["add"] == 1
    # The delay was on our side.
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
