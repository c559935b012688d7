"""Writes times and durations in one way for every page."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from panels.pages.numbers import NBSP, NO_VALUE

UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def ago(moment: dt.datetime | None, never: str = "never") -> str:
    """Write the distance from now, with the exact local time in the title."""
    if moment is None:
        return never
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        date_format(local, "j M Y, H:i:s T"),
        _distance(moment, local),
    )


def moment(time: dt.datetime) -> str:
    """Write a time as date and time, behind words such as "since"."""
    local = timezone.localtime(time)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        date_format(local, "j M Y, H:i:s T"),
        date_format(local, "j M, H:i"),
    )


def span(time: dt.timedelta | None) -> str:
    """Write a duration in its largest unit: "0.4 s", "15 min"."""
    if time is None:
        return NO_VALUE
    seconds = time.total_seconds()
    if seconds < 10 and seconds % 1:
        return f"{seconds:.1f}{NBSP}s"
    unit, name = next(((unit, name) for unit, name in UNITS if seconds >= unit), UNITS[-1])
    return f"{seconds / unit:.0f}{NBSP}{name}"


def from_now(span: dt.timedelta) -> dt.datetime:
    """Return the moment after this time."""
    return timezone.now() + span


def _distance(moment: dt.datetime, local: dt.datetime) -> str:
    seconds = round((timezone.now() - moment).total_seconds())
    size = abs(seconds)
    if size < 10:
        return "just now" if seconds >= 0 else "in a moment"
    if size >= 30 * 86400:
        return date_format(local, "j M Y")
    unit, name = next((unit, name) for unit, name in UNITS if size >= unit)
    text = f"{size // unit}{NBSP}{name}"
    return f"{text} ago" if seconds > 0 else f"in {text}"
