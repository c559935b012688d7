"""Writes the numbers of lines as spans of neighbours, so that the undo of many lines fits into an address."""

from __future__ import annotations

from collections.abc import Iterable

from panels.tables.reading import MAX_LINES


def find_spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and the last number of each span. The numbers are in their order."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def write_spans(numbers: Iterable[int]) -> str:
    """Write numbers as `2-31,40`."""
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in find_spans(numbers))


def read_spans(text: str) -> set[int]:
    """Return the numbers of a text of `write_spans`, at most those of one batch. Other texts are left out."""
    found: set[int] = set()
    for span in text.split(","):
        ends = span.split("-")
        if len(ends) <= 2 and all(end.isascii() and end.isdecimal() and len(end) <= 9 for end in ends):
            first, last = int(ends[0]), int(ends[-1])
            found.update(range(first, min(last, first + MAX_LINES - len(found)) + 1))
    return found
