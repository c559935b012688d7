"""What waits, what is pending, how long a balance lasts, and what came in: for each account and currency."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.models import DayTotal
from panels.money.standing import lasting, promises, received
from panels.money.totals import midnight, today
from tests.factories import make_entry, make_order, make_panel, make_placed, make_service, make_unknown

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def spend_on(panel, days_ago, cost, currency="USD"):
    counts = {"orders": 1, "expected": 0, "unpriced": 0, "summed_at": timezone.now()}
    DayTotal.objects.create(day=today() - days_ago * DAY, panel=panel, currency=currency, cost=Decimal(cost), **counts)


@pytest.fixture
def panel():
    return make_panel(reported_currency="USD", balance=Decimal(36), free_balance=Decimal(30))


def standing_of(panel):
    panel.refresh_from_db()
    return promises().standings([panel], timezone.now())[0]


def test_queued_money_waits_and_is_not_pending(panel):
    service = make_service(panel)
    make_order(service, expected_cost=Decimal(4))
    make_order(service, expected_cost=Decimal(1), held_reason="The price has risen.")
    make_order(service, expected_cost=None)
    make_order(service, expected_cost=Decimal(8), currency="EUR")
    found = standing_of(panel)
    assert (found.waiting.amount, found.waiting.number, found.waiting.unpriced) == (5, 3, 1)
    assert found.pending.number == 0
    assert promises().of_currency("EUR")[0].amount == 8


def test_pending_is_what_is_on_its_way_or_has_no_usable_charge_yet(panel):
    service = make_service(panel)
    make_order(service, state="sending", attempt=1, expected_cost=Decimal(1))
    make_unknown(service, expected_cost=Decimal(2))
    make_placed(service, charge=None, expected_cost=Decimal(4))
    make_placed(service, charge=Decimal(0), progress="in_progress", expected_cost=Decimal(8))
    make_placed(service, charge=Decimal(3), expected_cost=Decimal(100))
    make_placed(service, charge=Decimal(0), progress="canceled", expected_cost=Decimal(100))
    make_placed(service, charge=None, rate_agreed=None, expected_cost=Decimal(100))
    make_order(service, state="written_off", expected_cost=Decimal(100))
    found = standing_of(panel)
    assert (found.pending.amount, found.pending.number) == (15, 4)
    assert found.waiting.number == 0


def test_a_balance_lasts_by_the_mean_of_the_last_seven_full_days(panel):
    other = make_panel(balance=Decimal(5))
    spend_on(panel, 1, 100)
    spend_on(panel, 7, 40)
    # Neither today, nor the day before that week, nor another currency counts.
    spend_on(panel, 0, 1000)
    spend_on(panel, 8, 1000)
    spend_on(panel, 2, 1000, "EUR")
    found = lasting([panel, other], timezone.now())
    assert found == {panel.pk: Decimal("1.8")}


def test_a_balance_below_zero_lasts_no_day(panel):
    panel.balance = Decimal(-3)
    spend_on(panel, 1, 7)
    assert lasting([panel], timezone.now()) == {panel.pk: 0}
    panel.balance = None
    assert lasting([panel], timezone.now()) == {}


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"free_balance": Decimal(30)}, Decimal(10)),
        ({"free_balance": Decimal(40)}, None),
        ({"free_balance": Decimal(-5)}, Decimal(45)),
        ({"free_balance": None}, None),
        ({"free_balance": Decimal(30), "gives_credit": True}, None),
    ],
)
def test_a_top_up_is_due_for_what_waits_beyond_the_free_balance(fields, due):
    panel = make_panel(reported_currency="USD", **fields)
    make_order(make_service(panel), expected_cost=Decimal(40))
    assert standing_of(panel).top_up == due


def test_what_came_in_is_summed_by_currency_and_span():
    panel = make_panel(reported_currency="USD")
    euro = make_panel(reported_currency="EUR")
    start = midnight(today())
    for days, amount in ((0, 1), (1, 2), (6, 4), (7, 8), (29, 16), (30, 32)):
        make_entry(panel, amount=Decimal(amount), value_at=start - days * DAY)
    make_entry(panel, kind="bonus", amount=Decimal("0.5"))
    make_entry(panel, kind="charge", amount=Decimal(-9), order=make_placed(make_service(panel)))
    make_entry(panel, kind="given_back", amount=Decimal("0.25"), order=make_placed(make_service(panel)))
    make_entry(euro, amount=Decimal(64))
    found = received(timezone.now())
    assert found["USD"] == {
        "deposited": {"today": 1, "week": 7, "month": 31},
        "bonus": dict.fromkeys(("today", "week", "month"), Decimal("0.5")),
        "given_back": dict.fromkeys(("today", "week", "month"), Decimal("0.25")),
    }
    assert found["EUR"]["deposited"]["month"] == 64


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has statistics, and reads small tables whole")
def test_what_is_pending_and_what_came_in_is_read_by_its_index():
    with CaptureQueriesContext(
        connection,
    ) as captured:
        promises()
        received(timezone.now())
    plans = []
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plans.append(" ".join(str(row[-1]) for row in cursor.fetchall()))
    assert "order_uncharged" in plans[0]
    assert "entry_received" in plans[1]
