"""Reads pasted text and uploaded CSV and XLSX files into numbered lines of named cells.

Rows are counted as in a spreadsheet: a cell with line breaks is one row, and blank rows count.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from panels.protocol.order_fields import shown, trim
from panels.protocol.order_types import ALL_FIELDS
from panels.tables.cells import unguard
from panels.tables.workbook import MAX_UNPACKED, Row, UnreadableError, column_name, open_workbook

__all__ = [
    "AGAIN_OF",
    "COLUMNS",
    "LABELS",
    "MAX_BYTES",
    "MAX_CELL",
    "MAX_LINES",
    "MAX_UNPACKED",
    "OUTCOME",
    "PASTED",
    "Line",
    "Sheet",
    "UnreadableError",
    "read_file",
    "read_paste",
]
# The team's own labels of an order. No panel gets them.
LABELS = ("client", "campaign", "reference", "note")
# The number of our order that a line orders again. The table of refused lines has it.
AGAIN_OF = "again_of"
COLUMNS: tuple[str, ...] = ("panel", "service", *ALL_FIELDS, *LABELS, AGAIN_OF)
PASTED: tuple[str, ...] = ("service", "link", "quantity")
# The columns with results in a downloaded file. They may stay in a file that is uploaded again.
OUTCOME = ("state", "remote_id", "progress", "charge", "given_back", "currency", "start_count", "remains", "error")
# Other titles that people give to columns, folded.
ALIASES = {
    "serviceid": "service",
    "url": "link",
    "qty": "quantity",
    "ref": "reference",
    "notes": "note",
    "orderid": "order",
    "extrafield": "extra_fields",
    "furtherfields": "extra_fields",
}
# A title this similar to a known title is taken for a misspelling. A misspelled column must not be ignored.
_ALIKE = 0.75
_MOST_IGNORED = 50
MAX_LINES = 10_000
MAX_BYTES = 20 * 1024 * 1024
MAX_CELL = 200_000
# An unclosed quote makes one cell of the rest of the file. With this limit, that cell gets our own message.
csv.field_size_limit(max(csv.field_size_limit(), MAX_BYTES))
_DELIMITERS = ",;\t|"
_SEPARATORS = re.compile(r"[\s_-]+")
_SEPARATOR_LINE = re.compile(r'"?sep=([^\r\n"])"?(?:\r\n|\r|\n)', re.IGNORECASE)
_FILLED = re.compile(r"[^\s,;|].*")
# What people write between values in place of a pipe or a tab.
_SEVERAL = re.compile(r"[\s,;]")
_HEADER_LENGTH = 64 * 1024
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
# The check of every field refuses it, so that no value is sent that differs from the value on the screen.
_SUBSTITUTE = "\x1a"
_TEXT_NAMES = (".csv", ".txt", ".tsv")
_WORKBOOK_NAMES = (".xlsx", ".xlsm")
_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|head|body|table|meta|\?xml|!--)", re.IGNORECASE)
_OTHER_FORMATS = {b"%PDF": "a PDF document", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"\x1f\x8b": "gzip"}
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f]")
_SAMPLE = 4096
_SAVE_AS = "Save the table as CSV or XLSX in your spreadsheet program and upload that file"
_GUESSED = "The file is not in UTF-8 and was read as Windows-1252: check that letters such as ö and é are right."
_HEADER_HELP = "The first row must name the columns, for example: panel, service, link, quantity; see the template file"


@dataclass(frozen=True, slots=True)
class Line:
    """A row or a pasted line by its number. Cells are trimmed, and empty cells are left out."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All lines with content, and the columns by their names in the API, in the order of the table.

    note is for the user, about parts that were not read, or "". ignored has the titles of the columns that were not
    read, because they are not known.
    """

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    note: str = ""
    ignored: tuple[str, ...] = ()

    def with_note(self, note: str) -> Sheet:
        """Return the same table with another sentence in its note."""
        return replace(self, note=" ".join(filter(None, (self.note, note))))


def read_paste(text: str, *, has_panel: bool, names: Sequence[str] = PASTED) -> Sheet:
    """Read one order a line, with pipes or tabs between the values. With has_panel, the panel comes first.

    If most titles in the first line are names of columns, the text is read as a table like a file. Then commas and
    semicolons may stand between the values too. Raises UnreadableError for the whole text.
    """
    _refuse_large(len(text))
    columns = ("panel", *names) if has_panel else tuple(names)
    known = _by_folded_name((*COLUMNS, *columns))
    titles = [title for title in _titles(text, _find_delimiter(text, known)) if title]
    if sum(title in known for title in titles) * 2 > len(titles):
        return _read_table(_read_records(text, known), known, names[0])
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = ((number, dict(enumerate(_split(number, line, columns)))) for number, line in enumerate(lines, 1))
    return Sheet(columns, _read_lines(rows, dict(enumerate(columns)), "Line"))


def read_file(name: str, content: bytes, *, names: Sequence[str] = COLUMNS, needed: str = "service") -> Sheet:
    """Read a CSV or XLSX file. Its first row names its columns in any order.

    Raises UnreadableError for the whole file. Does not check whether the cells are valid orders.
    """
    _refuse_large(len(content))
    if not content:
        raise UnreadableError("The file is empty", _SAVE_AS)
    known = _by_folded_name(names)
    if _is_workbook(name, content):
        return _read_workbook(content, known, needed)
    text, note = _decode(content)
    return _read_table(_read_records(text.rstrip("\0\x1a"), known), known, needed).with_note(note)


def _refuse_large(size: int) -> None:
    if size > MAX_BYTES:
        raise UnreadableError(
            f"This is {size / 1024 / 1024:,.1f} MB, and at most {MAX_BYTES // 1024 // 1024} MB are read at once",
            "Split it into smaller parts",
        )


def _is_workbook(name: str, content: bytes) -> bool:
    """Say whether a file is XLSX or CSV. Raises UnreadableError for other files, and if name and content differ."""
    suffix = PurePath(name).suffix.lower()
    found = _format_of(content)
    if suffix in _WORKBOOK_NAMES and found == "a zip file":
        return True
    if suffix in _TEXT_NAMES and not found:
        return False
    if suffix not in _WORKBOOK_NAMES + _TEXT_NAMES:
        raise UnreadableError(f"Only CSV and XLSX files are read, and this one is named {shown(name)}", _SAVE_AS)
    called = f"The file is named {shown(name)}, but"
    if found == "a zip file":
        raise UnreadableError(f"{called} it is a workbook or another zip file", "Name it .xlsx if it is a workbook")
    if not found:
        raise UnreadableError(f"{called} it is plain text", "Name it .csv if it is a table")
    raise UnreadableError(f"{called} it is {found}", _SAVE_AS)


def _format_of(content: bytes) -> str:
    """Return the kind of file that the first bytes show, or "" for a text."""
    if content.startswith(_ZIP) and content[2:4] in (b"\x03\x04", b"\x05\x06"):
        return "a zip file"
    if content.startswith(_OLE):
        return "an old (.xls) or password-protected workbook"
    if _MARKUP.match(content.removeprefix(codecs.BOM_UTF8)):
        return "a web page or XML"
    for start, kind in _OTHER_FORMATS.items():
        if content.startswith(start):
            return kind
    sample = content[:_SAMPLE]
    # A single control character is an error of its line. A file with many is no text.
    is_binary = not _utf_16(content) and len(_CONTROLS.findall(sample)) * 50 > len(sample)
    return "no text" if is_binary else ""


def _utf_16(content: bytes) -> str:
    """Return the kind of UTF-16 by its mark, or by the zero byte beside the first letter, or ""."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return {b"\0": "utf-16-be"}.get(content[:1], "utf-16-le" if content[1:2] == b"\0" else "")


