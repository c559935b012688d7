"""The answers of panels about orders are recorded, and a value that an answer leaves out stays."""

from __future__ import annotations

import itertools
import threading
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from panels.calls import polling
from panels.calls.catalog import sync_catalog
from panels.calls.polling import _lease_orders, _record_answers, poll_due
from panels.calls.submission import submit_queued
from panels.models import Order, Panel, Recount, Service, ServiceFacts
from panels.orders.following import request_check, stop_following
from panels.protocol.client import PanelClient
from panels.protocol.errors import OutcomeUnknown, Refused
from panels.protocol.wire import Progress
from panels.sandbox import Fault
from tests.calls.test_comparing import answer
from tests.factories import make_order, make_panel, make_placed, make_service


def poll(panel):
    return poll_due(panel.pk, threading.Event())


@pytest.fixture
def placed(synced_panel, sandbox):
    """Three orders that the sandbox has, all due."""
    service = Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Default", refill=True).id))
    for number in range(3):
        make_order(service, link=f"https://example.com/p/{number}", quantity=service.min_quantity)
    submit_queued(synced_panel.pk, threading.Event())
    Order.objects.update(next_check_at=timezone.now() - timedelta(seconds=1))
    return list(Order.objects.order_by("pk"))


def make_due(**fields):
    Order.objects.update(next_check_at=timezone.now() - timedelta(seconds=1), **fields)


def test_due_orders_are_asked_about_in_one_call(synced_panel, sandbox, placed):
    sandbox.finish(placed[0].remote_id, "Completed")
    sandbox.finish(placed[1].remote_id, "Partial", remains=40)
    sandbox.finish(placed[2].remote_id, "Canceled")
    assert poll(synced_panel)["answered"] == 3
    assert sandbox.calls["status"] == 1
    first, second, third = Order.objects.order_by("pk")
    assert [order.progress for order in (first, second, third)] == ["completed", "partial", "canceled"]
    assert first.remains == 0
    assert second.remains == 40
    assert second.delivered == second.quantity - 40
    assert third.charge == 0
    assert first.finished_at is not None
    assert first.events.last().detail.endswith("→ Completed")


def test_money_given_back_names_the_day_to_sum_anew(synced_panel, sandbox, placed):
    sandbox.finish(placed[0].remote_id, "Completed")
    poll(synced_panel)
    assert not Recount.objects.exists()
    make_due(placed_at=timezone.now() - timedelta(days=9))
    sandbox.finish(placed[1].remote_id, "Canceled")
    sandbox.finish(placed[2].remote_id, "Canceled")
    poll(synced_panel)
    (named,) = Recount.objects.values_list("day", "panel")
    assert named == (timezone.localdate(timezone.now() - timedelta(days=9)), synced_panel.pk)


def test_the_end_of_the_refill_is_known_with_the_end_of_the_order(synced_panel, sandbox, placed):
    service = placed[0].service
    ServiceFacts.objects.update_or_create(service=service, defaults={"refill_days": 30, "refill_class": 1})
    sandbox.finish(placed[0].remote_id, "Completed")
    sandbox.finish(placed[1].remote_id, "Canceled")
    poll(synced_panel)
    first, second, third = Order.objects.order_by("pk")
    assert first.refill_until == first.finished_at + timedelta(days=30)
    assert (second.refill_until, third.refill_until) == (None, None)
    # Panels change completed orders afterwards.
    sandbox.finish(placed[0].remote_id, "Canceled")
    make_due()
    poll(synced_panel)
    first.refresh_from_db()
    assert (first.progress, first.refill_until) == ("canceled", None)


def test_the_reduced_dialect_is_followed_too(db, reduced_sandbox):
    panel = make_panel(api_url=reduced_sandbox.api_url, key=reduced_sandbox.key, reported_currency="EUR")
    sync_catalog(panel.pk, threading.Event())
    service = Service.objects.get(panel=panel, remote_id=str(reduced_sandbox.pick("Default").id))
    order = make_order(service, quantity=service.min_quantity)
    submit_queued(panel.pk, threading.Event())
    order.refresh_from_db()
    reduced_sandbox.finish(order.remote_id, "Completed")
    make_due()
    poll(panel)
    order.refresh_from_db()
    assert order.progress == "completed"
    # The reduced dialect names no currency in a status.
    assert order.currency == "EUR"


