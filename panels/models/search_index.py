"""Creates the indexes that the searches need. They differ by database, so no migration can describe them.

PostgreSQL finds words inside a text by their trigrams. For the texts of orders SQLite does the same, by a full-text
table that triggers keep. For the catalog, SQLite reads all texts. It reads them from an index with few other columns,
which is three times as fast as the table. One index is in the order of names, so a page of common words ends the
reading early. The other index is by panel, and has what the choice of a service ranks by (filters/service_choice.py).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError, connection, connections, transaction

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
TEXTS = "panels_ordertext"
# The name of the index of the texts of orders. On SQLite it is a table.
ORDER_INDEX = "order_by_text"
JOB = "settle search"
# By the kind of database.
Statements = dict[str, Sequence[str]]
_EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
_SERVICES: Statements = {
    "postgresql": (
        _EXTENSION,
        "CREATE INDEX IF NOT EXISTS service_by_text ON panels_service USING gin (search_text gin_trgm_ops)",
    ),
    "sqlite": (
        f"CREATE INDEX IF NOT EXISTS service_by_text ON panels_service ({', '.join(READ_BY_SQLITE)})",
        f"CREATE INDEX IF NOT EXISTS service_by_panel_text ON panels_service ({', '.join(RANKED_BY_SQLITE)})",
    ),
}
_ADD = f"INSERT INTO {ORDER_INDEX} (rowid, text) VALUES (new.id, new.text);"
# The index has no texts of its own, so it must get the former text.
_REMOVE = f"INSERT INTO {ORDER_INDEX} ({ORDER_INDEX}, rowid, text) VALUES ('delete', old.id, old.text);"
_TRIGGER = f"CREATE TRIGGER IF NOT EXISTS {TEXTS}"
# New texts wait in a list, of so many kB, until the worker sorts them into the index. Otherwise a batch waits for that.
_WAITING = "WITH (gin_pending_list_limit = 32768)"
# Without positions the index is small. The texts themselves show what really has a word.
_OPTIONS = f"content='{TEXTS}', content_rowid='id', detail=none, columnsize=0, tokenize='trigram'"
_ORDERS: Statements = {
    "postgresql": (
        _EXTENSION,
        f"CREATE INDEX IF NOT EXISTS {ORDER_INDEX} ON {TEXTS} USING gin (text gin_trgm_ops) {_WAITING}",
    ),
    "sqlite": (
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {ORDER_INDEX} USING fts5 (text, {_OPTIONS})",
        f"{_TRIGGER}_added AFTER INSERT ON {TEXTS} BEGIN {_ADD} END",
        f"{_TRIGGER}_changed AFTER UPDATE ON {TEXTS} BEGIN {_REMOVE} {_ADD} END",
        f"{_TRIGGER}_removed AFTER DELETE ON {TEXTS} BEGIN {_REMOVE} END",
    ),
}
# For each index: the table, what it finds, and the statements of each database.
INDEXES: dict[str, tuple[str, str, Statements]] = {
    "service_by_text": ("panels_service", "services", _SERVICES),
    ORDER_INDEX: (TEXTS, "orders", _ORDERS),
}
# A full-text table that has missed changes of its texts, because its triggers were missing, is written anew.
REBUILD = f"INSERT INTO {ORDER_INDEX} ({ORDER_INDEX}) VALUES ('rebuild')"


# A migration uses it too, before it fills the texts.
def create_search_indexes(*, using: str, **_: Any) -> None:
    """Create the indexes that are missing. The searches work without them, but they are slower.

    Called after every migrate, because the extension may not be allowed at first. Also, SQLite drops indexes and
    triggers when a migration rebuilds the table.
    """
    tables = connections[using].introspection.table_names()
    for name, (table, found, statements) in INDEXES.items():
        if table in tables:
            _create(name, found, statements.get(connections[using].vendor, ()), using)


def _create(name: str, found: str, statements: Sequence[str], using: str) -> None:
    database = connections[using]
    try:
        with transaction.atomic(using=using), database.cursor() as cursor:
            is_new = name == ORDER_INDEX and database.vendor == "sqlite" and not _has_triggers(cursor)
            for statement in statements:
                cursor.execute(statement)
            if is_new:
                cursor.execute(REBUILD)
    except DatabaseError as error:
        logger.warning("Searching many %s will be slow: the index cannot be created (%s).", found, error)


def _has_triggers(cursor: Any) -> bool:
    cursor.execute("SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TEXTS])
    return bool(cursor.fetchone()[0])


def drop_order_index() -> None:
    """Remove the index of the texts of orders before its table is removed."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {ORDER_INDEX}")


def has_order_index() -> bool:
    """Return whether the texts of orders have their index."""
    known = "pg_class WHERE relname" if connection.vendor == "postgresql" else "sqlite_master WHERE name"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {known} = %s", [ORDER_INDEX])
        return bool(cursor.fetchone())


def must_settle() -> bool:
    """Return whether new texts wait in a list beside the index, as those of PostgreSQL do."""
    return connection.vendor == "postgresql" and has_order_index()


def settle_order_index() -> None:
    """Sort the latest texts into the index, because a search would otherwise read them one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [ORDER_INDEX])
