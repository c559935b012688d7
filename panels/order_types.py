"""Which fields each service type needs, checked and priced: the one table that form, import and client share."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

# What fits a 32-bit column on both databases; no panel sells more of anything in one order.
MAX_WHOLE = 2_147_483_647
# Six places and 15 significant digits in all: what survives SQLite, which keeps decimals as floats.
MAX_COST = Decimal("999999999.999999")
MAX_LINK = 2_000
MAX_TEXT = 500
MAX_LINE = 1_000
MAX_LIST = 200_000
MAX_NORMALISED_LINK = 500

_SIX_PLACES = Decimal("0.000001")


class Kind(enum.StrEnum):
    """What a field holds, and so which control shows it and which check it gets.

    WHOLE is a whole number without sign, LINES one item per line, DATE is sent as d/m/Y.
    """

    TEXT = "text"
    LINK = "link"
    WHOLE = "whole"
    LINES = "lines"
    DATE = "date"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the API's `add`, under the API's own name; choices are (value, label)."""

    name: str
    label: str
    kind: Kind
    is_required: bool
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()


class Billing(enum.StrEnum):
    """What the price is made of.

    PER_UNIT: rate × quantity (× runs) / 1000. PER_LINE: rate × lines / 1000. FLAT: the rate.
    SUBSCRIPTION: at most rate × max × posts / 1000.
    """

    PER_UNIT = "per_unit"
    PER_LINE = "per_line"
    FLAT = "flat"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True)
class OrderType:
    """A service type: its slug ("custom_comments"), its name at the panels ("Custom Comments"), its fields and price.

    counted_field is the line list whose lines are the quantity, "" where there is none.
    """

    slug: str
    label: str
    fields: tuple[Field, ...]
    billing: Billing
    counted_field: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a service promises: all that checking and pricing need to know of a catalog row.

    type is a slug, "" when unknown (ordered as Default). The rate is flat for packages. Limits and dripfeed are None
    when the panel did not say.
    """

    type: str
    rate_per_1000: Decimal
    min_quantity: int | None
    max_quantity: int | None
    bills_package_per_line: bool = False
    dripfeed: bool | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of `check`: values that can be sent and a price if errors is empty.

    values: cleaned fields of the type under their API names, empty ones left out.
    errors: messages by field name, under "" those about the order as a whole.
    quantity: per run, or the number of lines; None for packages and subscriptions.
    units: billed units, quantity × runs or lines; None for flat prices, subscriptions, and where not known.
    cost: estimate with 6 places, also beside errors that do not touch the price; None when it cannot be known.
    is_ceiling: the cost is an upper bound.
    """

    values: Mapping[str, str]
    errors: Mapping[str, tuple[str, ...]]
    quantity: int | None
    units: int | None
    cost: Decimal | None
    is_ceiling: bool = False


_DELAYS = (0, 5, 10, 15, 20, 30, 40, 50, 60, 90, 120, 150, 180, 210, 240, 270, 300, 360, 420, 480, 540, 600)
_DELAY_CHOICES = tuple((str(minutes), f"{minutes} minutes" if minutes else "No delay") for minutes in _DELAYS)
_DEVICE_CHOICES = (
    ("1", "Desktop"),
    ("2", "Mobile (Android)"),
    ("3", "Mobile (iOS)"),
    ("4", "Mixed (Mobile)"),
    ("5", "Mixed (Mobile & Desktop)"),
)
_GOOGLE, _REFERRER, _BLANK_REFERRER = "1", "2", "3"
_TRAFFIC_CHOICES = (
    (_GOOGLE, "Google keyword"),
    (_REFERRER, "Custom referrer"),
    (_BLANK_REFERRER, "Blank referrer"),
)

# Every field there is, in the order of a spreadsheet's columns; whether it is required depends on the type.
ALL_FIELDS: Mapping[str, Field] = {
    name: Field(name, label, kind, is_required=False, help=text, choices=choices[0] if choices else ())
    for name, label, kind, text, *choices in (
        ("link", "Link", Kind.LINK, "The address of the page, post or profile, or its name."),
        ("quantity", "Quantity", Kind.WHOLE, "How many to order; with drip-feed, how many in each run."),
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
    )
}

# Zero in these means that the field is not used; panels refuse a zero that is sent.
_ZERO_IS_ABSENT = frozenset({"runs", "interval", "posts", "old_posts"})