def test_a_failed_call_keeps_what_was_known_and_asks_again_soon(synced_panel, sandbox, placed):
    request_check(Order.objects.all())
    sandbox.vanish()
    assert poll(synced_panel)["failed"] == 1
    order = Order.objects.first()
    assert order.progress == ""
    assert order.check_requested_at is None
    assert timezone.now() < order.next_check_at < timezone.now() + timedelta(minutes=2)
    synced_panel.refresh_from_db()
    assert synced_panel.failures == 1
    assert synced_panel.last_error


def test_a_call_that_fails_after_answers_is_the_first_failure_in_a_row(synced_panel, sandbox, placed, monkeypatch):
    monkeypatch.setattr(polling, "CHUNK", 1)
    # Threads would not see the transaction of this test.
    monkeypatch.setattr(polling, "READS_AT_ONCE", 1)
    Panel.objects.update(failures=2)
    real, calls = PanelClient.statuses, itertools.count(1)

    def statuses(self, remote_ids):
        if next(calls) > 1:
            raise OutcomeUnknown("no answer")
        return real(self, remote_ids)

    monkeypatch.setattr(PanelClient, "statuses", statuses)
    assert poll(synced_panel) == {"asked": 2, "answered": 1, "changed": 1, "failed": 1}
    synced_panel.refresh_from_db()
    assert (synced_panel.paused_reason, synced_panel.failures) == ("", 1)


def test_a_key_that_cannot_be_decrypted_is_a_failure_and_a_paused_panel_is_none(synced_panel, placed, settings):
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    assert poll(synced_panel) == {"failed": 1}
    synced_panel.refresh_from_db()
    assert synced_panel.paused_reason == Panel.Pause.AUTH
    assert poll(synced_panel) == {}


def test_a_refused_key_pauses_the_panel_and_stops_asking(synced_panel, sandbox, placed):
    sandbox.key = "another"
    sandbox.faults.add(Fault.REFUSE, "status", times=None, text="Invalid API key")
    poll(synced_panel)
    synced_panel.refresh_from_db()
    assert synced_panel.paused_reason == Panel.Pause.AUTH
    before = sandbox.calls["status"]
    make_due()
    poll(synced_panel)
    assert sandbox.calls["status"] == before


def test_asking_by_hand_clears_the_request_with_the_answer(synced_panel, sandbox, placed):
    Order.objects.update(next_check_at=None)
    assert request_check(Order.objects.filter(pk=placed[0].pk)) == 1
    poll(synced_panel)
    order = Order.objects.get(pk=placed[0].pk)
    assert order.check_requested_at is None
    assert order.checked_at is not None
    assert Order.objects.filter(next_check_at=None).count() == 2


def test_what_one_worker_has_leased_another_leaves_alone(placed):
    panel = placed[0].panel
    assert len(_lease_orders(panel)) == 3
    assert _lease_orders(panel) == []


@pytest.mark.parametrize("count", [3, 60])
def test_recording_costs_the_same_number_of_queries_however_many_rows(db, django_assert_num_queries, count):
    service, leased_until = make_service(), timezone.now()
    orders = [make_placed(service, remote_status="In progress", next_check_at=leased_until) for _ in range(count)]
    answers = {
        order.remote_id: answer(remains=7 if order.pk % 2 else None, start_count=None, charge=None) for order in orders
    }
    with django_assert_num_queries(6):
        _record_answers(service.panel, orders, answers)


def test_the_last_look_at_an_order_that_ended_long_ago_is_written_down(synced_panel, sandbox, placed):
    sandbox.finish(placed[0].remote_id, "Completed")
    poll(synced_panel)
    make_due()
    Order.objects.filter(pk=placed[0].pk).update(finished_at=timezone.now() - timedelta(days=31))
    Order.objects.exclude(pk=placed[0].pk).update(next_check_at=None)
    assert poll(synced_panel)["answered"] == 1
    assert Order.objects.get(pk=placed[0].pk).next_check_at is None


def record(order, **fields):
    """Record an answer about an order, and return its row."""
    order.refresh_from_db()
    _record_answers(order.panel, [order], {order.remote_id: answer(**fields)})
    order.refresh_from_db()
    return order


