"""Delimited texts: their rows with numbers, and their delimiter."""

from __future__ import annotations

import pytest

from panels.tables.columns import ORDERS
from panels.tables.decoding import Text
from panels.tables.records import peek, read_records
from panels.tables.workbook import UnreadableError


def test_blank_rows_are_counted_and_not_yielded():
    assert list(read_records(Text(b"service,link\n\n1,a\n"), ORDERS)) == [
        (1, {0: "service", 1: "link"}),
        (3, {0: "1", 1: "a"}),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_titles_that_are_not_known_are_told_apart_by_the_most_cells(delimiter):
    text = f"Was{delimiter}Wohin, genau{delimiter}Wie viel\n1{delimiter}a{delimiter}3\n2{delimiter}b{delimiter}4\n"
    found = peek(Text(text.encode()), ORDERS)
    assert [len(cells) for _, cells in found] == ([3, 3, 3] if delimiter != "," else [4, 3, 3])


def test_a_row_with_content_in_too_many_columns_is_refused_and_empty_cells_are_not():
    assert len(list(read_records(Text(b"service,link\n1,a" + b"," * 300), ORDERS))) == 2
    with pytest.raises(UnreadableError, match=r"Row 2 has content up to column 302"):
        list(read_records(Text(b"service,link\n1,a" + b"," * 300 + b"x"), ORDERS))


def test_content_behind_a_long_gap_is_found():
    text = Text(b'"sep=;"\n' + b"\n" * 70_000 + b"service;link\n1;a\n")
    assert peek(text, ORDERS)[0][1] == {0: "service", 1: "link"}
    assert list(read_records(text, ORDERS)) == [(70_001, {0: "service", 1: "link"}), (70_002, {0: "1", 1: "a"})]


def test_a_damaged_text_can_be_peeked_at_and_is_refused_when_it_is_read():
    text = Text(b'service,link\n1,"a\n2,b\n')
    assert peek(text, ORDERS)[0] == (1, {0: "service", 1: "link"})
    with pytest.raises(UnreadableError, match="a quoted cell is not closed"):
        list(read_records(text, ORDERS))
