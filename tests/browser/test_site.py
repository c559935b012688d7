"""What belongs to no order: the switch that stops all sending, charts, and one's own password."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from panels.calls.catalog import sync_catalog
from panels.models import BalanceReading, Batch, Controls, Order
from panels.models.history import record
from panels.people import links
from tests.browser.conftest import PASSWORD, eventually
from tests.factories import make_batch, make_order, make_panel, make_user

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
        page.get_by_label("Present password").fill(old)
        page.get_by_label(re.compile(r"^\s*New password(?! again)")).fill(first)
        page.get_by_label("New password again").fill(second)
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
    # Nobody has to read it.
    expect(page.get_by_label("Code of the link")).to_be_hidden()
    assert page.url.endswith("/password/link/")
    page.get_by_label(re.compile(r"^\s*New password(?! again)")).fill(new)
    page.get_by_label("New password again").fill(new)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("Your password was set.")).to_be_visible()
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(new)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_a_manager_copies_a_link_to_set_a_password(page, sign_in):
    sign_in(page, "Manager")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/admin/auth/user/{make_user('Viewer').pk}/change/")
    page.get_by_role("button", name="Make a link to set a password").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.get_by_label("Link to set a password").input_value()


def test_a_long_change_of_the_history_is_read_in_full_on_a_phone(page, sign_in):
    sign_in(page, "Manager")
    words = "calls per minute and many more words " * 6
    record(make_panel(), name=("", words))
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto("/history/")
    cell = page.locator(".table__whole", has_text="calls per minute").first
    expect(cell).to_be_visible()
    assert cell.evaluate(
        "(cell) => cell.scrollWidth <= cell.clientWidth && cell.firstChild.scrollWidth <= cell.clientWidth"
    )


@pytest.mark.parametrize(("width", "is_cut"), [(1280, True), (1920, False)])
def test_the_name_of_a_paused_batch_is_cut_by_the_width_alone(page, sign_in, width, is_cut):
    sign_in(page, "Manager")
    batch, name = make_batch(), "A name of a batch that is longer than most names"
    Batch.objects.update(state=Batch.State.PAUSED, name=name)
    make_order(batch=batch, state=Order.State.QUEUED)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/orders/")
    remark = page.locator(".table__lasting", has_text="longer than most")
    expect(remark).to_have_attribute("title", f"paused: {name}")
    assert remark.evaluate("(remark) => remark.scrollWidth > remark.clientWidth") == is_cut
