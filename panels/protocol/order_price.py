"""The expected price of an order, from the rate of its service and its checked fields (docs/protocol.md, 2)."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from panels.protocol.order_fields import MAX_WHOLE

# Six decimals and 15 significant digits, which survive SQLite, because it keeps decimals as floats.
MAX_COST = Decimal("999999999.999999")
SIX_PLACES = Decimal("0.000001")
# Messages by field name.
Errors: TypeAlias = defaultdict[str, list[str]]


class Billing(enum.StrEnum):
    """How the price is calculated.

    PER_UNIT: rate × quantity (× runs) / 1000. PER_LINE: rate × lines / 1000. FLAT: the rate.
    SUBSCRIPTION: at most rate × max × posts / 1000.
    """

    PER_UNIT = "per_unit"
    PER_LINE = "per_line"
    FLAT = "flat"
    SUBSCRIPTION = "subscription"


def count_units(billing: Billing, cleaned: Mapping[str, str], count: int | None, errors: Errors) -> int | None:
    """Return the billed units, quantity × runs or lines (docs/protocol.md, 2).

    `count` is the quantity of one run, or the number of lines. Returns None for flat prices and subscriptions, and if
    the units are not known. Adds an error for too many units.
    """
    if billing in (Billing.FLAT, Billing.SUBSCRIPTION) or count is None or "runs" in errors:
        return None
    units = count * int(cleaned.get("runs", 1))
    if units > MAX_WHOLE:
        errors["runs"].append(f"Quantity × runs is {units:,}, the limit is {MAX_WHOLE:,}.")
        return None
    return units


def estimate_cost(
    rate: Decimal, billing: Billing, cleaned: Mapping[str, str], units: int | None, errors: Errors
) -> Decimal | None:
    """Return the expected cost with 6 decimals, in the currency of the rate (docs/protocol.md, 2).

    Returns None if the cost cannot be known. Adds an error for a cost above MAX_COST.
    """
    if billing is Billing.SUBSCRIPTION and "max" in cleaned and "posts" in cleaned:
        units = int(cleaned["max"]) * int(cleaned["posts"])
    if billing is Billing.FLAT:
        cost = rate
    elif units is not None:
        cost = (rate * units).scaleb(-3)
    else:
        return None
    if cost > MAX_COST:
        errors[""].append(f"The price is above {MAX_COST:,}, the most that an order may cost. Lower the quantity.")
        return None
    return cost.quantize(SIX_PLACES, ROUND_HALF_UP)
