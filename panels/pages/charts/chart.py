"""A chart that is ready to be drawn: places, looks and words.

Widths are percent and heights are pixels, so a chart takes any width, and its words and strokes keep their size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils.html import strip_tags
from django.utils.text import slugify

Number = Decimal | int
# Writes an amount without its unit. The result may be HTML.
Writer = Callable[[Number], str]
NBSP = "\u00a0"

HEIGHT = 160
# The space below the picture for the words of the axis.
FOOT = 22


class Words(NamedTuple):
    """The title of a chart, the name of its amounts, how they are written, and their unit."""

    title: str
    name: str
    write: Writer
    unit: str = ""

    def with_unit(self, text: str) -> str:
        """Return a title or a name with the unit of the amounts below it."""
        return f"{text}, {self.unit}" if self.unit else text

    def say(self, value: Number) -> str:
        """Return an amount with its unit, as text."""
        text = strip_tags(self.write(value))
        return f"{text}{NBSP}{self.unit}" if self.unit else text


class Tick(NamedTuple):
    """A place on an axis and its words. `is_base`: the axis itself. `is_extra`: left out where the chart is narrow."""

    at: float
    text: str
    anchor: str = "middle"
    is_base: bool = False
    is_extra: bool = False


class Bar(NamedTuple):
    """A bar, or a part of one, from its upper edge down."""

    look: str
    y: float
    height: float


class Slot(NamedTuple):
    """A stretch of the picture with its bars. The pointer anywhere over it shows its words."""

    x: float
    width: float
    text: str
    bars: tuple[Bar, ...] = ()
    # The place of the bars, which is narrower than the stretch.
    bar_x: float = 0
    bar_width: float = 0


class Line(NamedTuple):
    """A path, in units of a hundredth of the width and of a pixel of the height."""

    look: str
    path: str


class Mark(NamedTuple):
    """A sign at one place."""

    look: str
    x: float
    y: float


class Key(NamedTuple):
    """The meaning of a look in the legend."""

    look: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart. `heads` and `rows` are its table: the first column says where, the others say how much."""

    title: str
    summary: str
    rising: Sequence[Tick]
    along: Sequence[Tick]
    legend: Sequence[Key]
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    slots: Sequence[Slot] = ()
    lines: Sequence[Line] = ()
    marks: Sequence[Mark] = ()
    height: int = HEIGHT

    @property
    def full_height(self) -> int:
        """The height with the words below the picture."""
        return self.height + FOOT

    @property
    def foot(self) -> int:
        """The line on which the words below the picture stand."""
        return self.height + FOOT - 6

    @property
    def caption(self) -> str:
        """The title, "" if the legend says it."""
        return "" if self.title == self.legend[0].words else self.title

    @property
    def slug(self) -> str:
        """The name of the chart on its page."""
        return slugify(self.title)


def summarise(words: Words, start: str, end: str, values: Sequence[Number]) -> str:
    """Say in a sentence what a person sees at first glance. `start` and `end` are the ends of the axis, or ""."""
    lowest, highest = words.say(min(values)), words.say(max(values))
    how_much = lowest if lowest == highest else f"between {lowest} and {highest}"
    when = f" from {start} to {end}" if start != end else f" on {start}" if start else ""
    return f"{words.title}{when}: {how_much}."
