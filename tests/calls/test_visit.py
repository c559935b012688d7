"""A panel is asked no more than it allows, and left alone while it is paused."""

from __future__ import annotations

import contextlib
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.calls import visit
from panels.models import Panel, PanelDay
from panels.protocol.errors import Deferred, NotSent, OutcomeUnknown, Reason, Refused
from panels.providers import pauses
from tests.factories import make_panel
from tests.protocol.conftest import refusing_the_plural, replying
from tests.servers import Server, http

pytestmark = pytest.mark.django_db


def test_pace_counts_calls_in_the_database_so_that_it_holds_for_all_workers():
    panel = make_panel(calls_per_minute=5)
    stopping = threading.Event()
    visit.pace(panel.pk, stopping)()
    panel.refresh_from_db()
    assert panel.next_call_at > timezone.now() + timedelta(seconds=11)
    threading.Timer(0.1, stopping.set).start()
    with pytest.raises(NotSent, match="used up"):
        visit.pace(panel.pk, stopping)()


def test_who_is_to_stop_asks_nothing_more():
    panel, stopping = make_panel(), threading.Event()
    turn = visit.pace(panel.pk, stopping)
    turn()
    stopping.set()
    with pytest.raises(Deferred):
        turn()


@pytest.mark.django_db(transaction=True)
def test_a_call_holds_no_connection_to_the_database(monkeypatch):
    closed, panel = [], make_panel()
    monkeypatch.setattr(connection, "close", lambda: closed.append(True))
    visit.pace(panel.pk, threading.Event())()
    assert closed == [True]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is for one machine, which has one clock")
def test_machines_whose_clocks_differ_share_the_calls_of_a_minute(monkeypatch):
    panel, stopping, passed = make_panel(calls_per_minute=60), threading.Event(), 0
    # The test waits for no turn.
    monkeypatch.setattr(stopping, "wait", lambda _: True)
    real = timezone.now
    for number in range(40):
        ahead = timedelta(seconds=8 * (number % 2))
        monkeypatch.setattr(timezone, "now", lambda ahead=ahead: real() + ahead)
        with contextlib.suppress(Deferred):
            visit.pace(panel.pk, stopping)()
            passed += 1
    assert passed == 4


def test_a_pause_with_a_time_ends_by_itself():
    panel = make_panel(paused_reason="rate_limit", paused_until=timezone.now() - timedelta(seconds=1))
    assert not panel.is_paused()
    assert not panel.blocks_reading()


@pytest.mark.parametrize(
    ("reason", "blocks"),
    [("auth", True), ("funds", False), ("by_hand", False), ("rate_limit", True), ("unreachable", True)],
)
def test_which_pauses_stop_questions_too(reason, blocks):
    has_time = reason in (Panel.Pause.RATE_LIMIT, Panel.Pause.UNREACHABLE)
    until = timezone.now() + timedelta(minutes=5) if has_time else None
    panel = make_panel(paused_reason=reason, paused_until=until)
    assert panel.blocks_reading() is blocks
    assert panel.is_paused()


def test_what_a_client_learns_is_remembered(sandbox):
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key)
    with visit.open_client(panel, threading.Event()) as client:
        client.learned["multi_status"] = False
    panel.refresh_from_db()
    assert panel.multi_status is False


def ask(client, times):
    for _ in range(times):
        client.balance()


def test_the_calls_of_a_visit_are_counted_by_one_write_at_its_end(sandbox):
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key)
    for expected in (5, 10):
        with (
            CaptureQueriesContext(connection) as queries,
            visit.visit(Panel.objects.all(), panel.pk, threading.Event()) as here,
        ):
            for _ in range(5):
                ask(here.client, 1)
                here.note_answer()
        day = PanelDay.objects.get(panel=panel)
        assert (day.day, day.calls, day.answers, day.failures) == (datetime.now(UTC).date(), expected, expected, 0)
        assert day.seconds > 0
    assert sum("panelday" in query["sql"] for query in queries) == 1
    assert sum('"answered_at" =' in query["sql"] for query in queries) == 1
    panel.refresh_from_db()
    assert timezone.now() - timedelta(minutes=1) < panel.answered_at <= timezone.now()


def test_failed_calls_are_counted_too(sandbox, monkeypatch):
    monkeypatch.setattr("panels.protocol.client.BACKOFF", (0.0, 0.0))
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key)
    sandbox.vanish()
    with pytest.raises(NotSent), visit.visit(Panel.objects.all(), panel.pk, threading.Event()) as here:
        ask(here.client, 1)
    day = PanelDay.objects.get()
    assert (day.calls, day.answers, day.failures, day.seconds) == (3, 0, 3, 0)


