"""People in a real browser: an invitation from the button to the first sign-in, and the looks of the pages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.factories import make_mail, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_person_is_invited_sets_a_password_and_loses_access_again(page, open_page, sign_in):
    sign_in(page)
    page.get_by_role("link", name="People").click()
    page.get_by_role("link", name="Invite", exact=True).click()
    page.get_by_label(re.compile(r"^\s*Name")).fill("lea")
    page.get_by_label("Role").select_option(label="Operator")
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_label("Link to set a password").input_value()
    theirs = open_page()
    theirs.goto(link)
    theirs.get_by_label(re.compile(r"^\s*New password(?! again)")).fill(PASSWORD)
    theirs.get_by_label("New password again").fill(PASSWORD)
    theirs.get_by_role("button", name="Set password").click()
    theirs.get_by_label("Username").fill("lea")
    theirs.get_by_label("Password").fill(PASSWORD)
    theirs.get_by_role("button", name="Sign in").click()
    theirs.wait_for_url("**/")
    page.get_by_role("link", name="Go to lea").click()
    page.get_by_role("button", name="Take access away").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Take access away").click()
    expect(page.get_by_text("lea has no access any more")).to_be_visible()
    theirs.goto("/orders/")
    theirs.wait_for_url("**/login/?next=/orders/")


def test_a_second_link_in_the_same_tab_replaces_the_first(page):
    page.goto("/password/link/#first")
    field = page.locator("[data-from-address]")
    expect(field).to_have_value("first")
    page.evaluate("location.hash = 'second'")
    expect(field).to_have_value("second")
    assert page.evaluate("location.hash") == ""


@pytest.mark.parametrize(("clipboard", "words"), [("true", "Copied"), ("false", "Selected. Press Ctrl+C.")])
def test_a_button_that_copies_says_what_it_did(page, sign_in, clipboard, words):
    page.add_init_script(f"""
        const writeText = async () => {{ if (!{clipboard}) throw new Error("no clipboard"); }};
        Object.defineProperty(navigator, "clipboard", {{ value: {{ writeText }} }});
    """)
    sign_in(page)
    page.goto(f"/people/{make_user('Viewer').pk}/")
    page.get_by_role("button", name="Show a link").click()
    page.locator("[data-copies]").click()
    expect(page.locator("[data-copies]")).to_have_text(words)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_with_the_longest_names(open_page, sign_in, looks_right, scheme):
    page = open_page(color_scheme=scheme)
    sign_in(page)
    long = make_user("Operator", username="x" * 150, first_name="y" * 150, email=f"{'z' * 60}@{'w' * 60}.example")
    make_mail(long, error="e" * 200)
    make_user("Viewer", is_active=False)
    for width in (390, 1280, 1920):
        for address in ("/people/", "/people/?q=nobody", "/people/invite/", f"/people/{long.pk}/", "/"):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(address)
            looks_right(page)
