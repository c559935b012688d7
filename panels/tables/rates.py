"""Reads exchange rates: the values that a person types, and a CSV file with the columns currency, rate and day."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from panels.protocol.order_fields import shown
from panels.tables.decoding import decode
from panels.tables.workbook import UnreadableError

EURO = "EUR"
# A smaller rate would have too few decimals. Of a larger one, SQLite would lose digits, because it stores floats.
LEAST, MOST = Decimal("0.0000001"), Decimal(10_000_000)
KEPT_FOR = dt.timedelta(days=365)
MAX_BYTES, MAX_ROWS = 1024 * 1024, 5_000
COLUMNS = ("currency", "rate", "day")
_NAMES = (".csv", ".txt", ".tsv")
_CODE = re.compile(r"[A-Za-z0-9]{2,8}")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,20})?")
_SAVE_AS = "Save it as CSV with the columns currency, rate and (if it is not today) day"


class WrongError(ValueError):
    """A value is wrong. The text is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class RateLine:
    """A rate: one euro is so many units of the currency on a day."""

    currency: str
    per_euro: Decimal
    day: dt.date


def read_code(text: str) -> str:
    """Return the code of a currency in capitals. Raises WrongError."""
    code = text.strip()
    # Before the capitals, because the capital of ß is SS.
    if not _CODE.fullmatch(code):
        raise WrongError(f"{shown(text)} is no code of a currency. Write it like USD.")
    return code.upper()


def read_per_euro(text: str) -> Decimal:
    """Return the units of a currency for one euro. Raises WrongError."""
    number = text.strip()
    if not _NUMBER.fullmatch(number):
        raise WrongError(f"{shown(text)} is no rate. Write digits and a decimal point, like 1.0876.")
    return limited(Decimal(number))


def limited(per_euro: Decimal) -> Decimal:
    """Return a rate that can be stored. Raises WrongError for one beyond the limits."""
    try:
        is_fit = LEAST <= per_euro <= MOST
    except InvalidOperation:
        is_fit = False
    if not is_fit:
        raise WrongError(f"A rate must be between {LEAST:f} and {MOST:,}.")
    return per_euro


def read_day(text: str, today: dt.date) -> dt.date:
    """Return the day of a rate, which is today if there is none. Raises WrongError."""
    if not text.strip():
        return today
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        raise WrongError(f"{shown(text)} is no day. Write it like {today}.") from None
    if day > today:
        raise WrongError(f"{day} is in the future.")
    if day < today - KEPT_FOR:
        raise WrongError(f"{day} is more than a year ago, and no such rate is kept.")
    return day


def read_file(name: str, content: bytes, today: dt.date) -> tuple[list[RateLine], list[str]]:
    """Return the rates of a CSV file, and a sentence for each wrong value.

    Raises UnreadableError for the whole file.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableError("The file has more than 1 MB", "Upload the rates that you need")
    if not name.lower().endswith(_NAMES):
        raise UnreadableError(f"Only CSV is read here, and this file is named {shown(name)}", _SAVE_AS)
    rows = _rows(content)
    _, titles = next(rows, (0, []))
    names = [title.strip().lower() for title in titles]
    unknown = [title for title in titles if title.strip().lower() not in COLUMNS]
    if unknown or len(set(names)) < len(names) or not {"currency", "rate"}.issubset(names):
        raise UnreadableError(f"The first row is {shown(', '.join(titles))}", _SAVE_AS)
    lines: dict[tuple[str, dt.date], RateLine] = {}
    problems = []
    for number, cells in rows:
        named = dict(zip(names, [*cells, *[""] * len(names)], strict=False))
        more = ["It has more cells than the first row."] if any(cells[len(names) :]) else []
        line, wrong = _read_line(named, today)
        if line and (line.currency, line.day) in lines:
            wrong.append(f"{line.currency} on {line.day} is there twice.")
        problems += [f"Row {number:,}: {text}" for text in more + wrong]
        if line:
            lines[line.currency, line.day] = line
    if not lines and not problems:
        raise UnreadableError("There is no rate in it", "Give each rate a row of its own")
    return list(lines.values()), problems


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with content and their numbers."""
    text = decode(content)
    with text.open() as start:
        first = start.readline(1_000)
    delimiter = max(",;\t", key=first.count)
    try:
        for number, cells in enumerate(csv.reader(text.open(), delimiter=delimiter, strict=True), 1):
            if number > MAX_ROWS:
                raise UnreadableError(f"There are more than {MAX_ROWS:,} rows", "Upload the rates that you need")
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error:
        raise UnreadableError("A quoted cell is not closed", _SAVE_AS) from None


def _read_line(named: Mapping[str, str], today: dt.date) -> tuple[RateLine | None, list[str]]:
    """Return a rate, or None and what is wrong with its values."""
    problems: list[str] = []
    found: dict[str, str | Decimal | dt.date] = {}
    for name, read in (
        ("currency", read_code),
        ("rate", read_per_euro),
        ("day", lambda text: read_day(text, today)),
    ):
        try:
            found[name] = read(named.get(name, ""))
        except WrongError as error:
            problems.append(str(error))
    if found.get("currency") == EURO:
        problems.append("The rates are for one euro, so the euro has none. Remove this row.")
    if problems:
        return None, problems
    return RateLine(found["currency"], found["rate"], found["day"]), []  # type: ignore[arg-type]
