"""Reads how fast a service is, when it starts, and how long viewers stay or a view lasts."""

from __future__ import annotations

import re

from panels.catalog.names.symbols import (
    DAYS,
    MINUTES,
    NUMBER,
    SHORT_UNIT,
    UNIT,
    Found,
    Rule,
    Symbols,
    rule,
    some,
    whole,
)

_RANGE = rf"(?P<low>{NUMBER})(?: (?:-|to) (?P<high>{NUMBER}))?(?P<more> \+)?"
_TIME = (
    rf"(?P<first>{NUMBER})(?: {UNIT})?(?: \+)?(?: (?:-|to|/) (?P<last>{NUMBER}))?(?: \+)?(?: [-/])? (?P<unit>{UNIT})"
)
TIME = re.sub(r"\?P<\w+>", "?:", _TIME)

_EACH = f"(?P<unit>{UNIT}|hourly|daily)"
_PER = (
    f"{some(2, 'w M P video live G max')}"
    rf"(?:(?:/|per|in|for) )+(?:in )?(?:(?P<count>{NUMBER}) )?{_EACH}"
)
_SPEED_WORDS = some(6, "w : - upto / per max day in from to < minimum")
_NAMED_WITH_UNIT = rule(
    rf"speed {_SPEED_WORDS}{_RANGE} (?:(?:M|w) )?(?:(?:/|per|in|-) )*(?:(?P<count>24|1) )?{_EACH}",
    "speed",
)
_WITH_UNIT = rule(f"{_RANGE} {_PER}")
_NAMED = rule(rf"speed {_SPEED_WORDS}(?:(?P<unit>hour|minute) (?:[:-] )?)?{_RANGE}(?! (?:%|second|¤ %))", "speed")
# Without "speed" or "/" only a large number is a speed: 30 day is a time.
_AFTER_UNIT = rule(
    rf"(?:1 |(?<!\d )(?<!\+ ))(?P<unit>day|hour|hourly) {some(3, 'w speed : - from M in to minimum start')}"
    rf"(?:(?:upto|max) )?{_RANGE}(?! (?:{UNIT}|%|refill|r |drop))"
)
_DAILY = (
    rule(rf"(?P<unit>daily|hourly) {some(3, 'w speed : - from M in to /')}(?:(?:upto|max) )?{_RANGE}(?! (?:{UNIT}|%))"),
    rule(rf"{_RANGE} (?:(?:M|w|-) )?(?P<unit>daily|hourly)"),
)
_BEFORE_UNIT = rule(rf"{_RANGE} (?:(?:M|w) )?(?P<unit>day|hourly)(?: speed)?")
_BEFORE_SPEED = rule(rf"{_RANGE} (?:M )?speed", "speed")
_SPEEDS = (_NAMED_WITH_UNIT, _WITH_UNIT, _NAMED, *_DAILY, _AFTER_UNIT, _BEFORE_UNIT, _BEFORE_SPEED)
_LARGE_ONLY = frozenset((_AFTER_UNIT, _BEFORE_UNIT, _BEFORE_SPEED))
_SMALLEST_LARGE = 100
_MOST_HOURS = 72


def read_speed(symbols: Symbols) -> None:
    """Note speed_min and speed_max, in units a day. One number is the most, with "+" it is the least."""
    for pattern in _SPEEDS:
        position = 0
        while match := symbols.find(pattern, position):
            position = match.start() + 1
            if _is_falling(match):
                # Max 50k - 10k/day: two numbers, and only the second one is a speed.
                position = match.start("high")
            elif _is_time(match, pattern):
                position = match.end()
            elif _speed_of(match).get("speed_max") != 0 and float(match["high"] or match["low"]) >= (
                _SMALLEST_LARGE if pattern in _LARGE_ONLY else 1
            ):
                symbols.use(match)
                symbols.facts |= _speed_of(match)
                return


def _is_falling(match: re.Match[str]) -> bool:
    return match["high"] is not None and float(match["high"]) < float(match["low"])


def _is_time(match: re.Match[str], pattern: Rule) -> bool:
    """Say whether a range is a time to the start: 0-1/H."""
    return (
        pattern is _WITH_UNIT
        and match["high"] is not None
        and float(match["high"]) <= _MOST_HOURS
        and (float(match["low"]) == 0 or (match["unit"] in {"hour", "minute"} and " / " in match[0]))
    )


