"""Tags and filters for the lines of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django import template
from django.utils.html import format_html_join

from panels.models import BatchLine, SourceTable
from panels.pages.numbers import count, money
from panels.pages.spans import find_spans
from panels.protocol.order_fields import read_count
from panels.tables.columns import COLUMNS, fold_title

register = template.Library()

# These columns have their own place in the row of a line.
_SHOWN_APART = ("panel", "service", "link", "quantity")
LONGEST = 80
MOST_SPANS = 8
MOST_TITLES = 10


@register.filter
def other_cells(line: BatchLine) -> list[tuple[str, str]]:
    """Return the entered values that are shown below a line, shortened, in the order of the columns."""
    names = ("order", *(name for name in COLUMNS if name not in _SHOWN_APART))
    return [(name.replace("_", " "), _shorten(line.cells[name])) for name in names if name in line.cells]


def _shorten(text: str) -> str:
    # Blank lines are not ordered.
    first, *others = [line for line in text.splitlines() if line.strip()] or [""]
    short = first if len(first) <= LONGEST else first[: LONGEST - 1] + "…"
    return f"{short} (+ {count(len(others))} more)" if others else short


@register.filter
def cell(line: BatchLine, name: str) -> str:
    """Return the entered value of a column, or ""."""
    return str(line.cells.get(name, ""))


@register.filter
def whole(text: str) -> str:
    """Group the digits of a whole number in any way of writing. Any other value stays as it was entered."""
    number = read_count(text)
    return text if number is None else f"{number:,}"


@register.filter
def spans(numbers: Sequence[int]) -> str:
    """Write the first numbers of lines, neighbours as one span, and count the other numbers."""
    found = find_spans(numbers)
    words = [f"{first}–{last}" if first < last else str(first) for first, last in found]
    more = sum(last - first + 1 for first, last in found[MOST_SPANS:])
    return ", ".join(words[:MOST_SPANS]) + (f" and {count(more)} more" if more else "")


@register.filter
def titles_read(table: SourceTable) -> str:
    """Say how the titles of a table were read: those with another name than their column, and those not read."""
    other = [(title, name) for title, name in table.titles if name and fold_title(title) != fold_title(name)]
    read = [f"“{_shorten(title)}” is {name.replace('_', ' ')}" for title, name in other]
    not_read = [f"“{_shorten(title)}”" for title, name in table.titles if not name]
    sentences = [f"{', '.join(read)}."] if read else []
    if not_read:
        more = f" and {count(len(not_read) - MOST_TITLES)} more" if len(not_read) > MOST_TITLES else ""
        sentences.append(f"Not read: {', '.join(not_read[:MOST_TITLES])}{more}.")
    return " ".join(sentences)


@register.simple_tag
def amounts(costs: Iterable[tuple[str, Decimal]]) -> str:
    """Write one sum for each currency, because amounts of different currencies are never added."""
    return format_html_join(" + ", "{}", ((money(cost, currency),) for currency, cost in costs))
