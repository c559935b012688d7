"""Every field that an order can have, and how its value is read.

No rule here needs two fields (docs/protocol.md, 2).
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from unicodedata import category

from panels.protocol.scalars import read_shortened

# The most that a 32-bit column holds on both databases. No panel sells more in one order.
MAX_WHOLE = 2_147_483_647
MAX_LINK = 2_000
MAX_TEXT = 500
MAX_LINE = 1_000
MAX_LIST = 200_000
MAX_NORMALISED_LINK = 500


class Kind(enum.StrEnum):
    """The kind of value in a field. It decides the control of the form and the check.

    WHOLE is a whole number without a sign. LINES has one item a line. DATE is sent as d/m/Y. PAIRS has one name=value a
    line, and each is sent as a field of its own.
    """

    TEXT = "text"
    LINK = "link"
    WHOLE = "whole"
    LINES = "lines"
    DATE = "date"
    CHOICE = "choice"
    PAIRS = "pairs"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of `add`, under its name in the API. Choices are (value, label)."""

    name: str
    label: str
    kind: Kind
    is_required: bool
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def has_lines(self) -> bool:
        """Whether the value may have several lines."""
        return self.kind in (Kind.LINES, Kind.PAIRS)


_DELAYS = (0, 5, 10, 15, 20, 30, 40, 50, 60, 90, 120, 150, 180, 210, 240, 270, 300, 360, 420, 480, 540, 600)
_DELAY_CHOICES = tuple((str(minutes), f"{minutes} minutes" if minutes else "No delay") for minutes in _DELAYS)
_DEVICE_CHOICES = (
    ("1", "Desktop"),
    ("2", "Mobile (Android)"),
    ("3", "Mobile (iOS)"),
    ("4", "Mixed (Mobile)"),
    ("5", "Mixed (Mobile & Desktop)"),
)
FROM_GOOGLE, FROM_REFERRER, FROM_NOWHERE = "1", "2", "3"
_TRAFFIC_CHOICES = (
    (FROM_GOOGLE, "Google keyword"),
    (FROM_REFERRER, "Custom referrer"),
    (FROM_NOWHERE, "Blank referrer"),
)
# All fields, in the order of the columns of a spreadsheet. The type of the service decides which are required.
ALL_FIELDS: Mapping[str, Field] = {
    name: Field(name, label, kind, is_required=False, help=text, choices=choices[0] if choices else ())
    for name, label, kind, text, *choices in (
        ("link", "Link", Kind.LINK, "The address of the page, post or profile, or its name."),
        ("quantity", "Quantity", Kind.WHOLE, "How many to order."),
        ("comments", "Comments", Kind.LINES, "One comment per line."),
        ("usernames", "Usernames", Kind.LINES, "One username per line."),
        ("hashtags", "Hashtags", Kind.LINES, "One hashtag per line."),
        ("hashtag", "Hashtag", Kind.TEXT, "The hashtag whose users are mentioned."),
        ("username", "Username", Kind.TEXT, "The name of the account concerned."),
        ("media", "Media link", Kind.LINK, "The address of the post whose likers are mentioned."),
        ("answer_number", "Answer number", Kind.WHOLE, "Which answer of the poll gets the votes, counted from 1."),
        ("groups", "Groups", Kind.LINES, "One group per line."),
        ("keywords", "Keywords", Kind.LINES, "One keyword per line."),
        ("min", "Minimum per post", Kind.WHOLE, "The smallest quantity for each new post."),
        ("max", "Maximum per post", Kind.WHOLE, "The largest quantity for each new post."),
        ("posts", "New posts", Kind.WHOLE, "How many future posts are served; empty for no limit."),
        ("old_posts", "Old posts", Kind.WHOLE, "How many existing posts are served, where the service offers it."),
        ("delay", "Delay", Kind.CHOICE, "Minutes between a new post and its order.", _DELAY_CHOICES),
        ("expiry", "Expiry", Kind.DATE, "The day the subscription ends, as day/month/year; empty for no end."),
        ("runs", "Runs", Kind.WHOLE, "Drip-feed: how many times the quantity is delivered."),
        ("interval", "Interval", Kind.WHOLE, "Drip-feed: minutes between two runs."),
        ("country", "Country", Kind.TEXT, "The visitors' country, as a code or name that the panel knows."),
        ("device", "Device", Kind.CHOICE, "What the visitors use.", _DEVICE_CHOICES),
        ("type_of_traffic", "Type of traffic", Kind.CHOICE, "Where the visitors seem to come from.", _TRAFFIC_CHOICES),
        ("google_keyword", "Google keyword", Kind.TEXT, "The searched words, for traffic from Google."),
        ("referring_url", "Referring URL", Kind.LINK, "The page visitors come from, for a custom referrer."),
        (
            "extra_fields",
            "Further fields",
            Kind.PAIRS,
            "Other fields that the panel wants for this service, one a line: name=value.",
        ),
    )
}
# The fields of a call that are no part of the order.
RESERVED = frozenset({"key", "action", "service"})
# The fields that an order of an unknown type has beside its further fields.
_OF_UNKNOWN = frozenset({"link", "quantity", "runs", "interval", "extra_fields"})
MOST_EXTRA = 20
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,49}")
# Zero in these fields means that they are not used. Panels refuse a zero that is sent.
ZERO_IS_ABSENT = frozenset({"runs", "interval", "posts", "old_posts"})
# Includes zero-width marks. They come with copied texts, and a blank line with one of them would not be empty.
BLANKS = " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200C))
)
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNSAFE_IN_LINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SPACE = re.compile(r"\s")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
# Invisible characters that turn the direction of the text, also of the text behind the name.
TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
# Unicode categories: control and format characters, and all spaces.
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
# Letters, marks and signs without a shape: fillers, joiners, variation selectors and the empty Braille pattern.
_DRAWS_NOTHING = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0").union(map(chr, range(0xFE00, 0xFE10)))
_PLAIN_NUMBER = re.compile(r"0*([0-9]{1,10})(?:\.00?)?")
_GROUPED_NUMBER = re.compile(r"[0-9]{1,3}(?:([ ,'\u2019\xa0\u202f])[0-9]{3}(?:\1[0-9]{3})*)(?:\.00?)?")
# With two points, these are no decimals.
_GROUPED_BY_POINTS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}")
# Thousands for some people, and decimals for others. Money must not depend on a guess.
_AMBIGUOUS = re.compile(r"([1-9][0-9]{0,2})\.([0-9]{3})")
# The fields whose number may be shortened: "10k". In other fields, "10m" may mean minutes.
_COUNTS = frozenset({"quantity", "min", "max"})
_MAX_DIGITS = 40
_NOT_A_DIGIT = re.compile(r"[^0-9]")
_DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
# Spreadsheets put a time behind a day.
_TIME_OF_DAY = re.compile(r"[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.0{1,6})?)?(Z|\+00:00)?$")


