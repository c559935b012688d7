"""Bars by day: one bar for each day, with its parts one above the other, and a line at the mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import zip_longest

from panels.pages.charts.chart import HEIGHT, Bar, Chart, Key, Line, Number, Slot, Words, summarise
from panels.pages.charts.scales import Scale, day_text, day_ticks, place

DAY = dt.timedelta(days=1)
# The axis has at least these days, so that the bar of a single day does not fill the picture.
FEWEST_DAYS = 7
# With more days, the bars have no gaps, because the gaps would be narrower than a pixel.
MOST_WITH_GAPS = 100
# A bar of less than this could not be seen beside one that is a thousand times higher.
LOWEST = 1.5

Days = Mapping[dt.date, Sequence[Number]]


def bars_by_day(days: Days, words: Words, parts: Sequence[Key], *, mean: str = "") -> Chart | None:
    """Return bars for the first to the last of the days, None if there are none. A day that is missing has no bar.

    `parts` are the looks and names of the amounts of a day, from the base up. `mean` names the line at the mean of
    all days from the first to the last, also of those that are missing.
    """
    if not days:
        return None
    first, last = min(days), max(days)
    shown = _consecutive(min(first, last - (FEWEST_DAYS - 1) * DAY), last)
    sums = [sum(amounts) for amounts in days.values()]
    average = _mean(sums, (last - first).days + 1) if mean else None
    values = [edge for amounts in days.values() for edge in _edges(amounts)]
    scale = Scale.over(values if average is None else [*values, average], HEIGHT, has_zero=True)
    listed = [day for day in reversed(shown) if day in days]
    return Chart(
        title=words.with_unit(words.title),
        summary=summarise(words, day_text(first), day_text(last), sums),
        rising=scale.ticks(),
        along=day_ticks(shown, is_centred=True),
        slots=[_slot(number, shown, days, parts, words, scale) for number in range(len(shown))],
        lines=() if average is None else [Line("level", f"M0 {scale.y(average):g}H100")],
        legend=[*parts, *([] if average is None else [Key("level", f"{mean}: {words.say(average)}")])],
        heads=["Day", *(words.with_unit(part.words) for part in parts)],
        rows=[[day_text(day), *(words.write(amount) for amount in days[day])] for day in listed],
    )


def _consecutive(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + number * DAY for number in range((last - first).days + 1)]


def _mean(sums: Sequence[Number], days: int) -> Decimal:
    return (Decimal(sum(sums)) / days).quantize(Decimal("0.000001"))


def _edges(amounts: Sequence[Number]) -> tuple[Number, Number]:
    """Return the ends of a bar. Amounts below zero hang down from the base."""
    return sum(amount for amount in amounts if amount < 0), sum(amount for amount in amounts if amount > 0)


def _slot(number: int, shown: Sequence[dt.date], days: Days, parts: Sequence[Key], words: Words, scale: Scale) -> Slot:
    day, count = shown[number], len(shown)
    amounts = days.get(day, ())
    gap = 0.1 if count <= MOST_WITH_GAPS else 0
    return Slot(
        x=place(number, count),
        width=place(1, count),
        text=f"{day_text(day)}: {_describe(amounts, parts, words)}",
        bars=tuple(_stack(amounts, parts, scale)),
        bar_x=place(number + gap, count),
        bar_width=place(1 - 2 * gap, count),
    )


def _describe(amounts: Sequence[Number], parts: Sequence[Key], words: Words) -> str:
    named = [
        words.say(amount) if len(parts) == 1 else f"{words.say(amount)} {part.words.lower()}"
        for part, amount in zip(parts, amounts, strict=False)
        if amount or len(parts) == 1
    ]
    return ", ".join(named) or "nothing"


def _stack(amounts: Sequence[Number], parts: Sequence[Key], scale: Scale) -> list[Bar]:
    bars, above, below = [], Decimal(0), Decimal(0)
    for part, amount in zip_longest(parts, map(Decimal, amounts), fillvalue=None):
        if not amount or part is None:
            continue
        start = above if amount > 0 else below
        top, bottom = sorted((scale.y(start), scale.y(start + amount)))
        height = max(bottom - top, LOWEST)
        bars.append(Bar(part.look, round(bottom - height if amount > 0 else top, 1), round(height, 1)))
        above, below = (above + amount, below) if amount > 0 else (above, below + amount)
    return bars
