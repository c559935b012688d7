"""Reads how long and how a service is refilled, and how much of it drops."""

from __future__ import annotations

import re

from panels.catalog.names.facts import HIGH, LIFETIME, LOW
from panels.catalog.names.symbols import DAYS, LONG_UNIT, NUMBER, Rule, Symbols, rule, some

# Usual numbers of days, where no word says that a number is one of days.
_USUAL = "7 10 14 15 20 25 30 40 45 50 60 75 80 90 99 100 120 150 180 200 270 300 360 364 365 366 730 999"
_USUAL_DAYS = frozenset(map(int, _USUAL.split()))
_MOST_DAYS = 36_500
# 3M refill: three months, read as three million.
_MONTHS_FROM = 1_000_000

NO_DROP = "(?:nodrop|no (?:- )?drop)"
_SPAN = r"(?P<n>\d+)(?: (?:-|to) (?P<n2>\d+))?(?: \+)?(?: -)?"
_LONG = f"{_SPAN} (?P<unit>{LONG_UNIT})"
_DAYS = f"{_SPAN} (?P<unit>{LONG_UNIT}|hour)"
_FILL = "(?P<word>refill|♻)"
_BETWEEN = rf"(?:(?:{NO_DROP}|w|auto|button|-|:|♻|from|per|yes|high|best|M|cancel) ){{0,3}}?"
_NO_REFILL = [
    rule("norefill", "norefill"),
    rule(r"no (?:(?:-|w|auto|yes|day|drop [/+,]) ){0,2}(?:refill|♻)(?! if)", " no "),
    rule(r"refill (?:[:\-] )*no(?! (?:- )?(?:drop|cancel|bot|limit))", " no "),
    rule(r"♻ (?:[:\-] )*no(?! (?:- )?(?:drop|cancel|refill))", "♻"),
    rule("no drop [/+,] refill", "no drop"),
    # A cross stands before or after its word: ❌ Refill, Refill ❌ Cancel ✅.
    rule("❌ (?:refill|♻)(?! (?:: )?yes)", "❌"),
    rule(r"(?<!yes )(?:refill|♻) (?:[:\-] )*❌", "❌"),
    rule("refill (?:[:-] )*off", " off "),
]
_LIFE = [
    rule("ltg", "ltg"),
    rule(f"lifetime {_BETWEEN}(?:refill|♻)", "lifetime"),
    rule(f"(?:refill|♻|button) {some(3, 'w : - auto button ♻ from per in yes |')}lifetime", "lifetime"),
    rule("(?:ar|r) (?:[-:] )?lifetime", "lifetime"),
    rule("(?:ar|r|refill|♻) (?:[-:] )?∞", "∞"),
    rule("∞ (?:day )?(?:refill|♻)", "∞"),
    rule(r"lifetime (?:r|ar)(?! \d)", "lifetime"),
    rule("(?<!drop )(?<!drop - )lifetime(?! (?:- )?(?:no|nodrop|drop|w w|subscription|stay))", "lifetime"),
]
_LETTERS = [
    rule(r"g (?P<n>\d{2,3})(?: day)?(?= \|)", " g "),
    rule(r"(?:ar|r) (?:[-:] )?(?P<n>\d{1,4})(?! (?:%|hour|minute|second|M))(?: day)?", "r "),
    rule(r"(?P<n>\d{1,3}) (?:day )?r(?! \d)", " r "),
]
_TIMED = [
    rule(f"{_DAYS} {_BETWEEN}{_FILL}"),
    rule(
        rf"{_FILL} (?:(?:{NO_DROP}|w|:|-|auto|button|upto|in|per|to|♻|from|day|yes|with|cancel|\+|/) ){{0,4}}?"
        f"{_LONG}"
    ),
    rule(f"{_DAYS} (?:- )?(?P<word>button)", "button"),
    rule(f"{_DAYS} (?:- )?(?P<word>auto)(?! (?:w )?start)", "auto"),
    rule(f"(?P<word>button) (?:[:-] )?{_LONG}(?= [|+/,¤])", "button"),
    rule(f"(?P<word>auto) (?:[:-] )?{_LONG}(?= [|+/,¤])", "auto"),
]
# Without a unit, only a usual number of days is one.
_BARE = [
    rule(rf"{_FILL} {some(3, 'w : - auto button upto yes ♻ |')}(?P<n>\d{{1,3}})(?! (?:[-%/]|hour|minute|second|to|M))"),
    rule(r"(?P<n>\d{1,3}) (?P<word>auto)", "auto"),
    rule(r"(?P<n>\d{1,3}) (?P<word>button)", "button"),
    rule(rf"(?P<n>\d{{1,3}}) (?:- )?(?:auto |w )?{_FILL}"),
]
_UNNUMBERED = [
    rule(r"refill (?:[:-] )?(?:w )?(?P<unit>year|month)(?! \d)", "refill"),
    rule(r"(?<!\d )(?P<unit>year|month) refill", "refill"),
]
_ALONE = Rule(re.compile(r"(?<!\d - )(?<![/<>] )(?<= )(?P<n>\d{1,3}) day (?=[|,-])"), " day ")


