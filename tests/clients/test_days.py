"""What was spent and delivered for clients by day equals the orders, also after every change of them."""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.clients import days
from panels.clients.naming import NO_LABELS, Labels
from panels.models import ClientDay, ClientUnits, JobRun, Order, Recount
from panels.money.costs import cost_of
from panels.money.given_back import state_given_back
from panels.money.totals import name_days
from panels.orders.labels import change_labels
from tests.factories import make_campaign, make_client, make_offer, make_order, make_panel, make_placed, read_offers

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
GOING = threading.Event()


def plain_days():
    """Sum every placed order one by one, without the tested code."""
    sums = defaultdict(lambda: [Decimal(0), 0, 0, 0])
    for order in Order.objects.filter(placed_at__isnull=False):
        cost = cost_of(order)
        row = sums[
            timezone.localdate(order.placed_at),
            order.panel_id,
            order.client_id or 0,
            order.campaign_id or 0,
            order.currency,
        ]
        row[0] += cost.amount if cost else 0
        row[1] += 1
        row[2] += bool(cost and cost.is_expected)
        row[3] += cost is None
    return {key: tuple(row) for key, row in sums.items()}


def kept_days():
    return {
        (row.day, row.panel_id, row.client_pk, row.campaign_pk, row.currency): (
            row.cost,
            row.orders,
            row.expected,
            row.unpriced,
        )
        for row in ClientDay.objects.all()
    }


def settle():
    """Let all orders be of long ago and summed, so that only what names their days lets them be summed again."""
    long_ago = timezone.now() - 20 * DAY
    Order.objects.update(placed_at=long_ago, changed_at=long_ago)
    days.compare(GOING)
    days.compute(GOING)
    JobRun.objects.create(name=days.MARK, succeeded_at=timezone.now())
    assert kept_days() == plain_days()
    assert not Recount.objects.exists()


def test_all_days_are_filled_by_the_first_comparison_in_pieces(monkeypatch):
    monkeypatch.setattr(days, "AT_ONCE", 2)
    nova, euros = make_client(), make_panel(reported_currency="EUR")
    spring, now = make_campaign("Spring", nova), timezone.now()
    for number, fields in enumerate(({"client": nova}, {"client": nova, "campaign": spring}, {})):
        make_placed(charge=Decimal(number + 1), placed_at=now - number * 40 * DAY, **fields)
    make_placed(make_offer("A", euros), charge=None, expected_cost=Decimal(2), client=nova)
    make_placed(make_offer("B", euros), charge=None, expected_cost=None, client=nova)
    make_order(client=nova)
    assert days.compare(GOING) == 4
    days.compute(GOING)
    assert kept_days() == plain_days()
    assert len(kept_days()) == 4
    assert days.compare(GOING) == 0


def test_new_and_changed_orders_are_found_by_their_times():
    order = make_placed(client=make_client(), charge=Decimal(1), progress="in_progress")
    settle()
    Order.objects.filter(pk=order.pk).update(charge=Decimal(4))
    days.mark_changed()
    days.compute(GOING)
    # Nothing says that the order has changed.
    assert kept_days() != plain_days()
    Order.objects.filter(pk=order.pk).update(changed_at=timezone.now())
    make_placed(client=order.client, charge=Decimal(2))
    assert days.mark_changed() == 2
    days.compute(GOING)
    assert kept_days() == plain_days()


def test_another_client_or_campaign_moves_the_money_of_an_old_order():
    nova, orbit = make_client("Nova"), make_client("Orbit")
    order = make_placed(client=nova, charge=Decimal(3), progress="completed")
    settle()
    for labels in (Labels(orbit), Labels(orbit, make_campaign("Spring", orbit)), NO_LABELS):
        change_labels(order.pk, labels, None)
        assert days.compute(GOING) == 1
        assert kept_days() == plain_days()
        assert len(kept_days()) == 1
    # A note moves no money.
    change_labels(order.pk, Labels(note="Soon"), None)
    assert not Recount.objects.exists()


