"""The money page: for each currency what was spent and came in, and for each account how it stands."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.models import DayTotal
from panels.money.totals import today
from tests.factories import make_entry, make_order, make_panel, make_placed, make_service
from tests.views.pages import count_queries, text_of

pytestmark = pytest.mark.django_db


def spend_on(panel, days_ago, cost):
    counts = {"orders": 1, "expected": 0, "unpriced": 0, "summed_at": timezone.now()}
    day = today() - timedelta(days=days_ago)
    DayTotal.objects.create(day=day, panel=panel, currency=panel.currency, cost=Decimal(cost), **counts)


def test_every_role_is_led_from_the_menu(as_viewer):
    assert 'href="/money/"' in as_viewer.get("/").text


def test_each_currency_has_its_own_sums_and_bars(as_viewer):
    dollars, euros = make_panel(reported_currency="USD"), make_panel(reported_currency="EUR")
    spend_on(dollars, 0, "1.50")
    spend_on(dollars, 6, "2.50")
    spend_on(euros, 20, 9)
    make_entry(dollars, amount=Decimal(100))
    service = make_service(dollars)
    make_placed(service, charge=None, expected_cost=Decimal(3))
    make_order(service, expected_cost=Decimal(7))
    page = text_of(as_viewer.get("/money/"))
    assert "In USD Today 7 days 30 days Spent 1.50 4.00 4.00 Given back – – – Deposited 100.00 100.00 100.00" in page
    assert "Pending ≈ 3.00 USD 1 order Waiting ≈ 7.00 USD 1 order" in page
    assert "In EUR Today 7 days 30 days Spent – – 9.00" in page
    assert "30-day mean: 0.13 USD" in page


def test_each_account_says_how_long_it_lasts_and_what_top_up_is_due(as_viewer):
    panel = make_panel(name="Nova", reported_currency="USD", balance=Decimal(36), free_balance=Decimal(30))
    make_panel(name="Quiet", reported_currency="USD", balance=Decimal(5), free_balance=Decimal(5))
    spend_on(panel, 1, 140)
    make_order(make_service(panel), expected_cost=Decimal("42.5"))
    page = text_of(as_viewer.get("/money/"))
    assert "Nova 36.00 USD ≈ 42.50 USD 30.00 USD 1.8 days – ≈ 12.50 USD" in page
    assert "Quiet 5.00 USD – 5.00 USD – – –" in page


def test_without_panels_the_page_says_what_to_do(as_manager):
    page = as_manager.get("/money/").text
    assert "No panels yet" in page
    assert 'href="/panels/new/"' in page


def test_the_page_asks_as_much_for_many_accounts_as_for_one(as_viewer):
    def fill():
        panel = make_panel(reported_currency="USD", balance=Decimal(36), free_balance=Decimal(30))
        spend_on(panel, 1, 140)
        make_order(make_service(panel), expected_cost=Decimal(1))
        make_entry(panel)

    fill()
    few = count_queries(as_viewer, "/money/")
    for _ in range(5):
        fill()
    assert count_queries(as_viewer, "/money/") == few <= 15
