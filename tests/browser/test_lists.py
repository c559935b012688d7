"""Tables in a browser: rows that open, selections over pages, columns, and two lines on a phone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from panels.models import Batch, Order, OrderAction
from tests.browser.conftest import fits
from tests.factories import make_batch, make_client, make_panel, make_placed, make_refill, make_service, row_of

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Instagram Followers | " + "Real & Active, " * 12


@pytest.fixture
def orders(transactional_db):
    """Sixty orders, so that there are two pages. The newest has a long name."""
    service, long = make_service(name="Instagram Likes"), make_service(name=LONG)
    made = [make_placed(service, progress="completed") for _ in range(59)]
    return [*made, make_placed(long, progress="completed")]


def box(page, order):
    return page.get_by_label(f"Select order {order.pk}", exact=True)


def test_a_click_on_a_row_opens_it_and_a_click_on_its_box_does_not(page, sign_in, orders):
    sign_in(page)
    page.goto("/orders/")
    row = page.locator(f"#order-{orders[-1].pk}")
    row.locator("td.table__select").click()
    expect(page.get_by_text("1 selected")).to_be_visible()
    row.get_by_text("Completed").click()
    page.wait_for_url(f"**/orders/{orders[-1].pk}/")


def test_shift_click_selects_a_range_and_the_selection_survives_paging_but_not_another_filter(page, sign_in, orders):
    sign_in(page)
    page.goto("/orders/")
    box(page, orders[-1]).click()
    box(page, orders[-4]).click(modifiers=["Shift"])
    expect(page.get_by_text("4 selected", exact=True)).to_be_visible()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("4 selected (4 on other pages)")).to_be_visible()
    box(page, orders[0]).click()
    expect(page.get_by_text("5 selected (4 on other pages)")).to_be_visible()
    page.reload()
    expect(page.get_by_text("5 selected (4 on other pages)")).to_be_visible()
    page.goto("/orders/?progress=completed")
    expect(page.get_by_text("selected")).to_be_hidden()


def test_an_action_takes_the_rows_of_all_pages_and_its_confirmation_ends_the_selection(page, sign_in, orders):
    sign_in(page)
    page.goto("/orders/")
    box(page, orders[-1]).click()
    page.get_by_role("link", name="Next").click()
    box(page, orders[0]).click()
    expect(page.get_by_text("2 selected (1 on other pages)")).to_be_visible()
    page.get_by_role("button", name="Refill…").click()
    page.wait_for_url("**/orders/actions/*/")
    assert set(OrderAction.objects.get().lines.values_list("order", flat=True)) == {orders[0].pk, orders[-1].pk}
    page.get_by_role("button", name="Request refills of 2 orders").click()
    expect(page.get_by_text("0 accepted, 2 waiting.")).to_be_visible()
    page.goto("/orders/")
    expect(page.get_by_text("selected")).to_be_hidden()


@pytest.mark.parametrize("junk", ["no JSON", "null", '{"key": "orders?", "rows": 5}'])
def test_a_selection_that_cannot_be_read_is_empty(page, sign_in, orders, junk):
    sign_in(page)
    page.evaluate("junk => sessionStorage.setItem('selected', junk)", junk)
    page.goto("/orders/")
    box(page, orders[-1]).click()
    expect(page.get_by_text("1 selected")).to_be_visible()


def test_a_list_whose_rows_stay_the_same_can_be_sorted_and_its_address_has_no_tag(page, sign_in, orders):
    sign_in(page)
    page.goto(f"/orders/?q=%23{orders[0].pk}")
    page.get_by_role("columnheader", name="Cost").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Cost")).to_have_attribute("aria-sort", "descending")
    assert page.url.endswith(f"/orders/?q=%23{orders[0].pk}&sort=-charge")


def test_a_toast_leaves_the_buttons_for_the_selected_rows_free(page, sign_in, orders):
    Order.objects.filter(pk=orders[-1].pk).update(state=Order.State.REFUSED)
    sign_in(page)
    page.goto("/orders/")
    box(page, orders[-1]).click()
    box(page, orders[-2]).click()
    page.get_by_role("button", name="Refresh 1 of 2", exact=True).click()
    # In one step, because a toast leaves by itself.
    places = page.wait_for_function("""() => {
        const parts = [".toast", "[data-selected-bar]"].map((part) => document.querySelector(part));
        return parts.every(Boolean) && parts.map((part) => part.getBoundingClientRect().toJSON());
    }""").json_value()
    toast, bar = places
    assert 0 < toast["bottom"] <= bar["top"]


@pytest.mark.parametrize("width", [1280, 1920])
def test_a_date_is_never_cut(open_page, sign_in, orders, width):
    Order.objects.update(created_at=timezone.now() - timedelta(days=400))
    page = open_page(viewport={"width": width, "height": 900})
    sign_in(page)
    page.goto("/orders/")
    cut = "cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth).map(cell => cell.textContent)"
    assert page.locator("#orders td.w-time").evaluate_all(cut) == []
    fits(page)


def test_without_javascript_the_legend_stands_below_the_list(open_page, sign_in, orders):
    page = open_page(java_script_enabled=False)
    sign_in(page)
    page.goto("/orders/")
    legend = page.get_by_role("heading", name="The states of an order").bounding_box()
    assert legend["y"] > page.locator("#orders .pager").bounding_box()["y"]


def test_chosen_columns_and_density_show_at_once_and_stay(page, sign_in, orders):
    sign_in(page)
    page.goto("/orders/")
    head = page.get_by_role("columnheader", name="Panel order ID")
    expect(head).to_be_hidden()
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("Panel order ID").check()
    page.get_by_label("Comfortable").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(head).to_be_visible()
    expect(page.locator(".table--comfortable")).to_be_visible()
    page.reload()
    expect(head).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280, 1440, 1920])
def test_a_row_is_one_line_or_two_on_a_phone_and_nothing_scrolls_sideways(
    open_page, sign_in, orders, looks_right, width
):
    page = open_page(viewport={"width": width, "height": 900})
    sign_in(page)
    page.goto("/orders/")
    heights = page.locator("tbody tr").evaluate_all("rows => rows.map((row) => row.getBoundingClientRect().height)")
    assert len(heights) == 50
    assert max(heights) <= (70 if width < 500 else 40)
    looks_right(page)


def test_the_head_and_the_selection_stay_in_sight(page, sign_in, orders):
    sign_in(page)
    page.goto("/orders/")
    box(page, orders[-1]).click()
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    head = page.get_by_role("columnheader", name="Service").bounding_box()
    assert head["y"] < 60
    expect(page.get_by_text("1 selected", exact=True)).to_be_in_viewport()


def test_a_poll_without_news_leaves_the_rows_alone_and_a_change_arrives(page, sign_in, orders):
    Order.objects.filter(pk=orders[-1].pk).update(progress="in_progress", next_check_at=orders[-1].created_at)
    sign_in(page)
    page.goto("/orders/")
    page.evaluate("document.querySelector('tbody tr').marked = true")
    with page.expect_response(lambda answer: "tag=" in answer.url) as answer:
        page.evaluate("htmx.trigger('#orders', 'refreshed')")
    assert answer.value.status == 204
    assert page.evaluate("document.querySelector('tbody tr').marked")
    Order.objects.filter(pk=orders[-1].pk).update(remains=77, progress="partial")
    page.evaluate("htmx.trigger('#orders', 'refreshed')")
    expect(page.locator(f"#order-{orders[-1].pk}").get_by_text("Partial")).to_be_visible()
    assert "tag=" not in page.get_by_role("link", name="Next").get_attribute("href")


# -- the other lists

NAME = "🔥 " + "Real & Active, " * 13


@pytest.fixture
def rows(transactional_db):
    """Rows of every list with names as long as they get. Return the address of each list and of its newest row."""
    now = timezone.now()
    panel = make_panel(
        name="Meridian Social", balance=Decimal("1234567.891234"), low_balance=Decimal(9_999_999), last_error=NAME,
        failures=2, balance_checked_at=now, sync_requested_at=now,
    )  # fmt: skip
    service = make_service(panel, name=NAME, category=NAME, type="", raw_type=NAME[:100], remote_id="9" * 12)
    make_service(make_panel(reported_currency="EUR"), name="Likes", type="custom_comments_package")
    order = make_placed(service, progress="completed")
    refill = make_refill(order, state="refused", error=NAME, remote_id="8" * 12, unreadable_since=now)
    batch = make_batch(row_of(service, quantity=1), filename=f"{NAME}.csv")
    Batch.objects.update(client=make_client(NAME[:60]), reference=NAME[:100])
    return {
        "/refills/": (f"#refill-{refill.pk}", order.get_absolute_url()),
        "/bulk/": (f"#batch-{batch.pk}", batch.get_absolute_url()),
        "/catalog/": (f"#service-{service.pk}", service.get_absolute_url()),
        "/panels/": (f"#panel-{panel.pk}", panel.get_absolute_url()),
    }


@pytest.mark.parametrize("width", [390, 1280, 1440, 1920])
def test_every_list_has_one_line_a_row_or_two_on_a_phone(open_page, sign_in, rows, looks_right, width):
    page = open_page(viewport={"width": width, "height": 900})
    sign_in(page)
    for address, (row, opened) in rows.items():
        page.goto(address)
        heights = page.locator("tbody tr").evaluate_all("rows => rows.map((row) => row.getBoundingClientRect().height)")
        assert max(heights) <= (75 if width < 500 else 40), address
        looks_right(page)
        page.locator(row).locator("td.table__figure").last.click(position={"x": 3, "y": 3})
        page.wait_for_url(f"**{opened}")


def test_columns_of_every_list_show_at_once(page, sign_in, rows):
    sign_in(page)
    extra = {"/refills/": "Finished", "/bulk/": "Note", "/catalog/": "Average time", "/panels/": "Panel ID"}
    for address, title in extra.items():
        page.goto(address)
        head = page.get_by_role("columnheader", name=title, exact=True)
        expect(head).to_be_hidden()
        page.locator("summary", has_text="Columns").click()
        page.get_by_label(title, exact=True).check()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(head).to_be_visible()


def test_a_panel_is_paused_and_resumed_in_its_row(page, sign_in, rows):
    sign_in(page)
    page.goto("/panels/?sort=-name")
    page.get_by_role("button", name="Pause Meridian Social").click()
    expect(page.get_by_text("Meridian Social is paused.")).to_be_visible()
    assert page.url.endswith("/panels/?sort=-name")
    page.get_by_role("button", name="Resume Meridian Social").click()
    expect(page.get_by_text("Meridian Social is no longer paused.")).to_be_visible()
    expect(page.get_by_role("button", name="Pause Meridian Social")).to_be_visible()


def test_the_catalog_leads_to_an_order_from_its_row_also_on_a_phone(open_page, sign_in, rows):
    page = open_page(viewport={"width": 390, "height": 844})
    sign_in(page, "Operator")
    page.goto("/catalog/?q=likes")
    page.get_by_role("link", name="Order Likes").click()
    page.wait_for_url("**/orders/new/?service=*")
