"""Every page has a bounded number of queries, and its queries of a million orders use an index."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels import schedule
from panels.bulk.checking import check_lines
from panels.bulk.confirming import summary
from panels.calls import aftercare, candidates, id_search, submission
from panels.catalog import records
from panels.lists import order_totals
from panels.models import DayTotal, Panel, Service
from panels.money.charges import compare_charges
from panels.money.costs import promised_costs
from panels.money.totals import update_totals
from panels.pages import merging
from panels.views import order_list
from tests.bench.fill import Filling
from tests.bench.pages import MOST_QUERIES, addresses
from tests.factories import make_batch, row_of

# No index is worth its cost here, because two hundred thousand services are read in some hundredths of a second.
MAY_SCAN_SERVICES = {
    "catalog: with refill, by price",
    "catalog: cheapest of all, with refill",
    # Its first 10,000 rows.
    "catalog: dearest of all, any state",
}


@pytest.fixture
def filled(db, monkeypatch):
    """A small database with some rows of each kind."""
    # Within the transaction of a test, PostgreSQL drops no index.
    monkeypatch.setattr("tests.bench.fill._each_index", lambda *_: None)
    Filling(orders=2000, panels=8, services=40).write()


def test_every_address_asks_few_questions_and_reads_no_whole_table_of_orders_or_services(filled, client, monkeypatch):
    # Only fewer orders than are counted are summed one by one.
    for module in (order_list, order_totals):
        monkeypatch.setattr(module, "COUNT_UP_TO", 1000)
    # More services than that are merged by the index.
    monkeypatch.setattr(merging, "COUNT_UP_TO", 100)
    client.force_login(User.objects.first())
    asked, scans = {}, {}
    for what, address in addresses():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200, address
        asked[what] = len(queries)
        found = [line for query in queries for line in plan(query["sql"]) if is_scan(line)]
        if found and what not in MAY_SCAN_SERVICES:
            scans[what] = found
    assert len(asked) > 60
    assert {what: count for what, count in asked.items() if count > MOST_QUERIES} == {}
    assert scans == {}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL knows how rows are spread")
def test_the_worker_and_the_check_of_a_batch_follow_open_orders_and_not_a_panels_history(filled):
    service = Service.objects.first()
    batch = make_batch(row_of(service, quantity=service.min_quantity))
    panel_pk, never = service.panel_id, threading.Event()
    with CaptureQueriesContext(connection) as queries:
        schedule.waiting()
        submission.submit_queued(panel_pk, never)
        candidates.confirm_candidates(panel_pk, never)
        aftercare.send_requests(panel_pk, never)
        id_search.search_ids(panel_pk, never)
        summary(batch)
        check_lines(batch, list(batch.lines.all()))
    found = [
        line for query in queries for line in plan(query["sql"]) if re.search(r"INDEX order_\w+ \(panel_id=\?\)", line)
    ]
    assert found == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL knows how rows are spread")
def test_sends_since_the_last_balance_are_found_by_their_time(filled):
    Panel.objects.update(balance_checked_at=timezone.now())
    with CaptureQueriesContext(connection) as queries:
        promised_costs(Panel.objects.all())
    (query,) = (query["sql"] for query in queries if "sent_at" in query["sql"])
    used = [line for line in plan(query) if "panels_order" in line]
    assert used
    assert all("order_by_sent (panel_id=? AND sent_at>?)" in line for line in used)


def test_the_totals_of_days_are_found_by_indexes(filled):
    DayTotal.objects.update(summed_at=timezone.now() - timedelta(days=30))
    with CaptureQueriesContext(connection) as queries:
        assert update_totals()
    plans = [line for query in queries for line in plan(query["sql"])]
    assert any("order_by_touched" in line for line in plans)
    assert any("order_by_placed" in line for line in plans)


def plan(sql):
    """Return the plan of a query as lines, as the database would choose it for large tables."""
    start = sql.find("SELECT")
    if start < 0 or sql.startswith(("INSERT", "UPDATE", "DELETE")):
        return []
    # The query of a cursor, and a query that begins with a bracket.
    query = sql[sql.rfind("(", 0, start) if sql.startswith("(") else start :]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {query}")
            lines = [line for (line,) in cursor.fetchall()]
            # Without this, PostgreSQL would take all further queries for expensive ones, and compile each of them.
            cursor.execute("SET LOCAL enable_seqscan = on")
            return lines
        cursor.execute(f"EXPLAIN QUERY PLAN {query}")
        return [line for *_, line in cursor.fetchall()]


def is_scan(line):
    """Return whether a line of a plan reads every row of a large table."""
    large = "panels_(order|service|entry)"
    return bool(re.search(rf"Seq Scan on {large}\b|^SCAN ({large}|[UVT]\d)$", line))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL knows how rows are spread")
def test_services_with_changed_orders_are_found_by_the_time_of_the_change(filled):
    with CaptureQueriesContext(connection) as queries:
        records.mark_changed()
        compare_charges()
    plans = [line for query in queries for line in plan(query["sql"])]
    assert [line for line in plans if line.startswith("SCAN panels_order ")] == []
    assert sum("order_by_touched" in line for line in plans) == 2