def trim(text: str) -> str:
    """Remove blanks, line ends and zero-width marks from both ends."""
    return text.strip(BLANKS)


def without_invisible(text: str) -> str:
    """Remove everything that nobody can see, also inside of a text: it comes with copied keys and addresses.

    Plain spaces inside stay, because they can be seen.
    """
    kept = (char for char in text if char == " " or not (char in _DRAWS_NOTHING or category(char) in _UNSEEN))
    return "".join(kept).strip()


def show_turning(name: str) -> str:
    """Return a foreign name with a visible mark for each character that turns the text: it can feign another name."""
    return TURNING.sub("\N{REPLACEMENT CHARACTER}", name)


class UnfitError(Exception):
    """A value is not valid. The text is the message for the user."""


def read_whole(text: str) -> int | None:
    """Read a whole number as people and spreadsheets write it: "1000", "1 000", "1,000", "1.000.000", "1000.0".

    Signs, fractions and numbers above MAX_WHOLE give None. So does "1.000", because some people read it as one, and
    others as a thousand.
    """
    text = trim(text)
    if len(text) > _MAX_DIGITS:
        return None
    if match := _PLAIN_NUMBER.fullmatch(text):
        number = int(match[1])
    elif _GROUPED_BY_POINTS.fullmatch(text):
        number = int(text.replace(".", ""))
    elif _GROUPED_NUMBER.fullmatch(text):
        number = int(_NOT_A_DIGIT.sub("", text.partition(".")[0]))
    else:
        return None
    return number if number <= MAX_WHOLE else None


def read_count(text: str) -> int | None:
    """Read a number of units like `read_whole`, or a shortened one: "10k", "1.5k", "2m", "10 Tsd"."""
    text = trim(text)
    if len(text) > _MAX_DIGITS or (number := read_shortened(text)) is None:
        return read_whole(text)
    return int(number) if number == int(number) <= MAX_WHOLE else None


def shown(text: str) -> str:
    """Quote a value for a message: short, on one line, and with its invisible characters made visible."""
    start = text[:40].replace("\r", " ").replace("\n", " ")
    visible = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in start)
    return f"“{visible}”" if len(text) <= 40 else f"“{visible}…”"


def _clean_text(field: Field, text: str, limit: int = MAX_TEXT) -> str:
    if len(text) > limit:
        raise UnfitError(f"{field.label} has {len(text):,} characters, the limit is {limit:,}: {shown(text)}.")
    if UNSAFE.search(text):
        raise UnfitError(f"{field.label} must be one line without control characters, not {shown(text)}.")
    return text


def _clean_link(field: Field, text: str) -> str:
    text = _clean_text(field, text, MAX_LINK)
    if _SPACE.search(text) or _INVISIBLE.search(text):
        raise UnfitError(f"{field.label} must have no spaces or invisible characters inside: {shown(text)}.")
    return text


