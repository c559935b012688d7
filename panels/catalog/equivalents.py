"""Says which services are equivalent: those of one product, at any panel."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from panels.models import ServiceFacts
from panels.models.product import OF_KNOWN

# The number of values in one query. SQLite takes at most 999.
AT_ONCE = 900


def known_products(services: Iterable[int]) -> dict[int, int]:
    """Return the product of each service, by pk. A service whose product is not known is not in the result."""
    wanted = sorted(set(services))
    found: dict[int, int] = {}
    for start in range(0, len(wanted), AT_ONCE):
        facts = ServiceFacts.objects.filter(OF_KNOWN, pk__in=wanted[start : start + AT_ONCE])
        found |= dict(facts.values_list("pk", "product"))
    return found


def services_of(products: Iterable[int]) -> dict[int, int]:
    """Return the product of each service of these products, by pk."""
    wanted = sorted(set(products))
    found: dict[int, int] = {}
    for start in range(0, len(wanted), AT_ONCE):
        facts = ServiceFacts.objects.filter(product__in=wanted[start : start + AT_ONCE])
        found |= dict(facts.values_list("pk", "product"))
    return found


def equivalent_to(service: int) -> Q:
    """Match the rows with this service, or with another service of its product if that is known."""
    product = known_products([service]).get(service)
    return Q(service=service) if product is None else Q(service__facts__product=product)
