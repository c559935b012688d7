"""The fields of each service type, and the check of an order against them (docs/protocol.md, 2)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from panels.protocol.comments import warn_of_splits
from panels.protocol.drip_feed import DripFeed
from panels.protocol.link_warnings import warn_of_link, warn_of_shape
from panels.protocol.order_fields import (
    ALL_FIELDS,
    FROM_GOOGLE,
    FROM_REFERRER,
    ZERO_IS_ABSENT,
    Field,
    Kind,
    UnfitError,
    clean,
    read_pairs,
    read_whole,
    shown,
    split_lines,
    trim,
)
from panels.protocol.order_price import Billing, Errors, count_units, estimate_cost

__all__ = [
    "ALL_FIELDS",
    "ORDER_TYPES",
    "Billing",
    "Checked",
    "Field",
    "Kind",
    "Offer",
    "OrderType",
    "check",
    "fold_type",
    "lacks_quantity",
    "order_type",
    "outgoing",
    "read_whole",
]


@dataclass(frozen=True, slots=True)
class OrderType:
    """A service type: its slug ("custom_comments"), its name at the panels ("Custom Comments"), its fields and price.

    counted_field is the list whose lines are the quantity, or "".
    """

    slug: str
    label: str
    fields: tuple[Field, ...]
    billing: Billing
    counted_field: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """The data of a service that are needed to check and price an order.

    type is a slug, or "" for an unknown type, which is ordered like Default. The rate is per 1000 units, and flat for
    packages. Limits and dripfeed are None if the catalog does not contain them. The panel charges charge_factor times
    the listed price. Only warnings come from the name and the category.
    """

    type: str
    rate_per_1000: Decimal
    min_quantity: int | None
    max_quantity: int | None
    bills_package_per_line: bool = False
    dripfeed: bool | None = None
    charge_factor: Decimal = Decimal(1)
    name: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of `check`. The values can be sent if errors is empty.

    values: the cleaned fields of the type under their names in the API, without empty fields. `extra_fields` has the
    further fields of an unknown type.
    errors: messages by field name, and under "" those about the order as a whole.
    quantity: of one run, or the number of lines. None for packages and subscriptions.
    units: billed units, quantity × runs or lines. None for flat prices and subscriptions, and if not known.
    cost: an estimate with 6 decimals, also beside errors that do not concern the price. None if it cannot be known.
    is_ceiling: the cost is an upper bound.
    warnings: messages about values that cannot be right, or that some panels refuse and others take.
    """

    values: Mapping[str, str]
    errors: Mapping[str, tuple[str, ...]]
    quantity: int | None
    units: int | None
    cost: Decimal | None
    is_ceiling: bool = False
    warnings: tuple[str, ...] = ()


def _type(label: str, required: str, optional: str = "", *, billing: Billing, counted: str = "") -> OrderType:
    needed = required.split()
    fields = tuple(replace(ALL_FIELDS[name], is_required=name in needed) for name in [*needed, *optional.split()])
    return OrderType(label.lower().replace(" ", "_"), label, fields, billing, counted)


_TRAFFIC = "link quantity country device type_of_traffic"
# The table of docs/protocol.md, 2, row by row.
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
        _type("Likes spread", "username old_posts min max delay", billing=Billing.SUBSCRIPTION),
    )
}
# An unknown type is ordered as Default, with further fields by name.
_UNKNOWN = replace(ORDER_TYPES["default"], slug="", fields=(*ORDER_TYPES["default"].fields, ALL_FIELDS["extra_fields"]))
_OWN_NAMES = {kind.slug: frozenset(field.name for field in kind.fields) for kind in (*ORDER_TYPES.values(), _UNKNOWN)}
_SEPARATORS = re.compile(r"[-_\s]+")
_SLUGS = {slug.replace("_", ""): slug for slug in ORDER_TYPES}


def fold_type(text: str) -> str:
    """Return the slug of a type name of a panel, or "" if it is not a known one (docs/protocol.md, 2).

    A word in the singular is the same as in the plural: "Custom Comment", "Subscription".
    """
    words = _SEPARATORS.split(text.lower())
    return _SLUGS.get("".join(words)) or _SINGULAR.get(_in_singular(words), "")


def _in_singular(words: Iterable[str]) -> str:
    return "".join(word.removesuffix("s") for word in words)


_SINGULAR = {_in_singular(slug.split("_")): slug for slug in ORDER_TYPES}


def type_choices() -> list[tuple[str, str]]:
    """Return the slug and name of every type, in the form of choices for a form field."""
    return [(slug, kind.label) for slug, kind in ORDER_TYPES.items()]


