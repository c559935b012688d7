"""What this panel accepts: its service types, and the check and the price of an `add`.

Written from the panel's side on purpose, without the dashboard's own table of types, so that tests compare the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

SMALLEST_AMOUNT = Decimal("0.000001")
MAX_DIGITS = 15


class Refusal(Exception):
    """The panel says no; the text is what the caller gets to read."""


@dataclass(frozen=True, slots=True)
class Service:
    """One row of the catalog. The rate is per 1000 units, but flat for packages."""

    id: str
    name: str
    type: str
    category: str
    rate: Decimal
    min: int
    max: int
    refill: bool
    cancel: bool
    dripfeed: bool
    description: str


@dataclass(frozen=True, slots=True)
class ServiceType:
    """Which fields an `add` needs, and which of them says how many units it is about ("" = none does)."""

    needs: tuple[str, ...]
    counted: str = "quantity"
    is_flat: bool = False


@dataclass(frozen=True, slots=True)
class Priced:
    """How many units an `add` is about, over all runs, and what it costs."""

    units: int
    charge: Decimal


TYPES: Mapping[str, ServiceType] = {
    "Default": ServiceType(("link", "quantity")),
    "Package": ServiceType(("link",), counted="", is_flat=True),
    "Custom Comments": ServiceType(("link", "comments"), counted="comments"),
    "Custom Comments Package": ServiceType(("link", "comments"), counted="comments", is_flat=True),
    "Mentions": ServiceType(("link", "quantity", "usernames")),
    "Mentions with Hashtags": ServiceType(("link", "quantity", "usernames", "hashtags")),
    "Mentions Custom List": ServiceType(("link", "usernames"), counted="usernames"),
    "Mentions Hashtag": ServiceType(("link", "quantity", "hashtag")),
    "Mentions User Followers": ServiceType(("link", "quantity", "username")),
    "Mentions Media Likers": ServiceType(("link", "quantity", "media")),
    "Comment Likes": ServiceType(("link", "quantity", "username")),
    "Comment Replies": ServiceType(("link", "username", "comments"), counted="comments"),
    "Poll": ServiceType(("link", "quantity", "answer_number")),
    "Invites from Groups": ServiceType(("link", "quantity", "groups")),
    "SEO": ServiceType(("link", "quantity", "keywords")),
    "Web Traffic": ServiceType(("link", "quantity", "country", "device", "type_of_traffic")),
    "Subscriptions": ServiceType(("username", "min", "max", "delay"), counted=""),
}
TRAFFIC_DETAIL = {"1": "google_keyword", "2": "referring_url"}
WORDS_FOR_MISSING = {"link": "Bad link", "quantity": "Incorrect quantity", "comments": "Incorrect comments"}
WORDS_FOR_REQUIRED = "You must fill in the required fields"


def check_and_price(service: Service, fields: Mapping[str, str]) -> Priced:
    """Check an `add` as a strict panel does and price it, or raise Refusal.

    Every line of a list is billed, blank ones too, and a number that is sent empty or zero is refused even where it
    is not needed: a caller that sends sloppily pays for it here as it would elsewhere.
    """
    kind = TYPES[service.type]
    _need_fields(service, kind, fields)
    if service.type == "Subscriptions":
        return _subscription(service, fields)
    if "quantity" in fields:
        _whole(fields, "quantity")
    units = _units(service, kind, fields)
    total = units * _runs(service, fields)
    if kind.is_flat:
        return Priced(units=total, charge=service.rate)
    charge = service.rate * total / 1000
    return Priced(units=total, charge=charge.quantize(SMALLEST_AMOUNT, ROUND_HALF_UP))


def _need_fields(service: Service, kind: ServiceType, fields: Mapping[str, str]) -> None:
    needs = kind.needs
    if service.type == "Web Traffic":
        detail = TRAFFIC_DETAIL.get(fields.get("type_of_traffic", ""))
        needs = (*needs, detail) if detail else needs
    for name in needs:
        if not fields.get(name, "").strip():
            raise Refusal(WORDS_FOR_MISSING.get(name, WORDS_FOR_REQUIRED))


def _units(service: Service, kind: ServiceType, fields: Mapping[str, str]) -> int:
    if not kind.counted:
        return 1
    counted = fields[kind.counted]
    units = int(counted) if kind.counted == "quantity" else len(counted.split("\n"))
    _within_limits(service, units)
    return units


def _within_limits(service: Service, units: int) -> None:
    if units < service.min:
        raise Refusal(f"Quantity less than minimal {service.min}")
    if units > service.max:
        raise Refusal(f"Quantity more than maximum {service.max}")


def _runs(service: Service, fields: Mapping[str, str]) -> int:
    """How many times the quantity is delivered: 1 unless the order is drip-fed."""
    if "runs" not in fields and "interval" not in fields:
        return 1
    runs = _whole(fields, "runs")
    _whole(fields, "interval")
    if not service.dripfeed:
        raise Refusal("Drip-feed is not available for this service")
    return runs


def _subscription(service: Service, fields: Mapping[str, str]) -> Priced:
    """A subscription costs nothing until posts appear, and this panel never sees one."""
    fewest, most = _whole(fields, "min"), _whole(fields, "max")
    _within_limits(service, fewest)
    _within_limits(service, most)
    if fewest > most:
        raise Refusal("Incorrect quantity")
    return Priced(units=0, charge=Decimal(0))


def _whole(fields: Mapping[str, str], name: str) -> int:
    text = fields.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS and int(text) > 0):
        raise Refusal(f"Incorrect {name}")
    return int(text)
