"""The index that searching the catalog needs: another on each database, so that no migration can describe it.

PostgreSQL finds words inside of a text by their trigrams. SQLite reads all texts, but from an index that holds
little else, which is three times as quick as from the services themselves; and in the order of names, so that a page
of what many services have ends the reading early.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, connections, transaction

logger = logging.getLogger(__name__)
READ_BY_SQLITE = ("name", "id", "search_text", "is_listed", "panel_id", "category")
STATEMENTS = {
    "postgresql": (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE INDEX IF NOT EXISTS service_by_text ON panels_service USING gin (search_text gin_trgm_ops)",
    ),
    "sqlite": (f"CREATE INDEX IF NOT EXISTS service_by_text ON panels_service ({', '.join(READ_BY_SQLITE)})",),
}


def create_search_index(*, using: str, **_: Any) -> None:
    """Create the index where it is missing; searching works without it, only slower.

    Called after every migrate: the extension may not be allowed at first, and SQLite drops the index with a table
    that a migration rebuilds.
    """
    connection = connections[using]
    try:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            for statement in STATEMENTS.get(connection.vendor, ()):
                cursor.execute(statement)
    except DatabaseError as error:
        logger.warning("Searching a large catalog will be slow: its index cannot be created (%s).", error)