def _decode(content: bytes) -> tuple[str, str]:
    """Return the text of a file, and a note if its encoding was guessed."""
    encoding = _utf_16(content) or "utf-8"
    try:
        return content.decode(encoding).removeprefix("\ufeff"), ""
    except UnicodeDecodeError as broken:
        if encoding != "utf-8" or _is_broken_utf_8(content):
            raise _undecodable(content, broken.start, encoding) from None
    try:
        return content.decode("cp1252"), _GUESSED
    except UnicodeDecodeError as broken:
        raise _undecodable(content, broken.start, "Windows-1252 or UTF-8") from None


def _is_broken_utf_8(content: bytes) -> bool:
    """Say whether a text is UTF-8 with some wrong bytes. Read as Windows-1252, all its other letters would be wrong."""
    text = content.decode("utf-8", "replace")
    letters = len(text) - len(text.encode("ascii", "ignore"))
    return content.startswith(codecs.BOM_UTF8) or text.count("\ufffd") * 2 < letters


def _undecodable(content: bytes, place: int, encoding: str) -> UnreadableError:
    line = content.count(b"\n", 0, place) + 1
    return UnreadableError(f"Line {line:,} has bytes that are no text in {encoding.upper()}", f"{_SAVE_AS}, as UTF-8")


def _read_records(text: str, known: Mapping[str, str]) -> Iterator[Row]:
    """Yield the rows of delimited text. Blank rows are counted, but not yielded."""
    delimiter = ""
    if match := _SEPARATOR_LINE.match(text):
        text, delimiter = text[match.end() :], match[1]
    # With newline="", a guarded carriage return stays as it is until the guard is removed.
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter or _find_delimiter(text, known), strict=True)
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


