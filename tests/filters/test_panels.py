"""The filter of panels."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.filters.panels import STATES, PanelFilter
from panels.models import Panel
from tests.factories import make_panel

pytestmark = pytest.mark.django_db


def found(**query):
    panels = PanelFilter(query)
    assert panels.is_valid()
    return sorted(panel.name for panel in panels.qs)


def test_a_panel_is_found_by_words_of_its_name_and_its_address_in_any_case():
    make_panel(name="Éclair Social", api_url="https://one.example/api")
    make_panel(name="Brightline", api_url="https://two.example/api")
    assert found(q="ÉCLAIR") == ["Éclair Social"]
    assert found(q="social one.example") == ["Éclair Social"]
    assert found(q="example") == ["Brightline", "Éclair Social"]
    assert found(q="nothing") == []


def test_every_state_of_a_panel_can_be_chosen():
    now = timezone.now()
    make_panel(name="ok", balance_checked_at=now)
    make_panel(name="paused", paused_reason="auth")
    make_panel(name="failing", balance_error="HTTP 500")
    make_panel(name="unreadable", unreadable_since=now - timedelta(hours=1))
    make_panel(name="new")
    make_panel(name="inactive", is_active=False, paused_reason="auth")
    assert {state: found(state=state) for state, _ in STATES} == {state: [state] for state, _ in STATES}
    assert {panel.state for panel in Panel.objects.all()} == {state for state, _ in STATES}


def test_panels_that_need_money_are_found_and_an_empty_box_filters_nothing():
    make_panel(name="low", balance=Decimal(1), low_balance=Decimal(2))
    make_panel(name="rich", balance=Decimal(3), low_balance=Decimal(2))
    assert found(low="on") == ["low"]
    assert found(low="") == found() == ["low", "rich"]
