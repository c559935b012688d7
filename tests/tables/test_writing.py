"""Workbooks of lists."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

from openpyxl import load_workbook

from panels.tables.writing import MAX_CELL, as_workbook


def _cells(*row):
    book = load_workbook(io.BytesIO(as_workbook("Table", ["a"] * len(row), [row])))
    return [(cell.value, cell.data_type) for cell in list(book.active.iter_rows())[1]]


def test_numbers_are_number_cells_and_all_other_values_are_string_cells():
    at = dt.datetime(2030, 5, 1, 10, tzinfo=dt.UTC)
    found = _cells(7, Decimal("0.5"), None, True, at, "007")
    assert found == [(7, "n"), (0.5, "n"), (None, "n"), ("yes", "s"), ("2030-05-01T10:00:00Z", "s"), ("007", "s")]


def test_the_head_stays_in_sight():
    assert load_workbook(io.BytesIO(as_workbook("Table", ["a"], []))).active.freeze_panes == "A2"


def test_no_text_becomes_a_formula():
    assert _cells("=1+1", "+1", "@x", "-2") == [(f"'{text}", "s") for text in ("=1+1", "+1", "@x", "-2")]


def test_a_text_longer_than_a_cell_is_cut_with_a_note_and_unfit_characters_are_replaced():
    long, unfit = (value for value, _ in _cells("x" * 40_000, "a\x00b"))
    assert len(long) == MAX_CELL
    assert long.endswith("holds no more)")
    assert unfit == "a\ufffdb"
