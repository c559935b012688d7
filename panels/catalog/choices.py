"""Lists the equivalent offers of other panels from which a person chooses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from panels.catalog.equivalents import AT_ONCE
from panels.catalog.offers import CURRENCY, offers
from panels.models import RefillClass, Service, ServiceFacts
from panels.models.product import OF_KNOWN
from panels.money.exchange import Converted, Converter
from panels.protocol.order_types import order_type

# The most offers for one service.
MOST = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """An offer, its price as it is compared, its refill, and how many of the orders its limits fit.

    price: None if there is no reporting currency, or no rate.
    """

    service: Service
    price: Converted | None
    refill: RefillClass
    fits: int
    orders: int

    @property
    def fits_all(self) -> bool:
        return self.fits == self.orders

    @property
    def fit_words(self) -> str:
        """How many of the orders fit, in words."""
        return f"{self.fits:,} of {self.orders:,}"


class _Wanted(NamedTuple):
    """What is compared of the service whose orders go elsewhere."""

    pk: int
    product: int
    refill: int
    panel: int
    type: str
    currency: str


class _Found(NamedTuple):
    """What is compared of an offer."""

    pk: int
    product: int
    refill: int
    panel: int
    type: str
    currency: str
    rate: Decimal
    least: int | None
    most: int | None

    def fits(self, quantity: int | None) -> bool:
        """Return whether a quantity is within the limits. An order without a quantity is."""
        return quantity is None or (self.least or 0) <= quantity <= (quantity if self.most is None else self.most)


_COLUMNS = ("pk", "product", "refill_class", "service__panel", "service__type", "of_currency")


def find_choices(quantities: Mapping[int, Sequence[int | None]]) -> dict[int, list[Choice]]:
    """Return the equivalent offers of other panels with at least the same refill, the cheapest first.

    quantities: those of the orders of each service, by pk. The result has the services that have an offer. Prices in
    other currencies are compared by the rates, if the team has a reporting currency. Those that cannot be compared with
    the price of the service come last.
    """
    converter = Converter.read()
    wanted = _find_wanted(sorted(quantities))
    by_product = _find_offers(sorted({each.product for each in wanted}))
    ranked = {each.pk: _rank(each, by_product[each.product], converter) for each in wanted}
    pks = sorted({found.pk for every in ranked.values() for found in every})
    services: dict[int, Service] = {}
    for start in range(0, len(pks), AT_ONCE):
        rows = Service.objects.select_related("panel").defer("description", "search_text", "panel__api_key")
        services |= rows.in_bulk(pks[start : start + AT_ONCE])
    return {
        pk: [
            Choice(
                services[found.pk],
                converter.convert(found.rate, found.currency),
                RefillClass(found.refill),
                sum(map(found.fits, quantities[pk])),
                len(quantities[pk]),
            )
            for found in every
        ]
        for pk, every in ranked.items()
        if every
    }


def _find_wanted(services: Sequence[int]) -> list[_Wanted]:
    found: list[_Wanted] = []
    for start in range(0, len(services), AT_ONCE):
        facts = ServiceFacts.objects.filter(OF_KNOWN, pk__in=services[start : start + AT_ONCE])
        rows = facts.annotate(of_currency=CURRENCY).values_list(*_COLUMNS)
        found += [_Wanted(*row) for row in rows]
    return found


def _find_offers(products: Sequence[int]) -> dict[int, list[_Found]]:
    found: dict[int, list[_Found]] = defaultdict(list)
    for start in range(0, len(products), AT_ONCE):
        facts = offers().filter(product__in=products[start : start + AT_ONCE])
        limits = ("service__rate_per_1000", "service__min_quantity", "service__max_quantity")
        rows = facts.annotate(of_currency=CURRENCY).values_list(*_COLUMNS, *limits)
        for row in rows:
            each = _Found(*row)
            found[each.product].append(each)
    return found


def _rank(wanted: _Wanted, every: Sequence[_Found], converter: Converter) -> list[_Found]:
    kind = order_type(wanted.type)
    elsewhere = [
        each
        for each in every
        if each.panel != wanted.panel and each.refill >= wanted.refill and order_type(each.type) == kind
    ]
    worths = {currency: converter.worth(currency) for currency in {each.currency for each in elsewhere}}
    if converter.worth(wanted.currency) is None:
        worths = {wanted.currency: Fraction(1)}

    def place(each: _Found) -> tuple[bool, str, Fraction, int]:
        worth = worths.get(each.currency)
        if worth is None:
            return True, each.currency, Fraction(each.rate), each.pk
        return False, "", Fraction(each.rate) * worth, each.pk

    return sorted(elsewhere, key=place)[:MOST]