def order_type(slug: str) -> OrderType:
    """Return the type of a slug, or Default with further fields for an unknown slug (docs/protocol.md, 2)."""
    return ORDER_TYPES.get(slug) or _UNKNOWN


def lacks_quantity(slug: str) -> bool:
    """Say whether orders of a type have a quantity only at a panel that always gets one."""
    kind = order_type(slug)
    return "quantity" not in _OWN_NAMES[kind.slug] and kind.billing is not Billing.SUBSCRIPTION


def check(offer: Offer, values: Mapping[str, str]) -> Checked:
    """Check the fields of an order against its service, clean them and price the order (docs/protocol.md, 2).

    Finds all errors at once. Amounts are in the currency of the panel. Fields of other types must be empty. A name that
    no type has is a mistake of the caller and raises ValueError.
    """
    if not values.keys() <= ALL_FIELDS.keys():
        raise ValueError(f"no order has these fields: {sorted(values.keys() - ALL_FIELDS.keys())}")
    kind = order_type(offer.type)
    errors: Errors = defaultdict(list)
    cleaned = _clean_fields(kind, values, errors)
    count = _count(kind, cleaned)
    drip = DripFeed(offer.min_quantity, offer.max_quantity, count or 0, int(cleaned.get("runs", 1)))
    _refuse_foreign_fields(kind, values, count, errors)
    if kind.slug == "web_traffic":
        _check_traffic(cleaned, errors)
    if kind.billing is Billing.SUBSCRIPTION:
        _check_subscription(offer, cleaned, errors)
    elif kind.billing is not Billing.FLAT and count is not None:
        _check_count(offer, kind, count, drip, errors)
    if "runs" in cleaned or "interval" in cleaned:
        _check_drip_feed(offer, cleaned, errors)
    return replace(
        _priced(offer, kind, cleaned, count, errors),
        warnings=(*_warn_of_links(offer, kind, cleaned), *drip.warnings, *warn_of_splits(cleaned.get("comments", ""))),
    )


def _clean_fields(kind: OrderType, values: Mapping[str, str], errors: Errors) -> dict[str, str]:
    cleaned: dict[str, str] = {}
    for field in kind.fields:
        text = trim(values.get(field.name, ""))
        try:
            value = clean(field, text) if text else ""
        except UnfitError as unfit:
            errors[field.name].append(str(unfit))
            continue
        if value:
            cleaned[field.name] = value
        elif field.is_required:
            errors[field.name].append(_missing(field))
    return cleaned


def _warn_of_links(offer: Offer, kind: OrderType, cleaned: Mapping[str, str]) -> list[str]:
    """Return the warnings about the addresses of an order. Only its link must fit the service."""
    others = [field for field in kind.fields if field.kind is Kind.LINK and field.name != "link"]
    found = [warn_of_shape(field.label, cleaned[field.name]) for field in others if field.name in cleaned]
    if link := cleaned.get("link"):
        found.insert(0, warn_of_link(link, offer.name, offer.category))
    return [text for text in found if text]


def _missing(field: Field) -> str:
    return f"{field.label} {'are' if field.kind is Kind.LINES else 'is'} missing."


def _count(kind: OrderType, cleaned: Mapping[str, str]) -> int | None:
    """Return the quantity of one run, or the number of lines, or None."""
    if "quantity" in cleaned:
        return int(cleaned["quantity"])
    lines = cleaned.get(kind.counted_field)
    return lines.count("\n") + 1 if lines else None


def _refuse_foreign_fields(kind: OrderType, values: Mapping[str, str], count: int | None, errors: Errors) -> None:
    own = _OWN_NAMES[kind.slug]
    for name, raw in values.items():
        if name in own or not raw or not (text := trim(raw)):
            continue
        number = read_whole(text)
        if number == 0 and name in ZERO_IS_ABSENT:
            continue
        # A quantity that the type does not take may say what is ordered anyway: one package, or the number of lines.
        if name == "quantity" and number and number in _implied_counts(kind, count):
            continue
        message = f"{kind.label} orders take no {_in_sentence(ALL_FIELDS[name])}, but {shown(text)} is given"
        counted = f": their {kind.counted_field} are counted" if name == "quantity" and kind.counted_field else ""
        errors[name].append(f"{message}{counted}.")


def _implied_counts(kind: OrderType, count: int | None) -> set[int | None]:
    counted = {count} if kind.counted_field else set()
    return counted | {1} if kind.billing is Billing.FLAT else counted


def _in_sentence(field: Field) -> str:
    return field.label if field.label.startswith("Google") else field.label[0].lower() + field.label[1:]


