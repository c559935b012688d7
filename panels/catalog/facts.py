"""Reads the names of services that are new, that changed, or that an older parser has read, and keeps the facts.

The names are read in small pieces with naps between them, because the reader computes while other threads send orders.
A piece is written in one short transaction.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from panels.catalog import watch
from panels.catalog.names.facts import LIFETIME, VERSION, Facts
from panels.catalog.names.product import product_key
from panels.catalog.names.reading import read_name
from panels.catalog.names.titles import title_of
from panels.catalog.offers import mark_stale as mark_products
from panels.models import Panel, Product, Service, ServiceFacts
from panels.models.writing import update_rows

# The names of one piece, and the nap after it as a multiple of the time that it took.
PIECE, NAP = 100, 3.0
# The fields of a service from which its facts follow.
READ = ("name", "category", "raw_type", "type", "own_type", "refill", "min_quantity", "max_quantity", "rate_per_1000")
# The words of the facts that a product has, and the most characters of their columns.
OF_PRODUCT = {
    name: getattr(Product, name).field.max_length
    for name in ("platform", "metric", "object", "delivery", "variant", "geo", "gender", "kind")
}
MOST_NUMBER, MOST_SPEED = 2**31 - 1, 2**63 - 1


def stale() -> QuerySet[ServiceFacts]:
    """Return the facts that must be read anew."""
    return ServiceFacts.objects.filter(version__lt=VERSION)


def mark_stale(services: Sequence[int], *, is_told: bool = False) -> None:
    """Let the names of these services be read anew. Must be called in the transaction that changes them.

    is_told: the panel says something else than before. Only then can another fact be a change of the service.
    """
    found, stale = ServiceFacts.objects.filter(pk__in=services), ServiceFacts.STALE
    if is_told:
        # Facts that are stale already keep the reason for it.
        found.filter(version__gt=stale).update(version=stale, version_before=F("version"))
    else:
        found.update(version=stale, version_before=stale)


def must_be_read(found: dict[str, tuple[Any, Any]]) -> bool:
    """Return whether changed fields of a service, as field → (old, new), can change its facts.

    The flag for refills counts, because the class of refill is the worse of flag and name. A price counts only where
    it is or was nothing, because then the row may be no service.
    """
    old, new = found.get("rate_per_1000", (1, 1))
    return bool(found.keys() & set(READ) - {"rate_per_1000"}) or not (old and new)


def is_told(found: dict[str, tuple[Any, Any]]) -> bool:
    """Return whether the panel itself says something else, so that its facts can change.

    The type alone does not count, because it is how this version understands the panel's type.
    """
    return must_be_read({name: pair for name, pair in found.items() if name != "type"})


def read_names(stopping: threading.Event, *, nap: float = NAP) -> int:
    """Read all names that must be read, and return their number. Their products must be counted after it."""
    number = 0
    while not stopping.is_set():
        began = time.monotonic()
        piece = list(stale().order_by("version", "pk").select_related("service")[:PIECE])
        if not piece:
            break
        number += _write_facts([(each, read_service(each.service, each.corrections)) for each in piece])
        stopping.wait(nap * (time.monotonic() - began))
    return number


def read_service(service: Service, corrections: dict[str, str] | None = None) -> Facts:
    """Return the facts of a service, with the corrections of a person."""
    facts = read_name(
        service.name,
        service.category,
        service.own_type or service.raw_type or service.type,
        low=service.min_quantity,
        high=service.max_quantity,
        rate=service.rate_per_1000,
    )
    return corrected(facts, corrections) if corrections else facts


def corrected(facts: Facts, corrections: dict[str, str]) -> Facts:
    """Return the facts with the values that a person has set, by name. "" means: not said."""
    return replace(facts, **{name: _typed(name, text) for name, text in corrections.items()})  # type: ignore[arg-type]


def _typed(name: str, text: str) -> str | int | bool | None:
    """Return the value of a fact from its text in a correction."""
    if name == "noise":
        return bool(text)
    if name in ("refill_days", "drop_max", "speed_min", "speed_max", "start_max_minutes", "minutes", "watch_seconds"):
        return (int(text) if text.isascii() and text.isdecimal() else text) if text else None
    return text


def _write_facts(readings: Sequence[tuple[ServiceFacts, Facts]]) -> int:
    """Write the facts of one piece, and return how many were written. A service that changed meanwhile waits."""
    with transaction.atomic():
        # A sync locks its panel too. So no service of the piece changes before the facts are written.
        panels = sorted({each.service.panel_id for each, _ in readings})
        list(Panel.objects.select_for_update(no_key=True).filter(pk__in=panels).order_by("pk").values_list("pk"))
        current = ServiceFacts.objects.select_related("service").in_bulk([each.pk for each, _ in readings])
        kept = [(current[each.pk], facts) for each, facts in readings if _is_same(each, current.get(each.pk))]
        products = _products_of(kept)
        changes = [(each, values_of(facts, each.service, products[stored_key(facts)])) for each, facts in kept]
        watch.note_facts(changes)
        update_rows(changes)
        touched = {each.product_id for each, _ in changes} | {values["product"] for _, values in changes}
        mark_products(touched)
    return len(changes)


def _is_same(read: ServiceFacts, now: ServiceFacts | None) -> bool:
    if now is None or read.corrections != now.corrections:
        return False
    return all(getattr(read.service, name) == getattr(now.service, name) for name in READ)


def values_of(facts: Facts, service: Service, product: int) -> dict[str, Any]:
    """Return the facts as values of the columns of ServiceFacts."""
    days = days_of(facts)
    return {
        "product": product,
        "version": facts.version,
        "version_before": ServiceFacts.STALE,
        "is_noise": facts.noise,
        "refill_days": days,
        "refill_mode": facts.refill_mode[:20],
        "refill_class": ServiceFacts.class_of(days, service.refill),
        "is_contradictory": ServiceFacts.contradicts(days, service.refill),
        "quality": facts.quality[:120],
        "speed_min": _number(facts.speed_min, MOST_SPEED),
        "speed_max": _number(facts.speed_max, MOST_SPEED),
        "start_max_minutes": _number(facts.start_max_minutes),
        "drop_max": "" if facts.drop_max is None else str(facts.drop_max)[:10],
    }


def days_of(facts: Facts) -> int | None:
    """Return the days of refill as ServiceFacts has them: a lifetime is a number too."""
    return ServiceFacts.LIFETIME_DAYS if facts.refill_days == LIFETIME else _number(facts.refill_days)


def _number(value: Any, most: int = MOST_NUMBER) -> int | None:
    return min(value, most) if isinstance(value, int) and value >= 0 else None


def stored_key(facts: Facts) -> str:
    """Return the key of a product as it is stored: a long key is hashed."""
    key = product_key(facts)
    if len(key) <= Product.MAX_KEY:
        return key
    return "#" + hashlib.blake2b(key.encode(errors="replace"), digest_size=16).hexdigest()


def _products_of(readings: Iterable[tuple[ServiceFacts, Facts]]) -> dict[str, int]:
    """Return the pks of the products by their stored keys. Products that do not exist yet are created."""
    wanted = {stored_key(facts): _new_product(facts, each.service) for each, facts in readings}
    found = dict(Product.objects.filter(key__in=wanted).values_list("key", "pk"))
    # Two workers may create the same product at once.
    new = [product for key, product in wanted.items() if key not in found]
    Product.objects.bulk_create(new, ignore_conflicts=True)
    return found | dict(Product.objects.filter(key__in=wanted.keys() - found.keys()).values_list("key", "pk"))


def _new_product(facts: Facts, service: Service) -> Product:
    title = title_of(facts, service.name)[:500]
    values = {name: getattr(facts, name)[:most] for name, most in OF_PRODUCT.items()}
    return Product(
        key=stored_key(facts),
        facts_title=title,
        search_text=title.lower(),
        minutes=_number(facts.minutes),
        watch_seconds=_number(facts.watch_seconds),
        **values,
    )
