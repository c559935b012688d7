"""Reads lines without titles: service, link and quantity in any order, if each of them is unmistakable."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from panels.protocol.order_fields import shown, trim
from panels.tables.columns import TableKind
from panels.tables.decoding import Text
from panels.tables.layout import PREVIEW, Layout, Problem, Proposal, UnclearError, is_link, is_number
from panels.tables.limits import Lines
from panels.tables.workbook import MAX_COLUMNS, Row, UnreadableError

# What people write between values in place of a pipe or a tab.
_SEVERAL = re.compile(r"[\s,;]")
_PLAIN_DIGITS = re.compile(r"[0-9]+")
_MOST_NAMED = 5
# A panel, a link and two numbers.
_MOST_CLEAR = 4
# Returns the ids among these texts that are ids of services.
KnownServices = Callable[[set[str]], set[str]]
Cells = list[str]
# A line by its number, and its cells.
Numbered = tuple[int, Cells]


def split_lines(text: Text, kind: TableKind, *, has_panel: bool) -> Iterator[Numbered]:
    """Yield the cells of each line with content.

    Raises UnreadableError for a line without a clear separator, and for more than the limits.
    """
    lines = Lines(text.open(newline=None))
    for number, raw in enumerate(lines, 1):
        line, cells = trim(raw), []
        if "|" in line or "\t" in raw:
            cells = _split_plainly(number, raw)
        elif line:
            cells = _split_line(number, line, kind, has_panel=has_panel)
        lines.end_row(len(cells))
        if cells:
            yield number, cells


def _split_plainly(number: int, raw: str) -> Cells:
    """Return the cells of a line with pipes or tabs between them. They are counted first."""
    tabs, pipes = raw.count("\t"), raw.count("|")
    if max(tabs, pipes) >= MAX_COLUMNS:
        problem = f"Line {number:,} has {max(tabs, pipes) + 1:,} values, and only {MAX_COLUMNS} are read"
        raise UnreadableError(problem, "Give each order a line of its own")
    return [trim(cell) for cell in raw.split("\t" if tabs > pipes else "|")]


def _split_line(number: int, line: str, kind: TableKind, *, has_panel: bool) -> Cells:
    """Return the cells of a line with commas, semicolons or spaces between them."""
    names = ("panel", *kind.pasted) if has_panel else kind.pasted
    if len(names) == 1 or not _SEVERAL.search(line):
        return [line]
    if is_free(kind):
        for cells in (_split_at(";", line), _split_at(",", line), line.split()):
            joined = _with_panel(cells) if has_panel else cells
            if joined and is_clear(joined, has_panel=has_panel):
                return joined
    problem = f"Line {number:,} has no | between its values: {shown(line)}"
    raise UnreadableError(problem, f"Write each line as {' | '.join(names)}")


def _split_at(delimiter: str, line: str) -> Cells:
    try:
        return [trim(cell) for cell in next(csv.reader([line], delimiter=delimiter, strict=True), [])]
    except csv.Error:
        return []


def _with_panel(cells: Cells) -> Cells:
    """Join the words of the name of a panel at the start of a line."""
    start = next((index for index, cell in enumerate(cells) if is_link(cell) or is_number(cell)), 0)
    return [" ".join(cells[:start]), *cells[start:]] if start else cells


def is_clear(cells: Cells, *, has_panel: bool) -> bool:
    """Say whether a line has one link, one or two numbers, and nothing else but a panel."""
    if len(cells) > _MOST_CLEAR:
        return False
    texts = [index for index, cell in enumerate(cells) if not is_link(cell) and not is_number(cell)]
    numbers = sum(map(is_number, cells))
    return sum(map(is_link, cells)) == 1 and numbers in (1, 2) and (not texts or (has_panel and texts == [0]))


def arrange(
    lines: Iterable[Numbered], kind: TableKind, *, has_panel: bool, known: KnownServices | None
) -> tuple[Mapping[int, str], list[Row]]:
    """Return the columns by their places in the usual order, and the rows with their cells in this order.

    Raises UnclearError or UnreadableError if it is not clear which number of a line is its service.
    """
    columns = ("panel", *kind.pasted) if has_panel else kind.pasted
    rows: list[Row] = []
    groups: dict[str, list[Numbered]] = defaultdict(list)
    for number, cells in lines:
        if is_free(kind) and is_clear(cells, has_panel=has_panel):
            groups[_shape(cells)].append((number, cells))
        else:
            rows.append((number, dict(enumerate(cells))))
    for shape, group in groups.items():
        names, is_certain = _names_of(shape, group, known)
        if not is_certain:
            raise _unclear(group, names, is_only=len(groups) == 1 and not rows)
        places = [columns.index(name) for name in names]
        rows += [(number, dict(zip(places, cells, strict=True))) for number, cells in group]
    return dict(enumerate(columns)), sorted(rows, key=lambda row: row[0])


def is_free(kind: TableKind) -> bool:
    """Say whether the values of a line may have any order. With more values, they are told by their places."""
    return set(kind.pasted) == {"service", "link", "quantity"}


def _shape(cells: Cells) -> str:
    """Return a letter for each cell of a clear line: L is a link, N is a number, P is the panel."""
    return "".join("L" if is_link(cell) else "N" if is_number(cell) else "P" for cell in cells)


def _names_of(shape: str, group: Sequence[Numbered], known: KnownServices | None) -> tuple[list[str], bool]:
    """Return the columns of lines of one shape, and whether they are certain.

    The usual orders begin with the service. An id that no service has, and a number such as 10k, may contradict them.
    """
    places = [index for index, letter in enumerate(shape) if letter == "N"]
    values = [{cells[place] for _, cells in group} for place in places]
    found = known(set().union(*values)) if known else set()
    first, *others = [_Ids(each, found) for each in values]
    is_usual = shape.lstrip("P").startswith("N")
    is_reversed = bool(others) and others[0].beats(first)
    names = {"L": "link", "P": "panel"}
    numbers = iter(("quantity", "service") if is_reversed else ("service", "quantity"))
    columns = [names.get(letter) or next(numbers) for letter in shape]
    if is_reversed:
        return columns, not first.are_digits or not is_usual
    return columns, is_usual or (first.beats(others[0]) if others else first.are_all_known)


class _Ids:
    """The numbers at one place of several lines, as ids of services."""

    def __init__(self, values: set[str], known: set[str]) -> None:
        self.are_digits = all(_PLAIN_DIGITS.fullmatch(value) for value in values)
        self.are_all_known = values <= known
        self.is_any_known = bool(values & known)

    def beats(self, other: _Ids) -> bool:
        """Say whether only these numbers can be the services."""
        if self.are_digits != other.are_digits:
            return self.are_digits
        return self.are_all_known and not other.is_any_known


def _unclear(group: Sequence[Numbered], names: Sequence[str], *, is_only: bool) -> UnreadableError:
    some = ", ".join(f"line {number:,} ({shown(' '.join(cells))})" for number, cells in group[:_MOST_NAMED])
    more = f" and {len(group) - _MOST_NAMED:,} more" if len(group) > _MOST_NAMED else ""
    problem = Problem(
        f"It is not clear which number is the service in {some}{more}", "Write each line as service | link | quantity"
    )
    if not is_only:
        return UnreadableError(*problem)
    rows = tuple((number, dict(enumerate(cells))) for number, cells in group[:PREVIEW])
    layout = Layout(0, dict(enumerate(names)))
    return UnclearError(Proposal(layout, dict.fromkeys(layout.names, ""), rows, problem), problem)
