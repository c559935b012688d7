"""Finds the titles of a table, and proposes which of its columns is which.

A proposal is certain if every title has one meaning, or a person has given it one before, and no row above the titles
may be an order. A person must look at any other proposal before the table is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from panels.protocol.order_fields import read_count, shown, trim
from panels.tables.cells import replace_unstorable, unguard
from panels.tables.columns import OUTCOME, TableKind, fold_title
from panels.tables.workbook import Row, UnreadableError, column_name

# The titles are in one of the first rows with content.
MOST_TITLE_ROWS = 10
# A proposal shows this many rows below the titles.
PREVIEW = 3
# So many rows are enough for a proposal.
HEAD = MOST_TITLE_ROWS + PREVIEW
# A longer text is no link that anybody can order for.
_LONGEST_LINK = 10_000
_LINK = re.compile(r"[a-z][a-z0-9+.-]*://\S+|www\.\S+|@\S+|[\w-]+(\.[\w-]+)*\.[a-z]{2,24}/\S*", re.IGNORECASE)
_WORDS = re.compile(r"[\W_]+")
HEADER_HELP = "The first row must name the columns, for example: panel, service, link, quantity; see the template file"
# The columns that people have chosen for titles before, by the folded title. "" is a column that is not read.
Learned = Mapping[str, str]


class Problem(NamedTuple):
    """The reason why a person must look at a proposal, and the remedy."""

    text: str
    remedy: str


@dataclass(frozen=True)
class Layout:
    """Which column of a table is which.

    titles_at is the number of the row with the titles, 0 if the table has none. names has the columns by their places,
    counted from 0. "" is a column that is not read.
    """

    titles_at: int
    names: Mapping[int, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read, without results."""
        return tuple(name for name in self.names.values() if name and name not in OUTCOME)


@dataclass(frozen=True)
class Proposal:
    """A layout with the titles and the first rows of its table. It is certain if it has no problem.

    numbers has the numbers of the rows that may have the titles.
    """

    layout: Layout
    titles: Mapping[int, str]
    rows: tuple[Row, ...]
    problem: Problem | None = None
    numbers: tuple[int, ...] = ()

    def samples(self, place: int) -> list[str]:
        """Return the first values of a column."""
        return [read_cell(cells[place]) for _, cells in self.rows if cells.get(place)]


class UnclearError(UnreadableError):
    """A table can be read after a person has said which column is which."""

    def __init__(self, proposal: Proposal, problem: Problem) -> None:
        """Keep the proposal that the person will see."""
        self.proposal = proposal
        super().__init__(*problem)


def read_cell(cell: str) -> str:
    """Return a cell without the guard of the export, trimmed, and with one kind of line end."""
    text = unguard(cell)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return trim(replace_unstorable(text))


def is_link(text: str) -> bool:
    """Say whether a cell is an address or a name with @."""
    return len(text) <= _LONGEST_LINK and bool(_LINK.fullmatch(text))


def is_number(text: str) -> bool:
    """Say whether a cell is a number of units or an id of digits."""
    return text.isdecimal() or read_count(text) is not None


def named_columns(cells: Iterable[str], kind: TableKind, learned: Learned) -> set[str]:
    """Return the columns that the titles of a row name."""
    keys = [fold_title(cell) for cell in cells]
    return {learned.get(key) or kind.sure[key] for key in keys if learned.get(key) or key in kind.sure}


def find_titles(rows: Sequence[Row], kind: TableKind, learned: Learned) -> int:
    """Return the number of the row with the titles, 0 for a table that has none.

    It is the first row that names all expected columns, or else the row with the most known titles. Without known
    titles, it is the last row above the first link or number.
    """
    known = {
        number: named_columns(cells.values(), kind, learned)
        for number, cells in rows[:MOST_TITLE_ROWS]
        if not _has_link(cells)
    }
    for number, names in known.items():
        # A single word such as "Orders" may be a heading.
        if len(names) > 1 and names.issuperset(kind.expected):
            return number
    best = max(known, key=lambda number: len(known[number]), default=0)
    if best and known[best]:
        return best
    above = 0
    for number, cells in rows[:MOST_TITLE_ROWS]:
        texts = [text for cell in cells.values() if (text := read_cell(cell))]
        if any(is_link(text) or is_number(text) for text in texts):
            return above
        above = number if len(texts) > 1 else above
    return 0


def _has_link(cells: Mapping[int, str]) -> bool:
    return any(is_link(read_cell(cell)) for cell in cells.values())


def _may_be_order(cells: Mapping[int, str], kind: TableKind) -> bool:
    """Say whether a row has a link, or a number for each of up to two expected columns. A year alone is no order."""
    numbers = sum(is_number(cell) for cell in cells.values())
    return _has_link(cells) or numbers >= min(2, len(kind.expected))


