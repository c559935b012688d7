"""The total of what a list shows: a sum for each currency, because amounts of different currencies are never added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum in one currency. is_expected: a part of it is an estimate."""

    currency: str
    amount: Decimal
    is_expected: bool = False


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of the shown rows. missing: the number of rows that are not in the sums."""

    sums: tuple[Sum, ...]
    missing: int = 0


def add_up(amounts: Iterable[Sum], missing: int = 0) -> Totals:
    """Add the amounts of each currency."""
    added: dict[str, Sum] = {}
    for each in amounts:
        other = added.get(each.currency, Sum(each.currency, Decimal(0)))
        added[each.currency] = Sum(
            each.currency, other.amount + each.amount, is_expected=other.is_expected or each.is_expected
        )
    return Totals(tuple(added[currency] for currency in sorted(added)), missing)
