"""Reads an XLSX file's sheet as texts, row by row.

openpyxl builds a tree of a whole row and list of all texts first: 20 kB that unpack to 16 MB cost it more than a
gigabyte. This reader keeps one row and the shared texts, and refuses what passes its limits.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import IO
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

MAX_UNPACKED = 100 * 1024 * 1024
MAX_PARTS = 10_000
# A sheet full of orders has two million tags, one that is formatted down to its last row some more.
MAX_TAGS = 8_000_000
MAX_SMALL_TAGS = 500_000
MAX_COLUMNS, MAX_ROWS = 16_384, 1_048_576

Row = tuple[int, Mapping[int, str]]

_CHUNK = 64 * 1024
# What a spreadsheet program takes at most; longer ones only cost time.
_FORMAT_LENGTH = 255
# What zipfile, its decompressor and the parser raise for a damaged, encrypted or misleading file.
_BROKEN = (
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    RuntimeError,
    LookupError,
    EOFError,
    ValueError,
    OSError,
)
_TOO_LARGE = (
    f"Unpacked, the file holds more than is read: {MAX_UNPACKED // 1024 // 1024} MB, or too many cells or parts"
)
_SMALLER = "Remove what is not an order, such as other sheets, or save the sheet as CSV, and upload it again"
_DAMAGED = "The file is damaged and cannot be read as an XLSX workbook"
_SAVE_AGAIN = "Open it in a spreadsheet program, save it as XLSX or CSV, and upload that"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ZEROS = re.compile(r"0{2,15}")
# A spreadsheet keeps 15 digits of a number and turns the others into zeros.
_FIRST_INEXACT = 10**15

_NO_RESULT = "Formulas are without a stored result"
_ERROR = "Formulas end in an error such as #N/A"
_TOO_LONG = "Numbers have more than the 15 digits that a spreadsheet keeps"
_CORRECT = {
    _NO_RESULT: "Open the file in a spreadsheet program, save it there, and upload it again",
    _ERROR: "Correct these cells and upload the file again",
    _TOO_LONG: "Give these cells the format Text, enter them again, and upload the file again",
}


class UnreadableError(Exception):
    """A file or pasted text cannot be taken as a whole; text says what is wrong and what to do."""

    def __init__(self, problem: str, remedy: str) -> None:
        """Join what is wrong and what to do, both without their full stop."""
        self.text = f"{problem}. {remedy}. Nothing has been kept."
        super().__init__(self.text)


def column_name(index: int) -> str:
    """Name a column, counted from 0, as people find it: "column 3 (C)"."""
    return f"column {index + 1} ({get_column_letter(index + 1)})" if index < MAX_COLUMNS else f"column {index + 1:,}"


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A sheet of a workbook by its name, with the non-empty cells of its rows by column, counted from 0."""

    name: str
    rows: Iterator[Row]


def read_worksheets(content: bytes) -> tuple[Worksheet, ...]:
    """Return the visible sheets that hold anything, in their order; rows are read when they are asked for.

    Raises UnreadableError for what is no workbook, is damaged, or passes the limits; so do the rows.
    """
    package = _Package(content)
    book = _read_book(package)
    formats = _read_formats(package, book.styles)
    texts = _read_texts(package, book.texts)
    found = []
    for part, name in book.sheets.items():
        rows = _SheetReader(texts, formats, book.epoch).rows(package, part)
        if first := next(rows, None):
            found.append(Worksheet(name, chain([first], rows)))
    return tuple(found)


