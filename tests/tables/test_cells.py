"""Texts are guarded against being run as formulas, and come back as they were."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panels.tables.cells import cell, csv_lines, guard, guard_in_csv, replace_unstorable, unguard

STARTS = ("=", "+", "-", "@", "\t", "\r")
texts = st.text(alphabet="'=+-@\t\r\n;,|\"a ", max_size=9)


@pytest.mark.parametrize("start", STARTS)
def test_a_text_that_a_spreadsheet_would_run_is_guarded(start):
    assert cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "plain", "a=b", "'quoted'", "1-2", " =1"])
def test_other_texts_stay_as_they_are(text):
    assert cell(text) == text
    assert unguard(text) == text


def test_numbers_stay_numbers():
    assert cell(-2) == "-2"
    assert cell(Decimal("-0.500000")) == "-0.5"
    assert cell(Decimal(100)) == "100"
    assert cell(None) == ""
    assert cell(True) == "yes"


def test_times_are_iso_in_utc():
    there = dt.timezone(dt.timedelta(hours=2))
    assert cell(dt.datetime(2024, 5, 1, 1, 30, tzinfo=there)) == "2024-04-30T23:30:00Z"


@settings(max_examples=300)
@given(texts)
def test_every_text_comes_back_as_it_was(text):
    for write in (guard, guard_in_csv):
        assert unguard(write(text)) == text
        assert not write(text).startswith(STARTS)


@settings(max_examples=300)
@given(texts)
def test_no_separator_begins_a_formula(text):
    written = "".join(csv_lines(["a", "b"], [["x", text]]))
    for separator in ",;|\t":
        for row in csv.reader(io.StringIO(written, newline=""), delimiter=separator):
            # With another separator, a spreadsheet removes quotes that our cell has behind it.
            cells = row if separator == "," else [each.lstrip('"') for each in row]
            assert not any(each.startswith(("=", "+", "-", "@")) for each in cells)


def test_lists_of_names_in_quotes_stay_as_people_write_them():
    assert unguard("'x','@b'\n'@c'") == "'x','@b'\n'@c'"
    assert guard("@a\n@b") == "'@a\n@b"
    assert guard_in_csv("@a\n@b") == "'@a\n''@b"
    assert guard_in_csv("https://example.com/?a=1;b=-2, 3") == "https://example.com/?a=1;b=-2, 3"


def test_the_first_line_says_utf_8_and_rows_survive_quoting():
    rows = [["a,b", 'say "x"', "line\nbreak", "=1"]]
    text = "".join(csv_lines(["one", "two", "three", "four"], rows))
    assert text[0] == "\ufeff"
    header, first = csv.reader(text[1:].splitlines(keepends=True))
    assert header == ["one", "two", "three", "four"]
    assert first == ["a,b", 'say "x"', "line\nbreak", "'=1"]


def test_a_character_that_no_database_takes_is_replaced():
    assert replace_unstorable("a\0b\ud800ü") == "a\x1ab\x1aü"
