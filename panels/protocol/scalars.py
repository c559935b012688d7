"""Reads single values of an answer so that they can be stored: texts, ids, flags, numbers (docs/protocol.md, 3)."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal

# Stands in the texts of an answer for our API key (redaction.py). So a text with it is no id.
HIDDEN = "[key]"
MAX_WHOLE = 2_147_483_647
# The largest whole number that all JSON readers read alike.
MAX_COUNT = 9_007_199_254_740_991
_ID_LENGTH = 64
_CURRENCY_LENGTH = 8
_NUMBER_LENGTH = 64
_UNIT_LENGTH = 8
# The rest of a longer text is not looked at. No column takes more than a part of this.
_LONGEST_TEXT = 100_000
# Amounts are Decimal(18, 6), rates are Decimal(18, 8). SQLite keeps both as floats, which are exact to 15 digits.
_COLUMN_DIGITS = 18
_EXACT = Context(prec=15, rounding=ROUND_HALF_UP)
_WIDE = Context(prec=300, rounding=ROUND_HALF_UP)
_UNSTORABLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
# html.unescape raises on a character reference of thousands of digits. So many digits stand for no character.
_ENDLESS_REFERENCE = re.compile(r"&#(?:[0-9]{100,}|[xX][0-9a-fA-F]{100,});?")
_BREAKING_TAG = re.compile(r"</?(?:br|p|div|li|ul|ol|tr|h[1-6])\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<(?:[A-Za-z/!?])[^<>]*>")
# Ids are sent joined by commas, so an id with a comma or a space could never be asked.
_USABLE_ID = re.compile(r"[^\s,\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]{1,64}")
_NO_ID = re.compile(
    r"[-+]?0*(?:\.0*)?|-\d+(?:\.\d*)?|null|none|nil|undefined|nan|true|false|yes|no|n/a|unknown|error|fail(?:ed)?"
    r"|success(?:ful)?|ok|done|accepted|placed|created|pending|processing|completed|cancell?ed|rejected|refused",
    re.IGNORECASE,
)
# They stand for a refill or a cancel that was accepted.
ACCEPTED_WORDS = frozenset({"success", "successful", "ok", "accepted", "canceled", "cancelled"})
_TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
_FALSE_WORDS = frozenset({"0", "false", "no", "off"})
_GAPS = re.compile(r"[\s'’]+")
_MONEY = re.compile(
    r"(?P<before>[^\d+-]*?)(?P<sign>[+-]?)(?P<unit>[^\d+-]*?)"
    r"(?P<number>\d{1,3}(?: \d{2,3})*(?: \d{3})(?:[.,]\d*)?|\d[\d.,]*|(?<![^\W\d_])\.\d+)"
    r"(?P<exponent>[eE][+-]?\d{1,4})?(?P<after>[^\d+-]*)"
)
_SYMBOLS: Mapping[str, str] = {
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₽": "RUB",
    "₺": "TRY",
    "R$": "BRL",
    "₦": "NGN",
    "₫": "VND",
    "₩": "KRW",
    "₴": "UAH",
    "₱": "PHP",
    "฿": "THB",
    "৳": "BDT",
    "₪": "ILS",
    "₸": "KZT",
    "A$": "AUD",
    "C$": "CAD",
    "RP": "IDR",
    "RM": "MYR",
    "TL": "TRY",
    "ZŁ": "PLN",
}
_MULTIPLES: Mapping[str, int] = {
    **dict.fromkeys(("k", "к", "тыс", "thousand", "tsd", "tys", "rb", "ribu", "bin"), 1_000),
    **dict.fromkeys(("m", "м", "kk", "кк", "mm", "mn", "mln", "mio", "млн", "million", "jt", "juta"), 1_000_000),
    **dict.fromkeys(("b", "bn", "billion"), 1_000_000_000),
}
# Three digits after the mark may be thousands or decimals, so such a text is no number.
_SHORTENED = re.compile(rf"(?P<number>\d+(?:[.,]\d{{1,2}})?)(?P<unit>{'|'.join(_MULTIPLES)})\.?")
# A word behind a number that multiplies it, alone or before a currency: 1.5K, 1.5K USD, 1.5KUSD.
_MULTIPLIED = re.compile(
    rf"\s*(?:{'|'.join(_MULTIPLES)}|mil|lakhs?|crores?|cr)"
    rf"(?:(?![^\W\d_])|(?={'|'.join(code.lower() for code in _SYMBOLS.values())}))"
)


def read_text(value: object, limit: int) -> str:
    """Return a foreign text as one line of at most `limit` characters, or "" for neither a text nor a number.

    Entities are unescaped once, tags are removed, and whitespace is folded. No NUL, control characters and lone
    surrogates remain (docs/protocol.md, 5).
    """
    return " ".join(_plain_text(value).split())[:limit].rstrip()


def read_lines(value: object, limit: int) -> str:
    """Return a text like `read_text`, but with its line breaks and without blank lines (docs/protocol.md, 5)."""
    lines = (" ".join(line.split()) for line in _plain_text(value).splitlines())
    return "\n".join(line for line in lines if line)[:limit].rstrip()


def read_remote_id(value: object) -> str:
    """Return the id of a panel as text, or "" if the value is no id (docs/protocol.md, 3).

    Ids have up to 64 characters and are case-sensitive. 0, negative numbers, null, false, true, fractions, longer texts
    and texts with spaces, commas, control characters or a hidden key are no ids. 23501.0 is "23501".
    """
    if isinstance(value, float):
        value = Decimal(str(value))
    if isinstance(value, Decimal):
        value = _integer(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if 0 < value < 10**_ID_LENGTH else ""
    if not isinstance(value, str):
        return ""
    text = value.strip()
    return text if _USABLE_ID.fullmatch(text) and not (_NO_ID.fullmatch(text) or HIDDEN in text) else ""


def is_hidden_id(value: object) -> bool:
    """Say whether a value may be an id that cannot be kept, because the key is in it."""
    return isinstance(value, str) and HIDDEN in value and len(value.split()) == 1


def read_flag(value: object) -> bool | None:
    """Return true, 1, "1", "yes" and similar values as a bool, and None for other values (docs/protocol.md, 3).

    A missing flag is None, not False.
    """
    if isinstance(value, bool):
        return value
    word = read_text(value, 8).casefold()
    if word in _TRUE_WORDS:
        return True
    return False if word in _FALSE_WORDS else None


def read_integer(value: object, low: int, high: int) -> int | None:
    """Return a whole number from low to high, or None (docs/protocol.md, 3).

    In a text, a comma or a dot before exactly three digits groups thousands: "10.000" is ten thousand. A shortened
    number like "10K" is rounded, so it is None.
    """
    if isinstance(value, str):
        value = _parse(value, is_whole=True)[0]
    if isinstance(value, Decimal):
        value = _integer(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if low <= value <= high else None


def read_limit(value: object) -> int | None:
    """Return a limit of a catalog, which may be rounded: "10K" is 10000 and "1.5M" is 1500000 (docs/protocol.md, 3).

    It is None if it is no whole number or does not fit its column.
    """
    if isinstance(value, str) and (number := read_shortened(value)) is not None:
        value = number
    return read_integer(value, 0, MAX_WHOLE)


def read_shortened(text: str) -> Decimal | None:
    """Return a number that a word behind it multiplies: "10k" is 10000, "1,5 Mio" is 1500000. None for other texts.

    Three digits behind a point or a comma may be thousands or decimals, so "1.500k" is None.
    """
    found = _SHORTENED.fullmatch(_GAPS.sub("", text.casefold()))
    return Decimal(found["number"].replace(",", ".")) * _MULTIPLES[found["unit"]] if found else None


def read_money(value: object) -> tuple[Decimal | None, str]:
    """Return an amount with at most 6 decimals, and the currency code in its text or "" (docs/protocol.md, 3).

    A text may have a symbol or a code, and a comma or a dot before the decimals. A single comma groups thousands if
    exactly three digits follow and the number does not begin with 0: "1,234" is 1234, but "0,500" and "1,23" are
    decimals. A single dot always starts decimals. The amount is None if it is no number, is shortened like "1.5K", or
    has more than 12 whole digits.
    """
    amount, unit = _number(value)
    return (None if amount is None else _fit(amount, 6)), (unit if amount is not None else "")


def read_rate(value: object) -> Decimal | None:
    """Return a price with at most 8 decimals (docs/protocol.md, 2 and 3).

    It is None if it is negative, no number, or has more than 10 whole digits.
    """
    amount, _unit = _number(value)
    return None if amount is None or amount < 0 else _fit(amount, 8)


def read_currency(value: object) -> str:
    """Return a currency code in upper case of at most 8 characters, or "".

    A symbol becomes its code (docs/protocol.md, 3).
    """
    code = read_text(value, 2 * _CURRENCY_LENGTH).upper()
    code = _SYMBOLS.get(code, code)
    return code if len(code) <= _CURRENCY_LENGTH else ""


def unescaped(text: str) -> str:
    """Return a text with the characters that its character references stand for, however long these are."""
    return html.unescape(_ENDLESS_REFERENCE.sub("\ufffd", text))


def _plain_text(value: object) -> str:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return ""
    text = unescaped(value[:_LONGEST_TEXT])
    text = _TAG.sub("", _BREAKING_TAG.sub("\n", text))
    return _UNSTORABLE.sub("", text)


def _integer(number: Decimal) -> int | None:
    # Checked before the conversion, because int(Decimal("1e999999")) takes minutes.
    if not number.is_finite() or number.adjusted() >= _ID_LENGTH or number != number.to_integral_value(context=_WIDE):
        return None
    return int(number)


def _number(value: object) -> tuple[Decimal | None, str]:
    if isinstance(value, str):
        return _parse(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None, ""
    return Decimal(value), ""


def _parse(text: str, *, is_whole: bool = False) -> tuple[Decimal | None, str]:
    """Return the number in a text like "-$1,234.56", and the currency code of its unit."""
    text = _GAPS.sub(" ", html.unescape(text[:_NUMBER_LENGTH])).strip() if len(text) <= _NUMBER_LENGTH else ""
    found = _MONEY.fullmatch(text)
    if found is None:
        return None, ""
    unit = f"{found['before']}{found['unit']} {found['after']}".strip()
    if _MULTIPLIED.match(found["after"].casefold()):
        # Never guessed: 1.5K may be 1500, and 1,5 M may be 1.5 of a currency.
        return None, ""
    digits = _plain_digits(found["number"].replace(" ", "").rstrip(".,"), is_whole=is_whole)
    if digits is None or len(unit) > _UNIT_LENGTH:
        return None, ""
    return Decimal(f"{found['sign']}{digits}{found['exponent'] or ''}"), _currency_of(unit)


def _plain_digits(number: str, *, is_whole: bool) -> str | None:
    """Return the digits with at most one decimal point, or None if the separators make no sense."""
    point = max(",.", key=number.rfind)
    if point not in number:
        return number
    grouping = "," if point == "." else "."
    whole, _, decimals = number.rpartition(point)
    if grouping in whole:
        return f"{whole.replace(grouping, '')}.{decimals}" if _is_grouped(whole, grouping) else None
    if number.count(point) > 1:
        return number.replace(point, "") if _is_grouped(number, point) else None
    if (point == "," or is_whole) and _is_grouped(number, point):
        return number.replace(point, "")
    return number.replace(point, ".")


def _is_grouped(number: str, separator: str) -> bool:
    """Say whether thousands are grouped: 1,234 and the Indian 12,34,567 are, 0,500 is not."""
    first, *middle, last = number.split(separator)
    return (
        1 <= len(first) <= 3
        and (bool(middle) or not first.startswith("0"))
        and all(group.isdigit() and len(group) in (2, 3) for group in middle)
        and first.isdigit()
        and last.isdigit()
        and len(last) == 3
    )


def _currency_of(unit: str) -> str:
    unit = unit.strip(" .").upper()
    return unit if re.fullmatch(r"[A-Z]{3,5}", unit) else _SYMBOLS.get(unit, "")


def _fit(amount: Decimal, places: int) -> Decimal | None:
    """Round an amount to the precision of its column. Return None if it has too many whole digits."""
    whole_digits = _COLUMN_DIGITS - places
    if not amount:
        return Decimal(0)
    if amount.adjusted() >= whole_digits:
        return None
    rounded = _EXACT.plus(amount.quantize(Decimal(1).scaleb(-places), context=_WIDE))
    if not rounded:
        return Decimal(0)
    return rounded if rounded.adjusted() < whole_digits else None
