"""Finds out whether a renamed service is still what a person ordered, by what its name said then and says now.

Both names are read here and now, so the same version of the parser reads both, and a claim need not wait until the
worker has read the new name. A service with the same name is the same service. So neither a correction by a person nor
a new version of the parser can hold an order.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from panels.catalog.facts import days_of
from panels.catalog.names.product import product_key
from panels.catalog.names.reading import read_name
from panels.catalog.names.titles import title_of
from panels.models import Order, Service, ServiceFacts

# The most characters of a title in a sentence.
MAX_TITLE = 80


class _Said(NamedTuple):
    """What the name of a service says. refill_days: as in ServiceFacts."""

    product: str
    title: str
    is_known: bool
    refill_days: int | None


def why_other(order: Order, service: Service) -> str:
    """Return why the service is not what was ordered, by its name and category; "" if it is, or if it is not known."""
    kept = order.as_ordered or {}
    name, category = kept.get("name"), kept.get("category") or ""
    if not name or (name, category) == (service.name, service.category):
        return ""
    # The type is compared by itself, so one type stands for both.
    kind = service.raw_type or service.type
    before = _read(name, category, kind, kept.get("minimum"), kept.get("maximum"), order.rate_agreed)
    now = _read(service.name, service.category, kind, service.min_quantity, service.max_quantity, service.rate_per_1000)
    # A service of which nobody knew what it is cannot become another one.
    if before.is_known and before.product != now.product:
        return _in_words(before, now)
    if _is_worse(before.refill_days, now.refill_days, service.refill):
        was, is_now = (_refill(said.refill_days) for said in (before, now))
        return f"By its name and category, the service has {is_now} now. It had {was} when it was ordered."
    return ""


# Thousands of orders of a renamed service have the same names.
@lru_cache(512)
def _read(name: str, category: str, kind: str, low: int | None, high: int | None, rate: Decimal | None) -> _Said:
    facts = read_name(name, category, kind, low=low, high=high, rate=rate)
    is_known = bool(facts.platform and facts.metric)
    return _Said(product_key(facts), title_of(facts, name), is_known, days_of(facts))


def _in_words(before: _Said, now: _Said) -> str:
    was, is_now = (_shortened(said.title) for said in (before, now))
    if not now.is_known:
        return f"By its name and category, the service is no longer {was}. It is called “{is_now}” now."
    if was == is_now:
        return f"By its name and category, the service is another kind of {was} than when it was ordered."
    return f"By its name and category, the service is {is_now} now. It was {was} when it was ordered."


def _is_worse(before: int | None, now: int | None, flag: bool | None) -> bool:  # noqa: FBT001
    """Return whether the name promises less than before. It is not worse where the panel's flag says no to both."""
    if before and now:
        return now < before and flag is not False
    return ServiceFacts.class_of(now, flag) < ServiceFacts.class_of(before, flag)


def _refill(days: int | None) -> str:
    if days is None:
        return "no stated time of refill"
    if not days:
        return "no refill"
    return "a lifetime of refill" if days >= ServiceFacts.LIFETIME_DAYS else f"{days:,} days of refill"


def _shortened(title: str) -> str:
    return title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1]}…"
