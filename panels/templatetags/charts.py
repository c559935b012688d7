"""Tags for charts, one for each kind. Each draws a picture with its axes and legend, and has its numbers as a table.

`unit` is the unit of all amounts, such as a currency. Nothing is drawn where there are no amounts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import template

from panels.pages import numbers
from panels.pages.charts.chart import Key, Number, Words, Writer
from panels.pages.charts.compared import LOOKS, compared_steps
from panels.pages.charts.days import Days, bars_by_day
from panels.pages.charts.lines import Point, small_line, steps
from panels.pages.charts.spread import distribution as count_ranges
from panels.templatetags.catalog import minutes_text

register = template.Library()
TEMPLATE = "panels/charts/_chart.html"
# The widths of ranges of time that people count in, in minutes.
MINUTES, HOUR, DAY = (1, 2, 5, 10, 15, 30), 60, 1440
WIDTHS = (*MINUTES, *(hours * HOUR for hours in (1, 2, 3, 6, 12)), *(days * DAY for days in (1, 2, 7, 14, 30)))


@register.inclusion_tag(TEMPLATE)
def day_bars(days: Days, title: str, parts: str, *, unit: str = "", mean: str = "") -> dict[str, Any]:
    """Draw a bar for each day. `parts` are the looks and names of its parts, such as "amount:Spend, failed:Lost"."""
    keys = [Key(*part.split(":")) for part in parts.split(", ")]
    return {"chart": bars_by_day(days, Words(title, title, _writer(unit), unit), keys, mean=mean)}


@register.inclusion_tag(TEMPLATE)
def step_line(points: Sequence[Point], title: str, *, unit: str = "", **more: Any) -> dict[str, Any]:
    """Draw amounts that stay until they change. The options are those of `steps`.

    `level_at` is the amount of the line `level`. `is_rate`: the amounts are prices, with all their decimals.
    """
    write = _rate_writer(unit) if more.pop("is_rate", False) else _writer(unit)
    if level := more.pop("level", ""):
        more["level"] = (level, more.pop("level_at"))
    return {"chart": steps(points, Words(title, title, write, unit), **more)}


@register.inclusion_tag(TEMPLATE)
def offer_steps(picture: Any) -> dict[str, Any]:
    """Draw what several offers cost (catalog.price_steps.PricePicture), one line for each."""
    words = Words("Price of each offer", "Price", _rate_writer(picture.unit), picture.unit)
    lines = [(offer.name, offer.points) for offer in picture.offers]
    return {"chart": compared_steps(lines, words, until=picture.until), "looks_of_lines": LOOKS}


@register.inclusion_tag(TEMPLATE)
def spark_line(days: Mapping[dt.date, Number], title: str, name: str, *, unit: str = "") -> dict[str, Any]:
    """Draw a small line through an amount of each day."""
    return {"chart": small_line(days, Words(title, name, _writer(unit), unit))}


@register.inclusion_tag(TEMPLATE)
def distribution(minutes: Sequence[int] | Mapping[int, int], title: str, name: str) -> dict[str, Any]:
    """Draw how many of some times are in each range of time. The times may come with how often each occurs."""
    words = Words(title, name, lambda value: minutes_text(round(value)))
    return {"chart": count_ranges(minutes, words, widths=WIDTHS)}


def _writer(unit: str) -> Writer:
    """Return how amounts are written: whole numbers as counts, and others with the decimals of their currency."""

    def write(value: Number) -> str:
        if isinstance(value, Decimal):
            return numbers.total(value, unit, with_currency=False)
        return numbers.count(value)

    return write


def _rate_writer(unit: str) -> Writer:
    """Return how prices are written: with all their decimals, and at least those of the currency in "JPY per 1000"."""
    least = numbers.decimals_of(unit.partition(" ")[0])
    return lambda value: numbers.digits(Decimal(value), least, numbers.ALL_DECIMALS)
