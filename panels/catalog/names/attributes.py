"""Reads what stands after the subject: first the traps, then refill, drop, speed, start, length and limits."""

from __future__ import annotations

import re

from panels.catalog.names.facts import UNLIMITED
from panels.catalog.names.pace import TIME, read_bare_start, read_length, read_named_start, read_speed
from panels.catalog.names.refill import NO_DROP, read_drop, read_refill
from panels.catalog.names.symbols import LONG_UNIT, NUMBER, SHORT_UNIT, UNIT, Found, Rule, Symbols, rule, some, whole

# A bare number of days says how long these last.
_LASTING = frozenset(("boosts", "watch_hours", "viewers", "listeners", "stars", "views"))
_HOURS_A_DAY = re.compile(r"(?<=\d )hour(?= (?:/|per) (?:day|daily) )")
_SPAN = rf"{NUMBER}(?: (?:-|to) {NUMBER})?(?: \+)?"
_LIMIT = "(?:(?:<|>|max|minimum|upto) (?:[:-] )?)"
# These look like attributes, and are not.
_TRAPS = [
    # No drop from last 1 year: so far, and not from now on.
    rule(
        rf"{NO_DROP} (?:(?:from|in|to|upto|for|:|-|w) )*(?:last|from|start) (?:w )?(?:{NUMBER} (?:\+ )?{UNIT})?", "drop"
    ),
    rule(rf"{NO_DROP} (?:from|upto|to|in) (?:w )?(?:(?:{NUMBER} )?{UNIT}|\d{{4}})", "drop"),
    rule(f"{NO_DROP} (?:- )?sofar", "sofar"),
    rule(rf"(?:last|from) {NUMBER} (?:\+ )?{LONG_UNIT} {NO_DROP}", "drop"),
    # Retention 60-80%.
    rule(rf"stay (?:w )?(?:[:-] )*(?:upto )?{_SPAN} %", "stay"),
    rule(rf"{_SPAN} % (?:w )?stay", "stay"),
    # What the video must be like: 60+ min video, video < 5 mins.
    rule(rf"{_SPAN} (?:- )?(?:minute|hour) (?:\+ )?(?:w |length )?video", "video"),
    rule(rf"video (?:(?:w|in|per) ){{1,3}}{NUMBER}(?: \+)? (?:minute|hour)", "video"),
    rule(rf"{_SPAN} (?:- )?{SHORT_UNIT} (?:\+ )?(?:w )?length", "length"),
    rule(
        rf"video {some(4, 'w length video watch with from in per no M to of : -')}{_LIMIT}{NUMBER}(?: \+)? "
        f"{SHORT_UNIT}",
        "video",
    ),
    rule(rf"length {some(3, 'w video in : - to of')}(?:{_LIMIT})?{NUMBER}(?: \+)? {SHORT_UNIT}", "length"),
    rule(rf"(?:video|length) (?:w |length )?{_SPAN} {SHORT_UNIT} (?:\+|length)"),
    rule(r"(?:max|<|>) (?:[:-] )?\d{1,3}(?: - \d+)? (?:minute|hour|day|second)"),
    # When an order is complete, how long members stay, how long a subscription runs, how old accounts are.
    rule(f"complete {some(4, 'w in upto to : - from time day per start M')}{TIME}", "complete"),
    rule(rf"(?:in )?{NUMBER}(?: {UNIT})?(?: (?:-|to) {NUMBER})? {UNIT} (?:w )?complete", "complete"),
    rule(f"stay {some(3, 'w in upto to : - for per with M')}{_SPAN} {LONG_UNIT}", "stay"),
    rule(rf"{NUMBER}(?: (?:-|to) {NUMBER})? {LONG_UNIT} (?:w )?stay", "stay"),
    rule(rf"{NUMBER}(?: (?:-|to) {NUMBER})? {LONG_UNIT} (?:w )?subscription", "subscription"),
    rule(f"subscription {some(3, 'w in : - for per')}{NUMBER} {LONG_UNIT}", "subscription"),
    rule(rf"{_SPAN} {LONG_UNIT} (?:- )?old", " old "),
    # Support at all hours, and buttons that are no refill buttons.
    rule(f"{NUMBER} (?:/ {NUMBER} )?(?:hour|day) join", "join"),
    rule("24 / 7(?: / 365)?", "24 / 7"),
    rule(rf"cancel (?:w )?(?:in|from|w|after|upto) {NUMBER}(?: - {NUMBER})? {UNIT}", "cancel"),
    rule("(?:M|O|like) button", " button "),
]


