"""The key of a product. Two services with the same key are the same product, at the same panel or at two panels."""

from __future__ import annotations

import hashlib

from panels.catalog.names.facts import Facts

# The facts by which products differ. Services of one product differ in refill, quality, speed and drop.
_PARTS = (
    "platform",
    "metric",
    "object",
    "delivery",
    "variant",
    "geo",
    "gender",
    "minutes",
    "watch_seconds",
    "kind",
    "posts",
    "units",
    "beside",
)


def product_key(facts: Facts) -> str:
    """Return the key of the product that the facts describe.

    A service without a known platform or metric, and a row that is no service, has a key of its own text.
    """
    if facts.noise or not facts.platform or not facts.metric:
        return "?" + hashlib.blake2b(facts.text.encode(errors="replace"), digest_size=8).hexdigest()
    values = (getattr(facts, part) for part in _PARTS)
    return "/".join("" if value is None else str(value) for value in values).rstrip("/")
