"""A refill shows the panel's progress when it is known, and an order has one waiting refill at most."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.utils import timezone

from panels.models import Refill
from tests.factories import make_refill

NOW = timezone.now()


@pytest.mark.parametrize(
    ("state", "progress", "word"),
    [("queued", "", "queued"), ("accepted", "", "accepted"), ("accepted", "in_progress", "in_progress")],
)
def test_the_word_is_the_progress_or_else_the_state_of_the_request(state, progress, word):
    assert Refill(state=state, progress=progress).status_word == word


@pytest.mark.parametrize(
    ("state", "next_check_at", "is_open"),
    [
        ("queued", None, True),
        ("sending", None, True),
        ("accepted", NOW, True),
        ("accepted", None, False),
        ("refused", None, False),
        ("unknown", None, False),
    ],
)
def test_a_refill_is_open_while_it_may_change_without_a_person(state, next_check_at, is_open):
    assert Refill(state=state, next_check_at=next_check_at).is_open == is_open


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["queued", "sending"])
def test_an_order_has_one_waiting_refill(state):
    first = make_refill(state=state)
    with pytest.raises(IntegrityError):
        make_refill(first.order)


@pytest.mark.django_db
def test_an_order_may_be_refilled_again_after_an_answer():
    first = make_refill(state="accepted")
    second = make_refill(first.order)
    assert list(first.order.refills.all()) == [second, first]