def read_attributes(symbols: Symbols, *, metric: str, is_live: bool, is_auto: bool) -> Found:
    """Return the facts of the attributes by their names."""
    for trap in _TRAPS:
        symbols.drop(trap)
    # On a copy, because "60 days no drop guarantee" says both.
    drop = Symbols(symbols.text)
    read_drop(drop)
    read_refill(symbols, is_bare_allowed=not is_auto and not is_live and metric not in _LASTING)
    if metric == "watch_hours":
        # These hours are what is sold.
        symbols.text = _HOURS_A_DAY.sub("M", symbols.text)
    read_speed(symbols)
    read_named_start(symbols)
    read_length(symbols, metric, is_live=is_live)
    read_bare_start(symbols)
    _read_limits(symbols)
    return symbols.facts | drop.facts


_BOTH = rule(rf"minimum / max (?:[:-] )*(?P<low>{NUMBER}) [/-] (?P<n>{NUMBER})", " max ")
# Min and max in brackets: (20/300K).
_BOTH_ALONE = Rule(re.compile(r"(?<=\| )(?P<low>\d{1,5}) / (?P<n>\d{4,})(?= \|)"), " / ")
# "Max 10 posts" says how many posts are served.
_ITEMS = "post|video|story|reel"
_MAX = [
    rule(
        rf"max {some(4, 'w : - upto / M per order')}(?:{NUMBER} (?:-|to) )?(?P<n>{NUMBER})(?! (?:%|{UNIT}|{_ITEMS}))",
        " max ",
    ),
    rule(rf"(?P<n>{NUMBER}) (?:- |M |w )?max(?! (?:[:-] )*\d)", " max "),
]
_MIN = [
    rule(rf"minimum {some(4, 'w : - M per')}(?P<n>{NUMBER})(?! (?:%|{UNIT}|\+ {UNIT}|- \d+ (?!max)))", " minimum "),
    rule(rf"(?P<n>{NUMBER}) (?:- )?minimum", " minimum "),
]
_NO_LIMIT = rule("(?:max (?:[:-] )*)?unlimited(?: max)?(?! (?:speed|refill))", "unlimited")
_NO_SPEED_LIMIT = re.compile("speed (?:: )?unlimited")
# Between separators, or behind the last dash: Instant - 100K.
_ONLY_NUMBER = re.compile(r"(?:(?<=\| )|(?<=\D - ))(?:upto )?(?P<n>\d+)(?: \+)?(?: M)? (?=\|)")
_UP_TO = rule(r"upto (?P<n>\d{3,})(?= \|)", "upto")
_SMALLEST_ALONE = 500
_YEARS = range(1990, 2041)


def _read_limits(symbols: Symbols) -> None:
    if match := symbols.take(_BOTH) or symbols.take(_BOTH_ALONE):
        symbols.facts |= {"name_min": whole(float(match["low"])), "name_max": whole(float(match["n"]))}
        return
    for name, patterns in (("name_min", _MIN), ("name_max", _MAX)):
        for pattern in patterns:
            if name not in symbols.facts and (match := symbols.take(pattern)):
                symbols.facts[name] = whole(float(match["n"]))
    if "name_max" in symbols.facts:
        return
    if not _NO_SPEED_LIMIT.search(symbols.text) and symbols.take(_NO_LIMIT):
        symbols.facts["name_max"] = UNLIMITED
        return
    if match := symbols.take(_UP_TO):
        symbols.facts["name_max"] = whole(float(match["n"]))
        return
    alone = (int(match["n"]) for match in _ONLY_NUMBER.finditer(symbols.text))
    if number := next((each for each in alone if each >= _SMALLEST_ALONE and each not in _YEARS), None):
        symbols.facts["name_max"] = whole(number)
