"""Tables in a browser: rows that open, selections over pages, columns, and two lines on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from panels.models import Order, OrderAction
from tests.factories import make_placed, make_service

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


def test_an_action_takes_the_rows_of_all_pages_and_ends_the_selection(page, sign_in, orders):
    sign_in(page)
    page.goto("/orders/")
    box(page, orders[-1]).click()
    page.get_by_role("link", name="Next").click()
    box(page, orders[0]).click()
    expect(page.get_by_text("2 selected (1 on other pages)")).to_be_visible()
    page.get_by_role("button", name="Cancel…").click()
    page.wait_for_url("**/orders/actions/*/")
    assert set(OrderAction.objects.get().lines.values_list("order", flat=True)) == {orders[0].pk, orders[-1].pk}
    page.goto("/orders/")
    expect(page.get_by_text("selected")).to_be_hidden()


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
