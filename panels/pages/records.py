"""Writes the numbers of a record in few words: the three small numbers that stand beside a service.

The title says how many orders show a number. A number of few orders is an estimate, and is marked as one. Without a
number there is a dash.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from panels.models import ServiceRecord
from panels.pages import numbers
from panels.pages.facts import span
from panels.pages.numbers import NBSP, NO_VALUE

MINUTE = 60
_FEW = "few orders show it"
_MOVED = f"{_FEW}, so it is moved towards the number of the product"


def finish_cell(record: ServiceRecord | None) -> str:
    """Write the time within which 90 % of the orders finished: "≤ 7 h"."""
    if record is None or record.finish_minutes is None:
        return NO_VALUE
    minutes = record.finish_minutes
    # An estimate is no bound.
    text = span(minutes) if record.is_few("finish_minutes") else within(minutes)
    return _small(record, "finish_minutes", text, "90 % of the orders finished in this time")


def delivered_cell(record: ServiceRecord | None) -> str:
    """Write the delivered share of the ordered quantity: "98.7 %"."""
    if record is None or record.delivered is None:
        return NO_VALUE
    return _small(record, "delivered", percent(record.delivered), "Delivered of what was ordered")


def price_cell(record: ServiceRecord | None, **how: Any) -> str:
    """Write the price of 1000 delivered units. The options are those of `numbers.price`."""
    if record is None or record.price is None:
        return NO_VALUE
    price = numbers.price(record.price, record.currency, **how)
    return _small(
        record, "price", price, f"Paid for 1000 delivered units: {numbers.exact(record.price, record.currency)}"
    )


def draw_record(record: ServiceRecord | None) -> str:
    """Write the three numbers in one line, "" without any of them."""
    if record is None or {record.finish_minutes, record.delivered, record.price} == {None}:
        return ""
    parts = (finish_cell(record), delivered_cell(record), price_cell(record))
    return format_html('<span class="record small muted">{} · {} · {}</span>', *parts)


def _small(record: ServiceRecord, column: str, text: str, title: str) -> SafeString:
    """Write a number with the number of its orders in the title, and mark an estimate."""
    count, is_few = getattr(record, record.COLUMNS[column]), record.is_few(column)
    orders = "1 order" if count == 1 else f"{count:,} orders"
    why = f"; {_FEW if column == 'price' else _MOVED}" if is_few else ""
    title = f"{title} ({orders} of the last 90 days{why})"
    return format_html('<span title="{}">{}{}</span>', title, f"≈{NBSP}" if is_few else "", text)


def within(minutes: int) -> str:
    """Write a time that is an upper bound: "≤ 7 h"."""
    return f"≤{NBSP}{span(minutes)}"


def seconds_within(seconds: int | None) -> str:
    """Write a time in seconds that is an upper bound, in whole minutes."""
    return NO_VALUE if seconds is None else within(-(-seconds // MINUTE))


def percent(share: Decimal | str | float | None) -> str:
    """Write a share as percents with one decimal. Only nothing is 0 %, and only all is 100 %."""
    if share is None:
        return NO_VALUE
    exact = Decimal(str(share)) * 100
    text = f"{exact:.1f}".removesuffix(".0")
    if text in ("0", "100") and exact not in (0, 100):
        text = "< 0.1" if text == "0" else "> 99.9"
    return f"{text}{NBSP}%"
