"""Second factors in a real browser: the app, the passkeys of a virtual device, and the looks of their pages."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.test_pages import show_in
from tests.factors import code, make_app, make_codes, make_passkey

pytestmark = pytest.mark.django_db(transaction=True)
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(autouse=True)
def _no_codes_are_used():
    """Forget the codes and the limits of other tests, because the table of the cache is not emptied after each."""
    cache.clear()


@pytest.fixture
def device(page):
    """A device that keeps passkeys and lets its owner in."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return session


def sign_out(page):
    page.context.clear_cookies()
    page.goto("/login/")


def give_password(page, user):
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_an_app_is_set_up_and_then_asked_for(page, sign_in):
    user = sign_in(page, "Viewer")
    page.goto("/account/")
    page.get_by_role("link", name="Second factor").click()
    page.get_by_role("link", name="Set up").click()
    secret = page.locator("#secret").inner_text()
    assert page.get_by_alt_text("QR code").evaluate("(image) => image.complete && image.naturalWidth > 0")
    page.get_by_label("Authenticator code").fill(code(secret=secret))
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_text("10 of 10 codes are left.")).to_be_visible()
    recovery = page.locator("#codes").inner_text().split()[0]
    for given in (code(later=1, secret=secret), recovery):
        sign_out(page)
        give_password(page, user)
        page.get_by_label("Code").fill(given)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_a_passkey_signs_in_alone_and_beside_the_password_and_confirms(page, sign_in, device):
    user = sign_in(page, "Manager")
    page.goto("/account/factors/passkeys/new/")
    page.get_by_label("Name").fill("Test device")
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_text("10 of 10 codes are left.")).to_be_visible()
    page.goto("/account/factors/")
    expect(page.get_by_text("Signs in alone")).to_be_visible()

    sign_out(page)
    page.goto("/login/?next=/panels/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Panels", exact=True)).to_be_visible()
    # By now it was used.
    page.goto("/account/factors/")
    expect(page.get_by_text("Last used")).to_be_visible()

    sign_out(page)
    give_password(page, user)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()

    page.goto("/confirm/?next=/panels/new/")
    expect(page.get_by_role("link", name="Use a code instead")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_label("API address")).to_be_visible()


def test_a_passkey_that_does_not_work_is_said(page, live_server, transactional_db, device):
    # A passkey belongs to a host name, and an IP address is none.
    page.goto(live_server.url.replace("localhost", "127.0.0.1") + "/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".toast")).to_contain_text("Passkeys need a host name")


def test_the_pages_look_right_on_a_phone_and_on_a_wide_screen(page, sign_in, looks_right):
    user = sign_in(page, "Manager")
    make_codes(user)
    key = make_passkey(user, "The laptop in the office, which has a very long name indeed")
    addresses = [
        "",
        "app/",
        "passkeys/new/",
        "codes/",
        "codes/new/",
        f"passkeys/{key.pk}/",
        f"passkeys/{key.pk}/remove/",
    ]
    pages = [f"/account/factors/{address}" for address in addresses]
    pages += ["/confirm/code/", "/confirm/passkey/"]

    def look(address):
        page.goto(address)
        for width in (1920, 390):
            page.set_viewport_size({"width": width, "height": 900})
            show_in(page, "light")
            looks_right(page)
            show_in(page, "dark")
            looks_right(page, "color-contrast")

    for address in pages:
        look(address)
    make_app(user)
    look("/account/factors/app/remove/")
    sign_out(page)
    give_password(page, user)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    look("/login/factor/")
