"""Counts the offers of products, and finds the cheapest of them, for lists and sorting."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from panels.models import Panel, Product, ProductGrade, RefillClass, ServiceFacts
from panels.models.product import MOST_PRICE
from panels.models.writing import insert_rows, update_rows

JOB = "count products"
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


def mark_products_stale(services: Iterable[int]) -> None:
    """Let the products of these services be counted anew. Must be called in the transaction that changes them."""
    pks = list(services)
    for first in range(0, len(pks), 500):
        _mark(ServiceFacts.objects.filter(pk__in=pks[first : first + 500]))


def mark_panel_stale(panel: Panel) -> None:
    """Let the products that a panel offers be counted anew, because it has become active or inactive."""
    _mark(ServiceFacts.objects.filter(service__panel=panel))


def mark_all_stale() -> int:
    """Let all products be counted anew, and return their number.

    So what nobody has marked does not last: another currency of a panel, or services that were deleted with it.
    """
    return Product.objects.update(is_stale=True)


def _mark(facts: QuerySet[ServiceFacts]) -> None:
    # Without a condition on is_stale: a row that is being counted right now must be waited for, and marked again.
    Product.objects.filter(pk__in=facts.order_by().values("product")).update(is_stale=True)


def count_offers(stopping: threading.Event) -> int:
    """Count the offers of all stale products, and return the number of products."""
    number = 0
    while not stopping.is_set():
        began = time.monotonic()
        piece = list(Product.objects.filter(is_stale=True).order_by("pk").values_list("pk", flat=True)[:PIECE])
        if not piece:
            break
        number += len(piece)
        _count(piece)
        stopping.wait(NAP * (time.monotonic() - began))
    return number


def _count(products: Sequence[int]) -> None:
    with transaction.atomic():
        # Marked as counted first. Whoever changes an offer from now on marks it again after this transaction.
        Product.objects.filter(pk__in=products).update(is_stale=False)
        by_product = defaultdict(list)
        for offer in _offers_of(products):
            by_product[offer.product].append(offer)
        ProductGrade.objects.filter(product__in=products).delete()
        insert_rows([each for pk, found in by_product.items() for each in grades_of(pk, found)])
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


def grades_of(product: int, found: Sequence[Offer]) -> list[ProductGrade]:
    """Return the grades of a product: one for all its offers, and one for each class of refill up to the best one."""
    best = max((offer.refill for offer in found), default=RefillClass.NONE)
    return [_grade(product, least, [offer for offer in found if offer.refill >= least]) for least in range(best + 1)]


def _grade(product: int, refill: int, found: Sequence[Offer]) -> ProductGrade:
    currencies = {offer.currency for offer in found}
    currency = currencies.pop() if len(currencies) == 1 else ""
    compared = sorted((offer for offer in found if currency), key=lambda offer: (offer.rate, offer.service))
    cheapest = compared[0] if compared else None
    elsewhere = next((offer for offer in compared if cheapest and offer.panel != cheapest.panel), None)
    return ProductGrade(
        product_id=product,
        refill=refill,
        offers=len(found),
        panels=len({offer.panel for offer in found}),
        uncompared=len(found) - len(compared),
        cheapest_id=cheapest and cheapest.service,
        elsewhere_id=elsewhere and elsewhere.service,
        price=compared[0].rate if compared else None,
        dearest=compared[-1].rate if compared else None,
        sort_price=compared[0].rate if compared else MOST_PRICE,
        currency=currency,
    )