def propose(rows: Sequence[Row], kind: TableKind, learned: Learned, *, titles_at: int | None = None) -> Proposal:
    """Propose a layout by the titles in the first rows. A person may have said which row has them.

    Raises UnreadableError for a table without content, and for too many unknown columns.
    """
    filled = [(number, found) for number, cells in rows if (found := _filled(cells))]
    if not filled:
        raise UnreadableError("The table is empty", HEADER_HELP)
    at = titles_at if titles_at is not None else find_titles(filled, kind, learned) or filled[0][0]
    titles = next((cells for number, cells in filled if number == at), {})
    below = tuple((number, cells) for number, cells in filled if number > at)
    if not titles:
        titles = dict.fromkeys(sorted({index for _, cells in filled for index in cells}), "")
    if not below:
        raise UnreadableError("There is no order in it", "Give each order a line of its own")
    numbers = tuple(number for number, _ in filled[:MOST_TITLE_ROWS])
    proposal = replace(_Titles(at, titles, kind, learned).propose(below), numbers=numbers)
    lost = next((number for number, cells in filled if number < at and _may_be_order(cells, kind)), 0)
    return replace(proposal, problem=_above(lost, at)) if lost else proposal


def _above(number: int, at: int) -> Problem:
    text = f"Row {number:,} is above the titles in row {at:,} and may be an order"
    return Problem(text, "Put the titles above all orders")


def _filled(cells: Mapping[int, str]) -> dict[int, str]:
    return {index: text for index, cell in sorted(cells.items()) if (text := read_cell(cell))}


class _Titles:
    """The titles of a table while their columns are found."""

    def __init__(self, at: int, titles: Mapping[int, str], kind: TableKind, learned: Learned) -> None:
        self.at, self.titles, self.kind, self.learned = at, titles, kind, learned
        self.keys = {index: fold_title(title) for index, title in titles.items()}
        self.names: dict[int, str] = {}
        self.doubled: list[int] = []
        self.unsure: list[int] = []

    def propose(self, rows: tuple[Row, ...]) -> Proposal:
        self._take_sure()
        is_known = any(self.names.values())
        unknown = [index for index in self.titles if index not in self.names and index not in self.doubled]
        self._take_likely(unknown)
        self._take_links(rows)
        problem = self._find_problem(unknown, is_known=is_known)
        names = {index: self.names.get(index, "") for index in self.titles}
        return Proposal(Layout(self.at, names), self.titles, rows[:PREVIEW], problem)

    def _take_sure(self) -> None:
        for index, key in self.keys.items():
            name = self.learned.get(key, self.kind.sure.get(key))
            if name and name in self.names.values():
                self.doubled.append(index)
            elif name is not None:
                self.names[index] = name
        # Such a title was left out beside another title of its column. In this table it may be the only one.
        for index, name in self.names.items():
            meant = self.kind.sure.get(self.keys[index], "")
            if not name and meant and meant not in self.names.values():
                self.names[index] = meant
                self.unsure.append(index)

    def _take_likely(self, unknown: Iterable[int]) -> None:
        """Propose columns for titles that may mean them. A misspelled title is unsure also if its column is taken."""
        for index in unknown:
            title = self.titles[index]
            misspelled = self.kind.guess(title)
            name = self.kind.likely.get(self.keys[index]) or misspelled or self._named_within(title)
            is_free = bool(name) and name not in self.names.values()
            if is_free:
                self.names[index] = name
            if is_free or misspelled:
                self.unsure.append(index)

    def _named_within(self, title: str) -> str:
        """Return the column that a word of a title names: "Link of the post"."""
        words = [fold_title(word) for word in _WORDS.split(title[:200])]
        return next((self.kind.sure[word] for word in words if word in self.kind.sure), "")

    def _take_links(self, rows: Sequence[Row]) -> None:
        """Propose the first unknown column with links only as the column of links."""
        if "link" in self.names.values() or "link" not in self.kind.columns:
            return
        for index in self.titles:
            texts = [cells[index] for _, cells in rows if index in cells]
            if index not in self.names and texts and all(map(is_link, texts)):
                self.names[index] = "link"
                self.unsure.append(index)
                return

    def _find_problem(self, unknown: Sequence[int], *, is_known: bool) -> Problem | None:
        row = f"Row {self.at:,}"
        sure = [name for index, name in self.names.items() if index not in self.unsure]
        missing = [name for name in self.kind.expected if name not in sure]
        if not self.at:
            return Problem("The table has no titles", HEADER_HELP)
        if not is_known:
            found = ", ".join(shown(self.titles[index]) for index in unknown[:5])
            return Problem(f"{row} names no known column: it has {found}", HEADER_HELP)
        if self.doubled:
            return self._doubled(self.doubled[0])
        if self.unsure:
            return self._unknown(self.unsure)
        if self.kind.needed in missing:
            return Problem(f"The column {self.kind.needed} is missing from row {self.at:,}", HEADER_HELP)
        if missing and unknown:
            return self._unknown(unknown)
        return None

    def _doubled(self, index: int) -> Problem:
        name = self.learned.get(self.keys[index]) or self.kind.sure[self.keys[index]]
        first = next(place for place, taken in self.names.items() if taken == name)
        both = f"{column_name(first)} and {column_name(index)}"
        return Problem(f"Row {self.at:,} has the column {name} twice: {both}", "Remove one of them")

    def _unknown(self, unknown: Sequence[int]) -> Problem:
        listed = ", ".join(f"{shown(self.titles[index])} in {column_name(index)}" for index in unknown[:5])
        more = f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else ""
        text = f"Row {self.at:,} has unknown columns: {listed}{more}"
        return Problem(text, f"Remove or rename them: {', '.join(self.kind.columns)}")
