"""The values of a filter as links, each with the number of rows that it would show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from panels.pages.filter_bar import FilterBar

# The values of one facet that are shown. The chosen one is always among them.
MOST = 10


@dataclass(frozen=True)
class Value:
    """One value: its words, its number of rows, and the address of the list with it or, if chosen, without it."""

    label: str
    number: int
    address: str
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """A filter with its values. `rest` is the number of values that are not shown."""

    label: str
    values: list[Value]
    rest: int


def facets_of(bar: FilterBar, counts: dict[str, list[tuple[str, int]]]) -> Iterator[Facet]:
    """Yield the facets of a list. `counts` are the values by filter, each with its number of rows."""
    chosen = dict(bar.filters)
    for name, values in counts.items():
        shown = values[:MOST] + [pair for pair in values[MOST:] if pair[0] == chosen.get(name)]
        yield Facet(
            label=bar.label(name),
            values=[
                Value(bar.in_words(name, value), number, bar.address_with(name, value), chosen.get(name) == value)
                for value, number in shown
            ],
            rest=len(values) - len(shown),
        )
