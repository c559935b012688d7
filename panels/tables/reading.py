"""Reads pasted text and uploaded CSV and XLSX files into numbered lines of named cells.

Rows are counted as in a spreadsheet: a cell with line breaks is one row, and blank rows count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice

from panels.protocol.order_fields import shown
from panels.tables.columns import ORDERS, OUTCOME, TableKind
from panels.tables.decoding import MAX_BYTES, SAVE_AS, Text, decode, is_workbook, refuse_large
from panels.tables.layout import HEAD, Layout, Learned, Proposal, UnclearError, find_titles, propose, read_cell
from panels.tables.limits import refuse_untitled
from panels.tables.pasted import KnownServices, Numbered, arrange, is_clear, split_lines
from panels.tables.records import peek, read_records
from panels.tables.workbook import MAX_UNPACKED, Row, UnreadableError, column_name, open_workbook

__all__ = [
    "MAX_BYTES",
    "MAX_CELL",
    "MAX_LINES",
    "MAX_UNPACKED",
    "Line",
    "Sheet",
    "Source",
    "UnclearError",
    "UnreadableError",
    "find_proposal",
    "read_file",
    "read_paste",
    "read_table",
]
MAX_LINES = 10_000
MAX_CELL = 200_000
# The name of the sheet with services in the template. It is no part of a table of orders.
SERVICES_SHEET = "Your services"
NOTHING: Learned = {}


@dataclass(frozen=True)
class Source:
    """A file or a pasted text as a person sent it. A pasted text has the name None.

    has_panel: lines without titles begin with the name of their panel.
    """

    name: str | None
    content: bytes
    kind: TableKind = ORDERS
    has_panel: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row or a pasted line by its number. Cells are trimmed, and empty cells are left out."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All lines with content, and the columns by their names in the API, in the order of the table.

    note is for the user, about parts that were not read, or "". titles has the titles of the table and the columns that
    they were read as, "" for a title that was not read. Lines without titles have no titles, and no layout if their
    usual order was found line by line.
    """

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    note: str = ""
    titles: tuple[tuple[str, str], ...] = ()
    layout: Layout | None = None

    @property
    def ignored(self) -> tuple[str, ...]:
        """The titles of the columns that were not read."""
        return tuple(title for title, name in self.titles if not name)

    def with_note(self, note: str) -> Sheet:
        """Return the same table with another sentence in its note."""
        return replace(self, note=" ".join(filter(None, (self.note, note))))


@dataclass
class _Opened:
    """An opened table: its rows with titles, or its lines if it has no titles."""

    rows: Iterator[Row]
    lines: list[Numbered] | None = None
    note: str = ""


def read_paste(text: str, *, has_panel: bool, kind: TableKind = ORDERS, known: KnownServices | None = None) -> Sheet:
    """Read one order a line, or a table with titles. With has_panel, the panel comes first in lines without titles.

    Raises UnreadableError for the whole text.
    """
    refuse_large(len(text))
    return read_table(Source(None, text.encode(errors="surrogatepass"), kind, has_panel), known=known)


def read_file(name: str, content: bytes, *, kind: TableKind = ORDERS, learned: Learned = NOTHING) -> Sheet:
    """Read a CSV or XLSX file. One of its first rows names its columns in any order.

    Raises UnreadableError for the whole file. Does not check whether the cells are valid orders.
    """
    return read_table(Source(name, content, kind), learned)


