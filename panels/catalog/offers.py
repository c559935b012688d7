"""Counts the offers of products, and finds the cheapest of them, for lists and sorting."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from panels.bell import ALL, ring
from panels.models import Panel, Product, ProductGrade, RefillClass, Service, ServiceFacts
from panels.models.product import MOST_PRICE
from panels.models.writing import insert_rows, update_rows
from panels.money.exchange import Converter

JOB = "count products"
# The decimals of a price.
SMALLEST = Decimal("1e-8")
# The services of one upstream that are named.
MOST_ALIKE = 10
# The rows of one statement.
AT_ONCE = 500
# The products of one piece, and the nap after it as a multiple of the time that it took.
PIECE, NAP = 50, 1.0

# The currency of an offer, as `Panel.currency` says it.
CURRENCY = Coalesce(NullIf("service__panel__currency_override", Value("")), "service__panel__reported_currency")


class Offer(NamedTuple):
    """What is compared of an offer."""

    product: int
    refill: int
    panel: int
    service: int
    currency: str
    rate: Decimal


def offers() -> QuerySet[ServiceFacts]:
    """Return the facts of all offers: listed services of active panels that are not blocked and not noise."""
    return ServiceFacts.objects.filter(is_noise=False, service__is_listed=True, service__panel__is_active=True).exclude(
        service__mark__is_blocked=True
    )


def same_upstream(service: Service) -> list[Service]:
    """Return the listed services of other panels with the same name and limits: very likely one upstream, resold."""
    others = Service.objects.filter(
        name=service.name,
        min_quantity=service.min_quantity,
        max_quantity=service.max_quantity,
        is_listed=True,
        panel__is_active=True,
    ).exclude(panel=service.panel_id)
    found = others.select_related("panel").defer("description", "panel__api_key").order_by("rate_per_1000", "pk")
    return list(found[:MOST_ALIKE]) if service.name else []


def mark_products_stale(services: Iterable[int]) -> None:
    """Let the products of these services be counted anew. Must be called in the transaction that changes them."""
    pks, products = list(services), set()
    for first in range(0, len(pks), AT_ONCE):
        facts = ServiceFacts.objects.filter(pk__in=pks[first : first + AT_ONCE], product__isnull=False)
        products |= set(facts.order_by().values_list("product", flat=True))
    mark_stale(products)


def mark_panel_stale(panel: Panel) -> None:
    """Let the products that a panel offers be counted anew, because its state or its currency has changed."""
    facts = ServiceFacts.objects.filter(service__panel=panel, product__isnull=False)
    mark_stale(facts.order_by().values_list("product", flat=True).distinct())


def mark_all_stale() -> int:
    """Let all products be counted anew, and return their number.

    So what nobody has marked does not last: another currency of a panel, or services that were deleted with it.
    """
    return mark_stale(Product.objects.values_list("pk", flat=True))


def compare_anew() -> None:
    """Let all products be compared anew, because the rates or the reporting currency have changed."""
    mark_all_stale()
    ring("offers", ALL)


def mark_stale(products: Iterable[int | None]) -> int:
    """Let these products be counted anew, and return their number."""
    pks = sorted({pk for pk in products if pk})
    for first in range(0, len(pks), AT_ONCE):
        # Without a condition on is_stale: a row that is being counted right now must be waited for, and marked again.
        _write_marks(pks[first : first + AT_ONCE], is_stale=True)
    return len(pks)


def _write_marks(products: Sequence[int], *, is_stale: bool) -> None:
    """Mark products. They are locked in the order of their pks, so that two syncs never wait for each other."""
    with transaction.atomic():
        rows = Product.objects.filter(pk__in=products)
        list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        rows.update(is_stale=is_stale)


def count_offers(stopping: threading.Event, *, nap: float = NAP) -> int:
    """Count the offers of all stale products, and return the number of products."""
    number, converter = 0, Converter.read()
    while not stopping.is_set():
        began = time.monotonic()
        piece = list(Product.objects.filter(is_stale=True).order_by("pk").values_list("pk", flat=True)[:PIECE])
        if not piece:
            break
        number += len(piece)
        _count(piece, converter)
        stopping.wait(nap * (time.monotonic() - began))
    return number


def _count(products: Sequence[int], converter: Converter) -> None:
    with transaction.atomic():
        # Marked as counted first. Whoever changes an offer from now on marks it again after this transaction.
        _write_marks(products, is_stale=False)
        by_product = defaultdict(list)
        for offer in _offers_of(products):
            by_product[offer.product].append(offer)
        ProductGrade.objects.filter(product__in=products).delete()
        insert_rows([each for pk, found in by_product.items() for each in grades_of(pk, found, converter)])
        best = {pk: max(offer.refill for offer in found) for pk, found in by_product.items()}
        update_rows([(Product(pk=pk), {"best_refill": best.get(pk)}) for pk in products])
        # A person's title is kept for when its services come back.
        unused = Product.objects.filter(pk__in=products, own_title="").exclude(
            pk__in=ServiceFacts.objects.filter(product__in=products).values("product")
        )
        unused.delete()


def _offers_of(products: Collection[int]) -> Iterable[Offer]:
    found = offers().filter(product__in=products)
    columns = ("product", "refill_class", "service__panel", "pk", CURRENCY, "service__rate_per_1000")
    return (Offer(*row) for row in found.values_list(*columns))


def grades_of(product: int, found: Sequence[Offer], converter: Converter) -> list[ProductGrade]:
    """Return the grades of a product: one for all its offers, and one for each class of refill up to the best one."""
    best = max((offer.refill for offer in found), default=RefillClass.NONE)
    currency, prices = _compare(found, converter)
    compared = sorted((offer for offer in found if offer.service in prices), key=lambda offer: prices[offer.service])
    grades = []
    for least in range(best + 1):
        several = [offer for offer in found if offer.refill >= least]
        grade = _grade([offer for offer in compared if offer.refill >= least], prices)
        grade.product_id, grade.refill, grade.offers, grade.currency = product, least, len(several), currency
        grade.panels = len({offer.panel for offer in several})
        grades.append(grade)
    return grades


def _compare(found: Sequence[Offer], converter: Converter) -> tuple[str, dict[int, Decimal]]:
    """Return the currency in which the offers can be compared, and their prices in it by service.

    That is the reporting currency or, if the team has none, the currency of all offers. An offer without a fresh rate
    has no price. Nor has one whose price is too high to be stored.
    """
    if converter.is_set:
        worth = {currency: converter.worth(currency) for currency in {offer.currency for offer in found}}
        return converter.currency, {
            offer.service: price.quantize(SMALLEST)
            for offer in found
            if (each := worth[offer.currency]) is not None
            and (price := offer.rate * each.numerator / each.denominator) <= MOST_PRICE
        }
    currencies = {offer.currency for offer in found}
    if len(currencies) != 1:
        return "", {}
    return currencies.pop(), {offer.service: offer.rate for offer in found}


def _grade(compared: Sequence[Offer], prices: Mapping[int, Decimal]) -> ProductGrade:
    """Return a grade with the cheapest and the dearest of these offers, which are sorted by price."""
    if not compared:
        return ProductGrade()
    cheapest, dearest = compared[0], compared[-1]
    elsewhere = next((offer for offer in compared if offer.panel != cheapest.panel), None)
    return ProductGrade(
        compared=len(compared),
        cheapest_id=cheapest.service,
        elsewhere_id=elsewhere and elsewhere.service,
        price=prices[cheapest.service],
        dearest=prices[dearest.service],
        sort_price=prices[cheapest.service],
    )
