"""Reads the body of an answer: unpacks it piece by piece, and stops at its bounds (docs/protocol.md, 3).

The bounds are for the unpacked body. JSON is decoded in one go, which needs many times the memory of its text and lets
no other thread run meanwhile. So the values are counted before, by the marks that begin or divide them: a comma is one
value, and a list or an object is four, because it takes as much. While the body comes in, the marks in texts count too.
Only if that makes too many, they are taken off at the end.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from panels.protocol.errors import OutcomeUnknown

MIB = 1024 * 1024
# The beginning of an answer beyond its bounds, which is shown and searched for hints.
KEPT = 50_000
# Bytes that are unpacked at once.
_PIECE = 65_536
_OF_A_CONTAINER = 4
# While a body comes in, its marks may make so many times the values that it may have.
_WITH_TEXTS = 3
# A text without an end goes to the end, so that nothing is looked at twice.
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_PADDING = b"\xef\xbb\xbf \t\r\n"
_ID_PARAMETERS = ("orders", "refills")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most bytes of an answer after unpacking, and the most values in it."""

    bytes: int
    values: int


# A catalog of 20,000 services has about 10 MiB and 280,000 values. Three answers at their bounds must leave a worker
# below 400 MB, and one text with an emoji takes many times its bytes while it is decoded.
CATALOG = Bounds(11 * MIB, 400_000)


def bounds_of(fields: Mapping[str, str]) -> Bounds:
    """Return the bounds of the answer to a call with these fields: they grow with the number of ids."""
    if fields.get("action") == "services":
        return CATALOG
    ids = max(fields.get(name, "").count(",") for name in _ID_PARAMETERS)
    return Bounds(MIB + ids * 10_240, 10_000 + ids * 200)


def read_body(chunks: Iterable[bytes], coding: str, bounds: Bounds) -> tuple[bytes, str]:
    """Return an unpacked body and "", or the beginning of a body beyond its bounds and a sentence that says so.

    `coding` is the Content-Encoding. Raises OutcomeUnknown for another coding than was asked for and for a packed body
    that is cut short, and zlib.error for a broken one.
    """
    body, values = bytearray(), 0
    for piece in _unpacked(chunks, coding.strip().lower()):
        body += piece
        values += _values_in(piece)
        if len(body) > bounds.bytes:
            return bytes(body[:KEPT]), f"The panel's answer is larger than {_size(bounds.bytes)}."
        if values > bounds.values * _WITH_TEXTS:
            return bytes(body[:KEPT]), f"The panel's answer has too many values (more than {bounds.values:,})."
    if values > bounds.values and values - _values_in_texts(body) > bounds.values:
        return bytes(body[:KEPT]), f"The panel's answer has too many values (more than {bounds.values:,})."
    return bytes(body), ""


def _values_in(piece: bytes) -> int:
    return piece.count(b",") + _OF_A_CONTAINER * (piece.count(b"[") + piece.count(b"{"))


def _values_in_texts(body: bytearray) -> int:
    """Count what the marks in the texts of JSON make, one text after the other, so that other threads can run.

    A body that does not begin with JSON may have a quotation mark before it, so nothing is known of its texts.
    """
    if not body[:100].lstrip(_PADDING).startswith((b"[", b"{")):
        return 0
    return sum(_values_in(found[0]) for found in _TEXT.finditer(body))


def _unpacked(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    if coding in {"", "identity"}:
        yield from chunks
        return
    # 32 makes zlib detect whether the header is gzip or zlib.
    unpacker = zlib.decompressobj(zlib.MAX_WBITS + 32)
    has_begun = False
    for chunk in filter(None, chunks):
        if coding not in {"gzip", "x-gzip", "deflate"}:
            raise OutcomeUnknown("The panel's answer is compressed in a way that was not asked for.")
        has_begun = True
        if unpacker.eof:
            # Whatever follows is no part of the answer, and zlib would keep it.
            break
        yield from _pieces(unpacker, chunk)
    if has_begun and not unpacker.eof:
        raise OutcomeUnknown("The panel's answer was cut short.")


def _pieces(unpacker: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
    """Unpack a chunk into pieces of a limited size, because a thousand times as much may come out of it."""
    piece = unpacker.decompress(chunk, _PIECE)
    # A full piece may leave more to come although all bytes were taken.
    while piece:
        yield piece
        piece = unpacker.decompress(unpacker.unconsumed_tail, _PIECE)


def _size(count: int) -> str:
    return f"{count / MIB:.0f} MiB" if count >= MIB else f"{count:,} bytes"
