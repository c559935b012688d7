"""The index for searching is there after a migrate, and a database that forbids it does without."""

import pytest
from django.db import DatabaseError, connection

from panels.models import search_index
from panels.models.search_index import create_search_index


def has_index():
    with connection.cursor() as cursor:
        return "service_by_text" in connection.introspection.get_constraints(cursor, "panels_service")


def test_a_migrate_leaves_the_index_and_may_come_again(db):
    assert has_index()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX service_by_text")
    create_search_index(using="default")
    assert has_index()
    create_search_index(using="default")


def test_where_it_may_not_be_created_searching_goes_on_without(db, monkeypatch, caplog):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX service_by_text")
    monkeypatch.setitem(search_index.STATEMENTS, connection.vendor, ("CREATE EXTENSION no_such_thing",))
    create_search_index(using="default")
    assert "Searching a large catalog will be slow" in caplog.text
    assert not has_index()
    # The transaction of whoever called it is not broken.
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION no_such_thing")
