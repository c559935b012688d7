"""The totals of days equal the sums of their orders, also after later changes."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.calls.polling import poll_due
from panels.calls.submission import submit_queued
from panels.models import DayTotal, JobRun, Order, Service
from panels.money.totals import MONTH, OVERLAP, is_summed, recount, spend, update_totals
from panels.worker import tasks
from tests.factories import make_order, make_panel, make_placed, make_service

DAY = dt.timedelta(days=1)
LONG_AGO = timezone.now() - 10 * DAY


def plain_sums():
    """Sum every placed order one by one, without the tested code."""
    sums = {}
    for order in Order.objects.filter(state="placed"):
        is_known = order.charge is not None and (order.charge != 0 or order.is_finished)
        cost = order.charge if is_known else order.expected_cost
        key = (timezone.localdate(order.placed_at), order.panel_id, order.currency)
        total, number, expected, unpriced = sums.get(key, (Decimal(0), 0, 0, 0))
        is_expected = not is_known and cost is not None
        sums[key] = total + (cost or 0), number + 1, expected + is_expected, unpriced + (cost is None)
    return sums


def kept_sums():
    return {
        (total.day, total.panel_id, total.currency): (total.cost, total.orders, total.expected, total.unpriced)
        for total in DayTotal.objects.all()
    }


def settle():
    """Sum all orders with a time long ago, so only orders that change from now on are summed again."""
    Order.objects.update(placed_at=LONG_AGO, changed_at=LONG_AGO)
    recount()
    DayTotal.objects.update(summed_at=timezone.now() - 5 * DAY)


# -- the spend


def test_spend_is_kept_apart_by_currency_and_by_time(db):
    now = timezone.now()
    dollars, euros = make_service(), make_service(make_panel(reported_currency="EUR"))
    for service, days, charge in ((dollars, 0, "1"), (dollars, 3, "2"), (dollars, 20, "4"), (euros, 0, "8")):
        make_placed(service, charge=Decimal(charge), progress="completed", placed_at=now - days * DAY)
    make_placed(dollars, charge=Decimal(99), placed_at=now - 31 * DAY)
    make_order(dollars, state="unknown")
    update_totals()
    rows = {row["currency"]: (row["today"], row["week"], row["month"]) for row in spend(now)}
    assert rows == {"EUR": (8, 8, 8), "USD": (1, 3, 7)}
    assert sum(total.cost for total in DayTotal.objects.all()) == 114


@pytest.mark.parametrize(("days", "sums"), [(0, (1, 1, 1)), (6, (0, 1, 1)), (7, (0, 0, 1)), (29, (0, 0, 1))])
def test_today_counts_in_the_week_and_in_the_month(db, days, sums):
    now = timezone.now()
    make_placed(charge=Decimal(1), placed_at=now - days * DAY)
    update_totals()
    (row,) = spend(now)
    assert (row["today"], row["week"], row["month"]) == sums


def test_the_expected_cost_counts_until_a_charge_is_known(db):
    service = make_service()
    make_placed(service, charge=None, expected_cost=Decimal(1))
    make_placed(service, charge=Decimal(0), expected_cost=Decimal(2))
    make_placed(service, charge=Decimal(0), expected_cost=Decimal(4), progress="canceled")
    make_placed(service, charge=Decimal(8), expected_cost=Decimal(16))
    make_placed(service, charge=None, expected_cost=None)
    update_totals()
    (row,) = spend(timezone.now())
    assert (row["today"], row["number"], row["without_price"]) == (11, 5, 1)
    assert (row["today_expected"], row["week_expected"], row["month_expected"]) == (2, 2, 2)


def test_a_day_begins_at_midnight_of_the_site(db, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    service = make_service()
    for hour in (14, 16):
        make_placed(service, charge=Decimal(hour), placed_at=dt.datetime(2030, 5, 1, hour, tzinfo=dt.UTC))
    # The person who looks may have another zone.
    with timezone.override("America/New_York"):
        update_totals()
        (row,) = spend(dt.datetime(2030, 5, 1, 17, tzinfo=dt.UTC))
        # The second run sums only the changed days, by ranges of time.
        DayTotal.objects.update(cost=0, summed_at=dt.datetime(2030, 5, 1, tzinfo=dt.UTC))
        update_totals()
        (again,) = spend(dt.datetime(2030, 5, 1, 17, tzinfo=dt.UTC))
    assert (row["today"], row["week"]) == (again["today"], again["week"]) == (16, 30)


def test_the_days_of_the_spend_are_thirty_and_tell_expected_costs_apart(db):
    now = timezone.now()
    today = timezone.localdate(now)
    dollars, euros = make_service(), make_service(make_panel(reported_currency="EUR"))
    for service, days, charge in ((dollars, 0, "1"), (dollars, 29, "2"), (dollars, 30, "4"), (euros, 3, "8")):
        make_placed(service, charge=Decimal(charge), progress="completed", placed_at=now - days * DAY)
    make_placed(make_service(), charge=None, expected_cost=Decimal(16))
    update_totals()
    with CaptureQueriesContext(connection) as queries:
        found = {row["currency"]: row["days"] for row in spend(now)}
    assert len(queries) == 1
    assert {currency: len(days) for currency, days in found.items()} == {"EUR": MONTH, "USD": MONTH}
    spent = {(currency, day): costs for currency, days in found.items() for day, costs in days.items() if any(costs)}
    assert spent == {("USD", today): (0, 17), ("USD", today - 29 * DAY): (2, 0), ("EUR", today - 3 * DAY): (8, 0)}


# -- changes of orders


def test_totals_equal_the_plain_sum_through_an_orders_life(synced_panel, sandbox):
    service = Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Default", refill=True).id))
    orders = [make_order(service, quantity=service.min_quantity, expected_cost=Decimal("0.5")) for _ in range(6)]
    submit_queued(synced_panel.pk, threading.Event())
    update_totals()
    assert kept_sums() == plain_sums()
    assert sum(number for _, number, _, _ in kept_sums().values()) == 6

    # The orders were placed long ago, and days without a change are not summed again.
    settle()
    for order in orders:
        order.refresh_from_db()
    for order, ending in zip(orders, ("Completed", "Partial", "Canceled"), strict=False):
        sandbox.finish(order.remote_id, ending, remains=40 if ending == "Partial" else 0)
    Order.objects.update(next_check_at=timezone.now() - dt.timedelta(seconds=1))
    before = kept_sums()
    assert poll_due(synced_panel.pk, threading.Event())["changed"]
    assert plain_sums() != before
    update_totals()
    assert kept_sums() == plain_sums()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"charge": None}, {"charge": Decimal(7)}),
        ({"charge": Decimal(7)}, {"charge": Decimal(2), "progress": "partial"}),
        ({"charge": Decimal(0)}, {"progress": "canceled"}),
        ({"currency": "USD"}, {"currency": "EUR"}),
    ],
)
def test_an_order_that_changes_long_after_its_day_is_summed_again(db, before, after):
    order = make_placed(**{"expected_cost": Decimal(3)} | before)
    make_placed(order.service, charge=Decimal(1))
    settle()
    Order.objects.filter(pk=order.pk).update(changed_at=timezone.now(), **after)
    assert kept_sums() != plain_sums()
    assert update_totals() == 1
    assert kept_sums() == plain_sums()


def test_an_order_that_turns_out_to_be_placed_is_added(db):
    service = make_service()
    make_placed(service, charge=Decimal(1))
    settle()
    order = make_order(service, state="unknown", attempt=1)
    assert order.advance(Order.State.PLACED, remote_id="77", placed_at=timezone.now())
    update_totals()
    assert kept_sums() == plain_sums()
    assert len(kept_sums()) == 2


def test_a_total_without_orders_is_deleted(db):
    order = make_placed(charge=Decimal(1))
    update_totals()
    Order.objects.filter(pk=order.pk).update(placed_at=LONG_AGO)
    recount()
    assert kept_sums() == plain_sums()
    assert len(kept_sums()) == 1


def test_a_change_that_became_visible_only_after_a_sum_is_summed(db):
    order = make_placed(charge=Decimal(1))
    settle()
    update_totals()
    DayTotal.objects.update(summed_at=timezone.now())
    written_at = timezone.now() - OVERLAP + dt.timedelta(minutes=1)
    Order.objects.filter(pk=order.pk).update(charge=Decimal(5), changed_at=written_at)
    update_totals()
    assert kept_sums() == plain_sums()


def test_days_without_a_change_are_not_summed_again(db):
    make_placed(charge=Decimal(1))
    settle()
    DayTotal.objects.update(cost=99)
    assert update_totals() == 0
    assert DayTotal.objects.get().cost == 99


def test_queries_do_not_grow_with_orders(db):
    services = [make_service() for _ in range(3)]
    update_totals()

    def count():
        for service in services:
            for days in range(3):
                make_placed(service, charge=Decimal(1), placed_at=timezone.now() - days * DAY)
        with CaptureQueriesContext(connection) as queries:
            update_totals()
        return len(queries)

    count()
    assert count() == count()


# -- the schedule


def test_the_sweep_sums_changes_and_once_a_day_repairs_wrong_totals(db):
    make_placed(charge=Decimal(1))
    settle()
    tasks.run_sweep()
    DayTotal.objects.update(cost=99)
    tasks.run_sweep(every=dt.timedelta())
    assert DayTotal.objects.get().cost == 99
    JobRun.objects.filter(name="count all spend").update(started_at=timezone.now() - DAY)
    tasks.run_sweep(every=dt.timedelta())
    assert kept_sums() == plain_sums()


def test_a_failed_sum_is_noted_and_does_not_change_the_time_of_the_totals(db, monkeypatch, caplog):
    make_placed(charge=Decimal(1))
    assert not is_summed()
    tasks.run_sweep()
    assert is_summed()
    assert spend(timezone.now())[0]["as_of"] == JobRun.objects.get(name="sum spend").finished_at

    def fail():
        raise RuntimeError("no")

    monkeypatch.setattr("panels.money.totals.update_totals", fail)
    tasks.run_sweep(every=dt.timedelta())
    assert "RuntimeError: no" in caplog.text
    assert not is_summed()
    assert spend(timezone.now())[0]["as_of"] == DayTotal.objects.get().summed_at
    # The other jobs ran nevertheless.
    assert JobRun.objects.get(name="delete old drafts").last_error == ""