def _type(label: str, required: str, optional: str = "", *, billing: Billing, counted: str = "") -> OrderType:
    needed = required.split()
    fields = tuple(replace(ALL_FIELDS[name], is_required=name in needed) for name in [*needed, *optional.split()])
    return OrderType(label.lower().replace(" ", "_"), label, fields, billing, counted)


_TRAFFIC = "link quantity country device type_of_traffic"

# panel-api.md, 2, row by row.
ORDER_TYPES: Mapping[str, OrderType] = {
    each.slug: each
    for each in (
        _type("Default", "link quantity", "runs interval", billing=Billing.PER_UNIT),
        _type("Package", "link", billing=Billing.FLAT),
        _type("Custom Comments", "link comments", billing=Billing.PER_LINE, counted="comments"),
        _type("Custom Comments Package", "link comments", billing=Billing.FLAT, counted="comments"),
        _type("Mentions", "link quantity usernames", billing=Billing.PER_UNIT),
        _type("Mentions with Hashtags", "link quantity usernames hashtags", billing=Billing.PER_UNIT),
        _type("Mentions Custom List", "link usernames", billing=Billing.PER_LINE, counted="usernames"),
        _type("Mentions Hashtag", "link quantity hashtag", billing=Billing.PER_UNIT),
        _type("Mentions User Followers", "link quantity username", billing=Billing.PER_UNIT),
        _type("Mentions Media Likers", "link quantity media", billing=Billing.PER_UNIT),
        _type("Comment Likes", "link quantity username", billing=Billing.PER_UNIT),
        _type("Comment Replies", "link username comments", billing=Billing.PER_LINE, counted="comments"),
        _type("Poll", "link quantity answer_number", billing=Billing.PER_UNIT),
        _type("Invites from Groups", "link quantity groups", billing=Billing.PER_UNIT),
        _type("SEO", "link quantity keywords", billing=Billing.PER_UNIT),
        _type("Web Traffic", _TRAFFIC, "google_keyword referring_url", billing=Billing.PER_UNIT),
        _type("Subscriptions", "username min max delay", "posts old_posts expiry", billing=Billing.SUBSCRIPTION),
    )
}

_SEPARATORS = re.compile(r"[-_\s]+")
_SLUGS = {slug.replace("_", ""): slug for slug in ORDER_TYPES}


def fold_type(text: str) -> str:
    """Return the slug of a panel's type name, or "" when it is not one of the 17 (panel-api.md, 2)."""
    return _SLUGS.get(_SEPARATORS.sub("", text.lower()), "")


def order_type(slug: str) -> OrderType:
    """Return the type of that slug, Default for any that is unknown."""
    return ORDER_TYPES.get(slug) or ORDER_TYPES["default"]


# Cleaning single values

# Includes zero-width marks, which copied texts bring along and which would make a blank line look filled.
_BLANKS = " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200C))
)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNSAFE_IN_LINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SPACE = re.compile(r"\s")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_PLAIN_NUMBER = re.compile(r"0*([0-9]{1,10})(?:\.00?)?")
_GROUPED_NUMBER = re.compile(r"[0-9]{1,3}(?:([ ,\xa0\u202f])[0-9]{3}(?:\1[0-9]{3})*)(?:\.00?)?")
_NOT_A_DIGIT = re.compile(r"[^0-9]")
_DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
# Spreadsheets hand a day over with a time behind it.
_TIME_OF_DAY = re.compile(r"[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.0{1,6})?)?(Z|\+00:00)?$")


class _UnfitError(Exception):
    """A value cannot be taken; the text is the message for the customer."""


def read_whole(text: str) -> int | None:
    """Read a whole number as people and spreadsheets write it: "1000", "1 000", "1,000", "1000.0"; None if it is none.

    Signs, fractions and numbers above MAX_WHOLE are None, and so is "1.000", which means one to some and a thousand
    to others.
    """
    text = text.strip(_BLANKS)
    if match := _PLAIN_NUMBER.fullmatch(text):
        number = int(match[1])
    elif len(text) <= 20 and _GROUPED_NUMBER.fullmatch(text):
        number = int(_NOT_A_DIGIT.sub("", text.partition(".")[0]))
    else:
        return None
    return number if number <= MAX_WHOLE else None


def _shown(text: str) -> str:
    """Quote a value for a message: short, on one line, and storable whatever it holds."""
    start = _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text[:41].replace("\r", " ").replace("\n", " "))
    return f'"{start}"' if len(text) <= 40 else f'"{start[:40]}…"'


