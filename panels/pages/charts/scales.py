"""The axes of a chart: round amounts from below to above, and days or hours from left to right."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from django.utils import timezone

from panels.pages.charts.chart import Number, Tick
from panels.pages.times import MONTHS, written

PARTS = 4
_ROUND = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
# Long amounts are shortened, because the space left of the picture is narrow.
_SHORT = ((Decimal(10) ** 12, "T"), (Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"))
# Words nearer to an edge, in percent, would reach beyond it.
_EDGE = 8
_DAY = dt.timedelta(days=1)
_WHOLE_DAYS, _WHOLE_MONTHS = dt.timedelta(days=2), dt.timedelta(days=300)


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis of amounts: its ends and its ticks are round numbers."""

    low: Decimal
    high: Decimal
    step: Decimal
    height: int

    @classmethod
    def over(cls, values: Iterable[Number], height: int, *, has_zero: bool, parts: int = PARTS) -> Scale:
        """Return an axis that holds all values. Without `has_zero`, it has zero only if values are near it.

        Values near zero are those below half of the highest, and equal values.
        """
        found = list(values)
        amounts = [Decimal(value) for value in found]
        low, high = min(amounts), max(amounts)
        if has_zero or low == high or low * 2 <= high:
            low, high = min(low, Decimal(0)), max(high, Decimal(0))
        if low == high:
            high = low + 1
        step = round_step((high - low) / parts)
        if all(isinstance(value, int) for value in found):
            step = max(step, Decimal(1))
        return cls(
            (low / step).to_integral_value(ROUND_FLOOR) * step,
            (high / step).to_integral_value(ROUND_CEILING) * step,
            step,
            height,
        )

    def y(self, value: Number) -> float:
        """Return the place of a value, in pixels from above."""
        return round(float((self.high - Decimal(value)) / (self.high - self.low)) * self.height, 1)

    @property
    def zero(self) -> float:
        """The place of the base of bars."""
        return self.y(min(max(Decimal(0), self.low), self.high))

    def ticks(self) -> list[Tick]:
        """Return the ticks from below to above."""
        count = int((self.high - self.low) / self.step)
        values = [self.low + self.step * number for number in range(count + 1)]
        base = Decimal(0) if self.low <= 0 <= self.high else self.low
        return [Tick(self.y(value), short(value), "end", is_base=value == base) for value in values]


def round_step(least: Decimal) -> Decimal:
    """Return the smallest of 1, 2, 5, 10, 20 … and of 0.5, 0.2, 0.1 … that is not below `least`."""
    power = Decimal(1).scaleb(least.adjusted())
    return next(power * each for each in _ROUND if power * each >= least)


def short(value: Decimal) -> str:
    """Write a round amount in few characters: 20,000, 1.5M, 0.002."""
    size, letter = next(((size, letter) for size, letter in _SHORT if abs(value) >= size), (Decimal(1), ""))
    text = f"{value / size:,f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + letter


def day_text(day: dt.date, span: dt.timedelta = dt.timedelta()) -> str:
    """Write a day. In a span of many months, the month and its year say enough."""
    month = MONTHS[day.month]
    return f"{month} {day.year}" if span > _WHOLE_MONTHS else f"{day.day} {month}"


def time_text(moment: dt.datetime) -> str:
    """Write a moment in local time."""
    return written(timezone.localtime(moment), timezone.now())


def place(part: float, whole: float) -> float:
    """Return a place along the axis in percent."""
    return round(100 * part / whole, 2) if whole else 50.0


def day_ticks(days: Sequence[dt.date], *, is_centred: bool) -> list[Tick]:
    """Return at most five ticks for consecutive days: in the middle of their slots, or from edge to edge."""
    last = len(days) - 1
    span = days[-1] - days[0]
    numbers = sorted({round(last * part / PARTS) for part in range(PARTS + 1)})
    places = [place(number + 0.5, len(days)) if is_centred else place(number, last) for number in numbers]
    return label(places, [day_text(days[number], span) for number in numbers])


def time_ticks(start: dt.datetime, end: dt.datetime) -> list[Tick]:
    """Return ticks: times from edge to edge in a span of hours, and the beginnings of days in a longer one."""
    span = end - start
    if span < _WHOLE_DAYS:
        places = [100 * part / PARTS for part in range(PARTS + 1)] if span else [50.0]
        moments = (timezone.localtime(start + span * (at / 100)) for at in places)
        return label(places, [f"{moment:%H:%M}" for moment in moments])
    first, last = timezone.localdate(start), timezone.localdate(end)
    days = [first + number * _DAY for number in range(1, (last - first).days + 1)]
    kept = days[:: math.ceil(len(days) / (PARTS + 1))]
    midnights = (timezone.make_aware(dt.datetime.combine(day, dt.time.min)) for day in kept)
    places = [place((midnight - start) / span, 1) for midnight in midnights]
    return label(places, [day_text(day, span) for day in kept])


def label(places: Sequence[float], texts: Sequence[str]) -> list[Tick]:
    """Put words at places. The first, the middle and the last one stay where the chart is narrow."""
    last = len(places) - 1
    return [
        Tick(at, text, _anchor(at), is_extra=number not in {0, last / 2, last})
        for number, (at, text) in enumerate(zip(places, texts, strict=True))
    ]


def _anchor(at: float) -> str:
    """Keep words near the edges within the picture."""
    return "start" if at < _EDGE else "end" if at > 100 - _EDGE else "middle"
