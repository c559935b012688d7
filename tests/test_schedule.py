"""The rows alone show which work is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels import schedule
from panels.bell import ALL
from panels.models import JobRun, Order, OrderAction, Panel, Refill, ServiceRecord
from tests.factories import make_fresh_panel, make_mail, make_order, make_panel, make_placed, make_refill, make_service


@pytest.mark.django_db
def test_an_order_that_can_still_be_taken_back_is_no_work_yet():
    order = make_order(make_service(make_fresh_panel()), send_after=timezone.now() + timedelta(seconds=60))
    assert schedule.waiting()["submit"] == []
    Order.objects.update(send_after=timezone.now())
    assert schedule.waiting()["submit"] == [order.panel_id]


@pytest.mark.django_db
def test_the_sweep_finds_due_work_in_the_rows_alone():
    idle = make_fresh_panel()
    sending, polling, refilling, canceling, checking = (make_service(make_fresh_panel()) for _ in range(5))
    make_order(sending)
    make_placed(polling)
    make_refill(make_placed(refilling, progress="completed", next_check_at=None))
    make_placed(canceling, cancel_state="queued", next_check_at=None)
    old = make_placed(checking, next_check_at=None)
    Refill.objects.create(order=old, state="accepted", remote_id="1", next_check_at=timezone.now())
    named = make_service(make_fresh_panel())
    make_order(named, state="unknown", candidate_id="5")
    # Their panels have been asked for the balance since.
    Order.objects.update(sent_at=None)
    found = schedule.waiting()
    assert found["submit"] == [sending.panel_id]
    assert found["poll"] == [polling.panel_id]
    assert found["confirm"] == [named.panel_id]
    assert sorted(found["requests"]) == sorted([refilling.panel_id, canceling.panel_id, checking.panel_id])
    assert found["sync"] == found["balance"] == found["act"] == []
    assert idle.pk not in {pk for pks in found.values() for pk in pks}


@pytest.mark.django_db
def test_the_sweep_leaves_paused_and_inactive_panels_alone():
    later = timezone.now() + timedelta(minutes=5)
    make_order(make_service(make_fresh_panel(is_active=False)))
    make_placed(make_service(make_fresh_panel(is_active=False)))
    funds = make_service(make_fresh_panel(paused_reason="funds"))
    make_order(funds)
    make_placed(funds)
    gone = make_service(make_fresh_panel(paused_reason="unreachable", paused_until=later))
    make_order(gone)
    make_placed(gone)
    make_order(gone, state="unknown", candidate_id="5")
    back = make_service(make_fresh_panel(paused_reason="unreachable", paused_until=timezone.now()))
    make_order(back)
    make_placed(back)
    slow = make_service(make_fresh_panel(paused_reason="rate_limit", paused_until=timezone.now()))
    make_order(slow)
    found = schedule.waiting()
    assert found["submit"] == [slow.panel_id]
    assert found["poll"] == [funds.panel_id]
    assert found["confirm"] == []
    # One read shows whether the panel is back, before any other call. Another shows whether money has come.
    assert found["balance"] == [back.panel_id, funds.panel_id]


@pytest.mark.django_db
def test_the_sweep_finds_requested_and_overdue_syncs_and_balances():
    now = timezone.now()
    asked = make_fresh_panel(sync_requested_at=now, balance_requested_at=now)
    old = make_fresh_panel(catalog_synced_at=now - timedelta(hours=7), balance_checked_at=now - timedelta(minutes=16))
    never = make_panel()
    make_fresh_panel()
    make_fresh_panel(paused_reason="auth", catalog_synced_at=None, balance_checked_at=None)
    asked_though_paused = make_fresh_panel(paused_reason="auth", sync_requested_at=now, balance_requested_at=now)
    found = schedule.waiting()
    assert (
        sorted(found["sync"])
        == sorted(found["balance"])
        == sorted([asked.pk, old.pk, never.pk, asked_though_paused.pk])
    )


@pytest.mark.django_db
def test_a_failed_read_is_retried_only_after_a_while():
    now = timezone.now()
    make_panel(catalog_tried_at=now, balance_tried_at=now)
    rested = make_panel(catalog_tried_at=now - timedelta(minutes=31), balance_tried_at=now - timedelta(minutes=6))
    found = schedule.waiting()
    assert found["sync"] == found["balance"] == [rested.pk]


@pytest.mark.django_db
def test_the_sweep_finds_confirmed_actions_that_are_not_finished():
    now = timezone.now()
    OrderAction.objects.create(kind="refresh")
    OrderAction.objects.create(kind="refresh", confirmed_at=now, finished_at=now)
    open_action = OrderAction.objects.create(kind="refresh", confirmed_at=now)
    assert schedule.waiting()["act"] == [open_action.pk]


@pytest.mark.django_db
def test_the_sweep_finds_mails_that_are_due_as_one_task():
    now = timezone.now()
    make_mail()
    make_mail(given_up_at=None, next_at=now + timedelta(minutes=1))
    assert schedule.waiting()["mail"] == []
    for _ in range(2):
        make_mail(given_up_at=None, next_at=now)
    assert schedule.waiting()["mail"] == [ALL]


@pytest.mark.django_db
def test_the_balance_is_read_each_minute_while_an_order_waits_for_money():
    now = timezone.now()
    order = make_order(make_service(make_fresh_panel(balance_tried_at=now - timedelta(seconds=55))))
    assert schedule.waiting()["balance"] == []
    Order.objects.update(held_for_funds_at=now)
    assert schedule.waiting()["balance"] == [order.panel_id]
    assert schedule.waiting()["submit"] == []
    Panel.objects.update(balance_tried_at=now - timedelta(seconds=40))
    assert schedule.waiting()["balance"] == []


@pytest.mark.django_db
def test_the_balance_is_read_soon_after_orders_went_out():
    now = timezone.now()
    read = {"balance_checked_at": now - timedelta(minutes=3), "balance_tried_at": now - timedelta(minutes=3)}
    panel = make_fresh_panel(**read)
    order = make_placed(make_service(panel), sent_at=now - timedelta(minutes=4))
    assert schedule.waiting()["balance"] == []
    Order.objects.update(sent_at=now - timedelta(minutes=1))
    assert schedule.waiting()["balance"] == [order.panel_id]
    for fields in (
        # While more orders follow, the balance is read every two minutes.
        {"balance_tried_at": now - timedelta(minutes=1)},
        {"balance_error": "HTTP 500"},
        {"is_active": False},
        {"balance_checked_at": now},
    ):
        Panel.objects.update(**{**read, "balance_error": "", "is_active": True, **fields})
        assert schedule.waiting()["balance"] == []
    # The clock of a worker was ahead.
    Panel.objects.update(**read, is_active=True)
    Order.objects.update(sent_at=now + timedelta(hours=1))
    assert schedule.waiting()["balance"] == []


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="how SQLite plans a query")
@pytest.mark.django_db
def test_orders_that_went_out_are_found_by_the_index_of_their_time():
    with CaptureQueriesContext(connection) as queries:
        schedule._spent(Panel.objects.all(), timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries[0]['sql']}")
        assert "order_by_sent" in str(cursor.fetchall())


@pytest.mark.parametrize(
    ("now", "latest"),
    [
        ("2026-12-01T02:30+01:00", "2026-11-30T03:00+01:00"),
        ("2026-12-01T03:00+01:00", "2026-12-01T03:00+01:00"),
        ("2026-12-01T23:00+01:00", "2026-12-01T03:00+01:00"),
        # The night in which clocks are set back.
        ("2026-10-25T02:30+01:00", "2026-10-24T03:00+02:00"),
        ("2026-10-25T04:00+01:00", "2026-10-25T03:00+01:00"),
    ],
)
def test_a_backup_is_due_at_night_in_the_zone_of_the_site(now, latest, monkeypatch):
    monkeypatch.setattr(timezone, "get_default_timezone", lambda: ZoneInfo("Europe/Berlin"))
    found = schedule.latest_backup_time(datetime.fromisoformat(now))
    assert found == datetime.fromisoformat(latest)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({}, "2026-12-01T03:00"),
        ({"started_at": "2026-11-30T03:00", "last_error": "The disk is full."}, "2026-12-01T03:00"),
        ({"started_at": "2026-12-01T03:00"}, "2026-12-02T03:00"),
        ({"started_at": "2026-12-01T03:00", "last_error": "The disk is full."}, "2026-12-01T04:00"),
        # A clock was ahead.
        ({"started_at": "2027-12-01T03:00"}, "2026-12-01T03:00"),
        # The worker was killed during the backup.
        ({"started_at": "2026-12-01T03:00", "leased_until": "2026-12-01T04:30"}, "2026-12-01T04:00"),
    ],
)
def test_a_backup_that_failed_is_tried_again_after_an_hour(fields, due, monkeypatch):
    monkeypatch.setattr(timezone, "get_default_timezone", lambda: UTC)
    times = {name: at(value) if name.endswith(("_at", "_until")) else value for name, value in fields.items()}
    assert schedule.next_backup_at(JobRun(**times), at("2026-12-01T05:00")) == at(due)


def at(text):
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("now", "fields", "due"),
    [
        # In winter and in summer, at 17:00 where the bank is.
        ("2026-12-01T15:59", {}, "2026-11-30T16:00"),
        ("2026-12-01T16:00", {}, "2026-12-01T16:00"),
        ("2026-07-01T15:00", {}, "2026-07-01T15:00"),
        ("2026-12-01T18:00", {"started_at": "2026-12-01T09:00"}, "2026-12-01T16:00"),
        ("2026-12-01T18:00", {"started_at": "2026-12-01T16:01"}, "2026-12-02T16:00"),
        ("2026-12-01T18:00", {"started_at": "2026-12-01T16:01", "last_error": "No answer."}, "2026-12-01T17:01"),
    ],
)
def test_rates_are_fetched_after_the_bank_has_published_them(now, fields, due):
    times = {name: at(value) if name.endswith("_at") else value for name, value in fields.items()}
    assert schedule.next_rates_at(JobRun(**times), at(now)) == at(due)


@pytest.mark.django_db
def test_records_are_due_while_one_of_them_is_stale():
    record = ServiceRecord.objects.create(service=make_service())
    assert schedule.waiting()["records"] == []
    ServiceRecord.objects.filter(pk=record.pk).update(stale_at=timezone.now())
    assert schedule.waiting()["records"] == [ALL]
