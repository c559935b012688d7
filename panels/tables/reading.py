"""Reads what a person pasted or uploaded, text, CSV or XLSX, into lines of named cells with their numbers.

Rows are counted as a spreadsheet shows them: a cell with line breaks is one row, blank rows count.
"""

from __future__ import annotations

import codecs
import csv
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
    "COLUMNS",
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
COLUMNS: tuple[str, ...] = ("panel", "service", *ALL_FIELDS)
PASTED: tuple[str, ...] = ("service", "link", "quantity")
# What a downloaded file says about each line: a person may leave it in and upload the rest again.
OUTCOME = ("state", "remote_id", "progress", "charge", "currency", "start_count", "remains", "error")
MAX_LINES = 10_000
MAX_BYTES = 20 * 1024 * 1024
MAX_CELL = 200_000
# A quote that is not closed makes one cell of the rest of the file, which then gets a message of ours.
csv.field_size_limit(max(csv.field_size_limit(), MAX_BYTES))
_DELIMITERS = ",;\t|"
_SEPARATORS = re.compile(r"[\s_-]+")
_SEPARATOR_LINE = re.compile(r'"?sep=([^\r\n"])"?(?:\r\n|\r|\n)', re.IGNORECASE)
_FILLED = re.compile(r"[^\s,;|].*")
_HEADER_LENGTH = 64 * 1024
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
# Refused by every field's check, so that nothing is sent which differs from what the person sees.
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
    """A row by its number in the file, or a pasted line by its number; cells are trimmed, empty ones left out."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All lines that hold anything; columns by the API's names, in the order found.

    note is a sentence for the person about what was not read, "" mostly.
    """

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    note: str = ""


def read_paste(text: str, *, has_panel: bool, names: Sequence[str] = PASTED) -> Sheet:
    """Read one order a line, its values apart by pipes or tabs, a panel's name before them if has_panel.

    A first line that names columns, mostly at least, makes the text a table like a file's, also with commas or
    semicolons between its values. Raises UnreadableError for the whole text.
    """
    _refuse_large(len(text))
    columns = ("panel", *names) if has_panel else tuple(names)
    known = _by_folded_name((*COLUMNS, *columns))
    titles = [title for title in _titles(text, _find_delimiter(text, known)) if title]
    if sum(title in known for title in titles) * 2 > len(titles):
        return _read_table(_read_records(text, known), known, names[0])
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = ((number, dict(enumerate(_split(line)))) for number, line in enumerate(lines, 1))
    return Sheet(columns, _read_lines(rows, dict(enumerate(columns)), "Line"))


def read_file(name: str, content: bytes, *, names: Sequence[str] = COLUMNS, needed: str = "service") -> Sheet:
    """Read a CSV or XLSX file, whose first row names its columns, in any order.

    Raises UnreadableError for the whole file; whether the cells make orders is not looked at.
    """
    _refuse_large(len(content))
    if not content:
        raise UnreadableError("The file is empty", _SAVE_AS)
    known = _by_folded_name(names)
    if _is_workbook(name, content):
        return _read_workbook(content, known, needed)
    text, note = _decode(content)
    return replace(_read_table(_read_records(text.rstrip("\0\x1a"), known), known, needed), note=note)


def _refuse_large(size: int) -> None:
    if size > MAX_BYTES:
        raise UnreadableError(
            f"This is {size / 1024 / 1024:,.1f} MB, and at most {MAX_BYTES // 1024 // 1024} MB are read at once",
            "Split it into smaller parts",
        )


def _is_workbook(name: str, content: bytes) -> bool:
    """Tell an XLSX from a CSV file; raises UnreadableError for anything else, and where name and content differ."""
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
        raise UnreadableError(f"{called} it holds a workbook or another zip file", "Name it .xlsx if it is a workbook")
    if not found:
        raise UnreadableError(f"{called} it holds plain text", "Name it .csv if it is a table")
    raise UnreadableError(f"{called} it holds {found}", _SAVE_AS)


def _format_of(content: bytes) -> str:
    """Say what a file's first bytes show it to be, "" for a text."""
    if content.startswith(_ZIP) and content[2:4] in (b"\x03\x04", b"\x05\x06"):
        return "a zip file"
    if content.startswith(_OLE):
        return "an old (.xls) or password-protected workbook"
    if _MARKUP.match(content.removeprefix(codecs.BOM_UTF8)):
        return "a web page or XML"
    for start, what in _OTHER_FORMATS.items():
        if content.startswith(start):
            return what
    sample = content[:_SAMPLE]
    # One stray control character is an error of its line; many are no text.
    is_binary = not _utf_16(content) and len(_CONTROLS.findall(sample)) * 50 > len(sample)
    return "no text" if is_binary else ""


def _utf_16(content: bytes) -> str:
    """Return the encoding by its mark, or by the zero byte that a plain first letter has beside it."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return {b"\0": "utf-16-be"}.get(content[:1], "utf-16-le" if content[1:2] == b"\0" else "")


def _decode(content: bytes) -> tuple[str, str]:
    """Return a file's text, and a note if its encoding had to be guessed."""
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
    """Tell UTF-8 with some wrong bytes from Windows-1252, as which all its letters would become others."""
    text = content.decode("utf-8", "replace")
    letters = len(text) - len(text.encode("ascii", "ignore"))
    return content.startswith(codecs.BOM_UTF8) or text.count("\ufffd") * 2 < letters


def _undecodable(content: bytes, place: int, encoding: str) -> UnreadableError:
    line = content.count(b"\n", 0, place) + 1
    return UnreadableError(f"Line {line:,} has bytes that are no text in {encoding.upper()}", f"{_SAVE_AS}, as UTF-8")


