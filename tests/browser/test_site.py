"""What belongs to no order: the switch that stops all sending, charts, and one's own password."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from panels.calls.catalog import sync_catalog
from panels.models import BalanceReading, Controls, Order
from panels.people import links
from tests.browser.conftest import PASSWORD, eventually
from tests.factories import make_order, make_panel, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_sending_is_stopped_and_started_again(page, sign_in, worker, sandbox):
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key)
    sync_catalog(panel.pk, worker.stopping)
    sign_in(page, "Operator")
    page.get_by_role("button", name="Stop sending").click()
    page.get_by_role("button", name="Keep sending").click()
    assert not Controls.is_sending_stopped()
    page.get_by_role("button", name="Stop sending").click()
    page.locator("dialog[open]").get_by_role("button", name="Stop sending").click()
    expect(page.get_by_text(re.compile(r"Sending is stopped\s+since\s.*\sby operator", re.DOTALL))).to_be_visible()

    service = sandbox.pick("Default")
    order = make_order(panel.services.get(remote_id=str(service.id)), quantity=service.min)
    page.goto(order.get_absolute_url())
    expect(page.get_by_text("waiting: sending is stopped")).to_be_visible()
    page.get_by_role("button", name="Start sending again").click()
    expect(page.get_by_text("1 waiting order is sent at once")).to_be_visible()
    page.locator("dialog[open]").get_by_role("button", name="Start sending").click()
    expect(page.get_by_text("Sending is stopped")).to_have_count(0)
    assert page.url.endswith(order.get_absolute_url())
    eventually(lambda: Order.objects.get().state == Order.State.PLACED)


def test_the_numbers_of_a_chart_stay_open_while_the_page_moves_by_itself(page, sign_in):
    now = timezone.now()
    # Nobody works, so the page asks every second whether the catalog has arrived.
    panel = make_panel(sync_requested_at=now, balance_checked_at=now)
    BalanceReading.objects.create(panel=panel, at=now, balance=Decimal("77.50"), currency="USD", why="schedule")
    sign_in(page)
    page.goto(panel.get_absolute_url())
    cell = page.get_by_role("cell", name="77.50")
    expect(cell).to_have_count(0)
    page.get_by_text("Show the numbers").click()
    expect(cell).to_be_visible()
    page.evaluate("document.getElementById('panel').classList.add('before')")
    expect(page.locator("#panel.before")).to_have_count(0)
    expect(cell).to_be_visible()


def test_a_password_is_changed_and_the_old_one_opens_nothing(page, sign_in):
    user, new = sign_in(page, "Viewer"), "another horse 8 batteries"
    page.locator("summary", has_text=user.username).click()
    page.get_by_role("link", name="Change password").click()

    def change(old, first, second):
        page.get_by_label("Old password").fill(old)
        page.get_by_label(re.compile(r"^\s*New password(?! confirmation)")).fill(first)
        page.get_by_label("New password confirmation").fill(second)
        page.get_by_role("main").get_by_role("button").last.click()

    change("not the old one", new, "a typo")
    expect(page.locator(".errorlist")).to_have_count(2)
    change(PASSWORD, new, new)
    page.wait_for_url("**/password/done/")
    page.locator("summary", has_text=user.username).click()
    page.get_by_role("button", name="Sign out").click()
    for password in (PASSWORD, new):
        page.get_by_label("Username").fill(user.username)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        if password == PASSWORD:
            expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_a_link_fills_in_its_code_and_takes_it_out_of_the_address(page, transactional_db):
    user, new = make_user("Viewer"), "another horse 8 batteries"
    code = links.make_path(user, links.BY_MANAGER).partition("#")[2]
    page.goto(f"/password/link/#{code}")
    expect(page.get_by_label("Code of the link")).to_have_value(code)
    assert page.url.endswith("/password/link/")
    page.get_by_label(re.compile(r"^\s*New password(?! confirmation)")).fill(new)
    page.get_by_label("New password confirmation").fill(new)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("Your password was set.")).to_be_visible()
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(new)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
