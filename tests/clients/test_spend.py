"""What a client has spent, what was delivered and what runs."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from panels.clients import days, spend
from panels.clients.spend import Spent
from panels.models import Client, ClientDay, Order
from tests.factories import make_campaign, make_client, make_order, make_panel, make_placed, make_refill, make_service

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2030, 5, 20, 12, tzinfo=dt.UTC)
TODAY = NOW.date()


def make_day(client=0, campaign=0, day=TODAY, currency="USD", cost=1, **fields):
    values = {"orders": 1, "expected": 0, "unpriced": 0, "panel": make_panel()} | fields
    return ClientDay.objects.create(
        day=day, client_pk=client, campaign_pk=campaign, currency=currency, cost=cost, **values
    )


def test_the_month_begins_on_its_first_day_and_currencies_stay_apart():
    make_day(1, cost=5, day=dt.date(2030, 5, 1))
    make_day(1, cost=7, expected=1)
    make_day(1, cost=11, currency="EUR")
    make_day(1, cost=100, day=dt.date(2030, 4, 30))
    make_day(2, cost=1)
    make_day(3, cost=1)
    assert spend.spent_this_month([1, 2], NOW) == {
        1: [Spent("EUR", Decimal(11)), Spent("USD", Decimal(12), is_expected=True)],
        2: [Spent("USD", Decimal(1))],
    }


def test_each_campaign_has_its_cost_of_30_days_and_of_all_time():
    nova = make_client()
    spring, autumn = make_campaign("Spring", nova), make_campaign("Autumn", nova)
    make_day(nova.pk, spring.pk, cost=3)
    make_day(nova.pk, spring.pk, cost=4, day=dt.date(2030, 4, 20), expected=1)
    make_day(nova.pk, autumn.pk, cost=9)
    make_day(nova.pk, cost=2, day=dt.date(2030, 4, 21))
    make_day(nova.pk + 1, cost=50)
    rows = spend.costs_by_campaign(nova, NOW)
    assert [(row.campaign, row.orders, row.all.amount, row.month.amount) for row in rows] == [
        (autumn, 1, 9, 9),
        (spring, 2, 7, 3),
        (None, 1, 2, 2),
    ]
    assert [(row.all.is_expected, row.month.is_expected) for row in rows] == [
        (False, False),
        (True, False),
        (False, False),
    ]


def test_orders_are_counted_by_stage_and_old_problems_are_not():
    now, nova = timezone.now(), make_client()
    spring = make_campaign("Spring", nova)
    make_order(client=nova, campaign=spring)
    make_order(client=nova, held_reason="dearer")
    make_placed(client=nova)
    make_placed(client=nova, progress="completed")
    make_order(client=nova, state="refused")
    make_order(client=nova, state="refused", created_at=now - dt.timedelta(days=40))
    make_order()
    assert spend.count_orders("client_id", [nova.pk], now) == {
        nova.pk: {"waiting": 1, "needs_you": 1, "running": 1, "problem": 1}
    }
    assert spend.count_orders("campaign_id", [spring.pk], now) == {spring.pk: {"waiting": 1}}
    assert [order.state for order in spend.open_orders("client_id", nova.pk, 5)] == ["placed", "queued"]
    assert len(spend.open_orders("client_id", nova.pk, 1)) == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has statistics")
def test_the_index_of_stages_finds_the_orders():
    orders = Order.objects.order_by().annotate(of=spend.unindexed("client_id"), at=spend.STAGE).filter(of__in=[1, 2])
    for stage in spend.COUNTED:
        assert "order_by_stage" in spend._at_stage(orders, stage, timezone.now()).explain()


def test_units_are_added_by_metric():
    panel, nova = make_panel(), make_client()
    placed = {"client": nova, "progress": "completed", "remains": 0, "start_count": 1}
    now = timezone.now()
    make_placed(make_service(panel), quantity=100, **placed)
    make_placed(make_service(panel), quantity=50, placed_at=now - dt.timedelta(days=35), **placed)
    days.compare(threading.Event())
    days.compute(threading.Event())
    (row,) = spend.delivered_units(now, client_pk=nova.pk)
    assert (row.platform, row.metric, row.orders, row.all, row.month) == ("", "", 2, 150, 100)
    assert spend.delivered_units(now, client_pk=nova.pk + 1) == []


def test_refills_of_30_days_are_counted():
    nova, now = make_client(), timezone.now()
    make_refill(make_placed(client=nova, progress="completed"))
    make_refill(make_placed(client=nova, progress="completed"), state="refused")
    make_refill()
    old = make_refill(make_placed(client=nova, progress="completed"))
    type(old).objects.filter(pk=old.pk).update(requested_at=now - dt.timedelta(days=31))
    assert spend.count_refills(now, order__client=nova.pk) == (2, 1)


def test_a_price_needs_a_mark_up():
    plain = Client(name="Nova")
    dear = Client(name="Orbit", markup_percent=Decimal(50), markup_step=Decimal("0.5"))
    assert spend.price_for(plain, Decimal(10)) is None
    assert spend.price_for(None, Decimal(10)) is None
    assert spend.price_for(dear, None) is None
    assert spend.price_for(dear, Decimal("10.1")) == 15
    spent = [Spent("EUR", Decimal(1)), Spent("USD", Decimal(2), is_expected=True)]
    assert list(spend.prices(plain, spent)) == []
    assert list(spend.prices(dear, spent)) == [Spent("EUR", Decimal("1.5")), Spent("USD", Decimal(3), is_expected=True)]
