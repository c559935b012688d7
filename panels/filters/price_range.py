"""A range of prices in one currency, also for services whose prices are in other ones. No price is converted.

The limits are converted instead, for each panel, and rounded to the digits of a price so that no service that is worth
exactly a limit is lost.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import django_filters
from django import forms
from django.db.models import Q

from panels.models import Service

FIELD = "rate_per_1000"


class PriceField(forms.DecimalField):
    """A limit of a range of prices. In words it has its currency, which is set once it is known."""

    currency = ""

    def in_words(self, value: str) -> str:
        """Write a limit with its currency."""
        return f"{value} {self.currency}".strip()


class PriceFilter(django_filters.NumberFilter):  # type: ignore[misc]
    """A limit of a range of prices. `in_range` applies both limits."""

    field_class = PriceField


def in_range(least: Decimal | None, most: Decimal | None, worths: Mapping[int, Fraction]) -> Q:
    """Match the services of these panels with a price in a range.

    worths: what a unit of the currency of each panel is worth in the currency of the range, by the pk of the panel.
    """
    panels = defaultdict(list)
    for pk, worth in worths.items():
        panels[worth].append(pk)
    found = Q()
    for worth, pks in panels.items():
        limits = limits_in(worth, least, most)
        # Without a condition on panels, the database can use more indexes.
        found |= limits & Q(panel__in=pks) if len(panels) > 1 else limits
    return found


def limits_in(worth: Fraction, least: Decimal | None, most: Decimal | None) -> Q:
    """Match the prices in a range, in a currency of which a unit is worth so much in the currency of the range."""
    limits = Q()
    if least is not None:
        limits &= Q(**{f"{FIELD}__gte": _price(math.ceil(_units(least, worth)))})
    if most is not None:
        limits &= Q(**{f"{FIELD}__lte": _price(math.floor(_units(most, worth)))})
    return limits


def _units(limit: Decimal, worth: Fraction) -> Fraction:
    """Return a limit in the smallest units of a price in another currency."""
    units: Fraction = Fraction(limit) / worth * 10 ** _field().decimal_places
    return units


def _price(units: int) -> Decimal:
    """Return an amount in the smallest units of a price. Beyond the digits of a price, it is the largest price."""
    field = _field()
    return Decimal(min(units, 10**field.max_digits - 1)).scaleb(-field.decimal_places)


def _field() -> Any:
    return Service._meta.get_field(FIELD)
