"""The title of a product, as a person sets it."""

from __future__ import annotations

from django.db import transaction

from panels.models import Product
from panels.models.history import record


def rename(product: Product, title: str) -> bool:
    """Give a product another title, "" for the one that its facts say. Return False if nothing changes.

    Raises Product.DoesNotExist if its last service has left it meanwhile.
    """
    with transaction.atomic():
        # The worker locks a product too before it deletes it as unused.
        current = Product.objects.select_for_update(no_key=True).get(pk=product.pk)
        own_title = "" if title == current.facts_title else title
        if own_title == current.own_title:
            return False
        record(current, own_title=(current.own_title, title))
        product.own_title = current.own_title = own_title
        current.search_text = f"{own_title} {current.facts_title}".strip().lower()
        current.save(update_fields=("own_title", "search_text"))
    return True
