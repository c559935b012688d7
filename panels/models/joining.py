"""Collects the numbers of grouped rows in the database, so that equal rows are not read one by one."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, TextField


class JoinedNumbers(Aggregate):
    """The whole numbers of a group as one text, in no order (`read_joined`)."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Use the function of PostgreSQL, which takes texts alone."""
        template = "STRING_AGG(%(expressions)s::text, ',')"
        return self.as_sql(compiler, connection, template=template, **more)


def read_joined(text: str) -> list[int]:
    """Return the numbers of a text of JoinedNumbers in their order."""
    return sorted(map(int, text.split(",")))
