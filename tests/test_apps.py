"""The app creates the index of the search after each migrate."""

import pytest
from django.core.management import call_command
from django.db import connection

INDEX = "service_by_text"


def indexes():
    with connection.cursor() as cursor:
        return connection.introspection.get_constraints(cursor, "panels_service")


@pytest.mark.django_db
def test_every_migrate_creates_the_index_of_the_search_where_it_is_missing():
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {INDEX}")
    assert INDEX not in indexes()
    call_command("migrate", verbosity=0)
    assert INDEX in indexes()
