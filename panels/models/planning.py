"""Expressions that keep SQLite from the use of a slow index.

SQLite has no statistics here. It assumes that every panel and every state is rare, and would read years of orders.
"""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Concat


def unindexed(name: str) -> Any:
    """Return a number as a sum, because no index covers the sum."""
    return F(name) + 0


def unindexed_text(name: str) -> Any:
    """Return a text joined with an empty text, because no index covers the result."""
    return Concat(F(name), Value(""), output_field=CharField())
