"""A status word has one row at each panel and kind, and the meanings of its kind."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from panels.models import Order, Refill, StatusWord
from tests.factories import make_panel, make_status_word

pytestmark = pytest.mark.django_db


def test_the_same_word_has_one_row_at_each_panel_and_kind():
    word = make_status_word()
    make_status_word(make_panel())
    make_status_word(word.panel, kind="refill")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_status_word(word.panel)


def test_each_kind_has_the_meanings_of_its_progress_and_nothing():
    assert [value for value, _ in StatusWord.meanings("order")] == [*Order.Progress.values, "nothing"]
    assert [value for value, _ in StatusWord.meanings("refill")] == [*Refill.Progress.values, "nothing"]
    longest = StatusWord._meta.get_field("meaning").max_length
    assert all(len(value) <= longest for kind in StatusWord.Kind.values for value, _ in StatusWord.meanings(kind))


def test_a_word_names_itself_and_its_meaning():
    word = make_status_word(make_panel(name="Kite"), meaning="in_progress")
    assert str(word) == "“Sleeping” (order) at Kite"
    assert word.meaning_label == "In progress"
    assert make_status_word(kind="refill", meaning="nothing").meaning_label.startswith("It says nothing")
