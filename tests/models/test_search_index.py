"""The index for the search exists after a migrate, and the search works without it if the database forbids it."""

import pytest
from django.db import DatabaseError, connection

from panels.models import search_index
from panels.models.search_index import create_search_index


def has_index():
    with connection.cursor() as cursor:
        return "service_by_text" in connection.introspection.get_constraints(cursor, "panels_service")


def test_a_migrate_creates_the_index_and_can_be_repeated(db):
    assert has_index()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX service_by_text")
    create_search_index(using="default")
    assert has_index()
    create_search_index(using="default")


def test_an_index_that_may_not_be_created_leaves_a_warning_and_an_intact_transaction(db, monkeypatch, caplog):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX service_by_text")
    monkeypatch.setitem(search_index.STATEMENTS, connection.vendor, ("CREATE EXTENSION no_such_thing",))
    create_search_index(using="default")
    assert "Searching a large catalog will be slow" in caplog.text
    assert not has_index()
    # The transaction of the caller still works.
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION no_such_thing")
