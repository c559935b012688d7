"""Keeps SQLite, which knows nothing of how rows are spread, from an index that leads the long way round.

Without statistics it takes a panel, or a state, to be as rare as anything else, and reads years of orders.
"""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Concat


def unindexed(name: str) -> Any:
    """Return a number as a sum, which no index has."""
    return F(name) + 0


def unindexed_text(name: str) -> Any:
    """Return a text with nothing behind it, which no index has."""
    return Concat(F(name), Value(""), output_field=CharField())
