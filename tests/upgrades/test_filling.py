"""Rows of an earlier version get their new values in pieces, from what the rows themselves tell."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from io import StringIO
from pkgutil import iter_modules

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from panels import migrations
from panels.bulk.naming import rename
from panels.catalog import watch
from panels.filters import OrderFilter
from panels.models import Batch, Entry, Order, OrderText, ServiceChange
from panels.models.order_values import LIFETIME
from panels.money.books import check_books
from tests.factories import make_batch, make_order, make_panel, make_placed, make_service, row_of

pytestmark = pytest.mark.django_db
FILL = import_module("panels.migrations.0010_fill_services_as_ordered_and_targets")

NAMES = import_module("panels.migrations.0023_read_refills_in_names")


def test_an_old_order_gets_the_terms_of_its_time(monkeypatch):
    monkeypatch.setattr(FILL, "PIECE", 1)
    now = timezone.now()
    service = make_service(name="Third", category="C", remote_id="7", refill=False, max_quantity=None)
    orders = [make_order(service, created_at=now - timedelta(days=ago), as_ordered=None) for ago in (9, 9, 5, 1)]
    for ago, field, old, new in (
        (7, "name", "First", "Second"),
        (7, "refill", "", "True"),
        (3, "name", "Second", "Third"),
        (3, "refill", "True", "False"),
        (3, "max_quantity", "900", ""),
        (3, "rate_per_1000", "1", "2"),
    ):
        at = now - timedelta(days=ago)
        ServiceChange.objects.create(service=service, at=at, field=field, old=old, new=new)
    FILL.fill_orders(apps, None)
    FILL.fill_former_names(apps, None)
    for order in orders:
        order.refresh_from_db()
    kept = [(each.service_name, each.ordered["refill"], each.ordered["maximum"]) for each in orders]
    first, second, third = ("First", None, 900), ("Second", True, 900), ("Third", False, None)
    assert kept == [first, first, second, third]
    service.refresh_from_db()
    assert service.former_text == "7 second c\n7 first c"


def test_an_old_target_is_written_in_its_one_spelling(monkeypatch):
    monkeypatch.setattr(FILL, "PIECE", 2)
    links = ("https://youtu.be/AbC", "https://example.com/p", "https://twitter.com/Name", "https://x.com/name")
    for link in links:
        make_order(link=link, link_key="old")
    service = make_service()
    batch = make_batch(row_of(service, link=links[0]), row_of(service, link=""))
    batch.lines.filter(number=2).update(link_key="old")
    FILL.fill_orders(apps, None)
    FILL.fill_drafts(apps, None)
    assert list(Order.objects.order_by("pk").values_list("link_key", flat=True)) == [
        "youtube.com/watch?v=AbC",
        "example.com/p",
        "x.com/name",
        "x.com/name",
    ]
    assert [line.link_key for line in batch.lines.order_by("number")] == ["youtube.com/watch?v=AbC", ""]


def test_an_old_name_that_says_no_refill_is_read(monkeypatch):
    monkeypatch.setattr(NAMES, "PIECE", 2)
    names = ("Likes No Refill", "Likes Refill 30D", "Likes", "Likes NR")
    services = [make_service(name=name, says_no_refill=False) for name in names]
    for _ in range(2):
        NAMES.read_names(apps, None)
    for service in services:
        service.refresh_from_db()
    assert [service.says_no_refill for service in services] == [True, False, False, True]


def test_old_orders_get_their_texts_in_pieces_and_a_repeated_run_goes_on(monkeypatch):
    (name,) = (each.name for each in iter_modules(migrations.__path__) if each.name.endswith("_fill_order_texts"))
    filling = import_module(f"panels.migrations.{name}")
    monkeypatch.setattr(filling, "PIECE", 2)
    orders = [make_order(link=f"https://example.com/fjord-{number}") for number in range(5)]
    texts = dict(OrderText.objects.values_list("pk", "text"))
    OrderText.objects.exclude(pk=orders[2].pk).delete()
    filling.fill_texts(apps, None)
    assert dict(OrderText.objects.values_list("pk", "text")) == texts
    assert set(OrderFilter({"q": "jord-3"}).qs) == {orders[3]}


def test_old_changes_get_their_panel_and_kind_in_pieces_and_a_repeated_run_goes_on(monkeypatch):
    fill = import_module("panels.migrations.0043_fill_service_changes")
    monkeypatch.setattr(fill, "PIECE", 3)
    service, at = make_service(), timezone.now()
    told = [
        ("rate_per_1000", "0.9", "1.1"), ("rate_per_1000", "10", "9.5"), ("is_listed", "", "True"),
        ("is_listed", "True", "False"), ("is_listed", "False", "True"), ("refill", "True", "False"),
        ("refill", "True", ""), ("cancel", "True", "False"), ("min_quantity", "1", ""), ("raw_type", "a", "b"),
        ("type", "a", "b"), ("name", "a", "b"), ("category", "a", "b"), ("dripfeed", "", "True"),
    ]  # fmt: skip
    for field, old, new in told:
        ServiceChange.objects.create(service=service, at=at, field=field, old=old, new=new)
    ServiceChange.objects.filter(field="dripfeed").update(panel=service.panel, kind="gone")
    for _ in range(2):
        fill.fill_changes(apps, None)
    found = list(ServiceChange.objects.order_by("pk").values_list("kind", "panel", "is_used"))
    kinds = [watch.kind_of(*change) for change in told[:-1]]
    assert found == [(kind, service.panel_id, False) for kind in [*kinds, "gone"]]


def test_an_old_order_gets_the_end_of_its_refill_by_the_name_of_its_service(monkeypatch):
    filling = import_module("panels.migrations.0045_fill_refill_until")
    monkeypatch.setattr(filling, "PIECE", 2)
    now, name = timezone.now(), "Instagram Followers [{}]"
    # The worker has not read these names.
    kinds = ((name.format("Refill 30 Days"), True), (name.format("Lifetime refill"), None), (name.format("R30"), False))
    services = [make_service(name=text, refill=flag) for text, flag in kinds]
    ended = {"state": "placed", "progress": "completed", "finished_at": now}
    old = [make_order(service, **ended) for service in services]
    kept = make_order(services[0], **ended, refill_until=now)
    partial = make_order(services[0], **ended | {"progress": "partial"}, quantity=100, remains=100)
    running = make_order(services[0], state="placed", progress="in_progress")
    for _ in range(2):
        filling.fill_refill_ends(apps, None)
    found = dict(Order.objects.values_list("pk", "refill_until"))
    assert [found[order.pk] for order in old] == [now + timedelta(days=30), LIFETIME, None]
    assert [found[order.pk] for order in (kept, partial, running)] == [now, None, None]


# -- the time that the upgrade takes


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only on SQLite Django copies tables")
@pytest.mark.django_db(transaction=True)
def test_no_migration_copies_a_table_that_may_have_very_many_rows():
    names = [name for app, name in MigrationLoader(connection).disk_migrations if app == "panels"]
    assert len(names) > 10
    for name in sorted(names)[1:]:
        out = StringIO()
        call_command("sqlmigrate", "panels", name, stdout=out)
        for table in ("order", "orderevent", "orderaction", "service", "servicechange"):
            assert f'TABLE "new__panels_{table}"' not in out.getvalue(), (name, table)


def test_an_old_batch_gets_the_name_that_a_new_one_gets(monkeypatch):
    fill = import_module("panels.migrations.0025_fill_batch_names")
    monkeypatch.setattr(fill, "PIECE", 2)
    service = make_service()
    rows = [row_of(service, link="https://www.instagram.com/fjord/"), row_of(service)]
    batches = [make_batch(*rows, filename=name) for name in ("June.csv", "", "May.xlsx", "")]
    Batch.objects.update(name="", search_text="")
    rename(batches[3], "Mine")
    fill.fill_names(apps, None)
    fill.fill_names(apps, None)
    names = ["June", "instagram.com/fjord and 1 more", "May", "Mine"]
    assert list(Batch.objects.order_by("pk").values_list("name", flat=True)) == names
    assert Batch.objects.get(name="May").search_text == "may\nmay.xlsx"


def test_the_books_of_old_orders_and_accounts_are_opened_once(monkeypatch):
    books = import_module("panels.migrations.0047_open_books")
    monkeypatch.setattr(books, "PIECE", 2)
    panel = make_panel(balance=Decimal(7), balance_checked_at=timezone.now())
    service = make_service(panel)
    make_placed(service, charge=Decimal(3))
    make_placed(service, charge=Decimal(2), given_back=Decimal(1), given_back_source="told", finished_at=timezone.now())
    make_placed(service, charge=Decimal(2), given_back=Decimal(2), given_back_source="computed")
    make_placed(service, charge=Decimal(9), rate_agreed=None)
    make_order(service)
    for _ in range(2):
        books.book_orders(apps, None)
        books.book_openings(apps, None)
    found = list(Entry.objects.order_by("pk").values_list("kind", "amount"))
    amounts = [("charge", -3), ("charge", -3), ("given_back", 1), ("charge", -2), ("given_back", 2), ("opening", 7)]
    assert found == [(kind, Decimal(amount)) for kind, amount in amounts]
    assert not list(check_books())
