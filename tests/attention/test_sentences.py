"""The sentences about what needs a person say each fact once, and speak of one and of many."""

from __future__ import annotations

import pytest
from django.utils import timezone

from panels.models import Panel
from tests.attention.test_needs import DAY, find
from tests.factories import make_panel, make_placed, make_service


@pytest.mark.django_db
def test_one_error_of_balance_and_catalog_is_said_once():
    panel = make_panel(balance_error="HTTP 500", catalog_error="HTTP 500")
    assert [" ".join(each.split()) for each in find().findings[0].sentences] == [
        "Neither the balance nor the catalog was read: HTTP 500"
    ]
    Panel.objects.filter(pk=panel.pk).update(catalog_error="HTTP 502")
    assert [" ".join(each.split()) for each in find().findings[0].sentences] == [
        "The balance was not read: HTTP 500 The catalog was not read: HTTP 502"
    ]


@pytest.mark.django_db
def test_the_error_of_a_paused_panel_ends_with_one_full_stop():
    make_panel(paused_reason="auth", last_error="No such key. Nothing was sent.")
    (sentence,) = find().findings[0].sentences
    assert "(No such key. Nothing was sent)." in sentence


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, ("1 order not followed since ", "shows its status. It is asked about")),
        (2, ("2 orders not followed since ", "shows their status. They are asked about")),
    ],
)
@pytest.mark.django_db
def test_one_order_that_is_not_followed_is_spoken_of_as_one(number, words):
    service = make_service()
    for _ in range(number):
        make_placed(service, unreadable_since=timezone.now() - DAY, next_check_at=timezone.now())
    assert all(each in find().findings[0].sentences[0] for each in words)