def _clean_text(field: Field, text: str, limit: int = MAX_TEXT) -> str:
    if len(text) > limit:
        raise _UnfitError(f"{field.label} has {len(text):,} characters, the limit is {limit:,}: {_shown(text)}.")
    if _UNSAFE.search(text):
        raise _UnfitError(f"{field.label} must be one line without control characters, not {_shown(text)}.")
    return text


def _clean_link(field: Field, text: str) -> str:
    text = _clean_text(field, text, MAX_LINK)
    if _SPACE.search(text) or _INVISIBLE.search(text):
        raise _UnfitError(f"{field.label} must have no spaces or invisible characters inside: {_shown(text)}.")
    return text


def _clean_whole(field: Field, text: str) -> str:
    number = read_whole(text)
    if number == 0 and field.name in _ZERO_IS_ABSENT:
        return ""
    if not number:
        raise _UnfitError(f"{field.label} must be a whole number from 1 to {MAX_WHOLE:,}, not {_shown(text)}.")
    return str(number)


def _split_lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line for raw in lines if (line := raw.strip(_BLANKS))]


def _clean_lines(field: Field, text: str) -> str:
    lines = _split_lines(text)
    cleaned = "\n".join(lines)
    if len(cleaned) > MAX_LIST:
        raise _UnfitError(f"{field.label} have {len(cleaned):,} characters together, the limit is {MAX_LIST:,}.")
    if match := _UNSAFE_IN_LINES.search(cleaned):
        number = cleaned.count("\n", 0, match.start()) + 1
        raise _UnfitError(f"{field.label}: line {number:,} has a control character: {_shown(lines[number - 1])}.")
    if len(cleaned) > MAX_LINE:
        _refuse_long_line(field, lines)
    return cleaned


def _refuse_long_line(field: Field, lines: list[str]) -> None:
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            found = f"line {number:,} has {len(line):,} characters, the limit is {MAX_LINE:,}"
            raise _UnfitError(f"{field.label}: {found}: {_shown(line)}.")


def _clean_date(field: Field, text: str) -> str:
    day_text = _TIME_OF_DAY.sub("", text)
    if match := _DAY_FIRST.fullmatch(day_text):
        day, month, year = match.groups()
    elif match := _YEAR_FIRST.fullmatch(day_text):
        year, month, day = match.groups()
    else:
        raise _UnfitError(f"{field.label} must be a date as day/month/year, such as 31/12/2030, not {_shown(text)}.")
    try:
        return dt.date(int(year), int(month), int(day)).strftime(f"%d/%m/{year}")
    except ValueError:
        raise _UnfitError(f"{field.label} {_shown(text)} is not a day of the calendar (day/month/year).") from None


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
        raise _UnfitError(f"{field.label} {_shown(text)} is not one of: {known}.")
    return value


_CLEANERS: Mapping[Kind, Callable[[Field, str], str]] = {
    Kind.TEXT: _clean_text,
    Kind.LINK: _clean_link,
    Kind.WHOLE: _clean_whole,
    Kind.LINES: _clean_lines,
    Kind.DATE: _clean_date,
    Kind.CHOICE: _clean_choice,
}


# Checking and pricing an order

_Errors = defaultdict[str, list[str]]


def check(offer: Offer, values: Mapping[str, str]) -> Checked:
    """Check an order's fields against its service, clean and price it; all errors are found at once (panel-api.md, 2).

    Amounts are in the panel's currency. Fields that other types have may be given only empty; a name that no type has
    is the caller's mistake and raises ValueError.
    """
    if not values.keys() <= ALL_FIELDS.keys():
        raise ValueError(f"no order has these fields: {sorted(values.keys() - ALL_FIELDS.keys())}")
    kind = order_type(offer.type)
    errors: _Errors = defaultdict(list)
    cleaned = _clean_fields(kind, values, errors)
    count = _count(kind, cleaned)
    _refuse_foreign_fields(kind, values, count, errors)
    if kind.slug == "web_traffic":
        _check_traffic(cleaned, errors)
    elif kind.billing is Billing.SUBSCRIPTION:
        _check_subscription(offer, cleaned, errors)
    elif kind.billing is not Billing.FLAT and count is not None:
        _check_count(offer, kind, count, errors)
    if "runs" in cleaned or "interval" in cleaned:
        _check_drip_feed(offer, cleaned, errors)
    return _priced(offer, kind, cleaned, count, errors)


