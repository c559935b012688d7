"""Notices a panel that takes away much of its catalog, or of its prices, at once.

A fall is noted at the panel until a person has seen it, or until a later sync brings back what was lost. It is
{"services": [listed before, gone]} or {"price": [median before, median now]}, or both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Any, NamedTuple

from panels.models import Panel, Service, ServiceChange
from panels.models.fields import plain
from panels.pages.numbers import exact

# A panel that loses this share or more is reported.
SHARE = Decimal("0.4")
SERVICES, PRICE = "services", "price"
Fall = dict[str, list[Any]]


class Standing(NamedTuple):
    """The number of listed services of a panel, and their median price. None without services."""

    listed: int
    median: Decimal | None


def standing(services: Iterable[Service]) -> Standing:
    """Return how the listed ones of these services stand."""
    prices = [service.rate_per_1000 for service in services if service.is_listed]
    return Standing(len(prices), median(prices) if prices else None)


def note_fall(panel: Panel, before: Standing, after: Standing, changes: Iterable[ServiceChange], now: datetime) -> None:
    """Note what a sync with these changes has taken away, or forget what it has brought back.

    The row of the panel must be locked.
    """
    kinds = Counter(change.kind for change in changes)
    gone, back = kinds[ServiceChange.Kind.GONE], kinds[ServiceChange.Kind.BACK]
    fall = fall_of(panel.catalog_fall, before, after, gone=gone, back=back)
    if fall != panel.catalog_fall:
        at = (panel.catalog_fell_at if fall.keys() <= panel.catalog_fall.keys() else now) if fall else None
        Panel.objects.filter(pk=panel.pk).update(catalog_fall=fall, catalog_fell_at=at)


def fall_of(known: Fall, before: Standing, after: Standing, *, gone: int, back: int) -> Fall:
    """Return the fall after a sync: what was known and is not back, and what is new."""
    fall: Fall = {}
    listed, missing = known.get(SERVICES, [before.listed, 0])
    missing = max(missing + gone - back, 0)
    if listed and missing >= SHARE * listed:
        fall[SERVICES] = [listed, missing]
    first = Decimal(known[PRICE][0]) if PRICE in known else before.median
    if first and after.median is not None and after.median <= (1 - SHARE) * first:
        fall[PRICE] = [plain(first), plain(after.median)]
    return fall


def in_words(panel: Panel) -> str:
    """Say what a panel has lost."""
    parts = []
    if found := panel.catalog_fall.get(SERVICES):
        listed, missing = found
        parts.append(f"{missing:,} of {listed:,} services are no longer listed.")
    if found := panel.catalog_fall.get(PRICE):
        was, now = (exact(Decimal(text), panel.currency) for text in found)
        parts.append(f"The median price fell from {was} to {now}.")
    return f"{' '.join(parts)} Look at its catalog before you order there."


def mark_seen(panel: Panel, shown: str) -> bool:
    """Forget the fall that was shown to a person, by its time in ISO format.

    Return False if there is none, or another one by now.
    """
    if not panel.catalog_fell_at or panel.catalog_fell_at.isoformat() != shown:
        return False
    same = Panel.objects.filter(pk=panel.pk, catalog_fell_at=panel.catalog_fell_at)
    return bool(same.update(catalog_fall={}, catalog_fell_at=None))
