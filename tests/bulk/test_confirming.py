"""A confirmed draft becomes its orders once, and only at the prices that the person saw."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.utils import timezone

from panels.bulk import progress
from panels.bulk.confirming import confirm, summary
from panels.bulk.drafts import change_line, discard
from panels.calls.submission import submit_queued
from panels.models import Batch, Order, OrderEvent, Panel, Service
from panels.orders.restore import distrust_what_waits
from tests.bulk.batches import SERVICES, big_rows, confirm_batch, line_of
from tests.factories import make_batch, make_order, make_panel, make_service, make_user, row_of
from tests.processes import PATIENCE

pytestmark = pytest.mark.django_db


# -- the summary


def test_costs_are_summed_per_panel_and_currency_and_compared_with_the_available_balance():
    rich = make_service(make_panel(name="A", balance=Decimal(5)))
    poor = make_service(make_panel(name="B", balance=Decimal(2), reported_currency="EUR"))
    unread = make_service(make_panel(name="C"))
    make_order(poor, expected_cost=Decimal("1.50"), currency="EUR")
    make_order(poor, expected_cost=Decimal(100), currency="EUR", state="refused")
    batch = make_batch(
        row_of(rich), row_of(rich), row_of(poor), row_of(unread), row_of(rich, quantity=1), row_of(rich, link="")
    )
    change_line(line_of(batch, 7), is_left_out=True)
    found = summary(batch)
    assert [
        (each.panel.name, each.currency, each.count, each.cost, each.available, each.excess) for each in found.totals
    ] == [
        ("A", "USD", 2, Decimal("1.8"), Decimal(5), 0),
        ("B", "EUR", 1, Decimal("0.9"), Decimal("0.5"), Decimal("0.4")),
        ("C", "USD", 1, Decimal("0.9"), None, 0),
    ]
    assert (found.count, found.wrong, found.left_out, found.can_confirm) == (4, 1, 1, False)


def test_the_lines_to_order_with_a_warning_are_counted():
    service = make_service(name="TikTok Views", category="TikTok")
    wrong_here = {"link": "https://youtu.be/AbC"}
    batch = make_batch(row_of(service), row_of(service, **wrong_here), row_of(service, **wrong_here, quantity=1))
    change_line(batch.lines.get(number=4), is_left_out=True)
    assert (summary(batch).warned, summary(batch).count) == (1, 2)


def test_orders_sent_after_the_last_reading_reduce_the_available_balance():
    now = timezone.now()
    service = make_service(make_panel(balance=Decimal(5), balance_checked_at=now))
    before, since = now - timedelta(minutes=1), now + timedelta(minutes=1)
    for state, sent_at, charge in (
        ("placed", since, Decimal("0.50")),
        # Many panels report a charge of 0 right after an order.
        ("placed", since, Decimal(0)),
        ("unknown", since, None),
        ("refused", since, None),
        ("placed", before, None),
        ("queued", None, None),
    ):
        placed = {"placed_at": sent_at, "remote_id": f"{charge}{sent_at}"[:60]} if state == "placed" else {}
        make_order(service, state=state, sent_at=sent_at, charge=charge, expected_cost=Decimal(1), **placed)
    (total,) = summary(make_batch(row_of(service))).totals
    assert (total.promised, total.available) == (Decimal("3.5"), Decimal("1.5"))


def test_a_panel_that_gives_credit_is_not_short():
    service = make_service(make_panel(balance=Decimal("0.10"), gives_credit=True))
    (total,) = summary(make_batch(row_of(service))).totals
    assert (total.available, total.excess) == (Decimal("0.10"), 0)


# -- the confirmation


def test_a_confirmation_queues_every_line_once_and_returns_the_panels():
    user, service = make_user("Operator"), make_service()
    batch = make_batch(row_of(service, runs=2, interval=10), row_of(service))
    shown = summary(batch).fingerprint
    outcome = confirm(batch, user, shown)
    assert outcome.is_new
    assert outcome.panels == (service.panel_id,)
    first, second = Order.objects.order_by("pk")
    assert (first.state, first.quantity, first.params, first.expected_cost) == (
        "queued",
        1000,
        {"runs": "2", "interval": "10"},
        Decimal("1.8"),
    )
    assert (first.placed_by, first.rate_agreed, first.batch, line_of(batch, 2).order) == (
        user,
        service.rate_per_1000,
        batch,
        first,
    )
    assert line_of(batch, 3).order == second
    assert [event.what for event in first.events.all()] == [OrderEvent.What.CREATED]
    again = confirm(batch, user, shown)
    assert (again.batch, again.is_new, again.problem) == (batch, False, "")
    assert Order.objects.count() == 2


def test_a_wrong_line_stops_the_confirmation():
    service = make_service()
    batch = make_batch(row_of(service), row_of(service, quantity=1))
    outcome = confirm(batch, None, summary(batch).fingerprint)
    assert outcome.problem.startswith("1 line has errors. Nothing was ordered")
    assert not Order.objects.exists()
    batch.refresh_from_db()
    assert batch.is_draft


def test_each_order_keeps_its_service_as_it_was_confirmed():
    first, second = make_service(name="Likes", refill=True), make_service(name="Views", refill=None)
    batch = make_batch(row_of(first), row_of(second), row_of(first))
    confirm_batch(batch)
    Service.objects.update(name="Other", refill=False)
    kept = [(order.service_name, order.as_ordered["refill"]) for order in batch.orders.order_by("pk")]
    assert kept == [("Likes", True), ("Views", None), ("Likes", True)]
    assert {order.link_key for order in batch.orders.all()} == {line.link_key for line in batch.lines.all()}


def test_an_order_that_became_active_since_the_check_stops_the_confirmation():
    service = make_service()
    batch = make_batch(row_of(service, link="https://example.com/p/1"))
    shown = summary(batch).fingerprint
    make_order(service, link="https://example.com/p/1")
    assert "1 line has errors" in confirm(batch, None, shown).problem
    assert Order.objects.count() == 1


def test_the_fingerprint_of_an_older_page_confirms_nothing():
    service = make_service()
    batch = make_batch(row_of(service), row_of(service))
    shown = summary(batch).fingerprint
    # The cost stays the same.
    change_line(line_of(batch, 3), cells=row_of(service, link="https://example.com/another"))
    assert "has changed since this page" in confirm(batch, None, shown).problem
    assert not Order.objects.exists()


def test_a_discarded_or_empty_batch_orders_nothing():
    service = make_service()
    batch = make_batch(row_of(service))
    change_line(line_of(batch, 2), is_left_out=True)
    assert "No lines to order" in confirm(batch, None, summary(batch).fingerprint).problem
    assert discard(batch)
    assert not discard(batch)
    assert "discarded" in confirm(batch, None, summary(batch).fingerprint).problem
    assert not Order.objects.exists()


def test_a_draft_of_a_restored_backup_cannot_be_confirmed():
    batch = make_batch(row_of(make_service()))
    assert distrust_what_waits()["drafts"] == 1
    assert "discarded" in confirm(batch, None, summary(batch).fingerprint).problem


# -- many orders


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_lines_become_ten_thousand_orders_although_two_people_confirm_at_once(monkeypatch):
    if connection.vendor == "sqlite":
        # On a busy machine, the first confirmation keeps the second one waiting for longer than a page may wait.
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", PATIENCE)
    panel = make_panel()
    services = [make_service(panel) for _ in range(SERVICES)]
    batch = make_batch(*big_rows(panel, services))
    shown = summary(batch).fingerprint
    outcomes, start = [], threading.Barrier(2)

    def click():
        start.wait(60)
        outcomes.append(confirm(Batch.objects.get(pk=batch.pk), None, shown))
        connections.close_all()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert sorted(each.is_new for each in outcomes) == [False, True]
    assert [each.problem for each in outcomes] == ["", ""]
    assert Order.objects.filter(batch=batch, state="queued").count() == 10_000
    assert Order.objects.values("service", "link_key").distinct().count() == 10_000
    assert OrderEvent.objects.filter(what="created").count() == 10_000
    assert batch.lines.filter(order__batch=batch).count() == 10_000


@pytest.mark.django_db(transaction=True)
def test_three_hundred_lines_are_in_the_panels_ledger_once_each(synced_panel, sandbox):
    Panel.objects.update(calls_per_minute=None, parallel_calls=4)
    sandbox.set_balance(Decimal(100_000))
    service = synced_panel.services.get(remote_id=str(sandbox.pick("Default").id))
    rows = [row_of(service, link=f"https://example.com/each/{i}", quantity=service.min_quantity) for i in range(300)]
    batch = make_batch(*rows)
    confirm_batch(batch)
    counts = submit_queued(synced_panel.pk, threading.Event())
    assert counts == Counter(placed=300)
    placed = [entry.fields["link"] for entry in sandbox.ledger]
    assert sorted(placed) == sorted(row["link"] for row in rows)
    assert progress.find_progress(batch).placed == 300
    assert confirm_batch(batch).is_new is False
    assert submit_queued(synced_panel.pk, threading.Event()) == Counter()
    assert len(sandbox.ledger) == 300
