"""Reads the visible sheets of an XLSX file as texts with openpyxl, after a check that the file cannot cost too much.

openpyxl keeps each row, each shared text and every other part in memory as a tree. So 20 kB that unpack to one long row
take more than a gigabyte. Therefore all parts are read first by a parser that keeps nothing.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import posixpath
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.packaging.relationship import get_rels_path
from openpyxl.utils import coordinate_to_tuple, get_column_letter
from openpyxl.utils.escape import unescape
from openpyxl.xml import constants as names

MAX_UNPACKED = 100 * 1024 * 1024
MAX_PARTS = 10_000
# Ten thousand orders with all columns have a million elements, and so has a sheet that is formatted to its last row.
MAX_ELEMENTS = 1_200_000
# The shared texts are kept in memory, with up to four bytes for each character.
MAX_TEXTS, MAX_TEXT_BYTES = 300_000, 24 * 1024 * 1024
# Limits for one tree in memory: a row, a shared text, or the rest of a part. Styles become large objects.
MAX_TREE, MAX_TREE_BYTES = 100_000, 4 * 1024 * 1024
# Limits for cells with content. Cells beyond them that are only formatted are left out.
MAX_ROWS, MAX_COLUMNS = 100_000, 256
Row = tuple[int, Mapping[int, str]]
_CHUNK = 64 * 1024
SHEET_ROWS, _SHEET_COLUMNS = 1_048_576, 16_384
# The longest format of a spreadsheet program. openpyxl is very slow for longer formats.
_FORMAT_LENGTH = 255
# The exceptions of openpyxl, zipfile and the parser for a damaged, encrypted or misleading file.
_BROKEN: tuple[type[Exception], ...] = (zipfile.BadZipFile, zlib.error, struct.error, ParseError, EOFError, OSError)
_BROKEN += (AttributeError, LookupError, OverflowError, RuntimeError, TypeError, ValueError)
_BOOKS = (names.XLSX, names.XLSM, names.XLTX, names.XLTM)
_READ_WHOLE = {names.ARC_CONTENT_TYPES, names.ARC_STYLE, names.ARC_CORE, names.ARC_CUSTOM}
_SHEET, _TEXTS, _ROW, _TEXT, _CELL, _VALUE, _INLINE, _FORMULA = (
    f"{names.SHEET_MAIN_NS} {name}" for name in ("worksheet", "sst", "row", "si", "c", "v", "is", "f")
)
_RECORDS = {_SHEET: _ROW, _TEXTS: _TEXT}
_STRICT = "http://purl.oclc.org/ooxml/"
_ZEROS = re.compile(r"0{2,15}")
# A spreadsheet keeps 15 digits of a number and changes the other digits to zeros.
_FIRST_INEXACT = 10**15
_SAVE_AGAIN = "Open it in a spreadsheet program, save it as XLSX or CSV, and upload that"
_SMALLER = "Remove other sheets and everything that is not an order, or save the sheet as CSV. Then upload it again"
_NO_RESULT = "Formulas have no stored result"
_ERROR = "Formulas have an error such as #N/A"
_TOO_LONG = "Numbers have more than the 15 digits that a spreadsheet keeps"
_CORRECT = {
    _NO_RESULT: "Open the file in a spreadsheet program, save it there, and upload it again",
    _ERROR: "Correct these cells and upload the file again",
    _TOO_LONG: "Give these cells the format Text, enter them again, and upload the file again",
}


class UnreadableError(Exception):
    """A file or a pasted text cannot be read. `text` says the problem and the remedy."""

    def __init__(self, problem: str, remedy: str) -> None:
        """Join the problem and the remedy, both without a full stop."""
        self.text = f"{problem}. {remedy}."
        super().__init__(self.text)


def column_name(index: int) -> str:
    """Name a column, counted from 0, like this: "column 3 (C)"."""
    if index >= _SHEET_COLUMNS:
        return f"column {index + 1:,}"
    return f"column {index + 1} ({get_column_letter(index + 1)})"


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A sheet of a workbook. Its rows have their non-empty cells by column, counted from 0."""

    name: str
    rows: Iterator[Row]


@contextmanager
def open_workbook(content: bytes) -> Iterator[tuple[Worksheet, ...]]:
    """Return the visible sheets with content, in their order. Their rows are read lazily.

    Raises UnreadableError for a file that is no workbook, is damaged, or exceeds the limits. The rows raise it too.
    """
    with warnings.catch_warnings():
        # These warnings are about parts that openpyxl does not keep, such as drop-down lists.
        warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
        try:
            parts = _inspect(content)
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            found = [(sheet, parts[sheet._worksheet_path]) for sheet in visible]
        except _BROKEN as exc:
            raise _damaged() from exc
        yield tuple(Worksheet(sheet.title, _read_rows(sheet, part)) for sheet, part in found if part.last_row)


