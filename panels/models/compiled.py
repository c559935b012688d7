"""Runs queries that are always the same. Each is compiled once, because Django compiles it slower than it runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

Build = Callable[..., QuerySet[Any]]


def fetch(build: Build, *values: str) -> list[tuple[Any, ...]]:
    """Return the rows of `build(*values)` as the database gives them. It is called once for the same values."""
    return _run(*_compile(connection.vendor, build, *values))


def count(build: Build, *values: str) -> int:
    """Return the number of rows of a query like that of `fetch`."""
    sql, params = _compile(connection.vendor, build, *values)
    # The query itself is ours, and its values are parameters.
    return int(_run(f"SELECT COUNT(*) FROM ({sql}) AS found", params)[0][0])


def _run(sql: str, params: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


# More than a team has people, because the permissions of each person are a query of their own.
@lru_cache(maxsize=2000)
def _compile(_: str, build: Build, *values: str) -> tuple[str, tuple[Any, ...]]:
    sql, params = build(*values).query.sql_with_params()
    return sql, tuple(params)
