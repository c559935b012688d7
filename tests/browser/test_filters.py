"""The bar of filters and the saved views, by mouse, by keyboard, on a phone and without JavaScript."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from panels.models import SavedView
from tests.factories import make_client, make_order, make_panel, make_placed, make_service, make_view

pytestmark = pytest.mark.django_db(transaction=True)
LISTS = ("/orders/", "/catalog/", "/refills/", "/bulk/")


@pytest.fixture
def two_orders(transactional_db):
    """A held order at North and a running order at South."""
    held = make_order(make_service(make_panel(name="North")), held_reason="The price has risen.")
    return held, make_placed(make_service(make_panel(name="South")))


def path(page):
    return re.sub(r"^https?://[^/]+", "", page.url)


def row(page, order):
    return page.locator(f"#order-{order.pk}")


def test_filters_are_chosen_shown_as_chips_and_removed(page, sign_in, two_orders, looks_right):
    held, running = two_orders
    sign_in(page, "Operator")
    page.goto("/orders/")
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("Exact state").select_option("held")
    chip = page.get_by_role("link", name="Remove filter Exact state: On hold")
    expect(chip).to_be_visible()
    expect(row(page, running)).to_have_count(0)
    expect(row(page, held)).to_be_visible()
    # The address has what is chosen, and no empty field.
    assert path(page) == "/orders/?state=held"
    page.get_by_text("7 days", exact=True).click()
    expect(page.get_by_role("link", name="Remove filter Created: 7 days")).to_be_visible()
    assert path(page) == "/orders/?state=held&created=7d"
    looks_right(page)
    page.keyboard.press("Escape")
    chip.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/?created=7d")
    expect(row(page, running)).to_be_visible()
    page.get_by_role("link", name="Clear", exact=True).click()
    page.wait_for_url("**/orders/")


def test_the_message_about_a_wrong_filter_is_not_under_the_open_fields(open_page, sign_in, two_orders, looks_right):
    for width in (390, 1280):
        page = open_page(viewport={"width": width, "height": 900})
        sign_in(page, "Operator")
        page.goto("/orders/?panel=999")
        expect(page.get_by_label("Exact state")).to_be_visible()
        message = page.get_by_role("alert").filter(has_text="not valid: Panel")
        expect(message).to_be_visible()
        is_uncovered = """(message) => {
            const box = message.getBoundingClientRect();
            const at = [0.1, 0.5, 0.9].map((part) => [box.left + part * box.width, box.top + part * box.height]);
            return at.every(([x, y]) => message.contains(document.elementFromPoint(x, y)));
        }"""
        assert message.evaluate(is_uncovered)
        looks_right(page)


def test_all_orders_of_a_name_are_found_by_a_part_of_it(page, sign_in, transactional_db):
    client = make_client("Fjord Ceramics")
    found = [
        make_order(link="https://www.tiktok.com/@fjord.ceramics/video/1"),
        make_order(params={"comments": "So calm!\nThe Fjörd again"}),
        make_order(reference="2031-FJORD"),
        make_order(client=client),
    ]
    other = make_order(link="https://www.tiktok.com/@northwind/video/2")
    sign_in(page, "Operator")
    page.goto("/orders/")
    page.get_by_role("searchbox").fill("fjord")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="4 orders")).to_be_visible()
    for order in found:
        expect(row(page, order)).to_be_visible()
    expect(row(page, other)).to_have_count(0)


def test_typed_text_stays_while_the_list_is_filtered(page, sign_in, two_orders):
    held, running = two_orders
    sign_in(page)
    page.goto("/orders/?sort=created")
    search = page.get_by_role("searchbox")
    search.press_sequentially(f"#{running.pk}", delay=20)
    expect(row(page, held)).to_have_count(0)
    expect(search).to_have_value(f"#{running.pk}")
    expect(search).to_be_focused()
    assert path(page) == f"/orders/?sort=created&q=%23{running.pk}" or "sort=created" in path(page)
    search.fill("")
    expect(row(page, held)).to_be_visible()
    page.wait_for_url("**/orders/?sort=created")


def test_a_preset_is_one_click_and_is_marked(page, sign_in, two_orders):
    held, running = two_orders
    sign_in(page)
    page.goto("/orders/?state=held")
    page.get_by_role("link", name="Running", exact=True).click()
    page.wait_for_url("**/orders/?stage=running")
    expect(row(page, running)).to_be_visible()
    expect(row(page, held)).to_have_count(0)
    assert page.get_by_role("link", name="Running", exact=True).get_attribute("aria-current") == "true"


def test_a_filter_is_saved_found_in_the_navigation_and_becomes_the_start_page(page, sign_in, two_orders):
    held, running = two_orders
    sign_in(page, "Operator")
    page.goto("/orders/")
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("Exact state").select_option("held")
    expect(row(page, running)).to_have_count(0)
    page.keyboard.press("Escape")
    page.locator("summary", has_text="Views").click()
    page.get_by_label("Save this filter as a view").fill("To decide")
    page.get_by_label("For the whole team").check()
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_text("The view “To decide” is saved.")).to_be_visible()
    view = SavedView.objects.get()
    assert (view.query, view.is_shared) == ("state=held", True)

    page.locator("summary", has_text="To decide").click()
    page.get_by_role("button", name="Make it the start page").click()
    expect(page.get_by_text("Your start page is the view “To decide”.")).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Overview").click()
    page.wait_for_url("**/")
    page.locator(".brand").click()
    page.wait_for_url(f"**/orders/?state=held&view={view.pk}")
    expect(row(page, held)).to_be_visible()

    page.locator("summary", has_text="To decide").click()
    page.get_by_role("link", name="Rename, share or delete").click()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete the view").click()
    expect(page.get_by_text("The view “To decide” was deleted.")).to_be_visible()
    page.locator(".brand").click()
    page.wait_for_url("**/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_all_filters_are_behind_one_button(open_page, sign_in, two_orders, looks_right, scheme):
    page = open_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    sign_in(page)
    for owner in User.objects.all():
        make_view(owner, "A name as long as names of views may be, with sixty letters")
    for address in LISTS:
        page.goto(address)
        assert not page.locator(".filters__fields").is_visible()
        looks_right(page)
        page.locator("summary", has_text="Filter").click()
        expect(page.locator(".filters__fields")).to_be_visible()
        looks_right(page)
        page.keyboard.press("Escape")
        page.locator("summary", has_text="Views").click()
        expect(page.locator(".views")).to_be_visible()
        looks_right(page)


def test_filters_and_views_work_without_javascript(open_page, sign_in, two_orders):
    held, running = two_orders
    page = open_page(java_script_enabled=False)
    sign_in(page)
    page.goto("/orders/")
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("Exact state").select_option("held")
    page.get_by_role("button", name="Apply").click()
    assert path(page) == "/orders/?state=held"
    expect(row(page, held)).to_be_visible()
    expect(row(page, running)).to_have_count(0)
    page.locator("summary", has_text="Views").click()
    page.get_by_label("Save this filter as a view").fill("To decide")
    page.get_by_role("button", name="Save view").click()
    assert path(page) == f"/orders/?state=held&view={SavedView.objects.get().pk}"
