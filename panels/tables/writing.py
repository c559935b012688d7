"""Writes a table as a workbook."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from openpyxl import Workbook

from panels.tables.cells import guard, plain

# A workbook is written in memory, so a list with more rows is written as CSV only.
MOST_ROWS = 5000
# The most characters in a cell of a workbook.
MAX_CELL = 32_767
_CUT = "… (cut: a cell holds no more)"
# Characters that XML does not allow.
_UNFIT_FOR_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def as_workbook(title: str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """Write a table as XLSX: numbers as numbers, all other values as guarded texts. Ids keep their zeros."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.append(list(header))
    for row in rows:
        sheet.append([workbook_cell(value) for value in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def workbook_cell(value: Any) -> Any:
    """Return a value as a cell holds it: numbers as they are, all other values as guarded texts."""
    if value is None or (isinstance(value, int | Decimal) and not isinstance(value, bool)):
        return value
    text = guard(_UNFIT_FOR_XML.sub("\ufffd", plain(value)))
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - len(_CUT)] + _CUT