def _speed_of(match: re.Match[str]) -> Found:
    groups = match.groupdict()
    unit = groups.get("unit") or "day"
    # In Ukrainian, "год" is an hour, and nobody tells a speed by the year.
    unit = "hour" if unit == "year" else unit
    days = DAYS[unit] * (float(groups.get("count") or 1) or 1)
    low, high = match["low"], match["high"]
    found: Found = {}
    if high is not None or match["more"]:
        found["speed_min"] = whole(float(low) / days)
    if high is not None or not match["more"]:
        found["speed_max"] = whole(float(high or low) / days)
    return found


_START_WORDS = some(4, "w in : - from upto to / per M day hour P = max <")
_STARTS = [
    rule(f"start {_START_WORDS}instant (?:(?:-|to|/|upto) )?{_TIME}", "start"),
    rule(f"start {_START_WORDS}{_TIME}", "start"),
    rule(f"{_TIME} (?:(?:w|in) ){{0,2}}start", "start"),
    rule(f"instant (?:start )?(?:(?:-|to|/|upto) )?{_TIME}", "instant"),
]
_INSTANT = rule("(?:start (?:[:-] )*)?instant(?: (?:- )?start)?", "instant")
_BARE_STARTS = [
    rule(rf"(?P<first>0)(?: {UNIT})? (?:-|to|/) (?P<last>{NUMBER})(?: \+)?(?: /)? (?P<unit>{UNIT})", " 0 "),
    Rule(re.compile(r"(?<=\| )(?P<first>\d+) (?:-|to) (?P<last>\d+) (?:/ )?(?P<unit>hour|minute) (?=\|)")),
]


def read_named_start(symbols: Symbols) -> None:
    """Note start_max_minutes where a word says that a time is one to the start."""
    _take_start(symbols, _STARTS)


def read_bare_start(symbols: Symbols) -> None:
    """Note start_max_minutes from a range of time without a word, else from the word instant."""
    if "start_max_minutes" in symbols.facts or _take_start(symbols, _BARE_STARTS):
        return
    if symbols.take(_INSTANT):
        symbols.facts["start_max_minutes"] = 0


def _take_start(symbols: Symbols, patterns: list[Rule]) -> bool:
    for pattern in patterns:
        if match := symbols.take(pattern):
            symbols.facts["start_max_minutes"] = whole(float(match["last"] or match["first"]) * MINUTES[match["unit"]])
            symbols.drop(_INSTANT)
            return True
    return False


_LENGTH = (
    rf"(?P<first>{NUMBER})(?: (?P<unit1>{SHORT_UNIT}))?(?: (?:-|to) {NUMBER})?(?: \+)?(?: -)? (?P<unit>{SHORT_UNIT})"
)
_WATCH = rule(f"(?:watch|stay) {some(4, 'w : - in M video upto max per from to minimum')}{_LENGTH}")
_LASTS = rule(f"(?!0 (?:-|to))(?<!0 - ){_LENGTH}")
# Without a word, hours are no time that a view lasts.
_LASTS_SHORT = rule(f"(?!0 (?:-|to))(?<!0 - ){_LENGTH.replace('|hour', '')}")
# A live video of more days than these is a subscription.
_LASTS_DAYS = rule("(?P<first>[1-3])(?P<unit1>) (?P<unit>day)", " day ")


def read_length(symbols: Symbols, metric: str, *, is_live: bool) -> None:
    """Note minutes for live viewers, and watch_seconds for views. Of a range the shorter time counts."""
    metrics = set(metric.split("+"))
    if is_live and metrics & {"viewers", "listeners", "views", ""}:
        if match := symbols.take(_WATCH) or symbols.take(_LASTS) or symbols.take(_LASTS_DAYS):
            symbols.facts["minutes"] = whole(_minutes_of(match))
    elif metrics & {"views", "plays", "viewers", ""} and (
        match := symbols.take(_WATCH) or (symbols.take(_LASTS_SHORT) if metrics & {"views", "plays"} else None)
    ):
        symbols.facts["watch_seconds"] = whole(_minutes_of(match) * 60)


def _minutes_of(match: re.Match[str]) -> float:
    return float(match["first"]) * MINUTES[match["unit1"] or match["unit"]]
