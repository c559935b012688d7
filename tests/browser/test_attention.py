"""The list of what needs a person, in a browser: its number in the menu, and the buttons of its rows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from panels.models import Order
from tests.factories import make_order, make_panel, make_placed, make_service, make_unknown

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_number_in_the_menu_is_of_the_rows_and_falls_with_them(open_page, sign_in, looks_right, width):
    service = make_service(rate_per_1000=Decimal("1.80"))
    held = make_order(
        service,
        held_reason="The price has risen from 0.90 USD to 1.80 USD per 1000.",
        expected_cost=Decimal("0.90"),
    )
    alarmed = make_placed(service, alarm="A second order may be at the panel.")
    for number in range(9):
        make_unknown(service, link=f"https://example.com/{number}")
    for number in range(7):
        make_placed(service, is_word_unknown=True, remote_status=f"Word {number}", next_check_at=timezone.now())
    panel = make_panel(paused_reason="by_hand")
    make_panel(balance=Decimal(1), low_balance=Decimal(2))
    page = open_page(viewport={"width": width, "height": 900})
    sign_in(page)
    badge, rows = page.locator(".nav__count"), page.locator("tr[id^=need-]")
    page.get_by_role("link", name="Show all").first.click()
    expect(rows).to_have_count(20)
    expect(badge).to_contain_text("20")
    expect(page.get_by_role("heading", name="Needs attention · 20")).to_be_visible()
    looks_right(page)
    page.get_by_role("button", name="Send for 1.80").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It costs 1.80 USD now. When it was ordered, 0.90 USD was agreed.")
    looks_right(page)
    held.refresh_from_db()
    assert held.held_reason
    dialog.get_by_role("button", name="Send for 1.80").click()
    expect(page.get_by_text("The order is queued on the present terms.")).to_be_visible()
    expect(page.locator(f"#need-orders-{held.pk}")).to_have_count(0)
    expect(badge).to_contain_text("19")
    page.get_by_role("button", name="Mark as seen").click()
    expect(page.locator(f"#need-orders-{alarmed.pk}")).to_have_count(0)
    page.locator(f"#need-panels-{panel.pk}").get_by_role("button", name="Resume").click()
    expect(page.locator(f"#need-panels-{panel.pk}")).to_have_count(0)
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("Being checked", exact=True)).to_be_visible()
    expect(rows).to_have_count(17)
    expect(badge).to_contain_text("17")
    assert page.url.endswith("/?all=1")
    held.refresh_from_db()
    assert held.held_reason == ""


def test_a_button_in_place_works_without_a_script(open_page, sign_in):
    order = make_order(held_reason="The price has risen.")
    page = open_page(java_script_enabled=False)
    sign_in(page)
    expect(page.get_by_text("It costs 0.90 USD, as agreed when it was ordered.")).to_be_visible()
    page.get_by_role("button", name="Send for 0.90").click()
    expect(page.get_by_text("The order is queued on the present terms.")).to_be_visible()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    assert Order.objects.get(pk=order.pk).held_reason == ""
