"""The other spellings of catalogs that panels use, one rewriting each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from panels.sandbox.spellings import Spelling, without_ellipses

SINGULAR_TYPES = {"Custom Comments": "Custom Comment", "Subscriptions": "Subscription", "Comment Likes": "Comment Like"}


def _services(says: str, rewrite: Callable[[list[dict[str, Any]]], Any]) -> Spelling:
    return Spelling(says, "services", lambda rows, _: rewrite(rows))


def _rows(says: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Spelling:
    """Rewrite each service of a catalog: `change` returns the changed fields, None for a field to leave out."""
    return _services(says, lambda rows: [without_ellipses({**row, **change(row)}) for row in rows])


def _short(limit: str) -> str:
    number = int(limit)
    for size, letter in ((1_000_000, "M"), (1_000, "K")):
        if number and number % size == 0:
            return f"{number // size}{letter}"
    return limit


CATALOGS: Mapping[str, Spelling] = {
    "catalog_under_services": _services("The catalog is under `services`.", lambda rows: {"services": rows}),
    "catalog_under_data": _services(
        "The catalog is under `data`, beside a status.", lambda rows: {"status": "success", "data": rows}
    ),
    "catalog_by_id": _services(
        "The catalog is an object with the IDs as keys.",
        lambda rows: {str(row["service"]): without_ellipses({**row, "service": ...}) for row in rows},
    ),
    "catalog_empty_in_words": _services(
        "The catalog says in words that nothing is on sale.", lambda _: {"status": "success", "data": "Empty Data"}
    ),
    "catalog_with_repeats": _services(
        "The first service is listed twice, and the last row counts.", lambda rows: [{**rows[0], "rate": "99"}, *rows]
    ),
    "catalog_with_rubbish": _services(
        "Rows without an ID or a price are among the good ones.",
        lambda rows: [{"service": None, "rate": "1"}, *rows, {"service": 7, "name": "No price"}, "rubbish"],
    ),
    "catalog_in_capitals": _rows(
        "The fields of services have other letters: Service, Name, Average-Time.",
        lambda row: dict.fromkeys(row, ...) | {name.title().replace("_", "-"): row[name] for name in row},
    ),
    "service_ids_as_text": _rows("Service IDs are texts.", lambda row: {"service": str(row["service"])}),
    "rates_with_sign": _rows("Rates have a dollar sign.", lambda row: {"rate": f"${row['rate']}"}),
    "rates_as_numbers": _rows("Rates are numbers.", lambda row: {"rate": float(row["rate"])}),
    "rates_with_comma": _rows(
        "Rates have a decimal comma.", lambda row: {"rate": f"{Decimal(row['rate']):.4f}".replace(".", ",")}
    ),
    "price_for_rate": _rows("Rates are called `price`.", lambda row: {"rate": ..., "price": row["rate"]}),
    "limits_as_numbers": _rows("Limits are numbers.", lambda row: {"min": int(row["min"]), "max": int(row["max"])}),
    "limits_with_commas": _rows(
        'Limits are written like "10,000".', lambda row: {"min": f"{int(row['min']):,}", "max": f"{int(row['max']):,}"}
    ),
    "limits_in_thousands": _rows(
        'Limits are written like "10K" and "1M".', lambda row: {"min": _short(row["min"]), "max": _short(row["max"])}
    ),
    "limits_empty": _rows("Limits are empty or null.", lambda _: {"min": "", "max": None}),
    "max_zero": _rows("The maximum is 0, which means that it is not told.", lambda _: {"max": "0"}),
    "max_below_min": _rows(
        "The maximum is below the minimum, which means that it is not told.",
        lambda row: {"min": str(int(row["min"]) + 1), "max": "1"},
    ),
    "flags_as_numbers": _rows(
        "Refill and cancel are 1 and 0.",
        lambda row: {name: int(row[name]) for name in ("refill", "cancel") if name in row},
    ),
    "flags_as_text": _rows(
        'Refill and cancel are "true" and "false".',
        lambda row: {name: str(row[name]).lower() for name in ("refill", "cancel") if name in row},
    ),
    "flags_missing": _rows("Refill and cancel are not told.", lambda _: {"refill": ..., "cancel": ...}),
    "times_in_minutes": _rows("The average time is a number of minutes.", lambda _: {"average_time": 73}),
    "times_absurd": _rows("The average time is 999999999, which means none.", lambda _: {"average_time": 999_999_999}),
    "names_with_markup": _rows(
        "Names have tags and HTML entities.", lambda row: {"name": f"<b>{row['name']}</b> &#9733;"}
    ),
    "types_in_singular": _rows(
        "Some types have other names.", lambda row: {"type": SINGULAR_TYPES.get(row["type"], row["type"])}
    ),
}