def _clean_fields(kind: OrderType, values: Mapping[str, str], errors: _Errors) -> dict[str, str]:
    cleaned: dict[str, str] = {}
    for field in kind.fields:
        text = values.get(field.name, "").strip(_BLANKS)
        if not text:
            if field.is_required:
                errors[field.name].append(_missing(field))
            continue
        try:
            if value := _CLEANERS[field.kind](field, text):
                cleaned[field.name] = value
        except _UnfitError as unfit:
            errors[field.name].append(str(unfit))
    return cleaned


def _missing(field: Field) -> str:
    return f"{field.label} {'are' if field.kind is Kind.LINES else 'is'} missing."


def _count(kind: OrderType, cleaned: Mapping[str, str]) -> int | None:
    """Return the quantity per run or the number of lines, None where there is neither."""
    if "quantity" in cleaned:
        return int(cleaned["quantity"])
    lines = cleaned.get(kind.counted_field)
    return lines.count("\n") + 1 if lines else None


def _refuse_foreign_fields(kind: OrderType, values: Mapping[str, str], count: int | None, errors: _Errors) -> None:
    own = _OWN_NAMES[kind.slug]
    for name, raw in values.items():
        if name in own or not raw or not (text := raw.strip(_BLANKS)):
            continue
        number = read_whole(text)
        if number == 0 and name in _ZERO_IS_ABSENT:
            continue
        if name == "quantity" and kind.counted_field and number is not None and number == count:
            continue
        errors[name].append(
            f"{kind.label} orders take no {_in_sentence(ALL_FIELDS[name])}, but {_shown(text)} is given."
        )


def _in_sentence(field: Field) -> str:
    return field.label if field.label.startswith("Google") else field.label[0].lower() + field.label[1:]


_OWN_NAMES = {kind.slug: frozenset(field.name for field in kind.fields) for kind in ORDER_TYPES.values()}


def _check_count(offer: Offer, kind: OrderType, count: int, errors: _Errors) -> None:
    if kind.counted_field:
        label = _in_sentence(ALL_FIELDS[kind.counted_field])
        _check_limits(offer, kind.counted_field, f"The number of {label}, {count:,},", count, errors)
    else:
        _check_limits(offer, "quantity", f"Quantity {count:,}", count, errors)


def _check_limits(offer: Offer, name: str, subject: str, number: int, errors: _Errors) -> None:
    if offer.min_quantity is not None and number < offer.min_quantity:
        errors[name].append(f"{subject} is below this service's minimum of {offer.min_quantity:,}.")
    if offer.max_quantity is not None and number > offer.max_quantity:
        errors[name].append(f"{subject} is above this service's maximum of {offer.max_quantity:,}.")


def _check_drip_feed(offer: Offer, cleaned: Mapping[str, str], errors: _Errors) -> None:
    for name, other in (("runs", "interval"), ("interval", "runs")):
        label = ALL_FIELDS[name].label
        if name not in cleaned:
            if name not in errors:
                given = f"{ALL_FIELDS[other].label} {_shown(cleaned[other])}"
                errors[name].append(
                    f"{label} is missing: drip-feed needs runs and interval, and only {given} is given."
                )
        elif offer.dripfeed is False:
            errors[name].append(f"This service takes no drip-feed, but {label} {_shown(cleaned[name])} is given.")


def _check_subscription(offer: Offer, cleaned: Mapping[str, str], errors: _Errors) -> None:
    for name in ("min", "max"):
        if name in cleaned:
            number = int(cleaned[name])
            _check_limits(offer, name, f"{ALL_FIELDS[name].label} {number:,}", number, errors)
    if "min" in cleaned and "max" in cleaned and int(cleaned["min"]) > int(cleaned["max"]):
        smaller, larger = int(cleaned["min"]), int(cleaned["max"])
        errors["min"].append(f"Minimum per post {smaller:,} is above the maximum per post of {larger:,}.")


def _check_traffic(cleaned: Mapping[str, str], errors: _Errors) -> None:
    traffic = cleaned.get("type_of_traffic")
    if traffic is None:
        return
    for name, needed_by in (("google_keyword", _GOOGLE), ("referring_url", _REFERRER)):
        field = ALL_FIELDS[name]
        if traffic == needed_by and name not in cleaned and name not in errors:
            errors[name].append(f"{field.label} is missing: type of traffic {traffic} needs it.")
        elif traffic != needed_by and name in cleaned:
            errors[name].append(
                f"{field.label} is only for type of traffic {needed_by}, not {traffic}: {_shown(cleaned[name])}."
            )