def read_table(
    source: Source,
    learned: Learned = NOTHING,
    *,
    known: KnownServices | None = None,
    layout: Layout | None = None,
) -> Sheet:
    """Read a table as a person has said, or else if it is certain which column is which.

    Raises UnclearError if a person must say it, and UnreadableError for a table that cannot be read at all.
    """
    with _open(source, learned, layout.titles_at if layout else None) as opened:
        if opened.lines is not None:
            return _read_untitled(source, opened.lines, known, layout).with_note(opened.note)
        head = list(islice(opened.rows, HEAD))
        proposal = propose(head, source.kind, learned, titles_at=layout.titles_at if layout else None)
        if layout is None:
            if proposal.problem:
                raise UnclearError(proposal, proposal.problem)
            layout = proposal.layout
        rows = (row for row in chain(head, opened.rows) if row[0] > layout.titles_at)
        titles = tuple((title, layout.names.get(index, "")) for index, title in proposal.titles.items())
        sheet = Sheet(layout.columns, _read_lines(rows, layout.names, "Row"), titles=titles, layout=layout)
        above = _unread_above(proposal.numbers[0], layout.titles_at)
    return sheet.with_note(above).with_note(_ignoring(sheet.ignored)).with_note(opened.note)


def find_proposal(
    source: Source, learned: Learned, *, known: KnownServices | None = None, titles_at: int | None = None
) -> Proposal:
    """Return what a person sees before the columns are chosen. Raises UnreadableError."""
    with _open(source, learned, titles_at) as opened:
        if opened.lines is None:
            return propose(list(islice(opened.rows, HEAD)), source.kind, learned, titles_at=titles_at)
        try:
            names, rows = arrange(opened.lines, source.kind, has_panel=source.has_panel, known=known)
        except UnclearError as unclear:
            return unclear.proposal
    return Proposal(Layout(0, names), dict.fromkeys(names, ""), tuple(rows[:HEAD]))


@contextmanager
def _open(source: Source, learned: Learned, titles_at: int | None) -> Iterator[_Opened]:
    """Open a table. titles_at is the row with the titles, 0 for no titles, None if nobody has said it."""
    refuse_large(len(source.content))
    if source.name is not None and not source.content:
        raise UnreadableError("The file is empty", SAVE_AS)
    if source.name is None or not is_workbook(source.name, source.content):
        yield _open_text(source, learned, titles_at)
        return
    with open_workbook(source.content) as sheets:
        if not sheets:
            raise UnreadableError("The workbook has no visible sheet with content", SAVE_AS)
        first, *others = sheets
        names = [other.name for other in others if other.name != SERVICES_SHEET]
        note = f"Only the sheet {shown(first.name)} was read, not {_some(names)}." if names else ""
        yield _open_sheet(first.rows, source, learned, titles_at, note)


def _open_sheet(rows: Iterator[Row], source: Source, learned: Learned, titles_at: int | None, note: str) -> _Opened:
    head = list(islice(rows, HEAD))
    if titles_at or (titles_at is None and find_titles(head, source.kind, learned)):
        return _Opened(chain(head, rows), note=note)
    every, looked_at = chain(head, rows), list[Row]()
    lines = _untitled(_as_lines(_noting(every, looked_at)), source, titles_at)
    return _Opened(chain(looked_at, every), lines, note)


def _noting(rows: Iterable[Row], looked_at: list[Row]) -> Iterator[Row]:
    for row in rows:
        looked_at.append(row)
        yield row


def _open_text(source: Source, learned: Learned, titles_at: int | None) -> _Opened:
    text = Text(source.content, errors="surrogatepass") if source.name is None else decode(source.content)
    opened = _Opened(read_records(text, source.kind), note=text.note)
    if titles_at or (titles_at is None and find_titles(peek(text, source.kind), source.kind, learned)):
        return opened
    try:
        opened.lines = _untitled(split_lines(text, source.kind, has_panel=source.has_panel), source, titles_at)
    except UnreadableError:
        if not _may_have_titles(source, titles_at):
            raise
    return opened


def _may_have_titles(source: Source, titles_at: int | None) -> bool:
    """Say whether the titles of a file may be unknown, because nobody has said that it has none."""
    return titles_at is None and source.name is not None


