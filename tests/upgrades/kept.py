"""Writes a database as text that both SQLite and PostgreSQL take, and loads it into the tables of its own version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

FOLDER = Path(__file__).parent
# The API key of every panel in a kept database, and its encrypted text. Fixed, because each encryption differs.
CREDENTIAL_KEY = "a2VwdC1kYXRhYmFzZXMtb2Ytb2xkLXZlcnNpb25zLTA="
API_KEY = "kept-key-0123456789abcdef"
ENCRYPTED_API_KEY = (
    "gAAAAABppXvAI85nrdiaqaczjzQB58qf1Q8uqAjs1x-aY0-QXRjrRly0PKYObqp993u_"
    "J-RgbytPKX2EcyP1FOTzrhcNBei4rGsEOZdLprJ3mX6CNiERbSk="
)
Row = list[Any]


class Table(NamedTuple):
    """The rows of a table, as both databases take them."""

    columns: list[str]
    rows: list[Row]


class Kept(NamedTuple):
    """A kept database: the newest migration of each app, and the tables by their names."""

    migrations: dict[str, str]
    tables: dict[str, Table]


def save(path: Path) -> None:
    """Write the database of this process, a row a line, so that a small change of the rows is a small change here."""
    tables = [(model._meta.db_table, _columns(model), list(_rows(model))) for model in _models()]
    head = json.dumps(_newest_migrations(), indent=1)
    body = ",\n".join(_as_text(*table) for table in sorted(tables) if table[2])
    path.write_text(f'{{"migrations": {head},\n"tables": {{\n{body}\n}}}}\n')


def _as_text(name: str, columns: list[str], rows: list[Row]) -> str:
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"{json.dumps(name)}: [{json.dumps(columns)}, [\n{lines}\n]]"


def read(path: Path) -> Kept:
    """Read a kept database."""
    content = json.loads(path.read_text())
    return Kept(content["migrations"], {name: Table(*table) for name, table in content["tables"].items()})


def load(kept: Kept) -> None:
    """Make the tables of the kept version in the empty database of this process, and fill them."""
    for name, migration in kept.migrations.items():
        call_command("migrate", name, migration, verbosity=0)
    with transaction.atomic():
        _empty_all_tables()
        for name, table in kept.tables.items():
            _insert(name, table)
    _count_on(kept)


def upgrade() -> None:
    """Run all later migrations one by one, and check after each one that every row still refers to a row."""
    executor = MigrationExecutor(connection)
    state = None
    for step in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        state = executor.migrate([], plan=[step], state=state)
        connection.check_constraints()
    # No migration is left. This creates the permissions, as at the end of each upgrade.
    call_command("migrate", verbosity=0)


def historical_apps(kept: Kept) -> Any:
    """Return the models of the kept version."""
    return MigrationExecutor(connection).loader.project_state(list(kept.migrations.items())).apps


# -- reading rows


def _models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.label != "sessions.Session"]


def _fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def _columns(model: type[models.Model]) -> list[str]:
    return [field.column for field in _fields(model)]


def _rows(model: type[models.Model]) -> Iterator[Row]:
    for instance in model._base_manager.order_by("pk"):
        yield [_neutral(field, field.value_from_object(instance)) for field in _fields(model)]


def _neutral(field: Any, value: Any) -> Any:
    """Return a value as both databases take it."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(field, models.JSONField):
        return json.dumps(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    if isinstance(value, UUID):
        return value.hex
    return str(value) if isinstance(value, date | Decimal | str) else value.token


def _newest_migrations() -> dict[str, str]:
    return dict(sorted(MigrationRecorder(connection).applied_migrations()))


# -- writing rows


def _empty_all_tables() -> None:
    tables = [name for name in connection.introspection.table_names() if name != "django_migrations"]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables, allow_cascade=True))


def _insert(name: str, table: Table) -> None:
    quote = connection.ops.quote_name
    columns = ", ".join(map(quote, table.columns))
    marks = ", ".join(["%s"] * len(table.columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(name)} ({columns}) VALUES ({marks})", table.rows)


def _count_on(kept: Kept) -> None:
    """Number new rows after the kept ones."""
    found = historical_apps(kept).get_models(include_auto_created=True)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(found)):
            cursor.execute(statement)
