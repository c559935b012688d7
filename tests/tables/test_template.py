"""The template file can be read, and every example in it is a valid order of its type."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from panels.protocol.order_types import ALL_FIELDS, ORDER_TYPES
from panels.tables.columns import COLUMNS
from panels.tables.reading import SERVICES_SHEET, read_file
from panels.tables.template import (
    EXAMPLE_LINK,
    EXAMPLES,
    SERVICE_TITLES,
    generic_rows,
    is_example,
    template_csv,
    template_xlsx,
)

SERVICE = ["=North", "007", "-Likes", "Default", 1, "USD", 10, None]


def as_csv():
    return template_csv(generic_rows())


def as_xlsx():
    return template_xlsx(generic_rows(), [SERVICE])


@pytest.mark.parametrize(("name", "make"), [("a.csv", as_csv), ("a.xlsx", as_xlsx)])
def test_a_template_is_a_file_with_all_columns_and_all_examples(name, make):
    sheet = read_file(name, make())
    assert sheet.columns == COLUMNS
    assert sheet.note == ""
    assert {kind for kind, _ in EXAMPLES} <= {*ORDER_TYPES, ""}
    for (_, cells), line in zip(EXAMPLES, sheet.lines, strict=True):
        values = {name: text for name, text in line.cells.items() if name in ALL_FIELDS}
        assert values == {name: str(value) for name, value in cells.items() if name in ALL_FIELDS}


def test_an_example_is_known_until_its_target_is_replaced():
    lines = read_file("a.csv", as_csv()).lines
    assert all(is_example(line.cells) for line in lines)
    own = {"link": "https://example.com/p/1", "username": "ann"}
    assert not any(is_example({**line.cells, **own}) for line in lines)
    assert is_example({"link": f"{EXAMPLE_LINK}/7", "quantity": "5"})


def test_the_services_have_a_sheet_of_their_own_and_are_no_formulas():
    book = load_workbook(io.BytesIO(as_xlsx()))
    assert book.sheetnames == ["Orders", SERVICES_SHEET]
    header, row = book[SERVICES_SHEET].iter_rows(values_only=True)
    assert header == SERVICE_TITLES
    assert row == ("'=North", "007", "'-Likes", "Default", 1, "USD", 10, None)
