"""What a service's name says: from (name, category, type, min, max, rate) to facts, without Django or a database."""

from panels.catalog.names.facts import VERSION, Facts
from panels.catalog.names.product import product_key
from panels.catalog.names.reading import read_name

__all__ = ["VERSION", "Facts", "product_key", "read_name"]
