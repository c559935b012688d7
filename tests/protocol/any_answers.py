"""Any body that a panel could send, and the check that a value read from it can be stored."""

import dataclasses
import json
import unicodedata
from decimal import Decimal

from hypothesis import strategies as st

from panels.protocol.errors import Refused

IDS = ["1", "23501", "aB3"]
LENGTHS = {
    "remote_id": 64, "name": 500, "type": 40, "raw_type": 100, "category": 300, "description": 4000,
    "average_time": 100, "remote_status": 100, "currency": 8, "text": 600, "problem": 600,
}  # fmt: skip
BOUNDS = {
    "min_quantity": (0, 2**31 - 1), "max_quantity": (0, 2**31 - 1), "average_minutes": (1, 2**31 - 1),
    "start_count": (1 - 2**53, 2**53 - 1), "remains": (1 - 2**53, 2**53 - 1), "unusable": (0, 10**9),
    "listed": (0, 10**9),
}  # fmt: skip
PLACES = {"rate_per_1000": 8, "charge": 6, "amount": 6}


class Raw(str):
    """JSON text that is the value of no Python object."""


def dumped(value):
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, list):
        return f"[{','.join(map(dumped, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{json.dumps(key)}:{dumped(item)}' for key, item in value.items())}}}"
    return json.dumps(value)


def is_storable_text(text, length):
    return len(text) <= length and not any(unicodedata.category(char) in ("Cs", "Cc") and char != "\n" for char in text)


def is_storable_amount(amount, places):
    if not amount.is_finite():
        return False
    _sign, digits, exponent = amount.as_tuple()
    whole_digits = max(len(digits) + exponent, 0)
    return -places <= exponent and len(digits) <= 15 and whole_digits <= 18 - places


def is_storable(name, value):
    """Say whether a value fits its column on both databases (docs/architecture.md, Rows)."""
    if isinstance(value, Refused):
        return is_storable("text", value.text)
    if dataclasses.is_dataclass(value):
        return all(is_storable(field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
    if isinstance(value, tuple):
        return all(is_storable(name, item) for item in value)
    if isinstance(value, dict):
        return all(key in IDS and is_storable("remote_id", item) for key, item in value.items())
    return value is None or isinstance(value, bool) or is_storable_scalar(name, value)


def is_storable_scalar(name, value):
    if isinstance(value, str):
        return is_storable_text(value, LENGTHS.get(name, 20))
    if isinstance(value, int):
        return BOUNDS[name][0] <= value <= BOUNDS[name][1]
    return isinstance(value, Decimal) and is_storable_amount(value, PLACES[name])


KEYS = st.text(max_size=4) | st.sampled_from(
    [
        *("service", "name", "type", "category", "rate", "min", "max", "refill", "cancel", "dripfeed", "desc"),
        *("order", "order_id", "id", "data", "services", "status", "charge", "currency", "start_count", "remains"),
        *("error", "errors", "message", "msg", "success", "ok", "balance", "refill_id", *IDS),
        *("orderId", "OrderID", "Order", "Id", "Error", "Status", "Charge", "price", "result", "Ab3", "AB3"),
    ]
)
WORDS = st.sampled_from(
    [
        *("Completed", "Partial", "Fail", "error", "In progress", "Default", "Custom Comments", "USD", "₹", "🚀"),
        *("$0.50", "1,234.56", "1.234,56", "12.50 EUR", "-2", "+5", "0", "-1", "Unknown", "true", "false", "null"),
        *("Incorrect order ID", "Not enough funds", "&amp;lt;<b>x</b>", "&#0;", "a\0b", "\ud800", "1e999", "1e-400"),
        *("10K", "1.5M", "$2K", "placed but not saved, contact support", "aB1"),
        *("99999999999.999999", "999999999999.9999999", "0.000000005", *IDS),
    ]
)
NUMBERS = st.sampled_from(
    [
        Raw(text)
        for text in ("9" * 5000, "1e999999", "-1e999999", "1e-999999", "NaN", "-Infinity", "0e99999", "-0", "-0.0")
    ]
) | st.integers(-(2**70), 2**70).map(str).map(Raw)
SCALARS = (
    st.none() | st.booleans() | st.integers(-5, 30000) | st.floats(width=64) | WORDS | NUMBERS | st.text(max_size=12)
    | st.text(st.characters(exclude_categories=()), min_size=600, max_size=700).filter(len)
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=25
)
# Rows with the keys that make them usable, so that the results are not only errors.
ROWS = st.fixed_dictionaries(
    {"service": SCALARS, "rate": SCALARS},
    optional=dict.fromkeys(
        [
            *("name", "type", "category", "min", "max", "refill", "cancel", "dripfeed", "desc", "description"),
            "average_time",
        ],
        SCALARS,
    ),
)
STATUSES = st.fixed_dictionaries(
    {"status": SCALARS},
    optional=dict.fromkeys(("charge", "currency", "start_count", "start_counter", "remains"), SCALARS),
)
BODIES = st.binary(max_size=200) | (
    VALUES
    | st.lists(ROWS, max_size=4)
    | STATUSES
    | st.dictionaries(st.sampled_from(IDS), STATUSES | VALUES, max_size=3)
    | st.fixed_dictionaries({"balance": SCALARS}, optional={"currency": SCALARS})
).map(lambda value: dumped(value).encode("utf-8", "surrogatepass"))
HTTP_STATUSES = st.sampled_from([200, 200, 200, 201, 301, 400, 401, 402, 403, 404, 405, 408, 415, 422, 429, 500, 503])