def _untitled(lines: Iterator[Numbered], source: Source, titles_at: int | None) -> list[Numbered] | None:
    """Return the lines of a table without titles, None as soon as a line is not clear and there may be titles."""
    must_be_clear = _may_have_titles(source, titles_at)
    found: list[Numbered] = []
    values = 0
    for number, cells in islice(lines, MAX_LINES + 1):
        if must_be_clear and not is_clear(cells, has_panel=source.has_panel):
            return None
        values += len(cells)
        refuse_untitled(values)
        found.append((number, cells))
    return None if must_be_clear and not found else found


def _as_lines(rows: Iterable[Row]) -> Iterator[Numbered]:
    for number, cells in rows:
        line = [read_cell(cells.get(index, "")) for index in range(max(cells, default=-1) + 1)]
        if any(line):
            yield number, line


def _read_untitled(
    source: Source, lines: Sequence[Numbered], known: KnownServices | None, layout: Layout | None
) -> Sheet:
    names: Mapping[int, str]
    rows: list[Row]
    if layout:
        names, rows = layout.names, [(number, dict(enumerate(cells))) for number, cells in lines]
    else:
        names, rows = arrange(lines, source.kind, has_panel=source.has_panel, known=known)
    columns = tuple(name for name in names.values() if name)
    return Sheet(columns, _read_lines(rows, names, "Line"), layout=layout)


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(shown, names[:3])) + ("…" if len(names) > 3 else "")


def _unread_above(first: int, titles_at: int) -> str:
    """Return a sentence about the rows from the first row with content to the titles, or ""."""
    last = titles_at - 1
    if first == last:
        return f"Row {first:,} above the titles was not read."
    return f"Rows {first:,}–{last:,} above the titles were not read." if first < last else ""


def _ignoring(titles: Sequence[str]) -> str:
    if not titles:
        return ""
    if len(titles) == 1:
        return f"The column {shown(titles[0])} was not read."
    named = ", ".join(map(shown, titles[:5])) + (f" and {len(titles) - 5:,} more" if len(titles) > 5 else "")
    return f"The columns {named} were not read."


def _read_lines(rows: Iterable[Row], header: Mapping[int, str], called: str) -> tuple[Line, ...]:
    """Name the cells of each row, without blank rows. `called` is "Row" or "Line", for messages."""
    lines: list[Line] = []
    length = 0
    for number, row in rows:
        cells: dict[str, str] = {}
        for index, cell in row.items():
            if not (text := read_cell(cell)) or header.get(index) == "":
                continue
            if len(text) > MAX_CELL or index not in header:
                raise _unfit(f"{called} {number:,}", index, text, header)
            cells[header[index]] = text
            length += len(text)
        results = {name: cells.pop(name) for name in OUTCOME if name in cells}
        if cells and results.get("remote_id"):
            raise UnreadableError(
                f"{called} {number:,} was ordered already, as {shown(results['remote_id'])}",
                "Remove the rows that were ordered, or clear the column remote_id to order them again",
            )
        if cells:
            lines.append(Line(number, cells))
        if len(lines) > MAX_LINES:
            raise UnreadableError(f"There are more than {MAX_LINES:,} orders", "Split them into several batches")
        if length > MAX_BYTES:
            raise UnreadableError(f"There are more than {MAX_BYTES:,} characters", "Split them into several batches")
    if not lines:
        raise UnreadableError("There is no order in it", "Give each order a line of its own")
    return tuple(lines)


def _unfit(where: str, index: int, text: str, header: Mapping[int, str]) -> UnreadableError:
    if index not in header:
        names = [name for name in header.values() if name]
        problem = f"{where} is longer than its columns ({', '.join(names)}): {column_name(index)} is {shown(text)}"
        in_file = "Remove it, give its column a title, or put a value with a separator in quotes"
        return UnreadableError(
            problem, in_file if where.startswith("Row") else f"Write each line as {' | '.join(names)}"
        )
    problem = f"{where} has {len(text):,} characters in the column {header[index]}, the limit is {MAX_CELL:,}"
    return UnreadableError(problem, "Shorten it")
