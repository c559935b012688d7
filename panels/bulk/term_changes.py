"""Compares the lines of a draft with their earlier check: their services, conditions and costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from panels.bulk.checking import checked_values
from panels.models import BatchLine, Service
from panels.pages.numbers import NO_VALUE, exact, exact_rate

# Conditions that the drafts of earlier versions lack. Such a draft does not count them as changed.
_ADDED = frozenset(("name", "refill", "cancel"))


@dataclass(frozen=True, slots=True)
class TermChange:
    """What has changed since lines were checked: their service, a condition of it, or their cost."""

    service: Service
    what: str
    old: str
    new: str
    numbers: tuple[int, ...]


def find_changes(lines: Sequence[BatchLine], before: Sequence[Mapping[str, Any]]) -> tuple[TermChange, ...]:
    """Compare the services, conditions and costs of the lines with those of the earlier check."""
    pairs = [
        (line.service, line.number, old, checked_values(line))
        for line, old in zip(lines, before, strict=True)
        if line.service and not line.is_left_out
    ]
    replaced = {old["service_id"] for service, _, old, _ in pairs if old["service_id"] != service.pk} - {None}
    earlier = Service.objects.select_related("panel").in_bulk(replaced)
    found: dict[tuple[Service, str, str, str], list[int]] = defaultdict(list)
    for service, number, old, new in pairs:
        if old["service_id"] != service.pk:
            changed = [("service", _named(earlier.get(old["service_id"]), old), _named(service, new))]
        else:
            changed = _changed_conditions(old, new) or _changed_cost(old, new)
        for each in changed:
            found[service, *each].append(number)
    return tuple(TermChange(*key, numbers=tuple(numbers)) for key, numbers in found.items())


def _named(service: Service | None, found: Mapping[str, Any]) -> str:
    """Return the panel, the ID and the price of the service that a check found. A name can mean another panel later."""
    if service is None:
        return NO_VALUE
    return f"{service.panel}, {service.remote_id}, {exact_rate(found['rate'], found['currency'])}"


def _changed_conditions(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    if new["rate"] == old["rate"] and new["terms"] == old["terms"] and new["currency"] == old["currency"]:
        return []
    was, now = _conditions(old), _conditions(new)
    compared = [what for what in now if what in was or what not in _ADDED]
    return [(what, was.get(what, ""), now[what]) for what in compared if was.get(what, "") != now[what]]


def _changed_cost(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Compare the costs, because conditions in words are rounded."""
    if new["cost"] == old["cost"]:
        return []
    return [("cost", exact(old["cost"], old["currency"]), exact(new["cost"], new["currency"]))]


def _conditions(found: Mapping[str, Any]) -> dict[str, str]:
    """Return the conditions of a check in words, by name."""
    words = {"rate": "" if found["rate"] is None else exact_rate(found["rate"], found["currency"])}
    return words | {name: _word(value) for name, value in found["terms"].items()}


def _word(value: object) -> str:
    if value is None:
        return "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)
