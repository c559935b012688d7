"""How the lines of a batch look: entered values, repeated links, and sums by currency."""

from decimal import Decimal

import pytest
from django.template import Context, Template

from panels.models import BatchLine, SourceTable
from panels.tables.columns import COLUMNS
from panels.templatetags import bulk
from panels.templatetags.bulk import LONGEST, amounts, cell, other_cells, spans, titles_read


def test_the_tags_and_filters_are_registered():
    assert set(bulk.register.filters) == {"other_cells", "cell", "whole", "spans", "titles_read"}
    assert set(bulk.register.tags) == {"amounts"}


def test_other_cells_come_in_the_order_of_the_columns_and_without_those_shown_apart():
    cells = dict.fromkeys(reversed(COLUMNS), "x") | {"order": "23501"}
    names = [name for name, _ in other_cells(BatchLine(cells=cells))]
    apart = ("panel", "service", "link", "quantity")
    assert names == ["order", *(name.replace("_", " ") for name in COLUMNS if name not in apart)]
    assert other_cells(BatchLine(cells={"link": "x"})) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Nice!", "Nice!"),
        ("Nice!\nWow", "Nice! (+ 1 more)"),
        ("\n \nNice!\n\nWow\nGreat\n", "Nice! (+ 2 more)"),
        ("x" * LONGEST, "x" * LONGEST),
        ("x" * (LONGEST + 1), "x" * (LONGEST - 1) + "…"),
        ("\n".join("x" * 1001), "x (+ 1,000 more)"),
    ],
)
def test_a_long_value_is_shortened_to_its_first_line(text, shown):
    assert other_cells(BatchLine(cells={"comments": text})) == [("comments", shown)]


def test_a_cell_that_was_not_entered_is_empty():
    line = BatchLine(cells={"quantity": 100})
    assert cell(line, "quantity") == "100"
    assert cell(line, "comments") == ""


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([7], "7"),
        ([2, 3, 4, 7], "2–4, 7"),
        ([*range(2, 10_002)], "2–10001"),
        ([*range(1, 40, 2)], "1, 3, 5, 7, 9, 11, 13, 15 and 12 more"),
    ],
)
def test_the_numbers_of_lines_are_written_as_spans(numbers, words):
    assert spans(numbers) == words


def test_amounts_of_different_currencies_are_never_added():
    costs = [("USD", Decimal("1234.5")), ("EUR", Decimal(2))]
    assert amounts(costs) == "1,234.50\u00a0USD + 2.00\u00a0EUR"
    assert amounts([]) == ""
    assert "<b>" not in amounts([("<b>", Decimal(1))])


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("1000", "1,000"), ("1 000", "1,000"), ("1000.0", "1,000"), ("1.000", "1.000"), ("lots", "lots"), ("–", "–")],
)
def test_a_quantity_of_a_line_is_grouped_however_it_was_typed(typed, shown):
    assert Template("{% load bulk %}{{ typed|whole }}").render(Context({"typed": typed})) == shown


def test_the_titles_of_a_table_are_told_with_their_columns():
    table = SourceTable(titles=[["Menge", "quantity"], ["Link", "link"], ["Owner", ""], ["Old", "old_posts"]])
    assert titles_read(table) == "“Menge” is quantity, “Old” is old posts. Not read: “Owner”."
    assert titles_read(SourceTable(titles=[["Link", "link"]])) == ""
