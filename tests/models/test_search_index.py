"""The indexes of the searches exist after a migrate, and the searches work without them if they are forbidden."""

import pytest
from django.db import connection

from panels.filters import OrderFilter
from panels.models import Order, OrderText, search_index
from panels.models.search_index import (
    INDEXES,
    ORDER_INDEX,
    create_search_indexes,
    drop_order_index,
    has_order_index,
    must_settle,
    settle_order_index,
)
from tests.factories import make_order

pytestmark = pytest.mark.django_db
SERVICES = "service_by_text"


def has_index(name):
    if name == ORDER_INDEX:
        return has_order_index()
    with connection.cursor() as cursor:
        return name in connection.introspection.get_constraints(cursor, "panels_service")


def drop(name):
    kind = "TABLE" if name == ORDER_INDEX and connection.vendor == "sqlite" else "INDEX"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP {kind} {name}")
        for trigger in ("added", "changed", "removed") if kind == "TABLE" else ():
            cursor.execute(f"DROP TRIGGER panels_ordertext_{trigger}")


def find(text):
    return set(OrderFilter({"q": text}).qs)


@pytest.mark.parametrize("name", INDEXES)
def test_a_migrate_creates_the_index_and_can_be_repeated(name):
    assert has_index(name)
    drop(name)
    assert not has_index(name)
    create_search_indexes(using="default")
    assert has_index(name)
    create_search_indexes(using="default")


@pytest.mark.parametrize("name", INDEXES)
def test_an_index_that_may_not_be_created_leaves_a_warning_and_an_intact_transaction(monkeypatch, caplog, name):
    table, found, _ = INDEXES[name]
    drop(name)
    wrong = {connection.vendor: ("CREATE EXTENSION no_such_thing",)}
    monkeypatch.setitem(search_index.INDEXES, name, (table, found, wrong))
    create_search_indexes(using="default")
    assert f"Searching many {found} will be slow" in caplog.text
    assert not has_index(name)
    # The transaction of the caller still works, and so does the search.
    order, _ = make_order(link="https://example.com/fjord"), make_order()
    assert find("jor") == {order}


def test_an_index_that_is_created_later_finds_the_texts_from_before():
    drop(ORDER_INDEX)
    order = make_order(link="https://example.com/fjord")
    create_search_indexes(using="default")
    assert find("jor") == {order}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its indexes itself")
def test_the_full_text_table_follows_every_change_of_the_texts():
    order = make_order(link="https://example.com/fjord")
    order.link = "https://example.com/glacier"
    order.save()
    other = make_order(link="https://example.com/fjord")
    OrderText.objects.filter(pk=other.pk).delete()
    with connection.cursor() as cursor:
        for word, pks in (("gla", [order.pk]), ("fjo", [])):
            cursor.execute(f"SELECT rowid FROM {ORDER_INDEX} WHERE {ORDER_INDEX} MATCH %s", [word])
            assert [pk for (pk,) in cursor.fetchall()] == pks
        cursor.execute(f"INSERT INTO {ORDER_INDEX} ({ORDER_INDEX}, rank) VALUES ('integrity-check', 1)")


def test_settling_changes_no_result():
    order = make_order(link="https://example.com/fjord")
    assert must_settle() == (connection.vendor == "postgresql")
    if must_settle():
        settle_order_index()
    assert find("fjord") == {order}


def test_the_index_is_removed_before_its_table():
    drop_order_index()
    assert has_order_index() == (connection.vendor != "sqlite")
    assert Order.objects.count() == 0