def read_refill(symbols: Symbols, *, is_bare_allowed: bool) -> None:
    """Note refill_days and refill_mode. With is_bare_allowed, "[30D]" alone is a refill."""
    text = symbols.text
    is_none = symbols.take_any(_NO_REFILL)
    is_lifetime = symbols.take_any(_LIFE)
    lengths = [days for each in (*_LETTERS, *_TIMED) for days in _take_days(symbols, each)]
    lengths += [days for each in _BARE for days in _take_days(symbols, each, only_usual=True)]
    lengths += [DAYS[match["unit"]] for each in _UNNUMBERED if (match := symbols.take(each))]
    if not (lengths or is_none or is_lifetime) and (is_bare_allowed or "refill" in symbols.text):
        lengths = _take_days(symbols, _ALONE, only_usual=True)
    if is_none or 0 in lengths:
        symbols.facts["refill_days"] = 0
        return
    if is_lifetime or lengths:
        symbols.facts["refill_days"] = LIFETIME if is_lifetime else int(max(lengths))
    if mode := _mode(text):
        symbols.facts["refill_mode"] = mode


def _take_days(symbols: Symbols, pattern: Rule, *, only_usual: bool = False) -> list[float]:
    """Return the numbers of days of all matches."""
    found: list[float] = []
    position = 0
    while match := symbols.find(pattern, position):
        groups = match.groupdict()
        number = float(groups.get("n2") or groups["n"])
        is_months = number >= _MONTHS_FROM
        days = number / _MONTHS_FROM * DAYS["month"] if is_months else number * DAYS[groups.get("unit") or "day"]
        if days > _MOST_DAYS or 0 < days < 1 or (only_usual and number not in _USUAL_DAYS):
            position = match.start() + 1
            continue
        found.append(days)
        symbols.use(match)
    return found


_AUTO = re.compile(
    r" (?:ar (?:[-:] )?(?:\d|lifetime|∞)"
    r"|auto (?:(?:[:-]|w|\d+|day|lifetime|\+) ){0,3}?(?:refill|♻)"
    r"|(?:refill|♻) (?:(?:[:\-|+/,♻]|\d+|day|lifetime|month|year) ){0,4}?auto "
    r"|\d+ (?:day )?auto )"
)
_BUTTON = " button "
_CANCEL_BUTTON = re.compile(r" (?<!refill [/+] )cancel (?:w )?button |button cancel ")


def _mode(text: str) -> str:
    if " auto " not in text and " ar " not in text and _BUTTON not in text:
        return ""
    is_auto = _AUTO.search(text) is not None
    is_button = _BUTTON in _CANCEL_BUTTON.sub(" ", text)
    return "+".join(["auto"] * is_auto + ["button"] * is_button)


_SHARE = rf"(?:{NUMBER} (?:% )?(?:-|to) )?(?P<n>{NUMBER})"
_SHARES = [
    rule(rf"drop (?:[:-] )*(?:low|high) \| {_SHARE} %", "drop"),
    rule(f"drop (?:[:-] )*% {_SHARE}", "drop"),
    rule(f"% {_SHARE} (?:w )?drop"),
    rule(f"{_SHARE} % {some(2, 'w max from in per')}drop"),
    rule(f"(?<!no )(?<!no - )drop (?!no ){some(4, 'w : - upto to in < max low per minimum')}(?:% )?{_SHARE} %"),
    rule(r"(?<!no )(?<!no - )drop (?:[:-] )*(?:\d+ - )?(?P<n>\d{1,2})(?= \|)"),
    rule("(?P<n>0) (?:w )?drop", " 0 "),
]
_NONE = [
    rule("nodrop"),
    rule(r"(?:no|❌) (?:(?:-|w|refill|refill [/+,]) )?(?:- )?drop"),
    rule(r"drop (?:[:\-] )*❌", "❌"),
    rule(r"drop (?:[:\-] )*no(?! (?:- )?(?:refill|♻|cancel|bot))"),
    rule("norefill [/+,] drop"),
]
_LOW = [rule("lowdrop", "lowdrop"), rule("low (?:- )?(?:w )?drop"), rule(r"drop (?:[:\-] )*low")]
_HIGH = [rule("high (?:- )?(?:w )?drop"), rule(r"drop (?:[:\-] )*(?:high|yes)")]


def read_drop(symbols: Symbols) -> None:
    """Note drop_max: the highest percentage, or 0, low or high."""
    if "drop" not in symbols.text:
        return
    for each in _SHARES:
        if (match := symbols.find(each)) and " no " not in match[0]:
            symbols.use(match)
            symbols.facts["drop_max"] = int(min(float(match["n"]), 100))
            return
    for patterns, value in ((_NONE, 0), (_LOW, LOW), (_HIGH, HIGH)):
        if symbols.take_any(patterns):
            symbols.facts["drop_max"] = value
            return