def test_money_given_back_names_its_day():
    order = make_placed(client=make_client(), charge=Decimal(3), progress="canceled")
    settle()
    assert state_given_back(order.pk, Decimal(2), None) == ""
    assert days.compute(GOING) == 1
    assert kept_days() == plain_days()
    assert ClientDay.objects.get().cost == 1


def test_the_comparison_finds_what_nothing_has_named():
    make_placed(client=make_client(), charge=Decimal(3))
    settle()
    ClientDay.objects.update(cost=7)
    now = timezone.now()
    stray = {"day": now.date() - 400 * DAY, "panel_id": Order.objects.get().panel_id, "client_pk": 99}
    ClientDay.objects.create(**stray, currency="USD", cost=1, orders=1, expected=0, unpriced=0)
    assert days.compare(GOING) == 2
    days.compute(GOING)
    assert kept_days() == plain_days()


def test_a_day_that_is_named_while_it_is_summed_is_summed_again(monkeypatch):
    order = make_placed(client=make_client("Nova"), charge=Decimal(3))
    settle()
    orbit, store = make_client("Orbit"), days._store
    name_days([order])

    def change_meanwhile(*args):
        store(*args)
        monkeypatch.setattr(days, "_store", store)
        change_labels(order.pk, Labels(orbit), None)

    monkeypatch.setattr(days, "_store", change_meanwhile)
    days.compute(GOING)
    assert kept_days() == plain_days()
    assert ClientDay.objects.get().client_pk == orbit.pk


def test_no_transaction_writes_more_rows_than_a_piece(monkeypatch):
    monkeypatch.setattr(days, "BULK", 3)
    monkeypatch.setattr(days._pieces, "__defaults__", (3,))
    panel = make_panel()
    for number in range(7):
        make_placed(make_offer(f"S{number}", panel), client=make_client(f"C{number}"), charge=Decimal(1))
    days.compare(GOING)
    with CaptureQueriesContext(connection) as queries:
        days.compute(GOING)
    written = [each["sql"] for each in queries if each["sql"].startswith('INSERT INTO "panels_clientday"')]
    assert len(written) == 3
    assert kept_days() == plain_days()


def test_the_work_ends_when_the_worker_stops():
    make_placed(client=make_client(), charge=Decimal(1))
    stopping = threading.Event()
    days.compare(GOING)
    stopping.set()
    assert (days.compare(stopping), days.compute(stopping)) == (0, 0)
    assert Recount.objects.exists()


def test_units_are_counted_by_what_the_service_is_for():
    panel, nova = make_panel(), make_client()
    followers = make_offer("Instagram Followers", panel)
    likes, unclear = make_offer("TikTok Likes", panel), make_offer("Something", panel, category="")
    read_offers()
    done = {"client": nova, "progress": "completed", "remains": 0, "start_count": 5}
    make_placed(followers, quantity=100, params={"runs": "3"}, **done)
    make_placed(followers, quantity=100, client=nova, progress="partial", remains=40)
    make_placed(likes, quantity=50, **done)
    make_placed(unclear, quantity=7, **done)
    make_placed(likes, quantity=1000, client=nova, progress="canceled", remains=0)
    make_placed(likes, quantity=1000, client=nova, progress="in_progress", remains=None)
    make_placed(likes, quantity=9, progress="completed", remains=0)
    days.compare(GOING)
    days.compute(GOING)
    rows = ClientUnits.objects.values_list("client_pk", "platform", "metric", "units", "orders")
    assert {(pk, platform, metric): (units, orders) for pk, platform, metric, units, orders in rows} == {
        (nova.pk, "instagram", "followers"): (360, 2),
        (nova.pk, "tiktok", "likes"): (50, 1),
        (nova.pk, "", ""): (7, 1),
        (0, "tiktok", "likes"): (9, 1),
    }