def _find_delimiter(text: str, known: Mapping[str, str]) -> str:
    """Return the delimiter with which the first row with content has the most names of columns."""
    return max(_DELIMITERS, key=lambda delimiter: len(known.keys() & set(_titles(text, delimiter))))


def _titles(text: str, delimiter: str) -> list[str]:
    """Return the folded cells of the first row with content."""
    first = _FILLED.search(text)
    start = text[first.start() : first.start() + _HEADER_LENGTH] if first else ""
    return [_fold_title(cell) for cell in next(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), [])]


def _split(number: int, line: str, columns: Sequence[str]) -> list[str]:
    """Return the values of a pasted line. Raises UnreadableError for several values without a separator."""
    cells = line.split("\t" if line.count("\t") > line.count("|") else "|")
    if len(cells) == 1 and len(columns) > 1 and _SEVERAL.search(line.strip()):
        problem = f"Line {number:,} has no | between its values: {shown(line.strip())}"
        raise UnreadableError(problem, f"Write each line as {' | '.join(columns)}")
    return cells


def _read_workbook(content: bytes, known: Mapping[str, str], needed: str) -> Sheet:
    with open_workbook(content) as sheets:
        if not sheets:
            raise UnreadableError("The workbook has no visible sheet with content", _SAVE_AS)
        first, *others = sheets
        sheet = _read_table(first.rows, known, needed)
    if others:
        names = ", ".join(shown(other.name) for other in others[:3]) + ("…" if len(others) > 3 else "")
        return sheet.with_note(f"Only the sheet {shown(first.name)} was read, not {names}.")
    return sheet


def _read_table(rows: Iterator[Row], known: Mapping[str, str], needed: str) -> Sheet:
    """Read rows. The first row with content names the columns."""
    for number, cells in rows:
        titles = {index: text for index, cell in cells.items() if (text := _storable(cell))}
        if titles:
            header = _read_header(number, titles, known)
            break
    else:
        raise UnreadableError("The table is empty", _HEADER_HELP)
    columns = tuple(name for name in header.values() if name and name not in OUTCOME)
    if needed not in columns:
        raise UnreadableError(f"The column {needed} is missing from row {number:,}", _HEADER_HELP)
    ignored = tuple(titles[index] for index, name in header.items() if not name)
    return Sheet(columns, _read_lines(rows, header, "Row"), _ignoring(ignored), ignored)