class _Package:
    """The parts of a workbook, unpacked piece by piece, so that no part is larger than it says."""

    def __init__(self, content: bytes) -> None:
        # Each entry of the directory costs more memory than its bytes, so they are counted before it is read.
        if content.count(b"PK\x01\x02") > MAX_PARTS:
            raise UnreadableError(_TOO_LARGE, _SMALLER)
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(content))
        except _BROKEN as exc:
            raise UnreadableError(_DAMAGED, _SAVE_AGAIN) from exc
        self.tags = 0
        self.parts = {info.filename: info for info in self.archive.infolist()}
        if sum(info.file_size for info in self.parts.values()) > MAX_UNPACKED:
            raise UnreadableError(_TOO_LARGE, _SMALLER)

    def parse(self, part: str, parser: expat.XMLParserType) -> Iterator[None]:
        """Feed a part to a parser, pausing after each piece."""
        # No spreadsheet program writes one, and entities can grow without end.
        parser.StartDoctypeDeclHandler = _refuse_doctype
        info = self.parts.get(part)
        # Other methods than these two can unpack a small piece to hundreds of megabytes at once.
        if info is None or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnreadableError(_DAMAGED, _SAVE_AGAIN)
        try:
            with self.archive.open(info) as stream:
                yield from self.feed(stream, parser)
        except _BROKEN as exc:
            raise UnreadableError(_DAMAGED, _SAVE_AGAIN) from exc

    def feed(self, stream: IO[bytes], parser: expat.XMLParserType) -> Iterator[None]:
        while piece := stream.read(_CHUNK):
            # Tags cost more time and memory than their few bytes.
            self.tags += piece.count(b"<")
            if self.tags > MAX_TAGS:
                raise UnreadableError(_TOO_LARGE, _SMALLER)
            parser.Parse(piece, False)  # noqa: FBT003
            yield
        parser.Parse(b"", True)  # noqa: FBT003
        yield

    def elements(self, part: str) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the elements of a part, which is a small one, by their plain names."""
        found: list[tuple[str, dict[str, str]]] = []
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda name, attributes: found.append((_plain(name), attributes))
        for _ in self.parse(part, parser):
            yield from found
            found.clear()
            if self.tags > MAX_SMALL_TAGS:
                raise UnreadableError(_TOO_LARGE, _SMALLER)

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the kind and the part of each relation of a part, by the relation's id."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        related = {}
        for name, given in self.elements(rels) if rels in self.parts else ():
            if name == "Relationship":
                target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", ""))).lstrip("/")
                related[given.get("Id", "")] = (posixpath.basename(given.get("Type", "")), target)
        return related


def _refuse_doctype(*_: object) -> None:
    raise UnreadableError(_DAMAGED, _SAVE_AGAIN)


def _plain(name: str) -> str:
    return name.rpartition(":")[2]


@dataclass(slots=True)
class _Book:
    """Where a workbook's parts are; sheets are the names of the visible ones by their parts."""

    sheets: dict[str, str] = field(default_factory=dict)
    styles: str = ""
    texts: str = ""
    epoch: dt.datetime = WINDOWS_EPOCH


def _read_book(package: _Package) -> _Book:
    main = next((part for kind, part in package.related("").values() if kind == "officeDocument"), "")
    if main not in package.parts or not main.endswith(".xml"):
        raise UnreadableError("The file is named like a spreadsheet, but there is no workbook in it", _SAVE_AGAIN)
    book, related = _Book(), package.related(main)
    parts = dict(related.values())
    book.styles, book.texts = parts.get("styles", ""), parts.get("sharedStrings", "")
    for name, given in package.elements(main):
        if name == "workbookPr" and given.get("date1904") in ("1", "true"):
            book.epoch = MAC_EPOCH
        if name == "sheet" and given.get("state", "visible") == "visible":
            relation = next((value for key, value in given.items() if key.endswith(":id")), "")
            kind, part = related.get(relation, ("", ""))
            if kind == "worksheet":
                book.sheets.setdefault(part, given.get("name", ""))
    return book


def _read_formats(package: _Package, part: str) -> list[str]:
    """Return the number format of each cell style."""
    codes: dict[str, str] = {str(number): code for number, code in BUILTIN_FORMATS.items()}
    used: list[str] = []
    for name, given in package.elements(part) if part in package.parts else ():
        if name == "numFmt":
            codes[given.get("numFmtId", "")] = given.get("formatCode", "")[:_FORMAT_LENGTH]
        elif name == "cellXfs":
            # Those before belong to named styles, which cells do not refer to.
            used.clear()
        elif name == "xf":
            used.append(given.get("numFmtId", ""))
    return [codes.get(number, "") for number in used]


def _read_texts(package: _Package, part: str) -> list[str]:
    reader = _TextReader()
    for _ in package.parse(part, reader.parser) if part in package.parts else ():
        pass
    return reader.texts


class _Reader:
    """Gathers the text of the wanted elements; what only explains how to speak a text (rPh) is left out."""

    wanted: frozenset[str]

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.is_aside = False
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def start(self, prefixed: str, given: dict[str, str]) -> None:
        name = _plain(prefixed)
        if name in self.wanted and not self.is_aside:
            self.parser.CharacterDataHandler = self.pieces.append
        elif name == "rPh":
            self.is_aside = True
        self.begin(name, given)

    def end(self, prefixed: str) -> None:
        name = _plain(prefixed)
        if name in self.wanted:
            self.parser.CharacterDataHandler = None
        elif name == "rPh":
            self.is_aside = False
        self.finish(name)

    def begin(self, name: str, given: dict[str, str]) -> None:
        raise NotImplementedError

    def finish(self, name: str) -> None:
        raise NotImplementedError


class _TextReader(_Reader):
    """Collects the texts that a workbook's cells share."""

    wanted = frozenset({"t"})

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def begin(self, name: str, given: dict[str, str]) -> None:  # noqa: ARG002
        if name == "si":
            self.pieces.clear()

    def finish(self, name: str) -> None:
        if name == "si":
            self.texts.append(_unescape("".join(self.pieces)))


