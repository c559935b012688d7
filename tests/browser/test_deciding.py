"""A buyer finds what is cheapest over all panels, and whether it is any good."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from panels.models import ServiceRecord
from tests.factories import make_offer, make_panel, make_rate, read_offers, report_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cheapest(transactional_db):
    """The cheapest offer with a refill, at a panel with another currency. The cheapest of all has no refill."""
    euro, dollar = make_panel(name="Meridian", reported_currency="EUR"), make_panel(name="Brightline")
    make_rate("USD", "1.25")
    report_in("EUR")
    make_offer("Instagram Followers | No Refill", euro, rate_per_1000=Decimal("0.2"), refill=False)
    make_offer("Instagram Followers [30 Days Refill]", euro, rate_per_1000=Decimal("0.9"))
    make_offer("TikTok Likes | R30", euro)
    found = make_offer("IG Followers R30 | Start 0-1 Hour", dollar, rate_per_1000=Decimal("1"))
    read_offers()
    return found


def test_the_cheapest_with_refill_over_all_panels_and_what_it_delivered_take_two_clicks(
    page, sign_in, cheapest, looks_right
):
    known = {"orders": 43, "finish_orders": 43, "delivered_orders": 43, "price_orders": 43, "currency": "USD"}
    ServiceRecord.objects.create(
        service=cheapest, finish_minutes=420, delivered=Decimal("0.98"), price=Decimal("1.05"),
        computed_at=timezone.now(), **known,
    )  # fmt: skip
    sign_in(page)
    page.get_by_role("link", name="Catalog").click()
    looks_right(page)
    page.get_by_role("link", name="Instagram followers", exact=True).click()
    row = page.get_by_role("row").filter(has_text="Any refill").first
    expect(row).to_contain_text("IG Followers R30")
    expect(row).to_contain_text("Brightline")
    # In the reporting currency, and by the orders of the team.
    for words in ("≈\u00a00.80\u00a0EUR", "≤\u00a07\u00a0h", "98\u00a0%", "1.05"):
        expect(row).to_contain_text(words)
    looks_right(page)


def test_a_fact_is_corrected_and_the_same_wording_is_offered(page, sign_in, cheapest, worker, looks_right):
    other = make_offer("IG Likes R30 | Start 0-1 Hour")
    read_offers()
    sign_in(page)
    page.goto(cheapest.get_absolute_url())
    page.get_by_role("link", name="Correct").click()
    page.get_by_label("Start within minutes").fill("120")
    looks_right(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_label(other.name).check()
    looks_right(page)
    page.get_by_role("button", name="Correct the chosen services").click()
    expect(page.get_by_text("1 more service was corrected")).to_be_visible()
    expect(page.get_by_text("starts in 2")).to_be_visible()
