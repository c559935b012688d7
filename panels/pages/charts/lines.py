"""Lines: steps for an amount that stays until it changes, and a small line for an amount of each day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.html import strip_tags

from panels.pages.charts.chart import HEIGHT, Chart, Key, Line, Mark, Number, Slot, Words, summarise
from panels.pages.charts.scales import Scale, day_text, day_ticks, place, time_text, time_ticks

SMALL = 56
# A rise below this part of the axis is not marked, because nobody could see it.
LEAST_RISE = Decimal("0.02")

Point = tuple[dt.datetime, Number]
# A place: percent from the left, and pixels from above.
Spot = tuple[float, float]


def steps(
    points: Sequence[Point],
    words: Words,
    *,
    until: dt.datetime | None = None,
    rise: str = "",
    level: tuple[str, Number] | None = None,
    has_zero: bool = False,
) -> Chart | None:
    """Return steps through points in the order of their times, None if there are none.

    The last amount stays `until` then. `rise` is the name of the marks where an amount is far above the one before.
    `level` is the name and the amount of a line across the picture. `has_zero`: the axis has zero in any case.
    """
    if not points:
        return None
    start, end = points[0][0], max(until or points[-1][0], points[-1][0])
    values, times = [value for _, value in points], [time_text(at) for at, _ in points]
    scale = Scale.over(values if level is None else [*values, level[1]], HEIGHT, has_zero=has_zero)
    spots = [(part_of(at - start, end - start), scale.y(value)) for at, value in points]
    risen = _rises(values, scale) if rise else []
    lonely = [spots[0]] if start == end else []
    return Chart(
        title=words.with_unit(words.title),
        summary=summarise(words, time_text(start), time_text(end), values),
        rising=scale.ticks(),
        along=time_ticks(start, end),
        slots=_stretches(times, values, spots, words),
        lines=[*([Line("level", f"M0 {scale.y(level[1]):g}H100")] if level else []), Line("amount", stairs(spots))],
        marks=[*(Mark("rise", *spots[number]) for number in risen), *(Mark("dot", *spot) for spot in lonely)],
        legend=_legend(words, rise if risen else "", level),
        heads=["Time", words.with_unit(words.name), "Change"],
        rows=_rows(times, values, words),
    )


def _legend(words: Words, rise: str, level: tuple[str, Number] | None) -> list[Key]:
    keys = [Key("amount", words.with_unit(words.name))]
    if rise:
        keys.append(Key("rise", rise))
    if level:
        keys.append(Key("level", f"{level[0]}: {words.say(level[1])}"))
    return keys


def part_of(passed: dt.timedelta, whole: dt.timedelta) -> float:
    """Return the place of a time along the axis in percent. A single time is in the middle."""
    return place(passed / whole, 1) if whole else 50.0


def _rises(values: Sequence[Number], scale: Scale) -> list[int]:
    """Return the numbers of the amounts that are far above the one before."""
    least = (scale.high - scale.low) * LEAST_RISE
    return [number for number in range(1, len(values)) if values[number] - values[number - 1] >= least]


def stairs(spots: Sequence[Spot]) -> str:
    """Return the path through these places, to the right edge of the picture."""
    (x, y), *others = spots
    return f"M{x:g} {y:g}" + "".join(f"H{x:g}V{y:g}" for x, y in others) + "H100"


def _stretches(times: Sequence[str], values: Sequence[Number], spots: Sequence[Spot], words: Words) -> list[Slot]:
    """Return a slot from each point to the next one, because the amount stays until then."""
    ends = [*(x for x, _ in spots[1:]), 100.0]
    return [
        Slot(x, round(end - x, 2), f"{time}: {words.say(value)}")
        for time, value, (x, _), end in zip(times, values, spots, ends, strict=True)
    ]


def _rows(times: Sequence[str], values: Sequence[Number], words: Words) -> list[list[str]]:
    """Return the rows of the table, the newest first."""
    rows = zip(times, values, [None, *values[:-1]], strict=True)
    return [
        [time, words.write(value), "" if old is None else change_text(value - old, words)]
        for time, value, old in reversed(list(rows))
    ]


def change_text(difference: Number, words: Words) -> str:
    """Write a difference with its sign."""
    return f"{'+' if difference > 0 else ''}{strip_tags(words.write(difference))}"


def small_line(days: Mapping[dt.date, Number], words: Words) -> Chart | None:
    """Return a small line through the amounts of days, None if there are none. It has a gap where a day is missing."""
    if not days:
        return None
    first, last = min(days), max(days)
    shown = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    scale = Scale.over(days.values(), SMALL, has_zero=False, parts=2)
    places = {day: place(number, len(shown) - 1) for number, day in enumerate(shown)}
    spots = {day: (places[day], scale.y(value)) for day, value in days.items()}
    return Chart(
        title=words.with_unit(words.title),
        summary=summarise(words, day_text(first), day_text(last), list(days.values())),
        rising=scale.ticks(),
        along=day_ticks(shown, is_centred=False),
        slots=_day_slots(shown, days, words),
        lines=[Line("amount", _joined(shown, spots))],
        marks=[Mark("dot", *spots[day]) for day in _lonely(shown, spots)],
        legend=[Key("amount", words.with_unit(words.name))],
        heads=["Day", words.with_unit(words.name)],
        rows=[[day_text(day), words.write(days[day])] for day in reversed(shown) if day in days],
        height=SMALL,
    )


def _day_slots(shown: Sequence[dt.date], days: Mapping[dt.date, Number], words: Words) -> list[Slot]:
    count = len(shown)
    return [
        Slot(place(number, count), place(1, count), f"{day_text(day)}: {words.say(days[day])}")
        for number, day in enumerate(shown)
        if day in days
    ]


def _joined(shown: Sequence[dt.date], spots: Mapping[dt.date, Spot]) -> str:
    path, is_drawn = "", False
    for day in shown:
        if day in spots:
            x, y = spots[day]
            path += f"{'L' if is_drawn else 'M'}{x:g} {y:g}"
        is_drawn = day in spots
    return path


def _lonely(shown: Sequence[dt.date], spots: Mapping[dt.date, Spot]) -> list[dt.date]:
    """Return the days without a day beside them, which a line cannot show."""
    day = dt.timedelta(days=1)
    return [each for each in shown if each in spots and each - day not in spots and each + day not in spots]
