"""A panel without orders is deleted with all that belongs to it, in pieces, and an order keeps its panel."""

from __future__ import annotations

import logging
import threading

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.models import (
    BalanceReading,
    ClientDay,
    ClientUnits,
    DayTotal,
    Entry,
    JobRun,
    Order,
    Panel,
    PanelDay,
    ProductGrade,
    Recount,
    Service,
    ServiceChange,
    ServiceFacts,
    ServiceMark,
    ServiceRecord,
    StatusWord,
)
from panels.providers import deletion
from panels.providers.deletion import KeptError, delete_panel, obstacle
from tests.factories import (
    make_batch,
    make_entry,
    make_order,
    make_panel,
    make_refusal,
    make_service,
    make_user,
    row_of,
)

pytestmark = pytest.mark.django_db


def make_full_panel():
    """Create a panel with a row of each kind that belongs to it."""
    panel = make_panel(name="Northwind")
    now = timezone.now()
    service = make_service(panel)
    ServiceChange.objects.create(service=service, at=now, field="name", old="a", new="b")
    BalanceReading.objects.create(panel=panel, at=now, balance=1, currency="USD", why="schedule")
    PanelDay.objects.create(panel=panel, day=now.date())
    DayTotal.objects.create(
        panel=panel, day=now.date(), currency="USD", cost=0, orders=0, expected=0, unpriced=0, summed_at=now
    )
    of_client = {"panel": panel, "day": now.date(), "orders": 0}
    ClientDay.objects.create(**of_client, currency="USD", cost=0, expected=0, unpriced=0)
    ClientUnits.objects.create(**of_client, units=0)
    Recount.objects.create(panel=panel, day=now.date())
    StatusWord.objects.create(panel=panel, text="odd", kind="order", meaning="pending")
    make_refusal(panel)
    make_entry(panel, kind=Entry.Kind.OPENING)
    JobRun.objects.create(name=f"sync {panel.pk}")
    return panel


def rows_of_panels():
    """Count the rows of all tables that refer to panels or services."""
    models = [Panel, *{field.related_model for each in (Panel, Service) for field in each._meta.related_objects}]
    return {model.__name__: model.objects.count() for model in models if model.objects.exists()}


def test_a_panel_goes_with_everything_that_belongs_to_it_alone(manager, caplog):
    other = make_service()
    before = rows_of_panels()
    panel = make_full_panel()
    with caplog.at_level(logging.WARNING):
        assert delete_panel(panel, manager)
    assert rows_of_panels() == before
    assert Service.objects.get() == other
    assert not JobRun.objects.exists()
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr, entry.is_deletion()) == (manager, "Northwind", True)
    assert f"was deleted by {manager}" in caplog.text
    assert "k3y-" not in caplog.text + entry.change_message


def test_deposits_that_a_person_booked_keep_their_panel(manager):
    panel = make_entry(make_full_panel()).panel
    with pytest.raises(KeptError, match="Deposits were booked"):
        delete_panel(panel, manager)
    assert Entry.objects.count() == 2


def test_an_order_a_draft_and_a_batch_keep_their_panel(manager):
    ordered, drafted = make_order().panel, make_service()
    make_batch(row_of(drafted, link="https://example.com/p"))
    for panel, words in ((ordered, "has orders"), (drafted.panel, "A draft names")):
        assert words in obstacle(panel)
        with pytest.raises(KeptError, match=words):
            delete_panel(panel, manager)
        panel.refresh_from_db()
        assert panel.is_active
    assert Service.objects.count() == 2
    assert not LogEntry.objects.exists()


def test_pieces_are_small_and_a_long_deletion_stops_and_goes_on(manager, monkeypatch):
    monkeypatch.setattr(deletion, "PIECE", 2)
    panel = make_panel()
    for _ in range(5):
        make_service(panel)
    assert not delete_panel(panel, manager, seconds=0)
    assert Service.objects.count() == 3
    panel.refresh_from_db()
    assert not panel.is_active
    assert delete_panel(panel, manager)
    assert not Panel.objects.exists()


def test_queries_grow_with_the_pieces_alone(manager):
    def count(services):
        panel = make_panel()
        for _ in range(services):
            make_service(panel)
        with CaptureQueriesContext(connection) as queries:
            delete_panel(panel, manager)
        return len(queries)

    count(1)
    assert count(2) == count(30)


@pytest.mark.parametrize("is_active", [True, False])
def test_an_order_that_comes_meanwhile_keeps_the_panel_as_it_was(manager, monkeypatch, rung, is_active):
    panel = make_panel(is_active=is_active)
    service = make_service(panel)
    close = deletion._close

    def order_after(closed):
        close(closed)
        assert not Panel.objects.get().is_active
        make_order(service)

    monkeypatch.setattr(deletion, "_close", order_after)
    with pytest.raises(KeptError, match=r"has orders.*came while it was being deleted") as kept:
        delete_panel(panel, manager)
    panel.refresh_from_db()
    assert panel.is_active is is_active
    end = "read again." if is_active else "read again as soon as the panel is active."
    assert str(kept.value).endswith(f"so its catalog is {end}")
    assert Order.objects.get().service == service
    assert bool(panel.sync_requested_at) is is_active


@pytest.mark.django_db(transaction=True)
def test_an_order_that_is_not_committed_yet_and_a_deletion_never_both_succeed():
    manager = make_user("Manager")
    panel = make_panel()
    service = make_service(panel)
    has_ordered, may_commit, refused = threading.Event(), threading.Event(), []

    def order():
        try:
            with transaction.atomic():
                make_order(service)
                has_ordered.set()
                may_commit.wait(30)
        except IntegrityError:
            refused.append("order")
        connection.close()

    thread = threading.Thread(target=order)
    thread.start()
    assert has_ordered.wait(30)
    threading.Timer(0.5, may_commit.set).start()
    try:
        delete_panel(panel, manager)
    except KeptError:
        refused.append("deletion")
    thread.join()
    # Either of them is told.
    assert refused == (["deletion"] if Order.objects.exists() else ["order"])
    assert Panel.objects.filter(is_active=True).exists() is Order.objects.exists()


def test_every_table_that_refers_to_a_panel_is_thought_of():
    """A new table fails here until the deletion knows it."""
    known = {BalanceReading, PanelDay, DayTotal, StatusWord, apps.get_model("panels", "RefusalWords"), Service, Order}
    known |= {ClientDay, ClientUnits, Recount}
    known |= {ServiceChange, apps.get_model("panels", "Batch"), apps.get_model("panels", "BatchLine")}
    # These go with the services.
    known |= {ServiceFacts, ServiceMark, ServiceRecord, ProductGrade}
    # Openings go with the panel, and other entries keep it.
    known |= {Entry}
    found = {
        field.related_model
        for each in (Panel, Service)
        for field in each._meta.get_fields(include_hidden=True)
        if field.auto_created and field.is_relation and not field.concrete
    }
    assert found == known
