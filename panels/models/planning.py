"""Expressions that lead SQLite to the right index.

SQLite has no statistics here. It assumes that every panel and every state is rare, and would read years of orders. The
index of an expression is used only for the same expression, without parameters.
"""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, CharField, Func, Value


class Literal(Value):
    """A text of ours that stands in the statement itself, and not among its parameters."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:  # noqa: ARG002
        text = str(self.value).replace("'", "''").replace("%", "%%")
        return f"'{text}'", ()


class _Unindexed(Func):
    """An expression that no index of SQLite covers. PostgreSQL has statistics, and finds the index itself."""

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s")


def unindexed(name: str) -> Any:
    """Return a number as a sum, because no index covers the sum."""
    return _Unindexed(name, template="(%(expressions)s + 0)", output_field=BigIntegerField())


def unindexed_text(text: Any) -> Any:
    """Return a text, by name or as an expression, joined with an empty text, because no index covers the result."""
    return _Unindexed(text, template="(%(expressions)s || '')", output_field=CharField())
