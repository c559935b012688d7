"""The table: a figure, its floor, their ratio, and the naive way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass

HEAD = ("measured", "figure", "floor", "times the floor", "naive way")


@dataclass(frozen=True)
class Row:
    """One line of the table: the measured figure, its floor, their ratio, and the naive way."""

    what: str
    figure: str
    floor: str = ""
    times: str = ""
    naive: str = ""


def times(more: float, less: float) -> str:
    """Return how many times the floor the figure is. For rates, return the inverse."""
    found = more / less
    return f"{found:.2f}" if found < 10 else f"{found:.0f}"


def table(rows: Iterable[Row]) -> str:
    """Align rows in columns."""
    cells = [HEAD, *(astuple(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )
