"""Decides whether a file is a workbook or a text, and decodes texts."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TextIO

from panels.protocol.order_fields import shown
from panels.tables.workbook import UnreadableError

MAX_BYTES = 20 * 1024 * 1024
SAVE_AS = "Save the table as CSV or XLSX in your spreadsheet program and upload that file"
_TEXT_NAMES = (".csv", ".txt", ".tsv")
_WORKBOOK_NAMES = (".xlsx", ".xlsm")
_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|head|body|table|meta|\?xml|!--)", re.IGNORECASE)
_OTHER_FORMATS = {b"%PDF": "a PDF document", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"\x1f\x8b": "gzip"}
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f]")
_SAMPLE = 4096
_GUESSED = "The file is not in UTF-8 and was read as Windows-1252: check that letters such as ö and é are right."


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is decoded piece by piece, because a whole text can need four bytes for each character."""

    content: bytes
    encoding: str = "utf-8-sig"
    errors: str = "strict"
    note: str = ""

    def open(self, newline: str | None = "") -> TextIO:
        """Return the text as a file. With None, each line ends with a line feed."""
        return io.TextIOWrapper(io.BytesIO(self.content), self.encoding, self.errors, newline)


def refuse_large(size: int) -> None:
    """Raise UnreadableError for a table with too many bytes or characters."""
    if size > MAX_BYTES:
        raise UnreadableError(
            f"This is {size / 1024 / 1024:,.1f} MB, and at most {MAX_BYTES // 1024 // 1024} MB are read at once",
            "Split it into smaller parts",
        )


def is_workbook(name: str, content: bytes) -> bool:
    """Say whether a file is XLSX or CSV. Raises UnreadableError for other files, and if name and content differ."""
    suffix = PurePath(name).suffix.lower()
    found = _format_of(content)
    if suffix in _WORKBOOK_NAMES and found == "a zip file":
        return True
    if suffix in _TEXT_NAMES and not found:
        return False
    if suffix not in _WORKBOOK_NAMES + _TEXT_NAMES:
        raise UnreadableError(f"Only CSV and XLSX files are read, and this one is named {shown(name)}", SAVE_AS)
    called = f"The file is named {shown(name)}, but"
    if found == "a zip file":
        raise UnreadableError(f"{called} it is a workbook or another zip file", "Name it .xlsx if it is a workbook")
    if not found:
        raise UnreadableError(f"{called} it is plain text", "Name it .csv if it is a table")
    raise UnreadableError(f"{called} it is {found}", SAVE_AS)


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


def decode(content: bytes) -> Text:
    """Return the text of a file, with a note if its encoding was guessed."""
    encoding = _utf_16(content) or "utf-8"
    try:
        content.decode(encoding)
        return Text(content, encoding.replace("utf-8", "utf-8-sig"))
    except UnicodeDecodeError as broken:
        if encoding != "utf-8" or _is_broken_utf_8(content):
            raise _undecodable(content, broken.start, encoding) from None
    try:
        content.decode("cp1252")
        return Text(content, "cp1252", note=_GUESSED)
    except UnicodeDecodeError as broken:
        raise _undecodable(content, broken.start, "Windows-1252 or UTF-8") from None


def _is_broken_utf_8(content: bytes) -> bool:
    """Say whether a text is UTF-8 with some wrong bytes. Read as Windows-1252, all its other letters would be wrong."""
    text = content.decode("utf-8", "replace")
    letters = len(text) - len(text.encode("ascii", "ignore"))
    return content.startswith(codecs.BOM_UTF8) or text.count("\ufffd") * 2 < letters


def _undecodable(content: bytes, place: int, encoding: str) -> UnreadableError:
    line = content.count(b"\n", 0, place) + 1
    return UnreadableError(f"Line {line:,} has bytes that are no text in {encoding.upper()}", f"{SAVE_AS}, as UTF-8")
