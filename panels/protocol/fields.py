"""Finds the fields of a JSON object in every spelling: `order_id`, `orderId` and `OrderID` are one field.

Only names of fields are folded. Ids are case-sensitive, so the keys of an object by id are compared as they are.
"""

from __future__ import annotations

import re
from functools import lru_cache

# The folded names of the field with the id of an order.
ORDER_ID_FIELDS = ("order", "orderid")
# No field that is read has a longer name. A cache of longer names would keep much of what a panel sends.
_LONGEST_NAME = 100


def fields_of(value: object) -> dict[str, object]:
    """Return the fields of an object by their folded names, and {} for anything else.

    Of two spellings of one name, the first one that has a value counts.
    """
    fields: dict[str, object] = {}
    if isinstance(value, dict):
        for name, item in value.items():
            folded = _fold_name(name) if len(name) <= _LONGEST_NAME else name
            if fields.get(folded) in (None, ""):
                fields[folded] = item
    return fields


# Catalogs repeat a dozen names thousands of times. Keys that are ids fill the rest of the cache.
@lru_cache(maxsize=1024)
def _fold_name(name: str) -> str:
    return re.sub(r"[-_\s]+", "", name.casefold())