class _SheetReader(_Reader):
    """Turns a sheet's cells into texts, and notes those whose content nobody knows for certain."""

    wanted = frozenset({"v", "t"})

    def __init__(self, texts: Sequence[str], formats: Sequence[str], epoch: dt.datetime) -> None:
        super().__init__()
        self.texts, self.epoch = texts, epoch
        date_formats = {code for code in set(formats) if is_date_format(code)}
        self.dates = {str(style) for style, code in enumerate(formats) if code in date_formats}
        self.zeros = {str(style): len(code) for style, code in enumerate(formats) if _ZEROS.fullmatch(code)}
        self.indexes: dict[str, int] = {}
        self.number, self.column = 0, -1
        self.row: dict[int, str] = {}
        self.done: list[Row] = []
        self.cell: Mapping[str, str] = {}
        self.has_formula = self.has_value = False
        self.unsure: dict[str, list[str]] = {}

    def rows(self, package: _Package, part: str) -> Iterator[Row]:
        """Yield the rows that hold anything; raises UnreadableError at their end if some cells are uncertain."""
        for _ in package.parse(part, self.parser):
            yield from self.done
            self.done.clear()
        for problem, cells in self.unsure.items():
            more = f" and {len(cells) - 5:,} more" if len(cells) > 5 else ""
            raise UnreadableError(f"{problem} (cells {', '.join(cells[:5])}{more})", _CORRECT[problem])

    def begin(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            self.cell = given
            self.column = self.index(given["r"]) if "r" in given else self.column + 1
            if self.column >= MAX_COLUMNS:
                raise UnreadableError(_DAMAGED, _SAVE_AGAIN)
            self.pieces.clear()
            self.has_formula = self.has_value = False
        elif name == "v":
            self.has_value = True
        elif name == "f":
            self.has_formula = True
        elif name == "row":
            number = int(given.get("r", self.number + 1))
            if not self.number < number <= MAX_ROWS:
                raise UnreadableError(_DAMAGED, _SAVE_AGAIN)
            self.number, self.column = number, -1

    def finish(self, name: str) -> None:
        if name == "c":
            if self.pieces or self.has_formula:
                self.finish_cell()
        elif name == "row" and self.row:
            self.done.append((self.number, self.row))
            self.row = {}

    def finish_cell(self) -> None:
        kind, style = self.cell.get("t", "n"), self.cell.get("s", "0")
        if self.has_formula and not self.has_value:
            text = self.doubt(_NO_RESULT, "?")
        else:
            text = self.read(kind, style, "".join(self.pieces))
        if text:
            self.row[self.column] = text

    def read(self, kind: str, style: str, raw: str) -> str:
        match kind:
            case "s":
                if not raw.isdecimal():
                    raise UnreadableError(_DAMAGED, _SAVE_AGAIN)
                return self.texts[int(raw)]
            case "n":
                return self.read_number(raw, style) if raw else ""
            case "b":
                return "TRUE" if raw == "1" else "FALSE"
            case "e":
                return self.doubt(_ERROR, raw)
            case "d":
                return _read_iso(raw)
            case _:
                return _unescape(raw)

    def read_number(self, raw: str, style: str) -> str:
        number = float(raw)
        if number >= 0 and style in self.dates and (day := self.read_day(number)):
            return day
        if not number.is_integer():
            return f"{Decimal(repr(number)):f}" if math.isfinite(number) else self.doubt(_ERROR, raw)
        if abs(number) >= _FIRST_INEXACT:
            return self.doubt(_TOO_LONG, raw)
        return f"{int(number):0{self.zeros.get(style, 1)}d}"

    def read_day(self, number: float) -> str:
        try:
            moment = from_excel(number, self.epoch)
        except (ValueError, OverflowError):
            return ""
        return _write_day(moment) if isinstance(moment, dt.datetime) else str(moment)

    def doubt(self, problem: str, text: str) -> str:
        self.unsure.setdefault(problem, []).append(f"{get_column_letter(self.column + 1)}{self.number}")
        return text

    def index(self, reference: str) -> int:
        """Return the column of "AB12", counted from 0."""
        letters = reference.rstrip("0123456789")
        if (index := self.indexes.get(letters)) is None:
            index = self.indexes[letters] = column_index_from_string(letters) - 1
        return index


def _read_iso(raw: str) -> str:
    try:
        return _write_day(dt.datetime.fromisoformat(raw))
    except ValueError:
        return raw


def _write_day(moment: dt.datetime) -> str:
    day = f"{moment:%d/%m}/{moment.year:04}"
    return f"{day} {moment:%H:%M:%S}" if moment.time() != dt.time() else day


def _unescape(text: str) -> str:
    """Turn what XML cannot hold back into characters: "_x000D_" is a carriage return."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
