"""The whole job, as a person does it, in a browser against the sandbox, in both dialects."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import expect

from panels.calls.balances import check_balance
from panels.calls.catalog import sync_catalog
from panels.calls.submission import submit_queued
from panels.models import IdSearch, Order, Panel, Refill
from panels.sandbox import SandboxPanel
from tests.browser.conftest import eventually
from tests.factories import make_order, make_panel, make_placed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["003", "000"])
def any_sandbox(request):
    with SandboxPanel(request.param, key="sandbox-key-0123456789", balance=Decimal(250)) as panel:
        yield panel


def add_panel(page, sandbox):
    page.get_by_role("link", name="Panels", exact=True).first.click()
    page.get_by_role("link", name="Add panel").first.click()
    page.get_by_label("Name").fill("Sandbox")
    page.get_by_label("API address").fill(sandbox.api_url)
    page.get_by_label("API key").fill(sandbox.key)
    page.get_by_role("button", name="Add and test").click()


def choose(page, service):
    """Choose a service by typing, on the page of a new order."""
    page.goto("/orders/new/")
    page.get_by_label("Service", exact=True).fill(str(service.id))
    page.get_by_role("option", name=re.compile(rf"ID {service.id}\b")).first.click()
    expect(page.get_by_label("Link")).to_be_visible()


def test_the_whole_job(page, sign_in, worker, any_sandbox):
    sandbox = any_sandbox
    sign_in(page)

    add_panel(page, sandbox)
    # The test of the account and the first sync show up by themselves.
    expect(page.get_by_text("250.00 USD").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"^\s*\d{3}\s+listed"))).to_be_visible()
    assert sandbox.key not in page.content()

    page.get_by_role("link", name="Catalog", exact=True).first.click()
    page.get_by_role("link", name="Services", exact=True).click()
    service = next(s for s in sandbox.services.values() if s.type == "Default" and s.refill)
    page.get_by_label("Search").fill(service.name)
    expect(page.get_by_role("link", name="Order").first).to_be_visible()
    expect(page.get_by_role("cell", name=str(service.id), exact=True)).to_be_visible()

    choose(page, service)
    page.get_by_label("Link").fill("https://www.instagram.com/p/Cxyz/")
    page.get_by_label("Quantity").fill(str(service.min))
    expect(page.get_by_role("button", name=re.compile(r"Place order · .*USD"))).to_be_visible()
    page.get_by_role("button", name="Place order").click()
    page.wait_for_url(re.compile(r"/orders/\d+/"))

    # Sent, placed and followed, without a page load.
    eventually(lambda: Order.objects.get().state == Order.State.PLACED)
    order = Order.objects.get()
    expect(page.get_by_text(order.remote_id, exact=True)).to_be_visible()
    sandbox.finish(order.remote_id, "Completed")
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("h1").get_by_text("Completed")).to_be_visible()

    page.get_by_role("button", name=re.compile("refill", re.IGNORECASE)).first.click()
    confirm(page)
    eventually(lambda: Refill.objects.filter(state="accepted").exists())
    expect(page.get_by_role("heading", name="Refills")).to_be_visible()
    page.get_by_role("link", name="Refills", exact=True).first.click()
    expect(page.get_by_role("cell", name=Refill.objects.get().remote_id, exact=True)).to_be_visible()

    page.locator("summary", has_text="manager").first.click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()


def confirm(page):
    """Answer the dialog that asks once, if there is one."""
    dialog = page.locator("dialog[open]")
    if dialog.count():
        dialog.get_by_role("button").last.click()


def test_a_running_order_is_canceled(page, sign_in, worker, sandbox):
    sign_in(page)
    add_panel(page, sandbox)
    expect(page.get_by_text(re.compile(r"^\s*\d{3}\s+listed"))).to_be_visible()
    service = sandbox.pick("Default", cancel=True)
    choose(page, service)
    page.get_by_label("Link").fill("https://www.instagram.com/p/Cabc/")
    page.get_by_label("Quantity").fill(str(service.min))
    page.get_by_role("button", name="Place order").click()
    page.wait_for_url(re.compile(r"/orders/\d+/"))
    eventually(lambda: Order.objects.get().state == Order.State.PLACED)
    page.get_by_role("button", name=re.compile("^Cancel")).first.click()
    confirm(page)
    eventually(lambda: Order.objects.get().cancel_state == "accepted")
    sandbox.skip(600)
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("h1").get_by_text(re.compile("Canceled|Partial"))).to_be_visible()


def test_an_order_without_an_answer_is_looked_for_and_accepted_by_click(
    page, sign_in, worker, any_sandbox, looks_right
):
    sandbox = any_sandbox
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key)
    sync_catalog(panel.pk, worker.stopping)
    service = panel.services.get(remote_id=str(sandbox.pick("Default").id))
    for fault in (None, "drop", None):
        if fault:
            sandbox.faults.add(fault, "add")
        make_order(service, quantity=service.min_quantity)
        submit_queued(panel.pk, worker.stopping)
    sandbox.skip(5)
    Order.objects.update(send_deadline=F("sent_at"), expected_cost=F("rate_agreed") * F("quantity") / 1000)
    lost, remote_id = Order.objects.get(state=Order.State.UNKNOWN), sandbox.ledger[1].order_id

    sign_in(page, "Operator")
    page.goto(f"/orders/{lost.pk}/")
    page.get_by_role("button", name="Search for the ID").dblclick()
    expect(page.get_by_text("Likely match:")).to_be_visible()
    assert sandbox.calls["status"] == 1
    looks_right(page)
    page.get_by_role("button", name=f"Accept {remote_id}").click()
    expect(page.locator("h1").get_by_text("Unknown")).not_to_be_visible()
    expect(page.get_by_text(f"The panel confirms {remote_id}.")).to_be_visible()
    lost.refresh_from_db()
    assert (lost.state, lost.remote_id) == (Order.State.PLACED, remote_id)


def test_what_is_typed_stays_while_the_page_moves_by_itself(page, sign_in):
    now = timezone.now()
    order = make_order(state="unknown", attempt=1, sent_at=now, send_deadline=now)
    ago = now - dt.timedelta(hours=1)
    make_placed(order.service, remote_id="1000", sent_at=ago, placed_at=ago)
    # Nobody works, so the page asks every other second what has come of it.
    IdSearch.objects.create(order=order, attempt=1, requested_at=now)

    sign_in(page, "Operator")
    page.goto(order.get_absolute_url())
    field = page.get_by_label("The order exists.")
    field.press_sequentially("12")
    Order.objects.update(error_text="Something new")
    with page.expect_response(re.compile(order.get_absolute_url())):
        pass
    field.press_sequentially("34")
    expect(field).to_be_focused()
    expect(field).to_have_value("1234")
    # And when the hands are off it, the page moves on, and only what was typed stays.
    field.press("Tab")
    expect(page.get_by_text("Something new")).to_be_visible()
    expect(field).to_have_value("1234")


def test_a_double_click_places_one_order(page, sign_in, worker, sandbox):
    sign_in(page)
    add_panel(page, sandbox)
    expect(page.get_by_text(re.compile(r"^\s*\d{3}\s+listed"))).to_be_visible()
    service = sandbox.pick("Default")
    choose(page, service)
    page.get_by_label("Link").fill("https://www.instagram.com/p/Cdbl/")
    page.get_by_label("Quantity").fill(str(service.min))
    page.get_by_role("button", name="Place order").dblclick()
    page.wait_for_url(re.compile(r"/orders/\d+/"))
    eventually(lambda: Order.objects.get().state == Order.State.PLACED)
    # Back, and the same form once more.
    page.go_back()
    assert Order.objects.count() == len(sandbox.ledger) == 1


def test_tab_alone_places_an_order(page, sign_in, worker, sandbox):
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key)
    sync_catalog(panel.pk, worker.stopping)
    check_balance(panel.pk, worker.stopping)
    service = sandbox.pick("Default")
    sign_in(page, "Operator")

    def tab_to(name):
        for _ in range(60):
            page.keyboard.press("Tab")
            text = page.evaluate(
                "(e => (e.labels?.[0]?.innerText || e.getAttribute('aria-label') || e.innerText || ''))"
                "(document.activeElement)"
            )
            if re.search(name, text):
                return
        raise AssertionError(f"Tab never came to {name}")

    tab_to("New order")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/new/")
    if page.evaluate("document.activeElement.id") != "id_q":
        tab_to("^Service")
    page.keyboard.type(str(service.id))
    expect(page.get_by_role("option", name=re.compile(rf"ID {service.id}\b")).first).to_be_visible()
    tab_to(rf"ID {service.id}\b")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Link")).to_be_visible()
    tab_to("^Link")
    page.keyboard.type("https://www.instagram.com/p/Ctab/")
    tab_to("^Quantity")
    page.keyboard.type(str(service.min))
    tab_to("^Place order")
    # The key works once the price is shown.
    expect(page.get_by_role("button", name=re.compile("Place order · "))).to_be_enabled()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/orders/\d+/"))
    assert Order.objects.get().link == "https://www.instagram.com/p/Ctab/"


def test_a_wrong_key_shows_the_panels_words_and_a_right_one_mends_it(page, sign_in, worker, sandbox):
    sign_in(page)
    page.goto("/panels/new/")
    page.get_by_label("Name").fill("Sandbox")
    page.get_by_label("API address").fill(sandbox.api_url)
    page.get_by_label("API key").fill("not-the-key-0123456789")
    page.get_by_role("button", name="Add and test").click()
    expect(page.get_by_text("Invalid API key").first).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("API key").fill(sandbox.key)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("500.00 USD").first).to_be_visible()
    eventually(lambda: Panel.objects.get().paused_reason == "")


def test_rows_selected_in_the_list_are_acted_on(page, sign_in, worker, sandbox):
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key)
    sync_catalog(panel.pk, worker.stopping)
    service = panel.services.get(remote_id=str(sandbox.pick("Default").id))
    Panel.objects.update(paused_reason="by_hand")
    orders = [make_order(service, link=f"https://example.com/p/{number}") for number in range(3)]
    sign_in(page, "Operator")
    page.goto("/orders/")
    for order in orders[:2]:
        page.get_by_label(f"Select order {order.pk}").check()
    # A refresh of the list keeps what is selected.
    page.wait_for_timeout(2500)
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("button", name="Withdraw…").click()
    page.get_by_role("button", name="Withdraw 2 orders").click()
    expect(page.get_by_text("2 withdrawn.")).to_be_visible()
    states = list(Order.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["withdrawn", "withdrawn", "queued"]


def test_a_row_that_no_longer_fits_the_filter_says_so_as_it_goes(page, sign_in, worker, sandbox):
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key)
    sync_catalog(panel.pk, worker.stopping)
    service = sandbox.pick("Default")
    order = make_order(panel.services.get(remote_id=str(service.id)), quantity=service.min)
    submit_queued(panel.pk, worker.stopping)
    sandbox.finish(sandbox.ledger[0].order_id, "Completed")
    sandbox.latency = 0.5
    sign_in(page, "Operator")
    page.goto("/orders/?progress=running")
    page.get_by_role("button", name=f"Refresh order {order.pk}").click()
    expect(page.get_by_text(f"Order {order.pk} has changed. It no longer matches this list.")).to_be_visible()
    expect(page.get_by_text("No order matches")).to_be_visible()


def test_an_order_of_web_traffic_is_placed(page, sign_in, worker, sandbox):
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key)
    sync_catalog(panel.pk, worker.stopping)
    check_balance(panel.pk, worker.stopping)
    sign_in(page, "Operator")
    service = sandbox.pick("Web Traffic")
    choose(page, service)
    page.get_by_label("Link").fill("https://shop.example.com/")
    page.get_by_label("Quantity").fill(str(service.min))
    page.get_by_label("Country").fill("US")
    page.get_by_label("Device").select_option(index=1)
    page.get_by_label("Type of traffic").select_option(index=1)
    page.get_by_label("Google keyword").fill("running shoes")
    page.get_by_role("button", name="Place order").click()
    page.wait_for_url(re.compile(r"/orders/\d+/"))
    eventually(lambda: Order.objects.get().state == Order.State.PLACED)
    sent = sandbox.ledger[0].fields
    assert (sent["country"], sent["device"], sent["google_keyword"]) == ("US", "1", "running shoes")
    expect(page.get_by_text("running shoes")).to_be_visible()
