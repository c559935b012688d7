"""Reads the rows of texts with commas, semicolons, tabs or pipes between their cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from panels.tables.columns import TableKind
from panels.tables.decoding import Text
from panels.tables.layout import HEAD, named_columns
from panels.tables.limits import MAX_ROW, Lines, refuse_far
from panels.tables.workbook import MAX_COLUMNS, MAX_ROWS, Row, UnreadableError

# An unclosed quote makes one cell of the rest of the file. With this limit, that cell gets our own message.
csv.field_size_limit(max(csv.field_size_limit(), MAX_ROW))
_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r'"?sep=([^\r\n"])"?(?:\r\n|\r|\n)', re.IGNORECASE)
_FILLED = re.compile(r"[^\s,;|]")
_HEAD_LENGTH = 64 * 1024


def read_records(text: Text, kind: TableKind) -> Iterator[Row]:
    """Yield the rows of delimited text. Blank rows are counted, but not yielded.

    Raises UnreadableError for a damaged text, and for more than the limits as soon as they are reached.
    """
    start, delimiter = _find_start(text)
    # Without a translation, a guarded carriage return stays as it is until the guard is removed.
    lines = Lines(text.open())
    if delimiter:
        next(lines)
    reader = csv.reader(lines, delimiter=delimiter or _find_delimiter(start, kind), strict=True)
    number = begins_at = 0
    try:
        for number, cells in enumerate(reader, 1):
            begins_at = reader.line_num
            lines.end_row(len(cells))
            if row := {index: cell for index, cell in enumerate(cells) if cell}:
                if number > MAX_ROWS or len(cells) > MAX_COLUMNS:
                    refuse_far(number, row)
                yield number, row
    except csv.Error:
        raise UnreadableError(
            f"In row {number + 1:,} (line {begins_at + 1:,} of the file), a quoted cell is not closed, "
            "or there is text between its closing quote and the next cell",
            'Close it, and write a quote inside of a quoted cell twice ("")',
        ) from None


def peek(text: Text, kind: TableKind) -> list[Row]:
    """Return the first rows with content, also of a text that is damaged further down. Their numbers are not exact."""
    start, delimiter = _find_start(text)
    return _first_rows(start, delimiter or _find_delimiter(start, kind))


def _find_start(text: Text) -> tuple[str, str]:
    """Return the start of a text, from its first cell with content, and the delimiter that its first line names."""
    stream = text.open()
    start = stream.read(_HEAD_LENGTH)
    delimiter = ""
    if match := _SEPARATOR_LINE.match(start):
        start, delimiter = start[match.end() :], match[1]
    while start and not (first := _FILLED.search(start)):
        start = stream.read(_HEAD_LENGTH)
    if start and first:
        start = start[first.start() :] + stream.read(_HEAD_LENGTH)
    return start[:_HEAD_LENGTH], delimiter


def _find_delimiter(start: str, kind: TableKind) -> str:
    """Return the delimiter with which one of the first rows has the most known titles, or else the most cells.

    It depends on the text alone, because a layout counts the columns of a text with it.
    """

    def count(delimiter: str) -> tuple[int, int]:
        rows = [cells for _, cells in _first_rows(start, delimiter)]
        lengths = sorted(len(cells) for cells in rows)
        known = max((len(named_columns(cells.values(), kind, {})) for cells in rows), default=0)
        return known, lengths[len(lengths) // 2] if lengths else 0

    return max(_DELIMITERS, key=count)


def _first_rows(start: str, delimiter: str) -> list[Row]:
    found: list[Row] = []
    for number, cells in enumerate(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), 1):
        if row := {index: cell for index, cell in enumerate(cells) if cell.strip()}:
            found.append((number, row))
        if len(found) == HEAD:
            break
    return found
