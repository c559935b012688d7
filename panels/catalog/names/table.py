"""Adds the facts of services to a table of them: the file of `manage.py read_names`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from panels.catalog.names.facts import COLUMNS, shown
from panels.catalog.names.product import product_key
from panels.catalog.names.reading import read_name
from panels.protocol.scalars import read_limit, read_rate
from panels.tables.decoding import Text, decode
from panels.tables.workbook import UnreadableError

ADDED = (*COLUMNS, "product_key")
_NAME = "name"
_SEPARATORS = ",;\t|"
# Without UTF-8, whole words of high bytes are Cyrillic. Else Turkish, which has nearly all letters of Western Europe.
_CYRILLIC = re.compile(rb"[\xc0-\xff]{4}")
_LONGEST_CELL = 10_000_000


def with_facts(content: bytes) -> str:
    """Return a CSV table with the columns of the facts and product_key after its own columns.

    Needs a column "name". The columns category, type, min, max and rate are used if they are there, in any order.
    Keeps the separator of the table. Raises UnreadableError for a table without names.
    """
    text = _text(content)
    separator = _separator(text)
    csv.field_size_limit(_LONGEST_CELL)
    rows = [row for row in csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=separator) if row]
    titles = [title.strip().casefold() for title in rows[0]] if rows else []
    if _NAME not in titles:
        raise UnreadableError("The table has no column with the title name", "Write the titles in its first row")
    width = max(map(len, rows))
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=separator, lineterminator="\n")
    writer.writerow((*_padded(rows[0], width), *ADDED))
    for row in rows[1:]:
        cells = _padded(row, width)
        writer.writerow((*cells, *_facts(dict(zip(reversed(titles), reversed(cells[: len(titles)]), strict=True)))))
    return written.getvalue()


def _text(content: bytes) -> str:
    """Decode a file as it most likely was written. A byte that is no letter becomes a replacement character."""
    try:
        text = decode(content)
        guessed = bool(text.note)
    except UnreadableError:
        letters = content.decode("utf-8", "replace")
        guessed = letters.count("\ufffd") * 2 > sum(not letter.isascii() for letter in letters)
        text = Text(content, errors="replace")
    if guessed:
        text = Text(content, "cp1251" if _CYRILLIC.search(content) else "cp1254", "replace")
    with text.open() as file:
        return file.read().lstrip("\ufeff")


def _separator(text: str) -> str:
    """Return the character between the titles: the one that makes a title of its own of "name"."""
    head = text.lstrip("\r\n").split("\n", 1)[0]
    for separator in _SEPARATORS:
        if _NAME in (title.strip(' \r"').casefold() for title in head.split(separator)) and separator in head:
            return separator
    return ","


def _padded(row: Sequence[str], width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))]


def _facts(cells: dict[str, str]) -> Iterable[str]:
    facts = read_name(
        cells[_NAME],
        cells.get("category", ""),
        cells.get("type", ""),
        low=read_limit(cells.get("min") or None),
        high=read_limit(cells.get("max") or None),
        rate=read_rate(cells.get("rate") or None),
    )
    return (*shown(facts).values(), product_key(facts))
