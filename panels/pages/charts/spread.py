"""A distribution: how many amounts are in each of several equal ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise
from statistics import median

from panels.pages.charts.chart import HEIGHT, Bar, Chart, Key, Line, Number, Slot, Tick, Words, summarise
from panels.pages.charts.scales import Scale, label, place, round_step

MOST_RANGES, MOST_LABELS = 12, 6
# Amounts above this share of all are in one open range, so that a single one does not squeeze the others together.
MOST_SHOWN = 0.95
GAP = 0.04


def distribution(values: Sequence[Number], words: Words, *, widths: Sequence[int] = ()) -> Chart | None:
    """Return bars with the number of amounts in each range, None if there are no amounts.

    A range has its lower end, and not its upper end. `widths` are widths that people count in, the narrowest first.
    Without one that is wide enough, the width is a round number.
    """
    if not values:
        return None
    found = sorted(Decimal(value) for value in values)
    edges, counts = _count(found, widths)
    texts = [words.say(edge) for edge in edges]
    ranges = [f"{start} to {end}" for start, end in pairwise(texts)]
    if len(counts) == len(edges):
        ranges.append(f"{texts[-1]} and more")
    scale = Scale.over(counts, HEIGHT, has_zero=True)
    middle = median(found)
    return Chart(
        title=words.title,
        summary=summarise(words, "", "", found),
        rising=scale.ticks(),
        along=_edge_ticks(texts, len(counts)),
        slots=[_slot(number, counts, ranges[number], scale) for number in range(len(counts))],
        lines=[Line("level", f"M{_middle_at(middle, edges, len(counts)):g} 0V{HEIGHT}")],
        legend=[Key("amount", words.name), Key("level", f"Median: {words.say(middle)}")],
        heads=["Range", words.name],
        rows=[[text, f"{count:,}"] for text, count in zip(ranges, counts, strict=True)],
    )


def _count(found: Sequence[Decimal], widths: Sequence[int]) -> tuple[list[Decimal], list[int]]:
    """Return the edges of the ranges and the number of amounts in each. The last range may have no upper edge."""
    top = found[math.ceil(len(found) * MOST_SHOWN) - 1]
    least = max((top - found[0]) / (MOST_RANGES - 1), Decimal("0.000001"))
    width = next((Decimal(each) for each in widths if each >= least), None) or round_step(least)
    first = _number(found[0], width)
    closed = _number(top, width) - first + 1
    edges = [(first + number) * width for number in range(closed + 1)]
    counts = [0] * (closed + (found[-1] >= edges[-1]))
    for value in found:
        counts[min(_number(value, width) - first, closed)] += 1
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
