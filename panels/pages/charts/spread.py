"""A distribution: how many amounts are in each of several equal ranges."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise

from panels.pages.charts.chart import HEIGHT, Bar, Chart, Key, Line, Number, Slot, Tick, Words, summarise
from panels.pages.charts.scales import Scale, label, place, round_step

MOST_RANGES, MOST_LABELS = 12, 6
# Amounts above this share of all are in one open range, so that a single one does not squeeze the others together.
MOST_SHOWN = 0.95
GAP = 0.04


# Each amount with how often it occurs, in the order of the amounts.
Counted = Sequence[tuple[Decimal, int]]


def distribution(
    values: Sequence[Number] | Mapping[int, int], words: Words, *, widths: Sequence[int] = ()
) -> Chart | None:
    """Return bars with the number of amounts in each range, None if there are no amounts.

    `values` are the amounts, or how often each amount occurs.
    A range has its lower end, and not its upper end. `widths` are widths that people count in, the narrowest first.
    Without one that is wide enough, the width is a round number.
    """
    if not values:
        return None
    counted = values if isinstance(values, Mapping) else Counter(values)
    found = sorted((Decimal(value), number) for value, number in counted.items())
    edges, counts = _count(found, widths)
    texts = [words.say(edge) for edge in edges]
    ranges = [f"{start} to {end}" for start, end in pairwise(texts)]
    if len(counts) == len(edges):
        ranges.append(f"{texts[-1]} and more")
    scale = Scale.over(counts, HEIGHT, has_zero=True)
    middle = _median(found)
    return Chart(
        title=words.title,
        summary=summarise(words, "", "", [value for value, _ in found]),
        rising=scale.ticks(),
        along=_edge_ticks(texts, len(counts)),
        slots=[_slot(number, counts, ranges[number], scale) for number in range(len(counts))],
        lines=[Line("level", f"M{_middle_at(middle, edges, len(counts)):g} 0V{HEIGHT}")],
        legend=[Key("amount", words.name), Key("level", f"Median: {words.say(middle)}")],
        heads=["Range", words.name],
        rows=[[text, f"{count:,}"] for text, count in zip(ranges, counts, strict=True)],
    )


def _at_rank(found: Counted, rank: int) -> Decimal:
    """Return the amount at a rank, from 1 on."""
    for value, number in found:
        rank -= number
        if rank <= 0:
            return value
    return found[-1][0]


def _total(found: Counted) -> int:
    return sum(number for _, number in found)


def _median(found: Counted) -> Decimal:
    total = _total(found)
    return (_at_rank(found, (total + 1) // 2) + _at_rank(found, total // 2 + 1)) / 2


def _count(found: Counted, widths: Sequence[int]) -> tuple[list[Decimal], list[int]]:
    """Return the edges of the ranges and the number of amounts in each. The last range may have no upper edge."""
    top, (first_value, _), (last_value, _) = _at_rank(found, math.ceil(_total(found) * MOST_SHOWN)), found[0], found[-1]
    least = max((top - first_value) / (MOST_RANGES - 1), Decimal("0.000001"))
    width = next((Decimal(each) for each in widths if each >= least), None) or round_step(least)
    first = _number(first_value, width)
    closed = _number(top, width) - first + 1
    edges = [(first + number) * width for number in range(closed + 1)]
    counts = [0] * (closed + (last_value >= edges[-1]))
    for value, number in found:
        counts[min(_number(value, width) - first, closed)] += number
    return edges, counts


def _number(value: Decimal, width: Decimal) -> int:
    return int((value / width).to_integral_value(ROUND_FLOOR))


def _edge_ticks(texts: Sequence[str], count: int) -> list[Tick]:
    """Return ticks at some edges, because there is no room for the words of all."""
    kept = range(0, len(texts), math.ceil(len(texts) / MOST_LABELS))
    return label([place(number, count) for number in kept], [texts[number] for number in kept])


def _slot(number: int, counts: Sequence[int], text: str, scale: Scale) -> Slot:
    y = scale.y(counts[number])
    return Slot(
        x=place(number, len(counts)),
        width=place(1, len(counts)),
        text=f"{text}: {counts[number]:,}",
        bars=(Bar("amount", y, round(scale.zero - y, 1)),) if counts[number] else (),
        bar_x=place(number + GAP, len(counts)),
        bar_width=place(1 - 2 * GAP, len(counts)),
    )


def _middle_at(middle: Decimal, edges: Sequence[Decimal], count: int) -> float:
    width = edges[1] - edges[0]
    return min(place(float((middle - edges[0]) / width), count), 100.0)