def test_an_order_moved_and_ended_between_two_polls(synced_panel, sandbox, placed):
    polls = []
    for number in range(3):
        if number == 1:
            sandbox.skip(20)
        if number == 2:
            sandbox.finish(placed[0].remote_id, "Completed")
        make_due()
        poll(synced_panel)
        order = Order.objects.get(pk=placed[0].pk)
        polls.append(order.status_at)
    assert polls == sorted(polls)
    assert (order.moved_after, order.moved_before) in ((polls[0], polls[1]), (polls[1], polls[2]))
    assert (order.finished_after, order.finished_before) == (polls[1], polls[2])
    assert order.finished_before == order.finished_at
    readings = list(order.readings.values_list("at", "progress", "remains", "start_count"))
    assert readings[-1] == (polls[2], "completed", 0, order.start_count)
    assert order.reading_count == len(readings)


@pytest.mark.django_db
def test_an_answer_that_says_nothing_about_the_status_is_no_poll_without_the_event():
    order = make_placed(progress="pending", status_at=None)
    told = record(order, progress=Progress.PENDING, remote_status="Pending", remains=1000).status_at
    assert told is not None
    for silent in (None, Refused("Busy"), answer(progress=None, remote_status="Sleeping", remains=1000)):
        _record_answers(order.panel, [order], {} if silent is None else {order.remote_id: silent})
        order.refresh_from_db()
        assert order.status_at == told
        assert order.checked_at > told
    record(order)
    assert order.moved_after == told
    assert order.moved_before == order.status_at > told


@pytest.mark.django_db
def test_an_unchanged_status_moves_the_last_poll_without_the_event():
    order = make_placed(progress="", status_at=None)
    waiting = {"progress": Progress.PENDING, "remote_status": "Pending", "remains": 1000}
    first = record(order, **waiting).status_at
    before = record(order, **waiting).status_at
    assert before > first
    assert order.readings.count() == 1
    record(order)
    assert order.moved_after == before


@pytest.fixture
def meanwhile(monkeypatch):
    """Let something happen between the lease and the answer."""

    def meanwhile(happen):
        real = PanelClient.statuses

        def statuses(self, remote_ids):
            answers = real(self, remote_ids)
            happen()
            return answers

        monkeypatch.setattr(PanelClient, "statuses", statuses)

    return meanwhile


def test_stop_following_holds_though_a_call_is_on_its_way(synced_panel, placed, meanwhile):
    meanwhile(lambda: stop_following(placed[0], None))
    poll(synced_panel)
    assert Order.objects.get(pk=placed[0].pk).next_check_at is None


def test_what_is_asked_for_during_a_call_is_asked_again(synced_panel, sandbox, placed, meanwhile):
    happened = []

    def ask():
        if not happened:
            happened.append(request_check(Order.objects.filter(pk=placed[0].pk)))

    meanwhile(ask)
    poll(synced_panel)
    assert sandbox.calls["status"] == 2
    assert Order.objects.get(pk=placed[0].pk).check_requested_at is None


def test_an_alarm_raised_during_a_call_stays(synced_panel, sandbox, placed, meanwhile):
    sandbox.finish(placed[0].remote_id, "Completed")
    Order.objects.filter(pk=placed[1].pk).update(alarm="The panel does not know this order any more: gone")
    meanwhile(lambda: Order.objects.filter(pk=placed[0].pk).update(alarm="Second order at the panel: 7."))
    poll(synced_panel)
    first, second, _ = Order.objects.order_by("pk")
    assert (first.progress, first.alarm) == ("completed", "Second order at the panel: 7.")
    assert second.alarm == ""


def test_of_a_partly_answered_round_only_what_was_answered_counts(synced_panel, sandbox, placed):
    Panel.objects.update(multi_status=False)
    sandbox.faults.add(Fault.PHP_NOTICE, "status", times=1)
    sandbox.faults.add(Fault.RATE_LIMIT, "status", times=None, seconds=600)
    request_check(Order.objects.filter(pk__in=[order.pk for order in placed]))
    poll(synced_panel)
    checked = Order.objects.filter(checked_at__isnull=False)
    assert checked.count() == 1
    synced_panel.refresh_from_db()
    assert synced_panel.paused_reason == Panel.Pause.RATE_LIMIT
    assert synced_panel.paused_until > timezone.now() + timedelta(minutes=9)


def test_our_own_pace_says_nothing_about_the_panel_and_keeps_what_was_asked_for(synced_panel, sandbox, placed):
    Panel.objects.update(calls_per_minute=1, next_call_at=timezone.now() + timedelta(seconds=59))
    request_check(Order.objects.all())
    poll(synced_panel)
    synced_panel.refresh_from_db()
    assert (synced_panel.failures, synced_panel.paused_reason) == (0, "")
    assert Order.objects.filter(check_requested_at__isnull=False).count() == 3
