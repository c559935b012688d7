"""Corrects facts that a name states wrongly, or that the reader misunderstood. A correction survives syncs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from panels.catalog.facts import read_service
from panels.catalog.names.facts import Facts
from panels.models import Service, ServiceFacts
from panels.models.history import record

# The facts that a person can correct.
CORRECTABLE = (
    "platform",
    "metric",
    "object",
    "variant",
    "geo",
    "gender",
    "delivery",
    "quality",
    "refill_days",
    "speed_max",
    "start_max_minutes",
    "drop_max",
    "minutes",
    "watch_seconds",
    "noise",
)
# The most services that are offered for the same correction.
MOST_ALIKE = 200
# What separates the attributes of a name.
_SEPARATORS = re.compile(r"[|\[\](){}•»~]|\s[-–—]\s")
_SHORTEST_WORDING = 3


def texts_of(facts: Facts) -> dict[str, str]:
    """Return the facts that can be corrected as a correction holds them: texts by name, "" for "not said"."""
    values = {name: getattr(facts, name) for name in CORRECTABLE}
    return {name: "" if value is None or value is False else str(value) for name, value in values.items()}


def correct(service: Service, wanted: Mapping[str, str], person: Any) -> dict[str, str]:
    """Set the facts of a service, and return what differs from its name. What equals the name is no correction.

    The worker reads the name again, and moves the service to its product.
    """
    said = texts_of(read_service(service))
    corrections = {name: wanted[name] for name in CORRECTABLE if name in wanted and wanted[name] != said[name]}
    with transaction.atomic():
        facts = ServiceFacts.objects.select_for_update(no_key=True).get(pk=service.pk)
        before = said | facts.corrections
        record(service, **{name: (before[name], (said | corrections)[name]) for name in CORRECTABLE})
        _store(facts, corrections, person)
    return corrections


def alike(service: Service, corrections: Mapping[str, str]) -> list[Service]:
    """Return other listed services with the same wording that lack these corrections, at most MOST_ALIKE."""
    others = Service.objects.filter(is_listed=True, facts__isnull=False).exclude(pk=service.pk)
    words = wordings(service, corrections)
    for word in words:
        others = others.filter(search_text__contains=word)
    if not words:
        others = others.filter(name=service.name)
    found = others.select_related("panel", "facts").defer("description", "panel__api_key").order_by("name", "pk")
    said = texts_of(read_service(service))
    return [
        each
        for each in found[:MOST_ALIKE]
        if each.facts.corrections.items() & corrections.items() != corrections.items()
        and _is_read_alike(each, said, corrections)
    ]


def wordings(service: Service, names: Sequence[str] | Mapping[str, str]) -> list[str]:
    """Return the attributes of a name from which these facts were read, in lower case.

    That is each attribute without which the name says something else. None for a fact that the name does not state.
    """
    said, found = texts_of(read_service(service)), []
    for attribute in filter(None, map(str.strip, _SEPARATORS.split(service.name))):
        rest = Service(**_read_from(service) | {"name": service.name.replace(attribute, " ", 1)})
        without = texts_of(read_service(rest))
        if any(without[name] != said[name] for name in names) and len(attribute) >= _SHORTEST_WORDING:
            found.append(attribute.lower())
    return found


def apply(corrections: Mapping[str, str], services: Sequence[int], person: Any) -> int:
    """Correct these facts of other services too, and return the number of services. Their other corrections stay."""
    with transaction.atomic():
        rows = ServiceFacts.objects.select_for_update(no_key=True).filter(pk__in=services).order_by("pk")
        changed = [facts for facts in rows if facts.corrections | dict(corrections) != facts.corrections]
        for facts in changed:
            old = {name: facts.corrections.get(name, "as its name says") for name in corrections}
            record(facts.service, **{name: (old[name], text) for name, text in corrections.items()})
            _store(facts, facts.corrections | dict(corrections), person)
    return len(changed)


def _store(facts: ServiceFacts, corrections: dict[str, str], person: Any) -> None:
    facts.corrections = corrections
    facts.corrected_at = timezone.now() if corrections else None
    facts.corrected_by = person if corrections else None
    # What the corrections change is no change of the service (catalog/watch.py).
    facts.version = facts.version_before = ServiceFacts.STALE
    facts.save(update_fields=("corrections", "corrected_at", "corrected_by", "version", "version_before"))


def _read_from(service: Service) -> dict[str, Any]:
    names = ("category", "raw_type", "type", "own_type", "min_quantity", "max_quantity", "rate_per_1000")
    return {name: getattr(service, name) for name in names}


def _is_read_alike(service: Service, said: Mapping[str, str], corrections: Mapping[str, str]) -> bool:
    read = texts_of(read_service(service))
    return all(read[name] == said[name] for name in corrections)
