"""Reads the rows of texts with commas, semicolons, tabs or pipes between their cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from panels.tables.columns import TableKind
from panels.tables.decoding import MAX_BYTES
from panels.tables.layout import HEAD, named_columns
from panels.tables.workbook import Row, UnreadableError

# An unclosed quote makes one cell of the rest of the file. With this limit, that cell gets our own message.
csv.field_size_limit(max(csv.field_size_limit(), MAX_BYTES))
_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r'"?sep=([^\r\n"])"?(?:\r\n|\r|\n)', re.IGNORECASE)
_FILLED = re.compile(r"[^\s,;|].*")
_HEAD_LENGTH = 64 * 1024


def read_records(text: str, kind: TableKind) -> Iterator[Row]:
    """Yield the rows of delimited text. Blank rows are counted, but not yielded."""
    delimiter = ""
    if match := _SEPARATOR_LINE.match(text):
        text, delimiter = text[match.end() :], match[1]
    # With newline="", a guarded carriage return stays as it is until the guard is removed.
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter or _find_delimiter(text, kind), strict=True)
    number = begins_at = 0
    try:
        for number, cells in enumerate(reader, 1):
            begins_at = reader.line_num
            if row := {index: cell for index, cell in enumerate(cells) if cell}:
                yield number, row
    except csv.Error:
        raise UnreadableError(
            f"In row {number + 1:,} (line {begins_at + 1:,} of the file), a quoted cell is not closed, "
            "or there is text between its closing quote and the next cell",
            'Close it, and write a quote inside of a quoted cell twice ("")',
        ) from None


def peek(text: str, kind: TableKind) -> list[Row]:
    """Return the first rows with content, also of a text that is damaged further down. Their numbers are not exact."""
    match = _SEPARATOR_LINE.match(text)
    delimiter = match[1] if match else _find_delimiter(text, kind)
    return _first_rows(text[match.end() :] if match else text, delimiter)


def _find_delimiter(text: str, kind: TableKind) -> str:
    """Return the delimiter with which one of the first rows has the most known titles, or else the most cells.

    It depends on the text alone, because a layout counts the columns of a text with it.
    """

    def count(delimiter: str) -> tuple[int, int]:
        rows = [cells for _, cells in _first_rows(text, delimiter)]
        lengths = sorted(len(cells) for cells in rows)
        known = max((len(named_columns(cells.values(), kind, {})) for cells in rows), default=0)
        return known, lengths[len(lengths) // 2] if lengths else 0

    return max(_DELIMITERS, key=count)


def _first_rows(text: str, delimiter: str) -> list[Row]:
    first = _FILLED.search(text)
    start = text[first.start() : first.start() + _HEAD_LENGTH] if first else ""
    found: list[Row] = []
    for number, cells in enumerate(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), 1):
        if row := {index: cell for index, cell in enumerate(cells) if cell.strip()}:
            found.append((number, row))
        if len(found) == HEAD:
            break
    return found
