"""Creates the index that the search of the catalog needs. It differs by database, so no migration can describe it.

PostgreSQL finds words inside a text by their trigrams. SQLite reads all texts. It reads them from an index with few
other columns, which is three times as fast as the table. One index is in the order of names, so a page of common words
ends the reading early. The other index is by panel, and has what the choice of a service ranks by
(filters/service_choice.py).
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, connections, transaction

logger = logging.getLogger(__name__)
READ_BY_SQLITE = ("name", "id", "search_text", "is_listed", "panel_id", "category")
RANKED_BY_SQLITE = (
    "panel_id",
    "is_listed",
    "search_text",
    "name",
    "id",
    "remote_id",
    "type",
    "rate_per_1000",
    "says_no_refill",
)
STATEMENTS = {
    "postgresql": (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE INDEX IF NOT EXISTS service_by_text ON panels_service USING gin (search_text gin_trgm_ops)",
    ),
    "sqlite": (
        f"CREATE INDEX IF NOT EXISTS service_by_text ON panels_service ({', '.join(READ_BY_SQLITE)})",
        f"CREATE INDEX IF NOT EXISTS service_by_panel_text ON panels_service ({', '.join(RANKED_BY_SQLITE)})",
    ),
}


def create_search_index(*, using: str, **_: Any) -> None:
    """Create the index if it is missing. The search works without the index, but it is slower.

    Called after every migrate, because the extension may not be allowed at first. Also, SQLite drops the index when a
    migration rebuilds the table.
    """
    connection = connections[using]
    try:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            for statement in STATEMENTS.get(connection.vendor, ()):
                cursor.execute(statement)
    except DatabaseError as error:
        logger.warning("Searching a large catalog will be slow: its index cannot be created (%s).", error)
