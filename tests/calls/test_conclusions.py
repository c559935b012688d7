"""What a call says about its panel: an answer ends what silence began, and failures pause it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels import schedule
from panels.calls import conclusions
from panels.models import Panel
from panels.protocol.errors import Deferred, NotSent, OutcomeUnknown, Reason, Refused, Unreadable
from panels.providers import pauses
from tests.factories import make_panel, make_placed, make_service

pytestmark = pytest.mark.django_db


PAST, FUTURE = -timedelta(minutes=5), timedelta(minutes=5)


def test_failures_in_a_row_pause_the_panel_longer_each_time():
    panel, waits = make_panel(), []
    for _ in range(6):
        conclusions.note_error(panel, OutcomeUnknown("no answer"))
        panel.refresh_from_db()
        if panel.paused_until:
            waits.append(round((panel.paused_until - timezone.now()).total_seconds()))
            end_pause(panel)
    assert waits == [30, 60, 120, 240]
    assert panel.paused_reason == Panel.Pause.UNREACHABLE
    for _ in range(9):
        end_pause(panel)
        conclusions.note_error(panel, OutcomeUnknown("no answer"))
    panel.refresh_from_db()
    assert timedelta(minutes=59) < panel.paused_until - timezone.now() <= timedelta(hours=1)
    conclusions.note_answer(panel.pk)
    panel.refresh_from_db()
    assert (panel.paused_reason, panel.failures) == ("", 0)


def end_pause(panel):
    Panel.objects.filter(pk=panel.pk).update(**dict.fromkeys(("paused_until", "quiet_until"), timezone.now()))


@pytest.mark.parametrize("reason", [Panel.Pause.FUNDS, Panel.Pause.BY_HAND])
def test_a_panel_that_is_paused_for_something_else_is_left_alone_as_well(reason):
    panel = make_panel()
    pauses.pause(panel, reason, "Enough.")
    conclusions.note_error(panel, NotSent("429", is_rate_limit=True, retry_after=600))
    panel.refresh_from_db()
    assert (panel.paused_reason, panel.paused_until, panel.blocks_reading()) == (reason, None, True)
    assert timedelta(minutes=9) < panel.quiet_until - timezone.now() <= timedelta(minutes=10)
    make_placed(make_service(panel), next_check_at=timezone.now())
    assert schedule.waiting()["poll"] == []
    assert schedule.next_at(panel, "balance") == panel.quiet_until
    end_quiet(panel)
    assert not panel.blocks_reading()
    assert schedule.waiting()["poll"] == [panel.pk]
    waits = []
    for _ in range(5):
        conclusions.note_error(panel, OutcomeUnknown("no answer"))
        panel.refresh_from_db()
        if panel.is_quiet():
            waits.append(round((panel.quiet_until - timezone.now()).total_seconds()))
            end_quiet(panel)
    assert waits == [30, 60, 120]
    conclusions.note_error(panel, OutcomeUnknown("no answer"))
    conclusions.note_answer(panel.pk)
    panel.refresh_from_db()
    assert (panel.paused_reason, panel.quiet_until, panel.failures) == (reason, None, 0)


def end_quiet(panel):
    Panel.objects.filter(pk=panel.pk).update(quiet_until=timezone.now())
    panel.refresh_from_db()


def test_pausing_a_silent_panel_by_hand_leaves_it_alone_all_the_same():
    panel = make_panel()
    for _ in range(3):
        conclusions.note_error(panel, OutcomeUnknown("no answer"))
    pauses.pause(panel, Panel.Pause.BY_HAND, "Enough.")
    panel.refresh_from_db()
    assert panel.paused_reason == Panel.Pause.BY_HAND
    assert panel.blocks_reading()
    pauses.resume(panel)
    panel.refresh_from_db()
    assert not panel.blocks_reading()


def test_calls_that_fail_together_lengthen_the_pause_once():
    panel = make_panel()
    for _ in range(10):
        conclusions.note_error(panel, OutcomeUnknown("no answer"))
    panel.refresh_from_db()
    assert panel.paused_until - timezone.now() <= timedelta(seconds=30)
    assert panel.failures == 3


def test_a_refusal_about_one_order_is_an_answer():
    panel = make_panel(failures=2)
    conclusions.note_error(panel, Refused("Incorrect link", Reason.VALIDATION))
    panel.refresh_from_db()
    assert (panel.paused_reason, panel.failures) == ("", 0)


def test_a_pause_that_only_a_person_lifts_is_not_replaced_by_one_that_ends_by_itself():
    panel = make_panel()
    pauses.pause(panel, Panel.Pause.BY_HAND, "")
    pauses.pause(panel, Panel.Pause.UNREACHABLE, "no answer", timezone.now() + timedelta(seconds=30))
    panel.refresh_from_db()
    assert panel.paused_reason == Panel.Pause.BY_HAND
    conclusions.note_answer(panel.pk)
    panel.refresh_from_db()
    assert panel.paused_reason == Panel.Pause.BY_HAND
    pauses.resume(panel)
    panel.refresh_from_db()
    assert not panel.is_paused()


def test_silence_is_ended_by_an_answer_alone_but_asked_about_by_itself():
    panel = make_panel(paused_reason="unreachable", paused_until=timezone.now() + timedelta(seconds=30))
    assert (panel.is_paused(), panel.is_probe_due()) == (True, False)
    panel.paused_until = timezone.now()
    assert (panel.is_paused(), panel.is_probe_due(), panel.blocks_reading()) == (True, True, True)
    conclusions.note_answer(panel.pk)
    panel.refresh_from_db()
    assert (panel.is_paused(), panel.is_probe_due()) == (False, False)


def test_what_an_old_key_was_told_says_nothing_about_a_new_one():
    called = make_panel()
    panel = Panel.objects.get()
    panel.set_key("a-new-key-0123456789")
    panel.save()
    conclusions.note_error(called, Refused("Invalid API key", Reason.AUTH))
    panel.refresh_from_db()
    assert panel.paused_reason == ""
    conclusions.note_error(panel, Refused("Invalid API key", Reason.AUTH))
    panel.refresh_from_db()
    assert panel.paused_reason == Panel.Pause.AUTH


@pytest.mark.parametrize("change", [{"body": "json"}, {"user_agent": "Mozilla/5.0"}])
def test_what_the_old_way_of_calling_was_told_says_nothing_about_the_new_one(change):
    called = make_panel()
    Panel.objects.update(**change)
    conclusions.note_error(called, Refused("Unsupported Media Type", Reason.EVERYBODY), placing=True)
    assert Panel.objects.get().paused_reason == ""


def test_a_pause_with_a_time_is_never_shortened():
    panel, now = make_panel(), timezone.now()
    pauses.pause(panel, Panel.Pause.RATE_LIMIT, "slow down", now + timedelta(minutes=50))
    pauses.pause(panel, Panel.Pause.UNREACHABLE, "no answer", now + timedelta(seconds=30))
    conclusions.note_answer(panel.pk)
    panel.refresh_from_db()
    assert panel.paused_reason == Panel.Pause.RATE_LIMIT
    assert panel.paused_until == now + timedelta(minutes=50)
    pauses.pause(panel, Panel.Pause.UNREACHABLE, "no answer", now + timedelta(minutes=55))
    panel.refresh_from_db()
    assert panel.paused_until == now + timedelta(minutes=55)


def test_our_own_restraint_is_no_failure_of_the_panel():
    panel = make_panel()
    for _ in range(5):
        conclusions.note_error(panel, Deferred("not our turn"))
    panel.refresh_from_db()
    assert (panel.failures, panel.paused_reason) == (0, "")


def test_an_answer_that_cannot_be_read_stops_placing_only_when_it_came_to_an_order():
    panel = make_panel()
    for _ in range(5):
        conclusions.note_error(panel, Unreadable("no balance in it"))
    panel.refresh_from_db()
    assert panel.paused_reason == ""
    for _ in range(3):
        conclusions.note_error(panel, Unreadable("a web page"), placing=True)
    panel.refresh_from_db()
    assert panel.paused_reason == Panel.Pause.UNREACHABLE


@pytest.mark.parametrize("placing", [False, True], ids=["question", "order"])
@pytest.mark.parametrize("lost", [0, 2], ids=["", "orders lost"])
@pytest.mark.parametrize("failures", [0, 3], ids=["", "failures"])
@pytest.mark.parametrize(
    ("reason", "time"),
    [
        *((reason, None) for reason in ("", "auth", "funds", "by_hand")),
        *((reason, time) for reason in ("rate_limit", "unreachable") for time in (PAST, FUTURE)),
    ],
)
def test_an_answer_ends_only_what_silence_had_begun(reason, time, failures, lost, placing):
    until = timezone.now() + time if time else None
    quiet = until or (timezone.now() + FUTURE if reason else None)
    panel = make_panel(
        paused_reason=reason,
        paused_until=until,
        quiet_until=quiet,
        failures=failures,
        unanswered_orders=lost,
        last_error="no answer",
    )
    conclusions.note_answer(panel.pk, placing=placing)
    panel.refresh_from_db()
    left = 0 if placing else lost
    assert (panel.failures, panel.unanswered_orders) == (0, left)
    if time == PAST or (reason == "unreachable" and not left):
        assert (panel.paused_reason, panel.paused_until, panel.quiet_until, panel.last_error) == ("", None, None, "")
    else:
        assert (panel.paused_reason, panel.paused_until) == (reason, until)
        # A panel that was silent during a lasting pause is no longer quiet.
        assert panel.quiet_until == (None if failures and until is None else quiet)
        assert panel.last_error == ("" if failures and not reason else "no answer")


@pytest.mark.parametrize(
    ("fields", "writes"),
    [
        ({}, 0),
        ({"paused_reason": "by_hand"}, 0),
        ({"failures": 2}, 1),
        ({"paused_reason": "funds", "failures": 2, "unanswered_orders": 2}, 1),
    ],
    ids=["well", "paused by hand", "failures", "all at once"],
)
def test_an_answer_is_written_once_and_only_where_it_changes_something(fields, writes):
    panel = make_panel(**fields)
    with CaptureQueriesContext(connection) as queries:
        conclusions.note_answer(panel.pk, placing=True)
    assert sum(query["sql"].startswith("UPDATE") for query in queries) == writes


def test_an_answer_of_a_panel_that_is_gone_changes_nothing():
    panel = make_panel(failures=2)
    Panel.objects.all().delete()
    conclusions.note_answer(panel.pk)
    assert not Panel.objects.exists()


def note_no_balance(panel):
    fields = {"error_field": "balance_error", "request_field": "balance_requested_at"}
    return conclusions.note_unanswered(panel, "No answer.", **fields)


@pytest.mark.parametrize(
    "error",
    [NotSent("HTTP 429", is_rate_limit=True, retry_after=30), Refused("Too many requests", Reason.RATE_LIMIT)],
)
@pytest.mark.parametrize("placing", [True, False])
def test_a_panel_that_gets_too_many_calls_gets_fewer_from_then_on(error, placing):
    panel = make_panel(calls_per_minute=60)
    conclusions.note_error(panel, error, placing=placing)
    panel.refresh_from_db()
    assert (panel.calls_per_minute, panel.calls_lowered_from) == (45, 60)
    assert panel.paused_reason == Panel.Pause.RATE_LIMIT
    conclusions.note_error(panel, error, placing=placing)
    panel.refresh_from_db()
    assert panel.calls_per_minute == 45


def test_a_request_without_an_answer_ends_with_the_reason():
    panel = make_panel(balance_requested_at=timezone.now(), sync_requested_at=timezone.now())
    assert note_no_balance(panel) == "No answer."
    panel.refresh_from_db()
    assert (panel.balance_error, panel.balance_requested_at) == ("No answer.", None)
    assert (panel.catalog_error, panel.sync_requested_at is None) == ("", False)


def test_a_newer_request_stays_when_an_earlier_request_ends():
    panel, earlier = make_panel(), timezone.now() - timedelta(days=1)
    # The clock was set back meanwhile.
    Panel.objects.update(balance_requested_at=earlier)
    note_no_balance(panel)
    panel.refresh_from_db()
    assert (panel.balance_error, panel.balance_requested_at) == ("No answer.", earlier)


@pytest.mark.parametrize("change", ["key", "address"])
def test_a_request_that_the_old_account_did_not_answer_says_nothing_about_the_new_account(change):
    asked = make_panel(balance_requested_at=timezone.now())
    panel = Panel.objects.get()
    if change == "key":
        panel.set_key("a-new-key-0123456789")
    else:
        panel.api_url = "http://127.0.0.1:9/other"
    panel.save()
    note_no_balance(asked)
    panel.refresh_from_db()
    assert (panel.balance_error, panel.balance_requested_at is None) == ("", False)