def test_a_long_visit_counts_its_calls_now_and_then(sandbox, monkeypatch):
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key)
    with visit.visit(Panel.objects.all(), panel.pk, threading.Event()) as here:
        ask(here.client, 3)
        here.count_calls()
        assert not PanelDay.objects.exists()
        assert Panel.objects.get().answered_at is None
        ten_seconds_later = time.monotonic() + visit.COUNT_EVERY
        monkeypatch.setattr(visit.time, "monotonic", lambda: ten_seconds_later)
        here.count_calls()
        assert PanelDay.objects.get().calls == 3
        assert Panel.objects.get().answered_at is not None
        ask(here.client, 2)
        here.count_calls()
        assert PanelDay.objects.get().calls == 3
    assert PanelDay.objects.get().calls == 5


def test_a_count_that_cannot_be_stored_does_not_disturb_the_visit(sandbox, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(PanelDay, "add", fail)
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key)
    with visit.visit(Panel.objects.all(), panel.pk, threading.Event()) as here:
        ask(here.client, 1)
    assert not PanelDay.objects.exists()


def test_a_panel_whose_script_crashes_at_many_ids_stays_open_and_is_asked_one_by_one_from_then_on():
    crash = http(b"<h1>Server Error</h1>", status="500 Internal Server Error")
    with Server(replying(refusing_the_plural(crash))) as server:
        panel = make_panel(api_url=server.url)
        with visit.visit(Panel.objects.all(), panel.pk, threading.Event()) as here:
            assert here.note_answers(here.client.statuses(["1", "2"])) is None
    panel.refresh_from_db()
    assert (panel.multi_status, panel.paused_reason, panel.failures) == (False, "", 0)
    assert panel.account().single_tried_at > timezone.now() - timedelta(minutes=5)


@pytest.mark.parametrize(
    ("first", "second", "stays"),
    [
        ("by_hand", "funds", "by_hand"),
        ("by_hand", "auth", "by_hand"),
        ("auth", "funds", "auth"),
        ("funds", "auth", "auth"),
        ("funds", "by_hand", "by_hand"),
    ],
)
def test_the_weightier_of_two_lasting_pauses_stays(first, second, stays):
    panel = make_panel()
    pauses.pause(panel, Panel.Pause(first), "")
    pauses.pause(panel, Panel.Pause(second), "")
    panel.refresh_from_db()
    assert panel.paused_reason == stays


def on_visit(panel, panels=None):
    return visit.visit(Panel.objects.open_for_questions() if panels is None else panels, panel.pk, threading.Event())


def test_a_panel_that_is_not_among_those_that_may_be_asked_is_not_visited():
    panel = make_panel(paused_reason="auth")
    with pytest.raises(visit.PanelClosedError) as caught, on_visit(panel):
        pytest.fail("The panel is visited.")
    assert (caught.value.panel, caught.value.text) == (None, "")
    with on_visit(panel, Panel.objects.all()) as here:
        assert here.panel == panel


def test_a_key_that_cannot_be_decrypted_pauses_the_panel_before_the_visit_begins(settings):
    panel = make_panel()
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(visit.PanelClosedError) as caught, on_visit(panel):
        pytest.fail("The panel is visited.")
    assert (caught.value.panel, caught.value.text) == (panel, "The stored key cannot be decrypted.")
    panel.refresh_from_db()
    assert panel.paused_reason == Panel.Pause.AUTH


def test_a_visit_that_asks_nothing_says_nothing_about_the_panel():
    panel = make_panel(failures=2, last_error="no answer")
    with on_visit(panel):
        pass
    assert judged(panel) == ("", 2)


def judged(panel):
    panel.refresh_from_db()
    return panel.paused_reason, panel.failures


def note_call(here):
    """Note an answer to a call, as the work of a visit does after each call."""
    here.client.tally.count(0.1)
    here.note_answer()


def test_an_answer_is_noted_once_at_the_end_of_a_visit(monkeypatch):
    panel, noted = make_panel(failures=2), []
    monkeypatch.setattr(visit, "note_answer", noted.append)
    with on_visit(panel) as here:
        note_call(here)
        note_call(here)
        assert noted == []
    assert noted == [panel.pk]


def test_an_error_that_leaves_a_visit_is_noted_and_raised_again():
    panel = make_panel(failures=2)
    with pytest.raises(OutcomeUnknown), on_visit(panel):
        raise OutcomeUnknown("no answer")
    assert judged(panel) == (Panel.Pause.UNREACHABLE, 3)


