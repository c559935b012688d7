"""Stores the reporting currency and exchange rates: those that people type or upload, and those that were fetched.

There is one rate for a currency and a day, the one that was stored last. A day of the bank is stored once, so it never
replaces a rate that a person stored later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from panels.models import ExchangeRate, Panel, Preferences
from panels.models.history import note
from panels.money.exchange import Converter
from panels.money.totals import today
from panels.tables.rates import EURO, KEPT_FOR, RateLine

Source = ExchangeRate.Source


@dataclass(frozen=True)
class UsedRate:
    """A currency that panels have or that is reported in, its newest rate, and whether nothing is ranked by it."""

    currency: str
    panels: int
    rate: ExchangeRate | None
    is_stale: bool


def used_currencies() -> Counter[str]:
    """Return the known currencies of all panels, and how many panels have each."""
    panels = Panel.objects.order_by().only("currency_override", "reported_currency")
    return Counter(panel.currency for panel in panels if panel.currency)


def used_rates(converter: Converter) -> list[UsedRate]:
    """Return the rates of the currencies in use. The euro has none."""
    used = used_currencies()
    found = [(each, converter.rate_of(each)) for each in sorted({*used, converter.currency} - {"", EURO})]
    return [UsedRate(each, used[each], rate, rate is not None and converter.is_stale(rate)) for each, rate in found]


def is_fetch_wanted() -> bool:
    """Return whether the rates of the bank are of use: another currency is compared with the reporting currency."""
    currency = Preferences.current().reporting_currency
    return bool(settings.EXCHANGE_RATES_URL and currency and used_currencies().keys() - {currency})


def set_reporting_currency(currency: str) -> bool:
    """Set the reporting currency, "" for none. Return False if it was the same before."""
    # The row is created without an entry in the history, so that the change itself is the entry.
    Preferences.objects.bulk_create([Preferences(pk=1)], ignore_conflicts=True)
    preferences = Preferences.objects.get(pk=1)
    if preferences.reporting_currency == currency:
        return False
    preferences.reporting_currency = currency
    preferences.save(update_fields=("reporting_currency",))
    return True


def store_typed(line: RateLine, person: Any) -> ExchangeRate:
    """Store a rate that a person typed. Return the rate of its currency that counts, which may be a newer one."""
    _store([line], Source.TYPED, person)
    note(Preferences.current(), f"rate typed: 1 {EURO} = {line.per_euro:f} {line.currency} on {line.day}")
    return ExchangeRate.objects.filter(currency=line.currency).latest("day")


def store_file(lines: list[RateLine], name: str, person: Any) -> None:
    """Store the rates of a file that a person uploaded."""
    _store(lines, Source.FILE, person)
    rates = "1 rate" if len(lines) == 1 else f"{len(lines):,} rates"
    note(Preferences.current(), f"{rates} uploaded: {name[:100]}")


def store_fetched(lines: list[RateLine]) -> None:
    """Store the rates of the bank, whose day is the same in all of them, unless this day is stored already."""
    if not ExchangeRate.objects.filter(day=lines[0].day, source=Source.ECB).exists():
        _store(lines, Source.ECB, None)


def _store(lines: Iterable[RateLine], source: str, person: Any) -> None:
    stored = {"source": source, "stored_at": timezone.now(), "stored_by": person}
    # In the order in which everybody stores them, to avoid deadlocks.
    ordered = sorted(lines, key=lambda each: (each.currency, each.day))
    ExchangeRate.objects.bulk_create(
        [ExchangeRate(currency=each.currency, day=each.day, per_euro=each.per_euro, **stored) for each in ordered],
        update_conflicts=True,
        unique_fields=("currency", "day"),
        update_fields=("per_euro", *stored),
    )


def delete_old() -> None:
    """Delete the rates of more than a year ago."""
    ExchangeRate.objects.filter(day__lt=today() - KEPT_FOR).delete()
