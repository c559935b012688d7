"""Which fields each service type needs, checked and priced: the one table that the form, the import and the client share."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


class Kind(enum.StrEnum):
    """What a field holds, and so which control shows it and which check it gets."""

    TEXT = "text"
    LINK = "link"
    WHOLE = "whole"      # a whole number, 0 or more
    LINES = "lines"      # one item per line
    DATE = "date"        # d/m/Y
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the API's `add`, under the API's own name."""

    name: str
    label: str
    kind: Kind
    is_required: bool
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()


class Billing(enum.StrEnum):
    PER_UNIT = "per_unit"          # rate × quantity (× runs) / 1000
    PER_LINE = "per_line"          # rate × lines / 1000
    FLAT = "flat"                  # rate
    SUBSCRIPTION = "subscription"  # at most rate × max × posts / 1000


@dataclass(frozen=True, slots=True)
class OrderType:
    slug: str                      # "custom_comments"
    label: str                     # "Custom Comments"
    fields: tuple[Field, ...]
    billing: Billing
    counted_field: str = ""        # the line list whose lines are the quantity, for PER_LINE (and for packages with lines)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a service promises: all that checking and pricing need to know of a catalog row."""

    type: str                      # slug, "" = unknown: ordered as Default
    rate_per_1000: Decimal
    min_quantity: int | None
    max_quantity: int | None
    bills_package_per_line: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of `check`: either errors, or values that can be sent and a price."""

    values: Mapping[str, str]               # cleaned fields of the type, API names, empty ones left out
    errors: Mapping[str, tuple[str, ...]]   # field name (or "" for the order as a whole) → messages
    quantity: int | None                    # per run, or the number of lines; None for packages and subscriptions
    units: int | None                       # billed units: quantity × runs, lines; None where not known
    cost: Decimal | None                    # estimate, 6 places; None when it cannot be known beforehand
    is_ceiling: bool = False                # the cost is an upper bound (subscriptions)


ORDER_TYPES: Mapping[str, OrderType] = {}


def fold_type(text: str) -> str: ...                       # → slug of ORDER_TYPES, or "" when unknown
def order_type(slug: str) -> OrderType: ...                # unknown or "" → Default
def check(offer: Offer, values: Mapping[str, str]) -> Checked: ...
def outgoing(slug: str, values: Mapping[str, str], *, always_send_quantity: bool) -> dict[str, str]: ...
def normalise_link(link: str) -> str: ...                  # for search and for finding duplicates