def _inspect(content: bytes) -> dict[str, _Part]:
    """Return the facts about each part. Raises UnreadableError if openpyxl would need too much time or memory."""
    # Each entry of the directory needs more memory than its bytes, so the entries are counted before reading.
    if content.count(b"PK\x01\x02") > MAX_PARTS:
        raise _too_large()
    archive = zipfile.ZipFile(io.BytesIO(content))
    infos = {info.filename: info for info in archive.infolist()}
    if sum(info.file_size for info in infos.values()) > MAX_UNPACKED:
        raise _too_large()
    # Other methods can unpack a small piece to hundreds of megabytes at once.
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos.values()):
        raise _damaged()
    parts: dict[str, _Part] = {}
    left = MAX_ELEMENTS
    for name, info in infos.items():
        parts[name] = _Part(name, left)
        with archive.open(info) as stream:
            parts[name].follow(stream)
        left -= parts[name].elements
    _check_roles(parts)
    return parts


def _check_roles(parts: Mapping[str, _Part]) -> None:
    """Make sure that openpyxl reads each part as the kind that was inspected, and no sheet twice."""
    overrides = parts[names.ARC_CONTENT_TYPES].overrides if names.ARC_CONTENT_TYPES in parts else []
    books = parts.keys() & {names.ARC_WORKBOOK, *(name for name, kind in overrides if kind in _BOOKS)}
    if not books:
        raise UnreadableError("The file has the name of a spreadsheet, but there is no workbook in it", _SAVE_AGAIN)
    whole = [part for name, part in parts.items() if name in _READ_WHOLE | books or name.endswith(".rels")]
    texts = [parts[name] for name, kind in overrides if kind == names.SHARED_STRINGS and name in parts]
    if any(part.root in _RECORDS for part in whole) or any(part.root != _TEXTS for part in texts):
        raise _damaged()
    for name in books:
        relations = parts.get(get_rels_path(name))
        for once in (parts[name].sheets, relations.targets if relations else []):
            if len(once) > len(set(once)):
                raise _damaged()


class _Part:
    """Reads the elements of a part without keeping them."""

    def __init__(self, name: str, most: int) -> None:
        self.folder, self.most = posixpath.dirname(posixpath.dirname(name)), most
        self.root = self.record = ""
        self.is_inside = False
        self.elements = self.records = self.live = self.outside = self.fed = self.boundary = 0
        self.row = self.column = self.last_row = self.last_column = 0
        self.has_formula = self.has_value = self.is_text = False
        self.without_result: list[str] = []
        self.overrides: list[tuple[str, str]] = []
        self.targets: list[str] = []
        self.sheets: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def follow(self, stream: IO[bytes]) -> None:
        """Feed the parser piece by piece. A part that is not XML is skipped, because openpyxl stops there too."""
        try:
            while piece := stream.read(_CHUNK):
                self.fed += len(piece)
                self.parser.Parse(piece, False)  # noqa: FBT003
                is_long = self.record == _TEXT and self.fed > MAX_TEXT_BYTES
                if is_long or self.fed - self.boundary > MAX_TREE_BYTES:
                    raise _too_large()
            self.parser.Parse(b"", True)  # noqa: FBT003
        except expat.ExpatError as exc:
            # Otherwise the rows before the error would be taken as the whole sheet.
            if self.root in _RECORDS:
                raise _damaged() from exc

    def refuse(self, *_: object) -> None:
        # No spreadsheet program writes a document type, and its entities can grow without a limit.
        raise _damaged()

    def start(self, name: str, given: dict[str, str]) -> None:
        self.elements += 1
        self.live += 1
        if self.elements > self.most or self.live > MAX_TREE:
            raise _too_large()
        if name == self.record and not self.is_inside:
            self.begin_record(given)
        elif not self.is_inside:
            self.note(name, given)
        elif self.record == _ROW:
            self.note_cell(name, given)

    def begin_record(self, given: Mapping[str, str]) -> None:
        self.is_inside = True
        self.boundary, self.outside = self.fed, self.live - 1
        self.records += 1
        if self.record == _TEXT:
            if self.records > MAX_TEXTS:
                raise _too_large()
            return
        row = int(given.get("r", self.row + 1))
        if not self.row < row <= SHEET_ROWS:
            raise _damaged()
        self.row, self.column = row, 0

    def note_cell(self, name: str, given: Mapping[str, str]) -> None:
        """Record the last cell with content."""
        if name == _CELL:
            self.column = coordinate_to_tuple(given["r"])[1] if "r" in given else self.column + 1
            if self.column > _SHEET_COLUMNS:
                raise _damaged()
            self.has_formula = self.has_value = False
            self.is_text = given.get("t") == "str"
        elif name in (_VALUE, _INLINE, _FORMULA):
            self.has_formula |= name == _FORMULA
            # An empty result is a result of a text formula only.
            if name == _VALUE and self.has_formula and not self.is_text:
                self.parser.CharacterDataHandler = self.note_value
            else:
                self.has_value |= name != _FORMULA
            self.last_row, self.last_column = self.row, max(self.last_column, self.column)

    def note_value(self, _: str) -> None:
        self.has_value = True
        self.parser.CharacterDataHandler = None

    def note(self, name: str, given: Mapping[str, str]) -> None:
        """Record how parts are read, and refuse elements that are too costly for openpyxl."""
        if not self.root:
            self.root, self.record = name, _RECORDS.get(name, "")
        match name.rpartition(" ")[2]:
            case "workbook" if name.startswith(_STRICT):
                raise UnreadableError("The file is a Strict Open XML workbook, which is not supported", _SAVE_AGAIN)
            case "Override":
                self.overrides.append((given.get("PartName", "")[1:], given.get("ContentType", "")))
            case "Relationship" if "chartsheet" in given.get("Type", ""):
                raise UnreadableError("The workbook has a chart sheet, which is not supported", _SMALLER)
            case "Relationship" if given.get("TargetMode") != "External":
                self.targets.append(posixpath.normpath(posixpath.join("/", self.folder, given.get("Target", ""))))
            case "sheet":
                self.sheets.append(given.get(f"{names.REL_NS} id", ""))
            case "numFmt" if len(given.get("formatCode", "")) > _FORMAT_LENGTH:
                raise _damaged()

    def end(self, name: str) -> None:
        if self.is_inside and name == self.record:
            self.is_inside = False
            self.boundary, self.live = self.fed, self.outside
        elif name == _CELL and self.has_formula:
            self.parser.CharacterDataHandler = None
            if not self.has_value:
                self.without_result.append(f"{get_column_letter(self.column)}{self.row}")