def visit_until(panel, error, *before):
    """Note the errors before, or an answer if there are none, and end the visit with `error`."""
    with on_visit(panel) as here:
        for each in before:
            here.note_error(each)
        if not before:
            note_call(here)
        raise error


def test_an_error_is_noted_at_once_because_other_work_at_the_panel_must_know():
    panel = make_panel()
    with on_visit(panel) as here:
        here.note_error(Refused("Invalid API key", Reason.AUTH))
        assert judged(panel) == (Panel.Pause.AUTH, 0)


def test_calls_of_a_visit_that_fail_together_are_one_failure():
    panel = make_panel()
    with pytest.raises(OutcomeUnknown):
        visit_until(panel, OutcomeUnknown("no answer"), *[OutcomeUnknown("no answer")] * 4)
    assert judged(panel) == ("", 1)


def test_a_failure_after_answers_is_the_first_one_in_a_row_and_later_answers_do_not_undo_it():
    panel = make_panel(failures=2)
    with on_visit(panel) as here:
        note_call(here)
        here.note_error(OutcomeUnknown("no answer"))
        note_call(here)
    assert judged(panel) == ("", 1)


def test_a_rate_limit_after_another_failure_of_the_visit_still_pauses():
    panel = make_panel()
    with on_visit(panel) as here:
        here.note_error(OutcomeUnknown("no answer"))
        here.note_error(OutcomeUnknown("no answer"))
        here.note_error(NotSent("slow down", is_rate_limit=True, retry_after=60))
    assert judged(panel) == (Panel.Pause.RATE_LIMIT, 1)


@pytest.mark.parametrize("error", [None, Deferred("not our turn"), LookupError()], ids=repr)
def test_a_visit_whose_calls_were_all_kept_back_is_no_answer(error):
    panel = make_panel(failures=2, last_error="no answer")
    with contextlib.suppress(Deferred, LookupError), on_visit(panel) as here:
        here.client.tally.count(0, Deferred("not our turn"))
        here.note_answer()
        here.note_answers({})
        if error:
            raise error
    assert judged(panel) == ("", 2)


def test_a_failed_call_is_no_answer_although_the_work_notes_one():
    panel = make_panel(failures=1)
    with on_visit(panel) as here:
        here.client.tally.count(0, OutcomeUnknown("no answer"))
        here.note_answer()
        here.note_error(OutcomeUnknown("no answer"))
    assert judged(panel) == ("", 2)


def test_answers_count_although_our_own_limit_ends_the_visit():
    panel = make_panel(failures=2)
    with pytest.raises(Deferred):
        visit_until(panel, Deferred("not our turn"))
    assert judged(panel) == ("", 0)


def test_a_failure_after_our_own_limit_counts():
    panel = make_panel()
    with on_visit(panel) as here:
        here.note_error(Deferred("not our turn"))
        here.note_error(OutcomeUnknown("no answer"))
        here.note_error(Deferred("not our turn"))
    assert judged(panel) == ("", 1)


def test_our_own_mistake_in_a_visit_says_nothing_against_the_panel():
    panel = make_panel(failures=2)
    with pytest.raises(LookupError):
        visit_until(panel, LookupError())
    assert judged(panel) == ("", 0)


@pytest.mark.parametrize(
    ("answers", "failures"),
    [
        ({"1": "answered", "2": "answered"}, 0),
        ({}, 0),
        ({"1": "answered", "2": Refused("Incorrect order ID", Reason.NOT_FOUND)}, 0),
        ({"1": "answered", "2": OutcomeUnknown("no answer")}, 1),
        ({"1": OutcomeUnknown("no answer")}, 3),
        ({"1": "answered", "2": Deferred("not our turn")}, 0),
        ({"1": Deferred("not our turn")}, 2),
    ],
    ids=[
        "answers",
        "no ID in the answer",
        "a no to an ID",
        "a failure",
        "no answer",
        "our own limit",
        "not asked at all",
    ],
)
def test_what_the_answers_about_several_ids_say_about_the_panel(answers, failures):
    panel = make_panel(failures=2)
    with on_visit(panel) as here:
        here.client.tally.count(0.1)
        failure = here.note_answers(answers)
    assert failure in (None, *answers.values())
    assert here.has_failed is (failure is not None)
    assert judged(panel)[1] == failures


PAST, FUTURE = -timedelta(minutes=5), timedelta(minutes=5)
