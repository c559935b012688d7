"""An unknown status word gets its meaning once at each panel, and changes nothing but the progress."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.calls.aftercare import send_requests
from panels.calls.polling import poll_due
from panels.calls.submission import submit_queued
from panels.models import Order, Refill, Service, StatusWord
from panels.orders import status_words
from panels.orders.status_words import decide, with_meanings, words_of
from panels.protocol.answers import Answer
from panels.protocol.errors import Reason, Refused
from panels.protocol.wire import OrderStatus, Progress, RefillProgress, RefillStatus
from tests.factories import make_order, make_panel, make_placed, make_refill, make_service

State = Order.State


@pytest.fixture
def orders(synced_panel, sandbox):
    """Two placed orders of a sandbox that says “Refill” of both."""
    sandbox.keep_charges()
    service = Service.objects.get(panel=synced_panel, remote_id=sandbox.pick("Default").id)
    for number in range(2):
        make_order(service, link=f"https://example.com/p/{number}", quantity=service.min_quantity)
    submit_queued(synced_panel.pk, threading.Event())
    for order in Order.objects.all():
        sandbox.finish(order.remote_id, "Refill")
    ask(synced_panel)
    return list(Order.objects.order_by("pk"))


def ask(panel):
    Order.objects.filter(next_check_at__isnull=False).update(next_check_at=timezone.now())
    return poll_due(panel.pk, threading.Event())


def answer(word, **fields):
    values = {"progress": None, "charge": None, "currency": "", "start_count": None, "remains": None}
    return OrderStatus(remote_status=word, **values | fields)


def test_an_unknown_word_keeps_the_progress_and_asks_a_person(synced_panel, orders):
    assert {(order.progress, order.remote_status, order.is_word_unknown) for order in orders} == {("", "Refill", True)}
    (word,) = words_of(synced_panel)
    assert (word.kind, word.text, word.number, word.meaning) == ("order", "Refill", 2, "")


def test_a_decided_word_is_used_at_once_for_the_flagged_orders_and_ends_them_in_the_usual_way(
    synced_panel, orders, manager
):
    before = timezone.now()
    assert decide(synced_panel, "order", "Refill", "canceled", "", manager) == ""
    assert not Order.objects.filter(check_requested_at=None).exists()
    assert poll_due(synced_panel.pk, threading.Event())["changed"] == 2
    for order in Order.objects.all():
        assert (order.progress, order.is_word_unknown, order.state) == ("canceled", False, State.PLACED)
        assert order.finished_at > before
        assert order.finished_before == order.status_at > before
        assert order.given_back == order.charge > 0
        assert order.events.last().detail == "Placed → Canceled"
    assert words_of(synced_panel)[0].number == 0
    # The next answer in this word changes nothing.
    assert ask(synced_panel)["changed"] == 0


def test_a_word_that_says_nothing_keeps_the_progress_and_is_not_flagged_again(synced_panel, orders, manager):
    Order.objects.update(progress="in_progress")
    assert decide(synced_panel, "order", "Refill", "nothing", "", manager) == ""
    poll_due(synced_panel.pk, threading.Event())
    found = Order.objects.values_list("progress", "is_word_unknown", "remote_status", "finished_at")
    assert set(found) == {("in_progress", False, "Refill", None)}
    ask(synced_panel)
    assert not Order.objects.filter(is_word_unknown=True).exists()
    # The answers can be read, so these orders are followed.
    assert set(Order.objects.values_list("error_text", "unreadable_since")) == {("", None)}
    synced_panel.refresh_from_db()
    assert (synced_panel.state, synced_panel.unreadable_text) == ("ok", "")


def test_another_meaning_counts_from_the_next_answer_on(synced_panel, orders, manager):
    decide(synced_panel, "order", "Refill", "completed", "", manager)
    poll_due(synced_panel.pk, threading.Event())
    assert decide(synced_panel, "order", "Refill", "in_progress", "completed", manager) == ""
    ask(synced_panel)
    assert set(Order.objects.values_list("progress", "finished_at")) == {("in_progress", None)}


def test_a_word_that_is_forgotten_is_flagged_again(synced_panel, orders, manager):
    decide(synced_panel, "order", "Refill", "completed", "", manager)
    poll_due(synced_panel.pk, threading.Event())
    assert decide(synced_panel, "order", "Refill", "", "completed", manager) == ""
    assert not StatusWord.objects.exists()
    ask(synced_panel)
    assert set(Order.objects.values_list("progress", "is_word_unknown")) == {("completed", True)}


@pytest.mark.django_db
@pytest.mark.parametrize("state", [state for state in State if state != State.PLACED])
def test_no_order_is_placed_or_sent_by_a_word(state, manager, django_capture_on_commit_callbacks):
    """Only the flag and the next check of placed orders are looked at. Every other row stays as it is."""
    service = make_service()
    order = make_order(service, state=state, is_word_unknown=True, remote_status="Ready")
    placed = make_placed(service, is_word_unknown=True, remote_status="Ready")
    before = Order.objects.filter(pk=order.pk).values().get()
    with CaptureQueriesContext(connection) as asked:
        assert decide(service.panel, "order", "Ready", "completed", "", manager) == ""
    assert Order.objects.filter(pk=order.pk).values().get() == before
    written = [query["sql"] for query in asked if query["sql"].startswith('UPDATE "panels_order"')]
    assert len(written) == 1
    assert '"state" =' in written[0].partition("WHERE")[2]
    assert '"state" =' not in written[0].partition("WHERE")[0]
    placed.refresh_from_db()
    assert (placed.state, placed.attempt, placed.progress) == (State.PLACED, 1, "in_progress")


@pytest.mark.django_db
def test_all_spellings_of_a_word_are_one_word(manager):
    service = make_service()
    orders = [
        make_placed(service, is_word_unknown=True, remote_status=text) for text in ("Re Fill", "REFILL", "re-fill")
    ]
    other = make_placed(service, is_word_unknown=True, remote_status="Refills")
    assert sorted(word.number for word in words_of(service.panel)) == [1, 3]
    assert decide(service.panel, "order", "refill", "in_progress", "", manager) == ""
    asked = Order.objects.exclude(check_requested_at=None)
    assert set(asked) == set(orders)
    assert other not in asked
    found = with_meanings(service.panel, {"1": answer("ReFill"), "2": answer("Refills")})
    assert [found[each].progress for each in "12"] == [Progress.IN_PROGRESS, None]


@pytest.mark.django_db
def test_a_meaning_is_for_one_panel_and_one_kind(manager):
    panel, other = make_panel(), make_panel()
    decide(panel, "order", "Sleeping", "paused", "", manager)
    assert with_meanings(other, {"1": answer("Sleeping")})["1"].progress is None
    refill = RefillStatus(None, "Sleeping")
    assert with_meanings(panel, {"1": refill}) == {"1": refill}
    decide(panel, "refill", "Sleeping", "awaiting", "", manager)
    assert with_meanings(panel, {"1": refill})["1"].progress is RefillProgress.AWAITING
    assert with_meanings(panel, {"1": answer("Sleeping")})["1"].progress is Progress.PAUSED


@pytest.mark.django_db
def test_known_words_and_errors_stay_as_they_are_and_cost_no_query(django_assert_num_queries):
    panel = make_panel()
    StatusWord.objects.create(panel=panel, kind="order", folded="completed", text="Completed", meaning="canceled")
    answers = {
        "1": answer("Completed", progress=Progress.COMPLETED),
        "2": answer("Cancelling"),
        "3": Refused("Incorrect order ID", Reason.NOT_FOUND),
        "4": answer(""),
    }
    with django_assert_num_queries(0):
        assert with_meanings(panel, answers) == answers
    with django_assert_num_queries(1):
        with_meanings(panel, {str(number): answer(f"Word {number}") for number in range(100)})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "word", "meaning", "was"),
    [
        ("order", "Sleeping", "dreaming", ""),
        ("order", "Sleeping", "awaiting", ""),
        ("refill", "Sleeping", "partial", ""),
        ("order", "Completed", "canceled", ""),
        ("order", "cancelling", "canceled", ""),
        ("refill", "rejected", "completed", ""),
        ("order", "", "completed", ""),
        ("order", "  ", "completed", ""),
        ("order", "Sleep\0ing", "completed", ""),
        ("panel", "Sleeping", "completed", ""),
        ("order", "Sleeping", "completed", "paused"),
        ("order", "Sleeping", "", "paused"),
        ("order", "Sleeping", "", ""),
    ],
)
def test_what_makes_no_sense_is_not_stored(kind, word, meaning, was, manager):
    assert "Nothing was changed" in decide(make_panel(), kind, word, meaning, was, manager)
    assert not StatusWord.objects.exists()


@pytest.mark.django_db
def test_a_decision_that_was_overtaken_changes_nothing(manager):
    panel = make_panel()
    decide(panel, "order", "Sleeping", "paused", "", manager)
    assert "meanwhile" in decide(panel, "order", "SLEEPING", "completed", "", manager)
    assert StatusWord.objects.get().meaning == "paused"


@pytest.mark.django_db
def test_long_and_odd_words_can_be_stored(manager):
    panel = make_panel()
    for word in ("İ" * 200, "–", "-", "готово", "完成"):
        assert decide(panel, "order", word, "completed", "", manager) == ""
        assert with_meanings(panel, {"1": answer(word[:100])})["1"].progress is Progress.COMPLETED


@pytest.mark.django_db
def test_many_flagged_orders_are_asked_about_in_pieces(manager, monkeypatch):
    monkeypatch.setattr(status_words, "AT_ONCE", 5)
    monkeypatch.setattr(status_words, "PIECE", 2)
    service = make_service()
    for _ in range(7):
        make_placed(service, is_word_unknown=True, remote_status="Sleeping")
    assert decide(service.panel, "order", "Sleeping", "paused", "", manager) == ""
    assert Order.objects.exclude(check_requested_at=None).count() == 5


# -- refills


@pytest.fixture
def refill(db, monkeypatch):
    """An accepted refill, and a function that lets its panel say a word about it."""
    refill = make_refill(state="accepted", remote_id="77", progress="pending", next_check_at=timezone.now())

    def say(word):
        body = f'{{"status": "{word}"}}'.encode()
        monkeypatch.setattr("panels.protocol.transport.Transport.post", lambda *_, **__: Answer(200, body))
        Refill.objects.filter(next_check_at__isnull=False).update(next_check_at=timezone.now())
        send_requests(refill.order.panel_id, threading.Event())
        refill.refresh_from_db()

    refill.say = say
    return refill


def test_an_unknown_refill_word_is_flagged_and_mapped_alike(refill, manager):
    refill.say("Task running")
    assert (refill.progress, refill.remote_status, refill.is_word_unknown) == ("pending", "Task running", True)
    panel = refill.order.panel
    (word,) = words_of(panel)
    assert (word.kind, word.number) == ("refill", 1)
    before = refill.next_check_at
    assert decide(panel, "refill", "Task running", "completed", "", manager) == ""
    refill.refresh_from_db()
    assert refill.next_check_at < before
    refill.say("Task running")
    assert (refill.progress, refill.is_word_unknown, refill.next_check_at) == ("completed", False, None)
    assert refill.finished_at is not None
    assert refill.state == "accepted"
    # The word is noted once in the history of the order.
    assert [event.detail for event in refill.order.events.all()] == ["Task running"]


def test_a_refill_word_may_say_nothing(refill, manager):
    refill.say("Task running")
    decide(refill.order.panel, "refill", "Task running", "nothing", "", manager)
    refill.say("Task running")
    assert (refill.progress, refill.is_word_unknown, refill.remote_status) == ("pending", False, "Task running")
    assert refill.next_check_at is not None
    assert (refill.unreadable_since, refill.error) == (None, "")


def test_a_known_refill_word_ends_the_flag(refill):
    refill.say("Task running")
    refill.say("In progress")
    assert (refill.progress, refill.is_word_unknown) == ("in_progress", False)


def test_a_refill_that_is_no_longer_followed_is_not_flagged(refill):
    Refill.objects.update(requested_at=timezone.now() - timedelta(days=61))
    refill.say("Task running")
    assert (refill.next_check_at, refill.is_word_unknown) == (None, False)
    assert words_of(refill.order.panel) == []


def test_the_cost_of_an_order_follows_from_its_mapped_word(synced_panel, orders, manager):
    decide(synced_panel, "order", "Refill", "refunded", "", manager)
    poll_due(synced_panel.pk, threading.Event())
    order = Order.objects.first()
    assert order.charge - order.given_back == Decimal(0)
