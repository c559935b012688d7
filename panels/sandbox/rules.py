"""The service types of this panel, and the check and the price of an `add` (docs/protocol.md, 2).

Does not use the dashboard's own table of types, so that tests can compare the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

SMALLEST_AMOUNT = Decimal("0.000001")
MAX_DIGITS = 15


class Refusal(Exception):
    """The panel refuses a call. The text is sent in the answer."""


@dataclass(frozen=True, slots=True)
class SandboxService:
    """One service of the catalog. The rate is per 1000 units, and flat for packages."""

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
    average_time: str = "Not Enough Data"
    # The charge as a multiple of the listed price: 1.31 at a panel that charges 31 % more than it lists.
    surcharge: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class ServiceType:
    """The fields that an `add` needs. `counted` is the field that gives the number of units, or ""."""

    needs: tuple[str, ...]
    counted: str = "quantity"
    is_flat: bool = False


@dataclass(frozen=True, slots=True)
class Priced:
    """The units of an `add` over all runs, and its price."""

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


def check_and_price(service: SandboxService, fields: Mapping[str, str]) -> Priced:
    """Check and price an `add` like a strict panel. Raises Refusal.

    Charges for every line of a list, also for blank lines. Refuses an empty number and zero also in a field that is not
    needed, because other panels do so too.
    """
    kind = TYPES[service.type]
    _need_fields(service, kind, fields)
    if service.type == "Subscriptions":
        return _subscription(service, fields)
    if "quantity" in fields:
        _whole(fields, "quantity")
    units = _units(service, kind, fields)
    total = units * _runs(service, fields)
    price = service.rate if kind.is_flat else service.rate * total / 1000
    charge = price * service.surcharge
    return Priced(units=total, charge=charge.quantize(SMALLEST_AMOUNT, ROUND_HALF_UP))


def _need_fields(service: SandboxService, kind: ServiceType, fields: Mapping[str, str]) -> None:
    needs = kind.needs
    if service.type == "Web Traffic":
        detail = TRAFFIC_DETAIL.get(fields.get("type_of_traffic", ""))
        needs = (*needs, detail) if detail else needs
    for name in needs:
        if not fields.get(name, "").strip():
            raise Refusal(WORDS_FOR_MISSING.get(name, WORDS_FOR_REQUIRED))


def _units(service: SandboxService, kind: ServiceType, fields: Mapping[str, str]) -> int:
    if not kind.counted:
        return 1
    counted = fields[kind.counted]
    units = int(counted) if kind.counted == "quantity" else len(counted.split("\n"))
    _within_limits(service, units)
    return units


def _within_limits(service: SandboxService, units: int) -> None:
    if units < service.min:
        raise Refusal(f"Quantity less than minimal {service.min}")
    if units > service.max:
        raise Refusal(f"Quantity more than maximum {service.max}")


def _runs(service: SandboxService, fields: Mapping[str, str]) -> int:
    """Return how many times the quantity is delivered: 1 without drip-feed."""
    if "runs" not in fields and "interval" not in fields:
        return 1
    runs = _whole(fields, "runs")
    _whole(fields, "interval")
    if not service.dripfeed:
        raise Refusal("Drip-feed is not available for this service")
    return runs


def _subscription(service: SandboxService, fields: Mapping[str, str]) -> Priced:
    """Check a subscription. It costs nothing, because it is charged by new posts, and there are none here."""
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