def _clean_whole(field: Field, text: str) -> str:
    number = read_count(text) if field.name in _COUNTS else read_whole(text)
    if number == 0 and field.name in ZERO_IS_ABSENT:
        return ""
    if match := _AMBIGUOUS.fullmatch(text):
        few, many = f"{match[1]}.{match[2]}".rstrip("0").rstrip("."), int(match[1] + match[2])
        raise UnfitError(f"{field.label} {shown(text)} may mean {few} or {many}. Write it without the point.")
    if not number:
        raise UnfitError(f"{field.label} must be a whole number from 1 to {MAX_WHOLE:,}, not {shown(text)}.")
    return str(number)


def split_lines(text: str) -> list[str]:
    """Return the trimmed lines of a list without blank lines, because some panels charge for them.

    See docs/protocol.md, 2.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line for raw in lines if (line := trim(raw))]


def _clean_lines(field: Field, text: str) -> str:
    lines = split_lines(text)
    cleaned = "\n".join(lines)
    if len(cleaned) > MAX_LIST:
        raise UnfitError(f"{field.label} have {len(cleaned):,} characters together, the limit is {MAX_LIST:,}.")
    if match := _UNSAFE_IN_LINES.search(cleaned):
        number = cleaned.count("\n", 0, match.start()) + 1
        raise UnfitError(f"{field.label}: line {number:,} has a control character: {shown(lines[number - 1])}.")
    if len(cleaned) > MAX_LINE:
        _refuse_long_line(field, lines)
    return cleaned


def _refuse_long_line(field: Field, lines: list[str]) -> None:
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            found = f"line {number:,} has {len(line):,} characters, the limit is {MAX_LINE:,}"
            raise UnfitError(f"{field.label}: {found}: {shown(line)}.")


def _clean_date(field: Field, text: str) -> str:
    day_text = _TIME_OF_DAY.sub("", text)
    if match := _DAY_FIRST.fullmatch(day_text):
        day, month, year = match.groups()
    elif match := _YEAR_FIRST.fullmatch(day_text):
        year, month, day = match.groups()
    else:
        raise UnfitError(f"{field.label} must be a date as day/month/year, such as 31/12/2030, not {shown(text)}.")
    try:
        return dt.date(int(year), int(month), int(day)).strftime(f"%d/%m/{year}")
    except ValueError:
        raise UnfitError(f"{field.label} {shown(text)} is not a day of the calendar (day/month/year).") from None


_CHOICE_VALUES: Mapping[str, Mapping[str, str]] = {
    field.name: {key.lower(): value for value, label in field.choices for key in (value, label)}
    for field in ALL_FIELDS.values()
    if field.choices
}


def _clean_choice(field: Field, text: str) -> str:
    """Accept a choice by its value, also as a spreadsheet's "1.0", or by its label."""
    number = read_whole(text)
    value = _CHOICE_VALUES[field.name].get(text.lower() if number is None else str(number))
    if value is None:
        known = ", ".join(key if label.startswith(key) else f"{key} ({label})" for key, label in field.choices)
        raise UnfitError(f"{field.label} {shown(text)} is not one of: {known}.")
    return value


def _clean_pairs(field: Field, text: str) -> str:
    """Check further fields by name. A name that is known at another type is checked as there."""
    lines = split_lines(text)
    if len(lines) > MOST_EXTRA:
        raise UnfitError(f"{field.label} are at most {MOST_EXTRA}, and {len(lines):,} are given.")
    found: dict[str, str] = {}
    for line in lines:
        name, sign, value = line.partition("=")
        name, value = trim(name), trim(value)
        if not sign or not value or not _NAME.fullmatch(name):
            raise UnfitError(f"{field.label} must be lines of the form name=value. This line is not: {shown(line)}.")
        if name.casefold() in RESERVED:
            raise UnfitError(f"{field.label} must not set {shown(name)}. The dashboard sets it for each call.")
        if name.casefold() in _OF_UNKNOWN:
            raise UnfitError(f"{field.label} must not set {shown(name)}. It has a field of its own.")
        if name in found:
            raise UnfitError(f"{field.label} have {shown(name)} twice.")
        known = ALL_FIELDS.get(name) or Field(name, f"{field.label}: {name}", Kind.TEXT, is_required=False)
        found[name] = clean(known, value)
    return "\n".join(f"{name}={value}" for name, value in found.items() if value)


def read_pairs(text: str) -> dict[str, str]:
    """Return the further fields that a cleaned text names."""
    pairs = (line.partition("=") for line in split_lines(text))
    return {name: value for name, sign, value in pairs if sign and value and name.casefold() not in RESERVED}


_CLEANERS: Mapping[Kind, Callable[[Field, str], str]] = {
    Kind.TEXT: _clean_text,
    Kind.LINK: _clean_link,
    Kind.WHOLE: _clean_whole,
    Kind.LINES: _clean_lines,
    Kind.DATE: _clean_date,
    Kind.CHOICE: _clean_choice,
    Kind.PAIRS: _clean_pairs,
}


def clean(field: Field, text: str) -> str:
    """Return the value as it is sent, or "" if it means that the field is not used (docs/protocol.md, 2).

    The text must be trimmed and not empty. Raises UnfitError if the value is not valid. Does not check whether the
    field is required, or fits the other fields.
    """
    return _CLEANERS[field.kind](field, text)
