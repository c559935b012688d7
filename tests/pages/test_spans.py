"""The numbers of lines are written as spans, and only such texts are read."""

from __future__ import annotations

import pytest

from panels.pages.spans import find_spans, read_spans, write_spans
from panels.tables.reading import MAX_LINES


@pytest.mark.parametrize(("numbers", "text"), [([], ""), ([2], "2"), ([2, 3, 4, 7, 9, 10], "2-4,7,9-10")])
def test_neighbours_are_one_span_and_are_read_again(numbers, text):
    assert write_spans(numbers) == text
    assert read_spans(text) == set(numbers)


def test_a_span_has_its_first_and_its_last_number():
    assert find_spans([1, 2, 5]) == [(1, 2), (5, 5)]


@pytest.mark.parametrize("text", ["x", "1-2-3", "-", "9-3", "\u00b2", "1" * 10, "--1"])
def test_other_texts_are_no_numbers(text):
    assert read_spans(text) == set()


def test_a_span_is_not_longer_than_a_batch():
    assert len(read_spans("1-999999999,5-999999999")) <= MAX_LINES + 2
