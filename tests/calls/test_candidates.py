"""Panels are asked about the IDs that people named, and their answers show how the panels are."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest

from panels.calls.candidates import confirm_candidates
from panels.models import Order, Panel
from panels.protocol.client import PanelClient
from panels.protocol.errors import OutcomeUnknown
from panels.protocol.wire import OrderStatus, Progress
from tests.factories import make_order, make_panel, make_service

pytestmark = pytest.mark.django_db

STATUS = OrderStatus(
    progress=Progress.IN_PROGRESS,
    remote_status="In progress",
    charge=Decimal("0.9"),
    currency="USD",
    start_count=10,
    remains=500,
)


@pytest.fixture
def named():
    """An unknown order with an ID that a person named, at a panel that failed twice."""
    service = make_service(make_panel(failures=2, last_error="no answer"))
    return make_order(service, state=Order.State.UNKNOWN, candidate_id="111")


def confirm(monkeypatch, order, answers):
    monkeypatch.setattr(PanelClient, "statuses", lambda self, remote_ids: answers())
    return confirm_candidates(order.panel_id, threading.Event())


def test_an_answer_about_a_named_id_ends_the_count_of_failures(named, monkeypatch):
    assert confirm(monkeypatch, named, lambda: {"111": STATUS}) == 1
    assert Panel.objects.get().failures == 0


def test_a_question_without_an_answer_counts_once_and_is_shown_to_the_person(named, monkeypatch):
    def no_answer():
        raise OutcomeUnknown("no answer")

    assert confirm(monkeypatch, named, no_answer) == 0
    named.refresh_from_db()
    assert named.candidate_error == "The panel could not be asked about 111: no answer"
    panel = Panel.objects.get()
    assert (panel.paused_reason, panel.failures) == (Panel.Pause.UNREACHABLE, 3)
