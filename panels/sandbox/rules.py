"""The service types of this panel, and the check and the price of an `add` (docs/protocol.md, 2).

Does not use the dashboard's own table of types, so that tests can compare the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal

from panels.sandbox.deliveries import STEADY

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
    # What is counted at the target, such as "Instagram Followers". Services of the same subject raise the same count.
    subject: str = ""
    # How the orders go: a name in DELIVERIES. Nothing of it is in an answer.
    delivery: str = STEADY


@dataclass(frozen=True, slots=True)
class Habits:
    """How a panel differs from the strict one in what it takes, charges and reports."""

    # Whether an answer to `status` has the whole charge after a refund, and which orders have remains 0.
    keeps_charge: bool = False
    ends_without_remains: bool = False
    begins_without_remains: bool = False
    # Each charge is rounded up to a multiple of this, unless it is 0.
    charge_step: Decimal = Decimal(0)
    packages_per_1000: bool = False
    loses_charges: bool = False
    wants_quantity: bool = False
    quantity_step: int = 1
    # Whether the limits are for all runs together.
    limits_total: bool = False
    splits_comments: bool = False
    cancels_one: bool = False
    # 0: no limit.
    calls_a_minute: int = 0


STRICT = Habits()


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
# Types of no service in the catalog, until a service is changed to one. Any other name is ordered like Default.
OTHER_TYPES: Mapping[str, ServiceType] = {
    "Likes spread": ServiceType(("username", "old_posts", "min", "max", "delay"), counted=""),
}
TRAFFIC_DETAIL = {"1": "google_keyword", "2": "referring_url"}
WORDS_FOR_MISSING = {"link": "Bad link", "quantity": "Incorrect quantity", "comments": "Incorrect comments"}
WORDS_FOR_REQUIRED = "You must fill in the required fields"


def check_and_price(service: SandboxService, fields: Mapping[str, str], habits: Habits = STRICT) -> Priced:
    """Check and price an `add` like a strict panel, apart from the habits. Raises Refusal.

    Charges for every line of a list, also for blank lines. Refuses an empty number and zero also in a field that is not
    needed, because other panels do so too.
    """
    kind = TYPES.get(service.type) or OTHER_TYPES.get(service.type) or TYPES["Default"]
    _need_fields(service, kind, fields)
    if habits.wants_quantity and not fields.get("quantity"):
        raise Refusal("Missing required parameters")
    if "max" in kind.needs:
        return _subscription(service, fields)
    if "quantity" in fields and _whole(fields, "quantity") % habits.quantity_step:
        raise Refusal(f"Quantity must be a multiple of {habits.quantity_step}")
    units = _units(kind, fields, habits)
    total = units * _runs(service, fields)
    if kind.counted:
        _within_limits(service, total if habits.limits_total else units)
    is_flat = kind.is_flat and not habits.packages_per_1000
    charge = (service.rate if is_flat else service.rate * total / 1000) * service.surcharge
    return Priced(units=total, charge=_rounded(charge, habits.charge_step))


def _rounded(charge: Decimal, step: Decimal) -> Decimal:
    if step:
        charge = (charge / step).to_integral_value(ROUND_UP) * step
    return charge.quantize(SMALLEST_AMOUNT, ROUND_HALF_UP)


def _need_fields(service: SandboxService, kind: ServiceType, fields: Mapping[str, str]) -> None:
    needs = kind.needs
    if service.type == "Web Traffic":
        detail = TRAFFIC_DETAIL.get(fields.get("type_of_traffic", ""))
        needs = (*needs, detail) if detail else needs
    for name in needs:
        if not fields.get(name, "").strip():
            raise Refusal(WORDS_FOR_MISSING.get(name, WORDS_FOR_REQUIRED))


def _units(kind: ServiceType, fields: Mapping[str, str], habits: Habits) -> int:
    if not kind.counted:
        return 1
    counted = fields[kind.counted]
    if kind.counted == "quantity":
        return int(counted)
    if kind.counted == "comments" and habits.splits_comments:
        counted = counted.replace("\\n", "\n").replace(" | ", "\n")
    return len(counted.split("\n"))


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
