"""The title of a product, as a person sets it."""

from __future__ import annotations

from panels.models import Product
from panels.models.history import record


def rename(product: Product, title: str) -> bool:
    """Give a product another title, "" for the one that its facts say. Return False if nothing changes."""
    if title == product.own_title or (not product.own_title and title == product.facts_title):
        return False
    record(product, own_title=(product.own_title, title))
    product.own_title = "" if title == product.facts_title else title
    product.search_text = f"{product.own_title} {product.facts_title}".strip().lower()
    product.save(update_fields=("own_title", "search_text"))
    return True
