"""Reads what the offers of a product cost over the last 90 days, for one picture of all of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from panels.catalog.offers import offers
from panels.models import Product, Service, ServiceChange
from panels.templatetags.catalog import price_unit

SHOWN_FOR = dt.timedelta(days=90)
# The offers in one picture, those that are compared for it, and the changes of prices that are read for all pictures.
MOST_SHOWN, MOST_OFFERS, MOST_CHANGES = 8, 1000, 500

Point = tuple[dt.datetime, Decimal]
# When a price changed, the price before it and the price after it.
Change = tuple[dt.datetime, str, str]


class OfferPrices(NamedTuple):
    """The prices of an offer, each with the time from which it held, and the words by which the picture names it."""

    service: Service
    name: str
    points: list[Point]


class PricePicture(NamedTuple):
    """The offers with prices in one unit, such as "USD per 1000", the cheapest now first.

    left_out: the number of offers that are dearer than the shown ones.
    """

    unit: str
    offers: list[OfferPrices]
    left_out: int
    until: dt.datetime


def price_steps(product: Product, now: dt.datetime | None = None) -> list[PricePicture]:
    """Return a picture for each unit of prices, because nothing is converted. The one with most offers is first.

    It takes two queries.
    """
    until = now or timezone.now()
    by_unit = defaultdict(list)
    for service in _offered(product):
        by_unit[price_unit(service)].append(service)
    shown = [service for found in by_unit.values() for service in found[:MOST_SHOWN]]
    changes, since = _changes_of(shown, until - SHOWN_FOR)
    pictures = []
    for unit, found in sorted(by_unit.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        lines = _lines(found[:MOST_SHOWN], changes, since)
        pictures.append(PricePicture(unit, lines, max(len(found) - MOST_SHOWN, 0), until))
    return pictures


def _offered(product: Product) -> Sequence[Service]:
    """Return the offers, the cheapest first, with what is needed of them."""
    pks = offers().filter(product=product).order_by().values("pk")
    needed = ("remote_id", "name", "type", "rate_per_1000", "first_seen_at", "last_seen_at")
    panel = ("name", "reported_currency", "currency_override", "bills_package_per_line")
    found = Service.objects.filter(pk__in=pks).select_related("panel")
    found = found.only(*needed, *(f"panel__{name}" for name in panel))
    return list(found.order_by("rate_per_1000", "pk")[:MOST_OFFERS])


def _changes_of(services: Sequence[Service], since: dt.datetime) -> tuple[dict[int, list[Change]], dt.datetime]:
    """Return the changes of the prices by service, the oldest first, and the time since when all of them are there."""
    rows = ServiceChange.objects.filter(service__in=services, field="rate_per_1000", at__gte=since)
    newest = list(rows.order_by("-at", "-pk").values_list("service", "at", "old", "new")[: MOST_CHANGES + 1])
    if len(newest) > MOST_CHANGES:
        # The oldest one only says since when the others are all.
        since = newest.pop()[1]
    found: dict[int, list[Change]] = defaultdict(list)
    for pk, at, old, new in reversed(newest):
        found[pk].append((at, old, new))
    return found, since


def _lines(services: Sequence[Service], changes: dict[int, list[Change]], since: dt.datetime) -> list[OfferPrices]:
    of_panel = Counter(service.panel_id for service in services)
    lines = []
    for service in services:
        is_alone = of_panel[service.panel_id] == 1
        name = service.panel.name if is_alone else f"{service.panel.name} · {service.remote_id}"
        lines.append(OfferPrices(service, name, points_of(service, changes.get(service.pk, []), since)))
    return lines


def points_of(service: Service, changes: Sequence[Change], since: dt.datetime) -> list[Point]:
    """Return the prices of a service since then, by its changes, the oldest first."""
    start = max(since, service.first_seen_at)
    if not changes:
        return [(start, service.rate_per_1000)]
    points = [(min(start, changes[0][0]), Decimal(changes[0][1])), *((at, Decimal(new)) for at, _, new in changes)]
    if points[-1][1] != service.rate_per_1000:
        points.append((max(service.last_seen_at, points[-1][0]), service.rate_per_1000))
    return points
