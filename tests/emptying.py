"""Empties the tables after a test with real transactions, and keeps the groups and permissions of the migrations.

So such a test must not change a group.
"""

from __future__ import annotations

from django.core.management.color import no_style
from django.db import connection
from django.test import TransactionTestCase

KEPT = {"django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}


def empty_tables(test: TransactionTestCase) -> None:
    """Take the place of the flush of Django, which also deletes the groups. They take longer than most tests."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    others = [name for name in tables if name not in KEPT]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), others))
