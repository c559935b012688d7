"""Steps of several amounts in one picture, such as what each panel asks for the same thing."""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Sequence

from panels.pages.charts.chart import HEIGHT, Chart, Key, Line, Mark, Slot, Words, summarise
from panels.pages.charts.lines import Point, change_text, part_of, stairs
from panels.pages.charts.scales import Scale, time_text, time_ticks

# The looks of the lines (static/app.css).
LOOKS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
# The stretches over which the pointer shows words.
MOST_SLOTS = 90
# The name of an amount, and its points in the order of their times.
Named = tuple[str, Sequence[Point]]


def compared_steps(lines: Sequence[Named], words: Words, *, until: dt.datetime) -> Chart | None:
    """Return steps for several amounts, None if there are none. Each last amount stays `until` then.

    Only as many amounts are drawn as there are looks.
    """
    shown = [(name, points) for name, points in lines if points][: len(LOOKS)]
    if not shown:
        return None
    times = sorted({at for _, points in shown for at, _ in points})
    start, end = times[0], max(until, times[-1])
    values = [value for _, points in shown for _, value in points]
    scale = Scale.over(values, HEIGHT, has_zero=False)
    spots = [[(part_of(at - start, end - start), scale.y(value)) for at, value in points] for _, points in shown]
    looks = LOOKS[: len(shown)]
    return Chart(
        title=words.with_unit(words.title),
        summary=summarise(words, time_text(start), time_text(end), values),
        rising=scale.ticks(),
        along=time_ticks(start, end),
        slots=_slots(shown, times, end, words),
        lines=[Line(look, stairs(each)) for look, each in zip(looks, spots, strict=True)],
        # Without a stretch of time there is no line to see.
        marks=[Mark("dot", *each[0]) for each in spots] if start == end else [],
        legend=[
            Key(look, f"{name}: {words.say(points[-1][1])}") for look, (name, points) in zip(looks, shown, strict=True)
        ],
        heads=["Offer and time", words.with_unit(words.name), "Change"],
        rows=_rows(shown, words),
    )


def _slots(shown: Sequence[Named], times: Sequence[dt.datetime], end: dt.datetime, words: Words) -> list[Slot]:
    """Return a slot from each change to the next one. Of very many, only some are kept."""
    kept = times[:: math.ceil(len(times) / MOST_SLOTS)]
    places = [*(part_of(at - times[0], end - times[0]) for at in kept), 100.0]
    return [
        Slot(x, round(places[number + 1] - x, 2), f"{time_text(at)}: {_describe(shown, at, words)}")
        for number, (at, x) in enumerate(zip(kept, places, strict=False))
    ]


def _describe(shown: Sequence[Named], at: dt.datetime, words: Words) -> str:
    known = [(name, bisect_right(points, at, key=lambda point: point[0]), points) for name, points in shown]
    return ", ".join(f"{name} {words.say(points[place - 1][1])}" for name, place, points in known if place)


def _rows(shown: Sequence[Named], words: Words) -> list[list[str]]:
    """Return the rows of the table, the newest first."""
    rows = [
        (at, name, value, None if before is None else value - before)
        for name, points in shown
        for (at, value), before in zip(points, [None, *(value for _, value in points)], strict=False)
    ]
    rows.sort(key=lambda row: row[0], reverse=True)
    return [
        [f"{name}, {time_text(at)}", words.write(value), "" if more is None else change_text(more, words)]
        for at, name, value, more in rows
    ]
