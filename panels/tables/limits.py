"""The limits of tables: how much of a file or of a pasted text is read. They hold while the table is being read.

A limit in bytes is no limit of the work: 20 MB can have twenty million cells, rows or lines, or a single cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TextIO

from panels.protocol.order_fields import trim
from panels.tables.workbook import MAX_COLUMNS, MAX_ROWS, SHEET_ROWS, UnreadableError, column_name

# Lines and cells of a text. Ten thousand orders with all columns have 350,000. A table of four columns has five million
# if a spreadsheet has written it down to its last row.
MAX_PIECES = 6_000_000
# Characters of a row. A row with ten cells of the greatest length has as many.
MAX_ROW = 2_000_000
# Cells of a table without titles. It is kept as a whole until the columns are known. 10,000 lines have 50 cells each.
MAX_UNTITLED = 500_000
_SPLIT = "Remove everything that is not an order, and split the rest into smaller files"
# The end of a file that a program has filled up or closed in an old way.
_FILLING = "\0\x1a"


class Lines:
    """The lines of a text one by one. Raises UnreadableError as soon as there are too many, or a row is too long."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._left = MAX_PIECES
        self._length = 0
        # The number of the row that is being read.
        self.row = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(MAX_ROW - self._length + 1)
        if line and line[-1] in _FILLING:
            line = line.rstrip(_FILLING)
        if not line:
            raise StopIteration
        self._length += len(line)
        if self._length > MAX_ROW:
            raise UnreadableError(
                f"Row {self.row:,} has more than {MAX_ROW:,} characters",
                "Close each quoted cell, and give each order a line of its own",
            )
        self._take(1)
        return line

    def end_row(self, cells: int) -> None:
        """Count the cells of a row. The next line begins the next row."""
        self._length = 0
        self._take(cells)
        self.row += 1
        if self.row > SHEET_ROWS + 1:
            raise UnreadableError(f"There are more than {SHEET_ROWS:,} rows", _SPLIT)

    def _take(self, pieces: int) -> None:
        self._left -= pieces
        if self._left < 0:
            raise UnreadableError(f"There are more than {MAX_PIECES:,} lines and cells", _SPLIT)


def refuse_far(number: int, row: Mapping[int, str]) -> None:
    """Raise UnreadableError for a row that is too far down, or that has content in too many columns."""
    columns = max((index + 1 for index, cell in row.items() if trim(cell)), default=0)
    if columns > MAX_COLUMNS:
        raise UnreadableError(
            f"Row {number:,} has content up to {column_name(columns - 1)}, and only {MAX_COLUMNS} columns are read",
            "Remove the columns that do not belong to the orders",
        )
    if columns and number > MAX_ROWS:
        raise UnreadableError(f"Row {number:,} has content, and only {MAX_ROWS:,} rows are read", _SPLIT)


def refuse_untitled(cells: int) -> None:
    """Raise UnreadableError for too many cells in a table without titles."""
    if cells > MAX_UNTITLED:
        raise UnreadableError(f"The lines have more than {MAX_UNTITLED:,} values", _SPLIT)
