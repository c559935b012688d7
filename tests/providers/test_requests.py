"""A person asks for a balance or a catalog, pauses and resumes panels, and changes their settings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.models import Panel
from panels.providers.requests import QUESTIONS, pause_by_hand, request_answer, resume, settle_change
from tests.factories import make_panel, make_placed, make_service

pytestmark = pytest.mark.django_db
Pause = Panel.Pause
SOON = timezone.now() + timedelta(hours=1)


def make_paused(reason, **fields):
    """Create a paused panel. Only the pauses that end by themselves have a time."""
    until = SOON if reason in (Pause.RATE_LIMIT, Pause.UNREACHABLE) else None
    return make_panel(paused_reason=reason, paused_until=until, **fields)


def requests_of(panel):
    panel.refresh_from_db()
    return panel.balance_requested_at, panel.sync_requested_at


# -- questions


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_active_panel_is_asked_once_until_it_has_answered(question, rung):
    panels = [make_panel(), make_panel()]
    off = make_panel(is_active=False)
    pks = [panel.pk for panel in (*panels, off)]
    request_answer(question, pks)
    assert sorted(rung) == [(question, panel.pk) for panel in panels]
    first = [requests_of(panel) for panel in panels]
    request_answer(question, pks)
    assert len(rung) == 2
    assert [requests_of(panel) for panel in panels] == first
    assert requests_of(off) == (None, None)


def test_a_request_for_the_balance_is_no_request_for_the_catalog():
    panel = make_panel()
    request_answer("balance", [panel.pk])
    balance, catalog = requests_of(panel)
    assert (balance is None, catalog) == (False, None)


# -- pauses


@pytest.mark.parametrize(
    ("reason", "after"),
    [
        ("", Pause.BY_HAND),
        (Pause.RATE_LIMIT, Pause.BY_HAND),
        (Pause.UNREACHABLE, Pause.BY_HAND),
        (Pause.FUNDS, Pause.FUNDS),
        (Pause.AUTH, Pause.AUTH),
    ],
)
def test_a_pause_by_hand_replaces_only_pauses_that_end_by_themselves(reason, after):
    panel = make_paused(reason) if reason else make_panel()
    assert pause_by_hand([panel]) == ([panel] if after == Pause.BY_HAND else [])
    panel.refresh_from_db()
    assert panel.paused_reason == after


def test_a_resumed_panel_has_no_pause_and_its_waiting_work_is_rung_for(rung):
    paused, running = make_paused(Pause.FUNDS, paused_balance=Decimal(1)), make_panel()
    assert resume([paused, running]) == [paused]
    paused.refresh_from_db()
    assert (paused.paused_reason, paused.paused_balance) == ("", None)
    assert {kind for kind, _ in rung} == {"submit", "confirm", "poll", "requests", "balance"}
    assert {pk for _, pk in rung} == {paused.pk}


def test_a_panel_with_another_pause_by_now_is_not_resumed(rung):
    panel = make_paused(Pause.FUNDS, free_balance=Decimal(1))
    Panel.objects.update(paused_reason=Pause.AUTH)
    assert resume([panel]) == []
    panel.refresh_from_db()
    assert (panel.paused_reason, panel.free_balance) == (Pause.AUTH, Decimal(1))
    assert rung == []


# -- changed settings


@pytest.mark.parametrize(
    ("reason", "has_new_key", "after"),
    [
        (Pause.AUTH, True, ""),
        (Pause.AUTH, False, Pause.AUTH),
        (Pause.FUNDS, True, Pause.FUNDS),
        (Pause.BY_HAND, True, Pause.BY_HAND),
    ],
)
def test_a_new_key_ends_only_the_pause_because_of_the_old_key(reason, has_new_key, after):
    panel = make_paused(reason)
    settle_change(panel, has_new_key=has_new_key, needs_test=False)
    panel.refresh_from_db()
    assert panel.paused_reason == after


def test_an_account_that_needs_a_test_is_asked_again_although_a_test_is_running(rung):
    panel = make_panel(balance_requested_at=timezone.now() - timedelta(minutes=1))
    before, _ = requests_of(panel)
    settle_change(panel, has_new_key=True, needs_test=True)
    balance, catalog = requests_of(panel)
    assert balance == catalog > before
    assert rung == [(question, panel.pk) for question in QUESTIONS]


def test_a_new_account_is_asked_soon_about_the_orders_that_the_old_one_did_not_show(rung):
    now = timezone.now()
    panel = make_panel(unreadable_since=now, unreadable_at=now, unreadable_text="Just a moment")
    order, other = (make_placed(make_service(each), unreadable_since=now, next_check_at=SOON) for each in (panel, None))
    settle_change(panel, has_new_key=True, needs_test=True)
    for row in (panel, order, other):
        row.refresh_from_db()
    assert (panel.unreadable_since, panel.unreadable_text) == (None, "Just a moment")
    assert order.next_check_at <= timezone.now()
    assert other.next_check_at == SOON


def test_without_a_test_nothing_is_asked(rung):
    panel = make_panel()
    settle_change(panel, has_new_key=False, needs_test=False)
    assert requests_of(panel) == (None, None)
    assert rung == []


def test_a_panel_that_is_switched_off_loses_its_open_requests(rung):
    now = timezone.now()
    panel = make_panel(is_active=False, balance_requested_at=now, sync_requested_at=now)
    settle_change(panel, has_new_key=True, needs_test=True)
    assert requests_of(panel) == (None, None)
    assert rung == []


@pytest.mark.django_db
def test_a_person_who_resumes_a_pause_for_funds_knows_more_than_the_last_reading(rung):
    panel = make_paused(Pause.FUNDS, balance=Decimal(1), free_balance=Decimal(1))
    resume([panel])
    panel.refresh_from_db()
    assert panel.free_balance is None
    assert panel.balance_requested_at is not None
