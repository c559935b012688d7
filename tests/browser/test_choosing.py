"""A service is chosen by the keyboard, by touch and without a script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.factories import make_panel, make_service

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def services(transactional_db):
    """Services with prices in the order of their names."""
    panel = make_panel(name="Brightline")
    names = ("Likes A", "Likes B", "Likes C No Refill", "Views")
    return [
        make_service(panel, name=name, rate_per_1000=f"0.{number}", average_time="35", average_minutes=35)
        for number, name in enumerate(names, 1)
    ]


def marked(page):
    return page.locator("[role=option][aria-selected=true]")


def test_the_arrow_keys_enter_and_escape_choose_a_service(page, sign_in, services, looks_right):
    sign_in(page)
    page.goto("/orders/new/")
    search = page.get_by_role("combobox", name="Service")
    expect(search).to_be_focused()
    expect(search).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("likes")
    expect(page.get_by_role("option")).to_have_count(3)
    expect(search).to_have_attribute("aria-expanded", "true")
    expect(marked(page)).to_have_count(0)

    page.keyboard.press("ArrowDown")
    expect(marked(page)).to_contain_text("Likes A")
    expect(search).to_be_focused()
    assert search.get_attribute("aria-activedescendant") == marked(page).get_attribute("id")
    looks_right(page)
    page.keyboard.press("ArrowUp")
    expect(marked(page)).to_have_count(0)
    page.keyboard.press("ArrowUp")
    expect(marked(page)).to_contain_text("Likes C")

    # Escape takes the mark first, and only then the words.
    page.keyboard.press("Escape")
    expect(marked(page)).to_have_count(0)
    expect(search).to_have_value("likes")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option")).to_have_count(3)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/new/?service={services[1].pk}")
    expect(page.get_by_role("heading", name="Likes B")).to_be_visible()
    expect(page.get_by_label("Link")).to_be_focused()


def test_new_results_take_the_mark(page, sign_in, services):
    sign_in(page)
    page.goto("/orders/new/?q=likes")
    page.get_by_role("combobox").press("ArrowDown")
    expect(marked(page)).to_have_count(1)
    page.get_by_role("combobox").press("End")
    page.get_by_role("combobox").press_sequentially(" no")
    expect(page.get_by_role("option")).to_have_count(1)
    expect(marked(page)).to_have_count(0)
    page.get_by_role("combobox").fill("nothing like it")
    expect(page.get_by_text("No listed service of an active panel matches")).to_be_visible()
    expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "false")


def test_a_row_says_type_refill_and_time_and_a_tap_chooses_it(open_page, sign_in, services, looks_right):
    page = open_page(viewport={"width": 390, "height": 800}, has_touch=True)
    sign_in(page)
    page.goto("/orders/new/?q=likes")
    row = page.get_by_role("option", name=re.compile("Likes C"))
    for words in ("Brightline", "100–10,000", "Default", "No refill by its name", "35 min", "0.30 USD", "per 1000"):
        expect(row).to_contain_text(re.compile(words.replace(" ", r"\s")))
    looks_right(page)
    row.tap()
    expect(page.get_by_role("heading", name="Likes C No Refill")).to_be_visible()


def test_without_a_script_the_search_is_a_plain_form(open_page, sign_in, services):
    page = open_page(java_script_enabled=False)
    sign_in(page)
    page.goto("/orders/new/")
    page.get_by_label("Service").fill("likes refill")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("No listed service of an active panel matches")).to_be_visible()
    page.get_by_label("Service").fill("likes b")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=re.compile("Likes B")).click()
    expect(page.get_by_role("heading", name="Likes B")).to_be_visible()