def _read_records(text: str, known: Mapping[str, str]) -> Iterator[Row]:
    """Yield the rows of delimited text; blank ones are counted, but not yielded."""
    delimiter = ""
    if match := _SEPARATOR_LINE.match(text):
        text, delimiter = text[match.end() :], match[1]
    # With newline="" a guarded carriage return stays one until its guard is off.
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
            "or something stands between its closing quote and the next cell",
            'Close it, and write a quote inside of a quoted cell twice ("")',
        ) from None


def _find_delimiter(text: str, known: Mapping[str, str]) -> str:
    """Return the delimiter that finds the most column names in the first row that holds anything."""
    return max(_DELIMITERS, key=lambda delimiter: len(known.keys() & set(_titles(text, delimiter))))


def _titles(text: str, delimiter: str) -> list[str]:
    """Return what is left of the cells of the first row that holds anything, as titles are compared."""
    first = _FILLED.search(text)
    start = text[first.start() : first.start() + _HEADER_LENGTH] if first else ""
    return [_fold(cell) for cell in next(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), [])]


def _split(line: str) -> list[str]:
    return line.split("\t" if line.count("\t") > line.count("|") else "|")


def _read_workbook(content: bytes, known: Mapping[str, str], needed: str) -> Sheet:
    with open_workbook(content) as sheets:
        if not sheets:
            raise UnreadableError("The workbook has no visible sheet with anything in it", _SAVE_AS)
        first, *others = sheets
        sheet = _read_table(first.rows, known, needed)
    if others:
        names = ", ".join(shown(other.name) for other in others[:3]) + ("…" if len(others) > 3 else "")
        return replace(sheet, note=f"Only the sheet {shown(first.name)} was read, not {names}.")
    return sheet


def _read_table(rows: Iterator[Row], known: Mapping[str, str], needed: str) -> Sheet:
    """Read rows of which the first that holds anything names the columns."""
    for number, cells in rows:
        titles = {index: text for index, cell in cells.items() if (text := _storable(cell))}
        if titles:
            header = _read_header(number, titles, known)
            break
    else:
        raise UnreadableError("There is nothing in it", _HEADER_HELP)
    columns = tuple(name for name in header.values() if name not in OUTCOME)
    if needed not in columns:
        raise UnreadableError(f"The column {needed} is missing from row {number:,}", _HEADER_HELP)
    return Sheet(columns, _read_lines(rows, header, "Row"))


def _read_header(number: int, titles: Mapping[int, str], known: Mapping[str, str]) -> dict[int, str]:
    """Return the columns' names by their place; raises UnreadableError if one is unknown or there twice."""
    header = {index: known.get(_fold(title), "") for index, title in sorted(titles.items())}
    unknown = [index for index, name in header.items() if not name]
    if len(unknown) == len(header):
        found = ", ".join(shown(titles[index]) for index in unknown[:5])
        raise UnreadableError(f"Row {number:,} names no known column: it holds {found}", _HEADER_HELP)
    if unknown:
        listed = ", ".join(f"{shown(titles[index])} in {column_name(index)}" for index in unknown[:5])
        more = f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else ""
        names = ", ".join(name for name in known.values() if name not in OUTCOME)
        raise UnreadableError(f"Row {number:,} has unknown columns: {listed}{more}", f"Remove or rename them: {names}")
    places: dict[str, int] = {}
    for index, name in header.items():
        if name in places:
            both = f"{column_name(places[name])} and {column_name(index)}"
            raise UnreadableError(f"Row {number:,} has the column {name} twice: {both}", "Remove one of them")
        places[name] = index
    return header


def _read_lines(rows: Iterable[Row], header: Mapping[int, str], called: str) -> tuple[Line, ...]:
    """Name the cells of each row and leave blank rows out; called is how the person counts: rows or lines."""
    lines: list[Line] = []
    for number, row in rows:
        cells: dict[str, str] = {}
        for index, cell in row.items():
            if not (text := _storable(cell)):
                continue
            if len(text) > MAX_CELL or index not in header:
                raise _unfit(f"{called} {number:,}", index, text, header)
            cells[header[index]] = text
        said = {name: cells.pop(name) for name in OUTCOME if name in cells}
        if cells and said.get("remote_id"):
            raise UnreadableError(
                f"{called} {number:,} was ordered already, as {shown(said['remote_id'])}",
                "Take out what was ordered, or empty the column remote_id to order it once more",
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
        names = header.values()
        problem = f"{where} is longer than its columns ({', '.join(names)}): {column_name(index)} is {shown(text)}"
        in_file = "Remove it, or put a value that holds a separator in quotes"
        return UnreadableError(
            problem, in_file if where.startswith("Row") else f"Write each line as {' | '.join(names)}"
        )
    problem = f"{where} has {len(text):,} characters in the column {header[index]}, the limit is {MAX_CELL:,}"
    return UnreadableError(problem, "Shorten it")


def _storable(cell: str) -> str:
    """Return a cell as its check gets it: without the export's guard, trimmed, and with line ends of one kind."""
    text = unguard(cell)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return trim(_UNSTORABLE.sub(_SUBSTITUTE, text))


def _fold(title: str) -> str:
    return _SEPARATORS.sub("", trim(title).lower())


def _by_folded_name(names: Iterable[str]) -> dict[str, str]:
    """Return the columns that a table may have, by what is left of a title without case, spaces and underscores."""
    return {_fold(name): name for name in (*names, *OUTCOME)}
