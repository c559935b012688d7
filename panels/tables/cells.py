"""Writes the cells of spreadsheets, and reads their texts back.

Texts are guarded so that no program runs them as formulas.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Without it, Excel does not read a file as UTF-8.
BYTE_ORDER_MARK = "\ufeff"
# A spreadsheet that takes another separator than the comma begins a cell behind each of these, also inside of quotes.
_BEGINS_A_CELL = re.compile(r"""([,;|\t\n\r])(?=['"]*[=+@-])""")
# Two apostrophes, because people write one before a name in a list: '@a','@b'.
_INNER = "''"
_GUARDED_INSIDE = re.compile(rf"""([,;|\t\n\r]){_INNER}(?=['"]*[=+@-])""")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
# The check of every field refuses it. So no order differs from the text that the person sees.
_SUBSTITUTE = "\x1a"


def guard(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet runs as a formula, or that `unguard` would shorten."""
    if _INNER in text:
        text = _GUARDED_INSIDE.sub(rf"\1{_INNER}{_INNER}", text)
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def guard_in_csv(text: str) -> str:
    """Guard a text at its start like `guard`, and with two apostrophes where another separator would begin a cell."""
    text = _BEGINS_A_CELL.sub(rf"\1{_INNER}", text)
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def unguard(text: str) -> str:
    """Remove the apostrophes of `guard` and of `guard_in_csv`. Any other text stays as it is."""
    if _INNER in text:
        text = _GUARDED_INSIDE.sub(r"\1", text)
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA_STARTS) else text


def replace_unstorable(text: str) -> str:
    """Return a text without the characters that a database refuses. The text does not pass the check of its field."""
    return _UNSTORABLE.sub(_SUBSTITUTE, text)


def plain(value: Any) -> str:
    """Write a value as a text: times as ISO in UTC, None as ""."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value.normalize():f}"
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case _:
            return str(value)


def cell(value: Any) -> str:
    """Write a value as the text of a cell of a CSV file. Only numbers and times are not guarded."""
    text = plain(value)
    return text if isinstance(value, int | Decimal | dt.datetime) else guard_in_csv(text)


def csv_lines(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield the lines of a CSV file one by one, so that a long table needs little memory."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(header)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


class _Echo:
    """A file whose `write` returns the text, so that the CSV writer returns each line."""

    def write(self, text: str) -> str:
        return text
