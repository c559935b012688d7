"""A rise of the balance becomes a deposit with one click, and the money pages look right."""

from __future__ import annotations

import os
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.test_pages import show_in
from tests.factories import make_entry, make_order, make_panel, make_placed, make_service

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def panel(transactional_db):
    now = timezone.now()
    panel = make_panel(
        name="Nova",
        reported_currency="USD",
        balance=Decimal("137.5"),
        free_balance=Decimal(100),
        balance_checked_at=now - timedelta(minutes=5),
    )
    service = make_service(panel)
    make_order(service, expected_cost=Decimal(120))
    for hours, kind, amount in ((12, "deposit", 8), (10, "opening", 50), (3, "charge", "-12.5")):
        at = now - timedelta(hours=hours)
        order = make_placed(service, charge=Decimal("12.5")) if kind == "charge" else None
        make_entry(panel, kind=kind, amount=Decimal(amount), value_after=at, value_at=at, order=order)
    return panel


def test_a_manager_books_a_rise_and_a_deposit_on_pages_that_look_right(open_page, sign_in, looks_right, panel):
    page = open_page()
    sign_in(page)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for address in ("/money/", f"/money/{panel.pk}/"):
            page.goto(address)
            for scheme in ("light", "dark"):
                show_in(page, scheme)
                looks_right(page)
                if folder := os.environ.get("SHOTS"):
                    name = f"{address.strip('/').replace('/', '-')}-{width}-{scheme}.png"
                    page.screenshot(path=f"{folder}/{name}", full_page=True)
    page.get_by_role("button", name="Book 100.00 USD as a deposit").click()
    expect(page.get_by_text("The books and the balance of the panel are equal.")).to_be_visible()
    page.get_by_text("Book a deposit, a bonus or an adjustment").click()
    page.get_by_label("Amount", exact=False).first.fill("20")
    page.get_by_label("Bonus of a deposit").fill("10%")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_text("deposit 20.00 USD, bonus 2.00 USD")).to_be_visible()