def _check_count(offer: Offer, kind: OrderType, count: int, drip: DripFeed, errors: Errors) -> None:
    if kind.counted_field:
        label = _in_sentence(ALL_FIELDS[kind.counted_field])
        _check_limits(offer, kind.counted_field, f"The number of {label}, {count:,},", count, errors)
    elif drip.fits_no_reading:
        _check_limits(offer, "quantity", f"Quantity {count:,}", count, errors)
        if drip.runs > 1:
            _check_limits(offer, "quantity", f"The total of {drip.total:,}", drip.total, errors)


def _check_limits(offer: Offer, name: str, subject: str, number: int, errors: Errors) -> None:
    if offer.min_quantity is not None and number < offer.min_quantity:
        errors[name].append(f"{subject} is below this service's minimum of {offer.min_quantity:,}.")
    if offer.max_quantity is not None and number > offer.max_quantity:
        errors[name].append(f"{subject} is above this service's maximum of {offer.max_quantity:,}.")


def _check_drip_feed(offer: Offer, cleaned: Mapping[str, str], errors: Errors) -> None:
    for name, other in (("runs", "interval"), ("interval", "runs")):
        label = ALL_FIELDS[name].label
        if name not in cleaned:
            if name not in errors:
                given = f"{ALL_FIELDS[other].label} {shown(cleaned[other])}"
                errors[name].append(
                    f"{label} is missing: drip-feed needs runs and interval, and only {given} is given."
                )
        elif offer.dripfeed is False:
            errors[name].append(f"This service takes no drip-feed, but {label} {shown(cleaned[name])} is given.")


def _check_subscription(offer: Offer, cleaned: Mapping[str, str], errors: Errors) -> None:
    for name in ("min", "max"):
        if name in cleaned:
            number = int(cleaned[name])
            _check_limits(offer, name, f"{ALL_FIELDS[name].label} {number:,}", number, errors)
    if "min" in cleaned and "max" in cleaned and int(cleaned["min"]) > int(cleaned["max"]):
        smaller, larger = int(cleaned["min"]), int(cleaned["max"])
        errors["min"].append(f"Minimum per post {smaller:,} is above the maximum per post of {larger:,}.")


def _check_traffic(cleaned: Mapping[str, str], errors: Errors) -> None:
    traffic = cleaned.get("type_of_traffic")
    if traffic is None:
        return
    for name, needed_by in (("google_keyword", FROM_GOOGLE), ("referring_url", FROM_REFERRER)):
        field = ALL_FIELDS[name]
        if traffic == needed_by and name not in cleaned and name not in errors:
            errors[name].append(f"{field.label} is missing: type of traffic {traffic} needs it.")
        elif traffic != needed_by and name in cleaned:
            errors[name].append(
                f"{field.label} is only for type of traffic {needed_by}, not {traffic}: {shown(cleaned[name])}."
            )


def _priced(offer: Offer, kind: OrderType, cleaned: dict[str, str], count: int | None, errors: Errors) -> Checked:
    billing = kind.billing
    if billing is Billing.FLAT and kind.counted_field and offer.bills_package_per_line:
        billing = Billing.PER_LINE
    units = count_units(billing, cleaned, count, errors)
    cost = estimate_cost(offer.rate_per_1000 * offer.charge_factor, billing, cleaned, units, errors)
    return Checked(
        values=cleaned,
        errors={name: tuple(messages) for name, messages in errors.items()},
        quantity=None if kind.billing is Billing.FLAT else count,
        units=units,
        cost=cost,
        is_ceiling=billing is Billing.SUBSCRIPTION and cost is not None,
    )


def outgoing(slug: str, values: Mapping[str, str], *, always_send_quantity: bool) -> dict[str, str]:
    """Return the fields of an `add` besides `service`: only fields of the type that have a value (docs/protocol.md, 2).

    With always_send_quantity, types without a quantity send the number of lines, and packages send 1. Subscriptions
    have nothing to count and send no quantity.
    """
    kind = order_type(slug)
    sent = {field.name: text for field in kind.fields if (text := _sendable(field, values.get(field.name, "")))}
    # Further fields never replace a field of the type.
    sent = read_pairs(sent.pop("extra_fields", "")) | sent
    if always_send_quantity and "quantity" not in _OWN_NAMES[kind.slug]:
        if kind.billing is Billing.FLAT:
            sent["quantity"] = "1"
        elif lines := sent.get(kind.counted_field):
            sent["quantity"] = str(lines.count("\n") + 1)
    return sent


def _sendable(field: Field, text: str) -> str:
    if field.has_lines:
        return "\n".join(split_lines(text))
    text = trim(text)
    return "" if text == "0" and field.kind is Kind.WHOLE else text