def _priced(offer: Offer, kind: OrderType, cleaned: dict[str, str], count: int | None, errors: _Errors) -> Checked:
    billing = kind.billing
    if billing is Billing.FLAT and kind.counted_field and offer.bills_package_per_line:
        billing = Billing.PER_LINE
    units = _units(billing, cleaned, count, errors)
    cost = _cost(offer.rate_per_1000, billing, cleaned, units, errors)
    return Checked(
        values=cleaned,
        errors={name: tuple(messages) for name, messages in errors.items()},
        quantity=None if kind.billing is Billing.FLAT else count,
        units=units,
        cost=cost,
        is_ceiling=billing is Billing.SUBSCRIPTION and cost is not None,
    )


def _units(billing: Billing, cleaned: Mapping[str, str], count: int | None, errors: _Errors) -> int | None:
    if billing in (Billing.FLAT, Billing.SUBSCRIPTION) or count is None or "runs" in errors:
        return None
    units = count * int(cleaned.get("runs", 1))
    if units > MAX_WHOLE:
        errors["runs"].append(f"Quantity × runs is {units:,}, the limit is {MAX_WHOLE:,}.")
        return None
    return units


def _cost(
    rate: Decimal, billing: Billing, cleaned: Mapping[str, str], units: int | None, errors: _Errors
) -> Decimal | None:
    if billing is Billing.SUBSCRIPTION and "max" in cleaned and "posts" in cleaned:
        units = int(cleaned["max"]) * int(cleaned["posts"])
    if billing is Billing.FLAT:
        cost = rate
    elif units is not None:
        cost = (rate * units).scaleb(-3)
    else:
        return None
    if cost > MAX_COST:
        errors[""].append(f"The price is above {MAX_COST:,}, the most that an order may cost: lower the quantity.")
        return None
    return cost.quantize(_SIX_PLACES, ROUND_HALF_UP)


# Sending and comparing


def outgoing(slug: str, values: Mapping[str, str], *, always_send_quantity: bool) -> dict[str, str]:
    """Return what an `add` sends besides `service`: only the type's fields, only with a value (panel-api.md, 2).

    With always_send_quantity, types that have no quantity send the number of lines, and packages 1; subscriptions have
    nothing that could be counted and send none.
    """
    kind = order_type(slug)
    sent = {field.name: text for field in kind.fields if (text := _sendable(field, values.get(field.name, "")))}
    if always_send_quantity and "quantity" not in _OWN_NAMES[kind.slug]:
        if kind.billing is Billing.FLAT:
            sent["quantity"] = "1"
        elif lines := sent.get(kind.counted_field):
            sent["quantity"] = str(lines.count("\n") + 1)
    return sent


def _sendable(field: Field, text: str) -> str:
    if field.kind is Kind.LINES:
        return "\n".join(_split_lines(text))
    text = text.strip(_BLANKS)
    return "" if text == "0" and field.kind is Kind.WHOLE else text


_WEB_SCHEME = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_TRACKING = frozenset({"igsh", "igshid", "fbclid", "si"})


def normalise_link(link: str) -> str:
    """Return the form of a link under which it is searched and duplicates are found; never sent.

    Scheme, www., m., trailing slash, fragment and tracking parameters go; the path keeps its case, which matters
    on some sites. A bare name is lower-cased.
    """
    text = _UNSAFE.sub("", link).strip(_BLANKS)
    if text.startswith("@"):
        return text.lower()[:MAX_NORMALISED_LINK]
    text = _WEB_SCHEME.sub("", text, count=1) if _WEB_SCHEME.match(text) else text
    address, _, query = text.partition("#")[0].partition("?")
    host, slash, path = address.partition("/")
    kept = "&".join(part for part in query.split("&") if part and not _is_tracking(part))
    normal = (_plain_host(host.lower()) + slash + path).rstrip("/")
    return (f"{normal}?{kept}" if kept else normal)[:MAX_NORMALISED_LINK]


def _is_tracking(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name.startswith("utm_") or name in _TRACKING


def _plain_host(host: str) -> str:
    """Drop www. and m., unless that would leave no host, as with m.me."""
    for prefix in ("www.", "m."):
        shorter = host.removeprefix(prefix)
        host = shorter if "." in shorter else host
    return host
