"""Inserts and updates many rows of one model, each with its own values, by one prepared statement for all rows.

The functions do not call save(), send signals or resolve expressions. Values are plain. The value of a foreign key is
its pk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, JSONField, Model


def insert_rows(objects: Sequence[Model]) -> None:
    """Insert new objects of one model. Their pks stay unset, and the database computes generated fields.

    bulk_create takes several times as long, because it prepares each value of each object for the database. An order
    has about 50 values, and most values are the same in all objects. Here the values of the first object are prepared
    once.
    """
    if not objects:
        return
    model, database = type(objects[0]), _database()
    fields = [field for field in model._meta.concrete_fields if not field.primary_key and not field.generated]
    firsts = [(field, field.attname, *_shared(field, getattr(objects[0], field.attname), database)) for field in fields]
    rows = []
    for each in objects:
        values = vars(each)
        rows.append(
            [
                ready if (value := values[name]) == first else field.get_db_prep_save(value, database)
                for field, name, first, ready in firsts
            ]
        )
    marks = ", ".join(["%s"] * len(fields))
    with database.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {_table(model)} ({', '.join(map(_column, fields))}) VALUES ({marks})", rows)


# Migrations use it. Keep its arguments and what it writes.
def update_rows(changes: Sequence[tuple[Model, Mapping[str, Any]]], *, where: Sequence[str] = ()) -> int:
    """Write new values into the rows of objects of one model, and return the number of rows written.

    changes: each object with its new values by field name. All objects get values of the same fields.
    where: fields whose value in the row must equal the value in the object (compare and swap). Other rows are not
    changed. As in SQL, None does not equal any value, not even None.

    The objects do not change. bulk_update takes many times as long and has no condition. update() writes the same
    values into all rows.
    """
    if not changes:
        return 0
    names = changes[0][1].keys()
    if any(values.keys() != names for _, values in changes):
        raise ValueError("All rows must get values of the same fields.")
    model, database = type(changes[0][0]), _database()
    written = {name: _field(model, name) for name in names}
    known = [_field(model, name) for name in ("pk", *where)]
    # As in `insert_rows`, the values of the first object are prepared once, because most values are the same in all.
    firsts = [(field, name, *_shared(field, changes[0][1][name], database)) for name, field in written.items()]
    rows = []
    for each, values in changes:
        row = [
            ready if (value := values[name]) == first else field.get_db_prep_save(value, database)
            for field, name, first, ready in firsts
        ]
        row += [field.get_db_prep_save(getattr(each, field.attname), database) for field in known]
        rows.append(row)
    sets = ", ".join(f"{_column(field)} = %s" for field in written.values())
    conditions = " AND ".join(f"{_column(field)} = %s" for field in known)
    with database.cursor() as cursor:
        cursor.executemany(f"UPDATE {_table(model)} SET {sets} WHERE {conditions}", rows)
        return int(cursor.rowcount)


def _database() -> BaseDatabaseWrapper:
    """Return the connection itself, because the usual proxy looks it up again for each value."""
    return connections[DEFAULT_DB_ALIAS]


def _shared(field: Field[Any, Any], value: Any, database: BaseDatabaseWrapper) -> tuple[object, Any]:
    """Return the value to compare other objects with, and the prepared value for the objects that are equal."""
    # In Python, 1 equals True and 1.0, also inside lists and dicts. In JSON they differ.
    is_comparable = not isinstance(field, JSONField) or value in ({}, [])
    return (value if is_comparable else object()), field.get_db_prep_save(value, database)


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(field, Field):
        raise TypeError(f"{name} has no column.")
    return field


def _column(field: Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
