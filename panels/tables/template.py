"""Writes the template file for bulk orders: an example for each common type of service, and a sheet with services."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from panels.protocol.order_fields import Kind
from panels.protocol.order_types import ALL_FIELDS
from panels.tables.cells import csv_lines
from panels.tables.columns import COLUMNS
from panels.tables.reading import SERVICES_SHEET
from panels.tables.writing import workbook_cell

SERVICE_TITLES = ("panel", "service", "name", "type", "rate", "currency", "min", "max")
_WIDE = ("link", "comments", "usernames", "keywords", "extra_fields", "note")
# Orders for these targets are examples, so they are never placed (`is_example`). No account has such a long name.
EXAMPLE_LINK = "https://example.com/put-your-link-here"
_EXAMPLE_ACCOUNT = "put_the_name_of_your_account_here"
_EXAMPLE_LABELS = {"reference": "PO-117", "note": "For you only"}
EXAMPLE_REMARK = "This line is an example of the template. Put your own order in its place, or skip the line."
Cells = Mapping[str, str | int]
# The type of a service, and the cells of an order of this type.
EXAMPLES: tuple[tuple[str, Cells], ...] = (
    ("default", {"link": EXAMPLE_LINK, "quantity": 1000, **_EXAMPLE_LABELS}),
    ("default", {"link": EXAMPLE_LINK, "quantity": 100, "runs": 10, "interval": 60}),
    ("package", {"link": EXAMPLE_LINK}),
    ("custom_comments", {"link": EXAMPLE_LINK, "comments": "Great picture!\nWhere is this?\nLove it"}),
    ("mentions_custom_list", {"link": EXAMPLE_LINK, "usernames": "first_name\nsecond_name"}),
    ("mentions_hashtag", {"link": EXAMPLE_LINK, "quantity": 500, "hashtag": "travel"}),
    ("comment_likes", {"link": EXAMPLE_LINK, "quantity": 50, "username": "writer_of_the_comment"}),
    ("comment_replies", {"link": EXAMPLE_LINK, "username": "writer_of_the_comment", "comments": "So true\nThanks!"}),
    ("poll", {"link": EXAMPLE_LINK, "quantity": 200, "answer_number": 2}),
    ("seo", {"link": EXAMPLE_LINK, "quantity": 300, "keywords": "travel blog\nbest beaches"}),
    (
        "web_traffic",
        {
            "link": EXAMPLE_LINK,
            "quantity": 1000,
            "country": "US",
            "device": 5,
            "type_of_traffic": 1,
            "google_keyword": "travel blog",
        },
    ),
    (
        "subscriptions",
        {"username": _EXAMPLE_ACCOUNT, "min": 100, "max": 200, "posts": 10, "delay": 30, "expiry": "31/12/2030"},
    ),
    ("likes_spread", {"username": _EXAMPLE_ACCOUNT, "old_posts": 5, "min": 100, "max": 200, "delay": 30}),
    ("", {"link": EXAMPLE_LINK, "quantity": 100, "extra_fields": "start_at=12:00\ncomment_id=17"}),
)


def is_example(cells: Mapping[str, str]) -> bool:
    """Return whether a line still has the target of an example of the template."""
    return cells.get("link", "").startswith(EXAMPLE_LINK) or cells.get("username") == _EXAMPLE_ACCOUNT


def generic_rows() -> list[Cells]:
    """Return the examples for a team without services. A person must put in the panel and the service."""
    return [
        {"panel": "Name of the panel", "service": str(number), **cells}
        for number, (_, cells) in enumerate(EXAMPLES, 101)
    ]


def template_csv(rows: Iterable[Cells]) -> bytes:
    """Return a CSV file with all columns and these examples."""
    return "".join(csv_lines(COLUMNS, _in_columns(rows))).encode()


def template_xlsx(rows: Iterable[Cells], services: Iterable[Sequence[Any]]) -> bytes:
    """Return a workbook with the same rows, and a sheet with services under SERVICE_TITLES.

    The format of its columns keeps the zeros at the start of ids.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = "Orders"
    sheet.append(COLUMNS)
    for row in _in_columns(rows):
        sheet.append([workbook_cell(value) for value in row])
    for index, name in enumerate(COLUMNS, 1):
        sheet.cell(1, index).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(index)].width = 36 if name in _WIDE else 16
        if name not in ALL_FIELDS or ALL_FIELDS[name].kind is not Kind.WHOLE:
            sheet.column_dimensions[get_column_letter(index)].number_format = "@"
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    _add_services(book, services)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _add_services(book: Workbook, services: Iterable[Sequence[Any]]) -> None:
    sheet = book.create_sheet(SERVICES_SHEET)
    sheet.append(SERVICE_TITLES)
    for row in services:
        sheet.append([workbook_cell(value) for value in row])
    for index, title in enumerate(SERVICE_TITLES, 1):
        sheet.cell(1, index).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(index)].width = 60 if title == "name" else 16
    sheet.freeze_panes = "A2"


def _in_columns(rows: Iterable[Cells]) -> Iterator[list[Any]]:
    for row in rows:
        yield [row.get(name) for name in COLUMNS]