def _ignoring(titles: Sequence[str]) -> str:
    if not titles:
        return ""
    if len(titles) == 1:
        return f"The column {shown(titles[0])} is not known. It was not read."
    named = ", ".join(map(shown, titles[:5])) + (f" and {len(titles) - 5:,} more" if len(titles) > 5 else "")
    return f"The columns {named} are not known. They were not read."


def _read_header(number: int, titles: Mapping[int, str], known: Mapping[str, str]) -> dict[int, str]:
    """Return the names of the columns by place, "" for an unknown column.

    Raises UnreadableError for a repeated name, and for a title that may be a misspelled name.
    """
    header = {index: known.get(_fold_title(title), "") for index, title in sorted(titles.items())}
    unknown = [index for index, name in header.items() if not name]
    if len(unknown) == len(header):
        found = ", ".join(shown(titles[index]) for index in unknown[:5])
        raise UnreadableError(f"Row {number:,} names no known column: it has {found}", _HEADER_HELP)
    similar = [index for index in unknown if len(unknown) > _MOST_IGNORED or _is_misspelled(titles[index], known)]
    if similar:
        listed = ", ".join(f"{shown(titles[index])} in {column_name(index)}" for index in similar[:5])
        more = f" and {len(similar) - 5:,} more" if len(similar) > 5 else ""
        names = ", ".join(dict.fromkeys(name for name in known.values() if name not in OUTCOME))
        raise UnreadableError(f"Row {number:,} has unknown columns: {listed}{more}", f"Remove or rename them: {names}")
    places: dict[str, int] = {}
    for index, name in header.items():
        if name and name in places:
            both = f"{column_name(places[name])} and {column_name(index)}"
            raise UnreadableError(f"Row {number:,} has the column {name} twice: {both}", "Remove one of them")
        places[name] = index
    return header


def _is_misspelled(title: str, known: Iterable[str]) -> bool:
    return bool(difflib.get_close_matches(_fold_title(title), known, 1, _ALIKE))


def _read_lines(rows: Iterable[Row], header: Mapping[int, str], called: str) -> tuple[Line, ...]:
    """Name the cells of each row, without blank rows. `called` is "Row" or "Line", for messages."""
    lines: list[Line] = []
    for number, row in rows:
        cells: dict[str, str] = {}
        for index, cell in row.items():
            if not (text := _storable(cell)) or header.get(index) == "":
                continue
            if len(text) > MAX_CELL or index not in header:
                raise _unfit(f"{called} {number:,}", index, text, header)
            cells[header[index]] = text
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
    if not lines:
        raise UnreadableError("There is no order in it", "Give each order a line of its own")
    return tuple(lines)


def _unfit(where: str, index: int, text: str, header: Mapping[int, str]) -> UnreadableError:
    if index not in header:
        names = [name for name in header.values() if name]
        problem = f"{where} is longer than its columns ({', '.join(names)}): {column_name(index)} is {shown(text)}"
        in_file = "Remove it, or put a value with a separator in quotes"
        return UnreadableError(
            problem, in_file if where.startswith("Row") else f"Write each line as {' | '.join(names)}"
        )
    problem = f"{where} has {len(text):,} characters in the column {header[index]}, the limit is {MAX_CELL:,}"
    return UnreadableError(problem, "Shorten it")


def _storable(cell: str) -> str:
    """Return a cell without the guard of the export, trimmed, and with one kind of line end."""
    text = unguard(cell)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return trim(_UNSTORABLE.sub(_SUBSTITUTE, text))


def _fold_title(title: str) -> str:
    return _SEPARATORS.sub("", trim(title).lower())


def _by_folded_name(names: Iterable[str]) -> dict[str, str]:
    """Return the columns that a table may have, by their folded titles: no case, spaces and underscores."""
    names = (*names, *OUTCOME)
    others = {title: name for title, name in ALIASES.items() if name in names}
    return others | {_fold_title(name): name for name in names}