def _damaged() -> UnreadableError:
    return UnreadableError("The file is damaged and cannot be read as an XLSX workbook", _SAVE_AGAIN)


def _too_large() -> UnreadableError:
    size = f"{MAX_UNPACKED // 1024 // 1024} MB"
    return UnreadableError(f"The unpacked file is too large: more than {size}, or too many cells or parts", _SMALLER)


def _read_rows(sheet: Any, part: _Part) -> Iterator[Row]:
    """Yield the rows with content. Raises UnreadableError at their end if some cells are uncertain."""
    if part.last_row > MAX_ROWS or part.last_column > MAX_COLUMNS:
        last = f"row {part.last_row:,} and {column_name(part.last_column - 1)}"
        limits = f"only {MAX_ROWS:,} rows and {MAX_COLUMNS} columns are read"
        raise UnreadableError(f"The sheet has content up to {last}, and {limits}", _SMALLER)
    unsure: dict[str, list[str]] = {_NO_RESULT: part.without_result, _ERROR: [], _TOO_LONG: []}
    for number, cells in enumerate(_cells_of(sheet, part), 1):
        row = {index: text for index, cell in enumerate(cells) if (text := _read_cell(cell, unsure))}
        if row:
            yield number, row
    for problem, places in unsure.items():
        if places:
            more = f" and {len(places) - 5:,} more" if len(places) > 5 else ""
            raise UnreadableError(f"{problem} (cells {', '.join(places[:5])}{more})", _CORRECT[problem])


def _cells_of(sheet: Any, part: _Part) -> Iterator[tuple[Any, ...]]:
    try:
        if not part.without_result:
            yield from sheet.iter_rows(min_row=1, max_row=part.last_row, min_col=1, max_col=part.last_column)
    except _BROKEN as exc:
        raise _damaged() from exc


def _read_cell(cell: Any, unsure: Mapping[str, list[str]]) -> str:
    """Return the text of a cell. Adds the cell to `unsure` if its content is not certain."""
    value = cell.value
    match value:
        case None:
            return ""
        case str() if cell.data_type == "e":
            unsure[_ERROR].append(cell.coordinate)
        case str():
            return str(unescape(value))
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _read_number(cell, unsure)
        case dt.date():
            return _write_day(value)
    return str(value)


def _read_number(cell: Any, unsure: Mapping[str, list[str]]) -> str:
    number = cell.value
    if math.isinf(number):
        unsure[_ERROR].append(cell.coordinate)
    elif number != int(number):
        return f"{Decimal(repr(number)):f}"
    elif abs(number) >= _FIRST_INEXACT:
        unsure[_TOO_LONG].append(cell.coordinate)
    else:
        return f"{int(number):0{_digits(cell)}d}"
    return "?"


def _digits(cell: Any) -> int:
    """Return the number of digits to which a number is filled with zeros."""
    try:
        code = cell.number_format or ""
    except LookupError:
        return 1
    return len(code) if _ZEROS.fullmatch(code) else 1


def _write_day(moment: dt.date) -> str:
    day = f"{moment:%d/%m}/{moment.year:04}"
    return f"{day} {moment:%H:%M:%S}" if isinstance(moment, dt.datetime) and moment.time() != dt.time() else day
