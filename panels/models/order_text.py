"""The words by which the search finds an order: its own texts, folded, in a table of their own.

The names of its client, campaign, batch and service are not among them, because these can change. The search finds them
by their rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.db import connection, models

from panels.protocol.order_types import ALL_FIELDS, Kind

# Words with fewer letters are found as whole words only, because an index finds no shorter part of a text.
SHORTEST_PART = 3
# The parameters without words.
_NUMBERS = (Kind.WHOLE, Kind.DATE, Kind.CHOICE)
WORDED = tuple(name for name, field in ALL_FIELDS.items() if name != "link" and field.kind not in _NUMBERS)
# Letters that Unicode does not take apart.
_PLAIN = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"})
_RUNS = re.compile(r"[^\W_]+")


class OrderText(models.Model):
    """The searched text of the order with the same primary key."""

    text = models.TextField()

    # The fields of an order from which its text is made.
    SOURCES = ("link", "params", "reference", "note")

    def __str__(self) -> str:
        return f"Text of order {self.pk}"


# Migrations use these functions. A change of what they return needs a migration that writes all texts anew.
def fold(text: str) -> str:
    """Return a text without case, accents and styles of letters, because the databases do not fold them alike."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each)).casefold().translate(_PLAIN)


def searchable(*texts: str) -> str:
    """Return the folded texts. Their short words follow between spaces, as `needle` looks for them."""
    text = fold("\n".join(filter(None, texts)))
    short = {word for word in (*text.split(), *_RUNS.findall(text)) if len(word) < SHORTEST_PART}
    return f"{text}\n {' '.join(sorted(short))} " if short else text


def needle(word: str) -> str:
    """Return what a searchable text contains if it has this word: any part of it, or a short word as a whole."""
    folded = fold(word)
    return folded if len(folded) >= SHORTEST_PART else f" {folded} "


def text_of(order: Any) -> str:
    """Return the searched text of an order: its link, the words of its parameters, its reference and its note."""
    params = order.params
    worded = (str(params[name]) for name in WORDED if params.get(name)) if params else ()
    return searchable(order.link, *worded, order.reference, order.note)


def write_texts(orders: Iterable[tuple[int, Any]]) -> None:
    """Write the texts of orders, each with its primary key, instead of their former texts."""
    texts = [(pk, text_of(order)) for pk, order in orders]
    table = connection.ops.quote_name(OrderText._meta.db_table)
    replace = "ON CONFLICT (id) DO UPDATE SET text = excluded.text"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # One statement. Statements one by one take several times as long.
            columns = [list(column) for column in zip(*texts, strict=True)] or [[], []]
            rows = "SELECT * FROM unnest(%s::bigint[], %s::text[])"
            cursor.execute(f"INSERT INTO {table} (id, text) {rows} {replace}", columns)
        else:
            cursor.executemany(f"INSERT INTO {table} (id, text) VALUES (%s, %s) {replace}", texts)
