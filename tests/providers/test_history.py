"""The balances, calls and prices of the past, in a bounded number of rows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.models import BalanceReading, PanelDay, ServiceChange
from panels.money.totals import MONTH, update_totals
from panels.providers import history
from panels.providers.history import balances, last_month, prices, uptime
from tests.factories import make_panel, make_placed, make_service

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def read(panel, days, balance, currency="USD"):
    at = timezone.now() - days * DAY
    BalanceReading.objects.create(panel=panel, at=at, balance=Decimal(balance), currency=currency, why="schedule")
    return at


def change(service, days, old, new, field="rate_per_1000"):
    at = timezone.now() - days * DAY
    ServiceChange.objects.create(service=service, at=at, field=field, old=old, new=new)
    return at


# -- balances


def test_balances_are_those_of_the_panel_in_their_order():
    panel = make_panel()
    early, late = read(panel, 5, "40"), read(panel, 2, "90")
    read(make_panel(), 1, "7")
    assert balances(panel, timezone.now()) == [(early, Decimal(40)), (late, Decimal(90))]


def test_balances_of_two_currencies_are_never_in_one_line():
    panel = make_panel(reported_currency="EUR")
    read(panel, 5, "40")
    read(panel, 2, "35", "EUR")
    assert [balance for _, balance in balances(panel, timezone.now())] == [35]


def test_only_the_latest_balances_are_read(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(history, "MOST_READINGS", 3)
    panel = make_panel()
    for days in (1, 2, 3, 4, 200):
        read(panel, days, str(days))
    with django_assert_num_queries(1):
        assert [balance for _, balance in balances(panel, timezone.now())] == [3, 2, 1]
    monkeypatch.undo()
    assert len(balances(panel, timezone.now())) == 4


# -- orders and calls


def test_calls_are_those_of_thirty_days_that_had_any():
    panel, now = make_panel(), timezone.now()
    today = now.date()
    PanelDay.add(panel.pk, today, answers=9, failures=1, seconds=1)
    PanelDay.add(panel.pk, today - 29 * DAY, answers=4, failures=0, seconds=1)
    PanelDay.add(panel.pk, today - 30 * DAY, answers=4, failures=0, seconds=1)
    PanelDay.add(make_panel().pk, today, answers=5, failures=5, seconds=1)
    PanelDay.objects.create(panel=panel, day=today - DAY)
    month = last_month(panel, now)
    assert month.calls == {today - 29 * DAY: (4, 0), today: (9, 1)}
    assert list(month.calls) == sorted(month.calls)
    assert month.orders == {}


def test_orders_are_those_of_each_of_thirty_days_in_any_currency(django_assert_num_queries):
    panel, now = make_panel(), timezone.now()
    service = make_service(panel)
    for currency, days in (("USD", 0), ("EUR", 0), ("USD", 2), ("USD", 30)):
        make_placed(service, currency=currency, placed_at=now - days * DAY)
    make_placed(make_service())
    update_totals()
    with django_assert_num_queries(1):
        month = last_month(panel, now)
    today = timezone.localdate(now)
    assert len(month.orders) == MONTH
    assert {day: count for day, (count,) in month.orders.items() if count} == {today: 2, today - 2 * DAY: 1}
    assert month.calls == {}


def test_uptime_is_the_percentage_of_answered_calls():
    monday = date(2026, 11, 2)
    assert uptime({monday: (2, 1), monday + DAY: (0, 4), monday + 2 * DAY: (8, 0)}) == {
        monday: Decimal("66.67"),
        monday + DAY: 0,
        monday + 2 * DAY: 100,
    }


# -- prices


def test_a_price_that_never_changed_has_no_history():
    service = make_service()
    change(service, 2, "Old name", "New name", field="name")
    assert prices(service) == []


def test_prices_begin_when_the_service_was_first_seen():
    first = timezone.now() - 30 * DAY
    service = make_service(rate_per_1000=Decimal("1.3"), first_seen_at=first)
    early, late = change(service, 9, "0.9", "1.1"), change(service, 3, "1.1", "1.3")
    change(make_service(service.panel), 1, "5", "6")
    assert prices(service) == [(first, Decimal("0.9")), (early, Decimal("1.1")), (late, Decimal("1.3"))]


def test_the_present_price_is_the_last_one_even_if_its_change_was_not_noted():
    service = make_service(rate_per_1000=Decimal("1.5"))
    change(service, 3, "0.9", "1.1")
    assert prices(service)[-1] == (service.last_seen_at, Decimal("1.5"))


def test_only_the_latest_changes_are_read(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(history, "MOST_CHANGES", 2)
    service = make_service(rate_per_1000=Decimal(4), first_seen_at=timezone.now() - 30 * DAY)
    change(service, 9, "1", "2")
    middle, last = change(service, 6, "2", "3"), change(service, 3, "3", "4")
    with django_assert_num_queries(1):
        assert prices(service) == [(middle, 2), (middle, 3), (last, 4)]
