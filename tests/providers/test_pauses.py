"""A pause is written at once, outlasts lighter pauses, and is never shortened."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.models import Panel
from panels.providers.pauses import (
    AT_END,
    FEWEST_CALLS,
    FIRST_TURNED_AWAY,
    LONGEST_PAUSE,
    LOWER_EVERY,
    pause,
    resume,
    slow_down,
    turn_away,
)
from tests.factories import make_panel

pytestmark = pytest.mark.django_db

Pause = Panel.Pause


def look(panel):
    panel.refresh_from_db()
    return panel.paused_reason, panel.paused_until, panel.quiet_until


def test_a_pause_is_one_write_of_a_locked_row():
    panel = make_panel()
    with CaptureQueriesContext(connection) as queries:
        pause(panel, Pause.RATE_LIMIT, "slow down", timezone.now() + timedelta(minutes=5))
    statements = [query["sql"] for query in queries]
    assert sum(statement.startswith("UPDATE") for statement in statements) == 1
    if connection.vendor == "postgresql":
        assert sum("FOR NO KEY UPDATE" in statement for statement in statements) == 1


def test_a_pause_that_changes_nothing_writes_nothing():
    panel = make_panel()
    pause(panel, Pause.BY_HAND, "Enough.")
    with CaptureQueriesContext(connection) as queries:
        pause(panel, Pause.FUNDS, "Not enough funds")
    assert not any(query["sql"].startswith("UPDATE") for query in queries)
    panel.refresh_from_db()
    assert (panel.paused_reason, panel.last_error) == (Pause.BY_HAND, "Enough.")


def test_a_panel_that_is_gone_is_not_paused():
    panel = make_panel()
    Panel.objects.all().delete()
    pause(panel, Pause.AUTH, "Invalid API key")
    assert not Panel.objects.exists()


def test_a_pause_with_a_time_makes_a_panel_quiet_although_a_weightier_pause_is_in_force():
    panel, until = make_panel(), timezone.now() + timedelta(minutes=5)
    pause(panel, Pause.FUNDS, "Not enough funds")
    pause(panel, Pause.RATE_LIMIT, "slow down", until)
    assert look(panel) == (Pause.FUNDS, None, until)
    pause(panel, Pause.UNREACHABLE, "no answer", until - timedelta(minutes=1))
    assert look(panel) == (Pause.FUNDS, None, until)


def test_a_weightier_pause_keeps_the_quiet_time_of_the_pause_that_it_replaces():
    panel, until = make_panel(), timezone.now() + timedelta(minutes=5)
    pause(panel, Pause.UNREACHABLE, "no answer", until)
    pause(panel, Pause.AUTH, "Invalid API key")
    assert look(panel) == (Pause.AUTH, None, until)


def test_a_pause_that_is_over_gives_way_and_never_ends_before_the_quiet_time():
    panel, over = make_panel(), timezone.now() - timedelta(seconds=1)
    pause(panel, Pause.RATE_LIMIT, "slow down", over)
    # The end of a pause after a long call may be over already.
    pause(panel, Pause.UNREACHABLE, "no answer", over - timedelta(seconds=5))
    assert look(panel) == (Pause.UNREACHABLE, over, over)


def test_only_a_pause_for_funds_keeps_the_balance_that_was_read_before():
    panel = make_panel(balance=Decimal("3.50"))
    pause(panel, Pause.FUNDS, "Not enough funds")
    panel.refresh_from_db()
    assert panel.paused_balance == Decimal("3.50")
    pause(panel, Pause.AUTH, "Invalid API key")
    panel.refresh_from_db()
    assert panel.paused_balance is None


def test_resuming_leaves_nothing_of_a_pause():
    panel = make_panel(balance=Decimal("3.50"), failures=2)
    pause(panel, Pause.UNREACHABLE, "no answer", timezone.now() + timedelta(minutes=5))
    pause(panel, Pause.FUNDS, "Not enough funds")
    panel.refresh_from_db()
    assert resume(panel)
    assert look(panel) == ("", None, None)
    assert (panel.paused_balance, panel.last_error, panel.failures) == (None, "", 0)


def test_a_pause_that_came_after_the_look_is_not_ended():
    panel = make_panel(paused_reason=Pause.FUNDS)
    Panel.objects.update(paused_reason=Pause.BY_HAND)
    assert not resume(panel)
    assert look(panel) == (Pause.BY_HAND, None, None)


def test_a_pause_that_stops_only_orders_makes_no_panel_quiet():
    panel, until = make_panel(), timezone.now() + timedelta(minutes=5)
    pause(panel, Pause.EVERYBODY, "Ordering is disabled", until)
    assert look(panel) == (Pause.EVERYBODY, until, None)
    pause(panel, Pause.RATE_LIMIT, "slow down", until - timedelta(minutes=1))
    assert look(panel) == (Pause.EVERYBODY, until, until - timedelta(minutes=1))


def test_funds_and_a_new_key_do_not_end_the_question_what_words_mean():
    panel = make_panel()
    pause(panel, Pause.UNCLEAR, "Olmaz")
    pause(panel, Pause.FUNDS, "Not enough funds")
    assert look(panel) == (Pause.UNCLEAR, None, None)


def test_a_panel_that_takes_no_orders_is_left_alone_twice_as_long_each_time():
    panel, waits = make_panel(), []
    for _ in range(6):
        now = timezone.now()
        turn_away(panel, "Ordering is disabled", now)
        panel.refresh_from_db()
        waits.append(panel.paused_until - now)
        Panel.objects.update(paused_until=now)
        panel.refresh_from_db()
    assert waits == [min(FIRST_TURNED_AWAY * 2**number, LONGEST_PAUSE) for number in range(6)]
    assert waits[-1] == LONGEST_PAUSE
    assert panel.balance_requested_at


def test_a_no_during_the_pause_changes_nothing():
    panel, now = make_panel(), timezone.now()
    for _ in range(2):
        turn_away(panel, "Ordering is disabled", now)
        panel.refresh_from_db()
    assert (panel.turned_away, panel.paused_until) == (1, now + FIRST_TURNED_AWAY)


# -- what happens at the end of a pause


@pytest.fixture
def bells(monkeypatch):
    """The tasks for the worker with their delays in seconds, because a test never commits."""
    calls = []
    monkeypatch.setattr("panels.bell.transaction.on_commit", lambda ring, **_: ring())
    monkeypatch.setattr("panels.bell.enqueue", lambda kind, pk, *, delay=0: calls.append((kind, pk, delay)))
    return calls


@pytest.mark.parametrize("reason", [Pause.RATE_LIMIT, Pause.UNREACHABLE, Pause.EVERYBODY])
def test_the_worker_looks_again_right_when_a_pause_ends(bells, reason):
    panel = make_panel()
    pause(panel, reason, "slow down", timezone.now() + timedelta(seconds=60))
    assert [(kind, pk) for kind, pk, _ in bells] == [(kind, panel.pk) for kind in AT_END]
    assert all(60 <= delay < 62 for _, _, delay in bells)
    bells.clear()
    # Another failure that changes nothing rings for nothing.
    pause(panel, Pause.BY_HAND, "Enough.")
    assert bells == []


def test_the_worker_looks_again_although_a_weightier_pause_is_in_force(bells):
    panel = make_panel(paused_reason="funds")
    pause(panel, Pause.RATE_LIMIT, "slow down", timezone.now() + timedelta(seconds=30))
    assert {round(delay) for _, _, delay in bells} <= {30, 31}
    assert ("poll", panel.pk) in {(kind, pk) for kind, pk, _ in bells}


def test_a_time_that_has_passed_meanwhile_rings_at_once(bells):
    pause(make_panel(), Pause.RATE_LIMIT, "slow down", timezone.now() - timedelta(seconds=5))
    assert {delay for _, _, delay in bells} == {0.5}


# -- fewer calls after a 429


def limits(panel):
    panel.refresh_from_db()
    return panel.calls_per_minute, panel.calls_lowered_from


def test_each_429_lowers_the_calls_a_minute_down_to_a_floor():
    panel, now, seen = make_panel(calls_per_minute=60), timezone.now(), []
    for number in range(9):
        slow_down(panel, now + number * LOWER_EVERY)
        seen.append(limits(panel)[0])
    assert seen == [45, 33, 24, 18, 13, 10, 10, 10, 10]
    assert (panel.calls_lowered_from, panel.calls_lowered_at) == (60, now + 5 * LOWER_EVERY)


@pytest.mark.parametrize(
    ("calls", "after"),
    [(None, (60, None)), (120, (90, 120)), (11, (10, 11)), (FEWEST_CALLS, (10, None)), (3, (3, None))],
)
def test_what_a_429_leaves_of_the_calls(calls, after):
    panel = make_panel(calls_per_minute=calls)
    slow_down(panel, timezone.now())
    assert limits(panel) == after
    assert (panel.calls_lowered_at is not None) is (after[0] != calls)


def test_several_429_at_a_time_lower_the_calls_once():
    panel, now = make_panel(calls_per_minute=60), timezone.now()
    for seconds in (0, 1, 100):
        slow_down(panel, now + timedelta(seconds=seconds))
        assert limits(panel) == (45, 60)
    # A clock that was set back holds nothing up.
    Panel.objects.update(calls_lowered_at=now + timedelta(days=1))
    panel.refresh_from_db()
    slow_down(panel, now)
    assert limits(panel) == (33, 60)
