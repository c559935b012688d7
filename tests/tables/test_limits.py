"""The limits of tables hold while a table is read: no more of it is looked at than they allow."""

from __future__ import annotations

import csv
import io
import tracemalloc

import pytest

from panels.tables import limits
from panels.tables.limits import MAX_ROW, Lines, refuse_far, refuse_untitled
from panels.tables.workbook import MAX_COLUMNS, MAX_ROWS, UnreadableError
from tests.tables.conftest import message


class Counted(io.StringIO):
    """A text that counts the characters that are read of it."""

    taken = 0

    def readline(self, *size):
        line = super().readline(*size)
        self.taken += len(line)
        return line


def test_a_row_is_read_up_to_the_limit_and_no_further():
    stream = Counted("x" * (MAX_ROW + 5_000) + "\n")
    with pytest.raises(UnreadableError, match="Row 1 has more than 2,000,000 characters"):
        list(Lines(stream))
    assert stream.taken == MAX_ROW + 1
    lines = Lines(io.StringIO("x" * (MAX_ROW - 1) + "\n"))
    assert len(next(lines)) == MAX_ROW


def test_the_lines_of_a_quoted_cell_are_one_row(monkeypatch):
    monkeypatch.setattr(limits, "MAX_ROW", 100)
    stream = Counted('1,a\n2,"' + "x\n" * 500)
    lines = Lines(stream)
    reader = csv.reader(lines)
    lines.end_row(len(next(reader)))
    with pytest.raises(UnreadableError, match="Row 2 has more than 100 characters"):
        next(reader)
    assert stream.taken <= 4 + 101


def test_lines_and_cells_are_counted_together(monkeypatch):
    monkeypatch.setattr(limits, "MAX_PIECES", 10)
    lines = Lines(io.StringIO("\n" * 20))
    for _ in range(2):
        next(lines)
        lines.end_row(cells=4)
    with pytest.raises(UnreadableError, match="more than 10 lines and cells"):
        next(lines)


def test_blank_rows_are_read_as_far_down_as_a_sheet_has_rows(monkeypatch):
    monkeypatch.setattr(limits, "SHEET_ROWS", 3)
    lines = Lines(io.StringIO("\n" * 4))
    for _ in range(3):
        next(lines)
        lines.end_row(0)
    next(lines)
    with pytest.raises(UnreadableError, match="more than 3 rows"):
        lines.end_row(0)


def test_padding_ends_a_text_but_no_line():
    assert list(Lines(io.StringIO("a\0\nb\x1a\0\0"))) == ["a\0\n", "b"]
    assert list(Lines(io.StringIO("a\n\0\0"))) == ["a\n"]


def test_only_content_makes_a_row_too_wide_or_too_far_down():
    refuse_far(MAX_ROWS, {MAX_COLUMNS - 1: "x", MAX_COLUMNS: " "})
    refuse_far(MAX_ROWS + 1, {0: " "})
    with pytest.raises(UnreadableError, match=r"Row 7 has content up to column 257 \(IW\), and only 256"):
        refuse_far(7, {MAX_COLUMNS: "x"})
    with pytest.raises(UnreadableError, match="Row 100,001 has content, and only 100,000 rows are read"):
        refuse_far(MAX_ROWS + 1, {0: "x"})


def test_a_table_without_titles_has_a_limit_of_its_own():
    refuse_untitled(500_000)
    with pytest.raises(UnreadableError, match="more than 500,000 values"):
        refuse_untitled(500_001)


HOSTILE = {
    "cells": b"service,link\n" + b"a," * 3_000_000,
    "pipes": b"|" * 6_000_000,
    "one cell": b"service,link\n1," + b"x" * 6_000_000,
    "open quote": b'service,link\n1,"' + b"x\n" * 3_000_000,
    "errors only": b"service,error\n" + b",x\n" * 200_000,
    "UTF-16": "service,link\n".encode("utf-16") + "a,".encode("utf-16-le") * 1_500_000,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_text_of_nothing_but_separators_quotes_or_errors_takes_little_memory(content):
    tracemalloc.start()
    try:
        text = message("orders.csv", content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert " has " in text
    # The text is decoded once to check its encoding. A single object for each cell would be above this.
    assert peak < 20_000_000
