"""Reads the JSON in the bytes of an answer. Numbers never become floats, and every cost has a limit."""

from __future__ import annotations

import codecs
import json
import re
from decimal import Decimal, DecimalException

from panels.protocol.errors import OutcomeUnknown

# The longest marks come first, because the UTF-32 mark begins with the UTF-16 mark.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PADDING = " \t\r\n\ufeff\0"
_MAX_NUMBER_LENGTH = 100
_MAX_STARTS = 50
_MAX_NOTICES = 1_000_000
# A bracket right after one of [{,:" is inside of another value. So JSON that was cut short is never taken as complete.
_START = re.compile(r'[^\s\[{,:"]\s*([\[{])')
_PAGE = re.compile(r"<(?:!doctype|html|head|body|script)\b", re.IGNORECASE)


def load_json(body: bytes) -> object:
    """Return the JSON value in the body of an answer (docs/protocol.md, 3).

    Skips byte-order marks, and PHP notices before or after the JSON. Does not search a web page for JSON. Numbers
    become int or Decimal. NaN, infinities and numbers of more than 100 characters become None. Bytes that are not
    UTF-8 become U+FFFD. Raises OutcomeUnknown if there is no readable JSON.
    """
    text = decode_text(body).strip(_PADDING)
    if not text:
        raise OutcomeUnknown("The panel's answer was empty.")
    for start in _starts(text):
        try:
            value, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        rest = text[end:].strip(_PADDING)
        # Behind a bare number or text, the rest may be the page that the number belongs to.
        if not rest or (start == 0 and rest.startswith("<") and isinstance(value, dict | list)):
            return value
    if text.startswith("<"):
        raise OutcomeUnknown("The panel answered with a web page instead of JSON.")
    raise OutcomeUnknown("The panel's answer is not readable JSON.")


def decode_text(body: bytes) -> str:
    """Return the text of a body by its byte-order mark, or as UTF-8. Other bytes become U+FFFD."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace")
    return body.decode("utf-8", errors="replace")


def _starts(text: str) -> list[int]:
    """Return the positions at which JSON may begin: at the start, or behind notices."""
    starts = [0]
    if text[0] in '[{"' or _PAGE.search(text):
        return starts
    for found in _START.finditer(text, 0, _MAX_NOTICES):
        starts.append(found.start(1))
        if len(starts) > _MAX_STARTS:
            break
    return starts


def _read_int(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MAX_NUMBER_LENGTH else None


def _read_decimal(digits: str) -> Decimal | None:
    if len(digits) > _MAX_NUMBER_LENGTH:
        return None
    try:
        number = Decimal(digits)
    except DecimalException:
        return None
    return number if number.is_finite() else None


def _no_number(_name: str) -> None:
    return None


# Not strict, because raw line breaks inside of strings are common in descriptions.
_DECODER = json.JSONDecoder(strict=False, parse_int=_read_int, parse_float=_read_decimal, parse_constant=_no_number)
