"""Writes amounts, prices and counts in one way for every page. `digits` is the one rule about decimals.

exact    a sentence, a log, a title        every decimal
total    a balance, a sum, spend           the decimals of the currency
money    a cost, a charge                  the decimals of the currency; below its smallest unit four significant digits
price    a price for 1000 units            up to four decimals; below 0.001 four significant digits

A rounded amount has the exact amount in its title.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from html import escape
from typing import Protocol

from django.utils.html import format_html
from django.utils.safestring import mark_safe

from panels.pages.paging import COUNT_UP_TO

NO_VALUE = "–"
NBSP = "\u00a0"
# The currencies of ISO 4217 whose smallest unit is not a hundredth.
DECIMALS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip
# The most decimals that any field has.
ALL_DECIMALS = 8
# A converted amount may have more digits than are usual.
_WIDE = Context(prec=60)
RATE_DECIMALS = 4
SIGNIFICANT = 4
MOST_DAYS = 365
# Below it, four decimals would show fewer than two significant digits.
SMALL_RATE = Decimal("0.001")


class CostLike(Protocol):
    """The fields of a cost that `cost` reads."""

    @property
    def amount(self) -> Decimal: ...
    @property
    def is_expected(self) -> bool: ...


def decimals_of(currency: str) -> int:
    """Return the number of decimals of a currency. An unknown currency has 2."""
    return DECIMALS.get(currency, 2)


def digits(amount: Decimal, least: int, most: int, small: Decimal | None = None) -> str:
    """Write an amount with `least` to `most` decimals. An amount below `small` gets four significant digits instead."""
    size = amount.copy_abs()
    if small is not None and 0 < size < small:
        most = min(SIGNIFICANT - 1 - size.adjusted(), ALL_DECIMALS)
    # The addition turns -0 into 0.
    rounded = _WIDE.add(amount.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP, _WIDE), 0)
    whole, _, decimals = f"{rounded:,f}".partition(".")
    decimals = decimals.rstrip("0").ljust(least, "0")
    return f"{whole}.{decimals}" if decimals else whole


def exact(amount: Decimal | int | None, currency: str = "") -> str:
    """Write an amount or a price with all its decimals, as plain text. A sentence has no title to look into."""
    if amount is None:
        return NO_VALUE
    return _with(currency, digits(Decimal(amount), decimals_of(currency), ALL_DECIMALS))


def exact_rate(amount: Decimal | int | None, currency: str = "") -> str:
    """Write the exact price of 1000 units, as plain text."""
    return exact(amount, currency) if amount is None else f"{exact(amount, currency)} per{NBSP}1000"


def money_text(amount: Decimal | int | None, currency: str = "") -> str:
    """Write the same as `money`, as plain text."""
    return NO_VALUE if amount is None else _with(currency, _cost_digits(Decimal(amount), currency))


def money(
    amount: Decimal | int | None,
    currency: str = "",
    *,
    is_expected: object = False,
    with_currency: object = True,
    is_aligned: object = False,
) -> str:
    """Write a cost. "≈" stands before an expected amount.

    with_currency: false in a column whose head has the currency. is_aligned: true in a column, to align the decimals.
    """
    if amount is None:
        return NO_VALUE
    text = _cost_digits(Decimal(amount), currency)
    return _show(text, amount, currency, is_expected=is_expected, with_currency=with_currency, is_aligned=is_aligned)


def total(
    amount: Decimal | int | None,
    currency: str = "",
    *,
    is_expected: object = False,
    with_currency: object = True,
    is_aligned: object = False,
) -> str:
    """Write a balance or a sum. The options are those of `money`."""
    if amount is None:
        return NO_VALUE
    places = decimals_of(currency)
    text = digits(Decimal(amount), places, places)
    return _show(text, amount, currency, is_expected=is_expected, with_currency=with_currency, is_aligned=is_aligned)


def spend(amount: Decimal | int | None, currency: str = "", *, is_expected: object = False) -> str:
    """Write a sum of costs: "–" where nothing was spent, "≈" while it includes an expected cost."""
    return total(amount or 0, currency, is_expected=is_expected) if amount or is_expected else NO_VALUE


def cost(
    found: CostLike | None,
    currency: str,
    *,
    expected: Decimal | None = None,
    charged: Decimal | None = None,
    with_currency: object = True,
    is_aligned: object = False,
) -> str:
    """Write what an order costs: "≈" before an estimate, "–" where nothing was spent.

    Beside it stands the charge before money was given back, or else the expected cost where it differs from the charge.
    """
    if found is None:
        return NO_VALUE
    text = NO_VALUE
    if found.amount or found.is_expected:
        text = money(
            found.amount,
            currency,
            is_expected=found.is_expected,
            with_currency=with_currency,
            is_aligned=is_aligned,
        )
    if charged is not None:
        confirmed = "Charged, and partly given back" if found.amount else "Charged, and given back in full"
        title = "The money given back is not confirmed" if found.is_expected else confirmed
        aside = money(charged, currency, with_currency=with_currency)
        return format_html(
            '<span title="{}">{} <span class="small muted clip">of{}{}</span></span>', title, text, NBSP, aside
        )
    if found.is_expected:
        return format_html('<span class="muted" title="Expected">{}</span>', text)
    if expected is None or expected == found.amount:
        return text
    other = money(expected, currency, is_expected=True, with_currency=with_currency)
    return format_html('{} <span class="small muted clip">{}{}expected</span>', text, other, NBSP)


def price(
    amount: Decimal | int | None, currency: str = "", *, with_currency: object = True, is_aligned: object = False
) -> str:
    """Write the price of a service without its unit. The options are those of `money`."""
    if amount is None:
        return NO_VALUE
    text = price_digits(Decimal(amount), currency)
    return _show(text, amount, currency, is_expected=False, with_currency=with_currency, is_aligned=is_aligned)


def price_digits(amount: Decimal, currency: str) -> str:
    """Write the number of a price."""
    return digits(amount, min(decimals_of(currency), RATE_DECIMALS), RATE_DECIMALS, SMALL_RATE)


def rate(amount: Decimal | int | None, currency: str = "") -> str:
    """Write the price of 1000 units."""
    text = price(amount, currency)
    return text if amount is None else format_html("{} per{}1000", text, NBSP)


def lasts(days: Decimal | None) -> str:
    """Write for how many days a balance lasts at the present spend: "1.8 days". From ten days on, whole days."""
    if days is None:
        return NO_VALUE
    if days > MOST_DAYS:
        return f"more than a{NBSP}year"
    text = digits(days, 0, 1 if days < 10 else 0)
    return f"{text}{NBSP}day{'' if text == '1' else 's'}"


def count(number: int | str | None) -> str:
    """Write a number with grouped thousands. A text such as "10,000+" stays as it is."""
    if number is None:
        return NO_VALUE
    return number if isinstance(number, str) else f"{number:,}"


def total_count(number: int) -> str:
    """Write the result of `paging.count_rows`: "10,000+" if it stopped counting."""
    return f"{COUNT_UP_TO:,}+" if number > COUNT_UP_TO else f"{number:,}"


def _cost_digits(amount: Decimal, currency: str) -> str:
    places = decimals_of(currency)
    return digits(amount, places, places, Decimal(1).scaleb(-places))


def _show(
    text: str,
    amount: Decimal | int,
    currency: str,
    *,
    is_expected: object,
    with_currency: object,
    is_aligned: object,
) -> str:
    """Add the sign of an estimate and the currency, and the exact amount as the title where it differs."""
    sign = f"≈{NBSP}" if is_expected else ""
    unit = f"{NBSP}{currency}" if currency and with_currency else ""
    whole = exact(amount, currency)
    is_rounded = _with(currency, text) != whole
    if not is_aligned and not is_rounded:
        return f"{sign}{text}{unit}"
    shown = f"{sign}{text}{pad(text) if is_aligned else ''}{escape(unit)}"
    if is_rounded:
        shown = f'<span title="{sign}{escape(whole)}">{shown}</span>'
    return mark_safe(shown)  # noqa: S308


def pad(text: str) -> str:
    """Return an empty part that fills the decimals up to those of the longest number in the table (static/app.css)."""
    return f'<span class="pad pad--{len(text.partition(".")[2])}"></span>'


def _with(currency: str, text: str) -> str:
    return f"{text}{NBSP}{currency}" if currency else text
