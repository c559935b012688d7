"""Converts amounts to the reporting currency of the team, for people who compare. No booking is ever converted.

A rate says how many units of a currency one euro is worth, so a conversion between two other currencies needs two
rates. The newest rate of a currency counts. An old rate still converts, but nothing is ranked by it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from panels.models import ExchangeRate, Preferences
from panels.money.totals import today
from panels.tables.rates import EURO

# The bank has no rates at weekends, so the rate of a Friday must last until Monday.
FRESH_FOR = dt.timedelta(days=3)


@dataclass(frozen=True)
class Converted:
    """An amount in the reporting currency, and the rates that were used. Without rates, it is the exact amount.

    rate: what a unit of the other currency is worth.
    """

    amount: Decimal
    currency: str
    rates: tuple[ExchangeRate, ...]
    is_stale: bool
    rate: Decimal = Decimal(1)

    @property
    def day(self) -> dt.date | None:
        """The day of the older one of the rates, None without rates."""
        return min((rate.day for rate in self.rates), default=None)


class Converter:
    """The reporting currency and the newest rates, which are read once for a page."""

    def __init__(self, currency: str, rates: Iterable[ExchangeRate], day: dt.date) -> None:
        self.currency = currency
        self._rates = {rate.currency: rate for rate in rates}
        self._day = day

    @classmethod
    def read(cls) -> Converter:
        """Return the present converter. It takes one query, and one more if a reporting currency is set."""
        currency = Preferences.current().reporting_currency
        return cls(currency, ExchangeRate.newest() if currency else (), today())

    @classmethod
    def read_all(cls) -> Converter:
        """Return the present converter with all rates and who stored them, for the page that shows them."""
        return cls(Preferences.current().reporting_currency, ExchangeRate.newest("stored_by"), today())

    @property
    def is_set(self) -> bool:
        """Whether there is a reporting currency."""
        return bool(self.currency)

    def is_needed(self, currencies: Iterable[str]) -> bool:
        """Return whether there is a reporting currency, and one of these currencies is another one."""
        return self.is_set and any(each != self.currency for each in currencies)

    @property
    def known(self) -> list[str]:
        """The currencies that can be converted."""
        return sorted({*self._rates, EURO})

    def rate_of(self, currency: str) -> ExchangeRate | None:
        """Return the newest rate of a currency, None if there is none. The euro has none."""
        return self._rates.get(currency)

    def is_stale(self, rate: ExchangeRate) -> bool:
        """Return whether a rate is too old to rank by."""
        return self._day - rate.day > FRESH_FOR

    def convert(self, amount: Decimal, currency: str) -> Converted | None:
        """Return an amount in the reporting currency, None without a reporting currency or without a rate."""
        rates = self._rates_between(currency)
        if rates is None:
            return None
        if not rates:
            return Converted(amount, self.currency, (), is_stale=False)
        here, there = self._per_euro(self.currency), self._per_euro(currency)
        return Converted(amount * here / there, self.currency, rates, any(map(self.is_stale, rates)), here / there)

    def worth(self, currency: str) -> Fraction | None:
        """Return what a unit of a currency is worth in the reporting currency, None if nothing may be ranked by it."""
        rates = self._rates_between(currency)
        if rates is None or any(map(self.is_stale, rates)):
            return None
        return Fraction(self._per_euro(self.currency)) / Fraction(self._per_euro(currency)) if rates else Fraction(1)

    def lacking(self, currencies: Iterable[str]) -> list[str]:
        """Return the currencies that need a newer rate before amounts in these currencies can be ranked."""
        involved = {*currencies, self.currency} if self.is_needed(currencies) else set()
        rates = {each: self.rate_of(each) for each in involved - {EURO}}
        return sorted(each for each, rate in rates.items() if rate is None or self.is_stale(rate))

    def _rates_between(self, currency: str) -> tuple[ExchangeRate, ...] | None:
        if not self.currency or not currency:
            return None
        if currency == self.currency:
            return ()
        wanted = [self.rate_of(each) for each in (currency, self.currency) if each != EURO]
        found = tuple(rate for rate in wanted if rate)
        return found if len(found) == len(wanted) else None

    def _per_euro(self, currency: str) -> Decimal:
        return Decimal(1) if currency == EURO else self._rates[currency].per_euro
