"""What a panel's row says about its account and its requests."""

from __future__ import annotations

import pytest
from django.utils import timezone

from panels.models import Panel


@pytest.mark.parametrize(
    ("fields", "is_asked"),
    [
        ({}, False),
        ({"balance_requested_at": timezone.now()}, True),
        ({"sync_requested_at": timezone.now()}, True),
        ({"sync_requested_at": timezone.now(), "is_active": False}, False),
    ],
)
def test_an_active_panel_is_asked_until_its_answer_arrives(fields, is_asked):
    assert Panel(**fields).is_asked is is_asked


@pytest.mark.parametrize(
    ("fields", "is_alike"),
    [
        ({}, True),
        ({"name": "Another name"}, True),
        ({"api_url": "https://other.example/api/v2"}, False),
        ({"user_agent": "Mozilla/5.0"}, False),
        ({"body": Panel.Body.JSON}, False),
    ],
)
def test_a_call_is_alike_while_its_address_its_key_and_its_form_are_the_same(fields, is_alike):
    assert Panel(**fields).is_called_alike(Panel()) is is_alike
    assert Panel(**fields).sends_alike(Panel()) is is_alike


def test_other_timeouts_send_an_order_in_another_way_but_call_alike():
    slower = Panel(read_timeout=90)
    assert slower.is_called_alike(Panel())
    assert not slower.sends_alike(Panel())


@pytest.mark.parametrize("field", ["unanswered_orders", "turned_away"])
def test_after_an_order_that_was_not_taken_one_order_is_sent_at_a_time(field):
    assert not Panel().sends_one_at_a_time
    assert Panel(**{field: 1}).sends_one_at_a_time
