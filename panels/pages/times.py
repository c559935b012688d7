"""Writes times and durations in one way for every page, in the time zone of the person who looks.

A time is relative up to a day, and a date with a time after that. Its title has the exact time. static/app.js keeps the
words up to date by the same rule.
"""

from __future__ import annotations

import datetime as dt
import math
import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from panels.models import PersonalSettings
from panels.pages.numbers import NBSP, NO_VALUE

DAY = 86_400
UNITS = ((DAY, "d"), (3600, "h"), (60, "min"), (1, "s"))
# Other modules of Python write the months in the language of the process.
MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HALF_A_SECOND = dt.timedelta(milliseconds=500)


class PersonalZone:
    """Middleware that shows the times of a page in the time zone of its person. Without one, the site's zone counts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(PersonalSettings.of(request.user))):
            return self.get_response(request)


def zone_of(personal: PersonalSettings) -> dt.tzinfo:
    """Return the time zone of a person, or the site's. A name may be unknown to the server after an update."""
    try:
        return zoneinfo.ZoneInfo(personal.time_zone) if personal.time_zone else timezone.get_default_timezone()
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return timezone.get_default_timezone()


def ago(moment: dt.datetime | None, never: str = "never") -> str:
    """Write the distance from now up to a day, then the date and time. The page keeps the words up to date."""
    if moment is None:
        return never
    local = _local(moment)
    shown = distance(local, timezone.now())
    # No part of a time needs to be escaped.
    return mark_safe(  # noqa: S308
        f'<time datetime="{local.isoformat()}" title="{exact_time(local)}" data-ago>{shown}</time>'
    )


def moment(time: dt.datetime | None) -> str:
    """Write a time as date and time, behind words such as "since"."""
    if time is None:
        return NO_VALUE
    local = _local(time)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact_time(local), written(local, timezone.now())
    )


def site_day(time: dt.datetime) -> str:
    """Write the day of a time in the site's time zone, because an imported order may have no more than a day."""
    return f"{timezone.localtime(time, timezone.get_default_timezone()):%Y-%m-%d}"


def exact_time(local: dt.datetime) -> str:
    """Write a local time with its seconds and its zone: "29 Nov 2026, 16:04:07 CET"."""
    return f"{local.day} {MONTHS[local.month]} {local.year}, {local:%H:%M:%S} {local.tzname()}"


def written(local: dt.datetime, now: dt.datetime) -> str:
    """Write a local time as date and time: "29 Nov, 16:04". The year is left out if it is the present one."""
    # By the offset of the time itself, because the script of the page knows no other.
    this_year = (now.astimezone(dt.UTC).replace(tzinfo=None) + (local.utcoffset() or dt.timedelta())).year
    year = "" if local.year == this_year else f" {local.year}"
    return f"{local.day} {MONTHS[local.month]}{year}, {local:%H:%M}"


def distance(local: dt.datetime, now: dt.datetime) -> str:
    """Write how far away a local time is, up to a day: "5 min ago", "in 2 h"."""
    seconds = math.floor((now - local).total_seconds() + 0.5)
    size = abs(seconds)
    if size < 10:
        return "just now" if seconds >= 0 else "in a moment"
    if size >= DAY:
        return written(local, now)
    unit, name = next((unit, name) for unit, name in UNITS if size >= unit)
    text = f"{size // unit}{NBSP}{name}"
    return f"{text} ago" if seconds > 0 else f"in {text}"


def span(time: dt.timedelta | None) -> str:
    """Write a duration in its largest unit: "0.4 s", "15 min"."""
    if time is None:
        return NO_VALUE
    seconds = time.total_seconds()
    if seconds < 10 and seconds % 1:
        return f"{seconds:.1f}{NBSP}s"
    unit, name = next(((unit, name) for unit, name in UNITS if seconds >= unit), UNITS[-1])
    return f"{seconds / unit:.0f}{NBSP}{name}"


def _local(moment: dt.datetime) -> dt.datetime:
    """Return a time in the active zone, in whole seconds, because the page counts from whole seconds too."""
    return timezone.localtime(moment + HALF_A_SECOND).replace(microsecond=0)
