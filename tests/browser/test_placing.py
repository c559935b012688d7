"""An order is placed at a price that is shown and with one press, and can be taken back for some seconds."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from panels import bell
from panels.calls.balances import check_balance
from panels.calls.catalog import sync_catalog
from panels.models import Order
from tests.browser.conftest import eventually
from tests.factories import make_panel, make_service

LINK = "https://www.instagram.com/p/Cxyz/"


@pytest.fixture
def service(worker, sandbox):
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key)
    sync_catalog(panel.pk, worker.stopping)
    check_balance(panel.pk, worker.stopping)
    return panel.services.get(remote_id=str(sandbox.pick("Default").id))


def fill_in(page, service):
    page.goto(f"/orders/new/?service={service.pk}")
    page.get_by_label("Link").fill(LINK)
    page.get_by_label("Quantity").fill(str(service.min_quantity))


def place(page, service, *, presses=1):
    """Place an order, and return it. Without scripts, the first press shows the price."""
    fill_in(page, service)
    for _ in range(presses):
        page.get_by_role("button", name=re.compile("Place order")).click()
    page.wait_for_url(re.compile(r"/orders/\d+/"))
    return Order.objects.latest("pk")


def look(order):
    """Let the worker look for orders to send now."""
    bell.enqueue("submit", order.panel_id)


def state_of(order):
    order.refresh_from_db()
    return order.state


def test_an_order_is_taken_back_in_time_and_nothing_is_sent(page, sign_in, service, sandbox, settings, looks_right):
    settings.TAKE_BACK_SECONDS = 60
    sign_in(page, "Operator")
    order = place(page, service)
    undo = page.get_by_role("button", name="Undo")
    left = page.locator("[data-seconds]")
    expect(left).to_have_text(re.compile(r"^[1-5]?\d$"))
    looks_right(page)
    undo.click()
    expect(page.get_by_text("The order is withdrawn. It is not sent.")).to_be_visible()
    Order.objects.update(send_after=timezone.now())
    look(order)
    other = place(page, service)
    Order.objects.filter(pk=other.pk).update(send_after=timezone.now())
    look(other)
    assert eventually(lambda: state_of(other) == "placed") is None
    assert state_of(order) == "withdrawn"
    assert len(sandbox.ledger) == 1


def test_the_undo_goes_with_its_last_second_and_the_order_is_sent(page, sign_in, service, sandbox, settings):
    settings.TAKE_BACK_SECONDS = 3
    sign_in(page, "Operator")
    order = place(page, service)
    assert order.send_after - order.created_at >= timedelta(seconds=2.9)
    eventually(lambda: state_of(order) == "placed")
    assert order.sent_at >= order.send_after
    assert len(sandbox.ledger) == 1
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    expect(page.get_by_text(f"Order {order.pk} is queued")).to_have_count(0)
    expect(page.locator("#messages .alert")).to_have_count(0, timeout=1000)


@pytest.mark.parametrize("scripts", [True, False])
def test_an_undo_that_is_too_late_says_that_the_order_is_on_its_way(
    open_page, sign_in, service, sandbox, settings, scripts
):
    settings.TAKE_BACK_SECONDS = 60
    page = open_page(java_script_enabled=scripts)
    sign_in(page, "Operator")
    order = place(page, service, presses=1 if scripts else 2)
    Order.objects.update(send_after=timezone.now())
    look(order)
    eventually(lambda: state_of(order) == "placed")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("already on its way to")).to_be_visible()
    assert state_of(order) == "placed"
    assert len(sandbox.ledger) == 1


def test_without_scripts_an_order_is_placed_only_after_its_price_was_shown(open_page, sign_in, transactional_db):
    page = open_page(java_script_enabled=False)
    sign_in(page, "Operator")
    page.goto(f"/orders/new/?service={make_service().pk}")
    page.get_by_label("Link").fill(LINK)
    page.get_by_label("Quantity").fill("1000")
    button = page.get_by_role("button", name=re.compile("Place order"))
    button.click()
    expect(page.get_by_text("Nothing was placed yet.")).to_be_visible()
    expect(button).to_have_text(re.compile("0.90.USD"))
    # The price of another quantity was not shown.
    page.get_by_label("Quantity").fill("2000")
    button.click()
    expect(button).to_have_text(re.compile("1.80.USD"))
    assert not Order.objects.exists()
    button.click()
    page.wait_for_url(re.compile(r"/orders/\d+/"))
    assert Order.objects.get().quantity == 2000


def test_the_button_works_only_while_a_price_is_shown(page, sign_in, transactional_db):
    service = make_service()
    sign_in(page, "Operator")
    page.goto(f"/orders/new/?service={service.pk}")
    button = page.get_by_role("button", name=re.compile("Place order"))
    expect(button).to_be_disabled()
    button.dispatch_event("click")
    expect(page.get_by_text("Nothing is placed until its price is shown.")).to_be_visible()
    expect(page.get_by_text("Still missing: Link, Quantity.")).to_be_visible()
    page.get_by_label("Link").fill(LINK)
    page.get_by_label("Quantity").fill("1000")
    expect(button).to_be_enabled()
    expect(button).to_have_text(re.compile("0.90.USD"))
    # The price of the earlier quantity does not count, as long as there is no answer about the new one.
    page.route("**/orders/new/check/", lambda route: None)
    page.get_by_label("Quantity").fill("2000")
    expect(button).to_be_disabled()
    page.get_by_label("Quantity").press("Enter")
    assert not Order.objects.exists()
    page.unroute("**/orders/new/check/")
    page.get_by_label("Quantity").fill("3000")
    expect(button).to_have_text(re.compile("2.70.USD"))
    expect(button).to_be_enabled()
    button.click()
    page.wait_for_url(re.compile(r"/orders/\d+/"))
    assert Order.objects.get().quantity == 3000


@pytest.fixture
def failing(browser, live_server):
    """A tab whose errors in the console are expected."""
    context = browser.new_context(base_url=live_server.url)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("fail", "words"),
    [
        (lambda route: route.abort(), "Your request may have arrived."),
        (lambda route: route.fulfill(status=503), "Your request may have arrived."),
        (lambda route: route.fulfill(status=403), "Nothing was changed."),
    ],
    ids=["no answer", "503", "403"],
)
def test_the_button_is_busy_while_an_order_is_sent_and_works_again_after_an_error(
    failing, sign_in, transactional_db, fail, words
):
    page, service = failing, make_service(min_quantity=1)
    sign_in(page, "Operator")
    fill_in(page, service)
    waiting, posts = [], []
    page.on("request", lambda request: request.method == "POST" and posts.append(request.url))
    page.route("**/orders/new/", lambda route: waiting.extend([route]))
    button = page.get_by_role("button", name=re.compile("Place order"))
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    expect(button).to_be_disabled()
    button.dispatch_event("click")
    page.get_by_label("Quantity").press("Enter")
    sent = [url for url in posts if url.endswith("/orders/new/")]
    assert len(sent) == 1
    fail(waiting.pop())
    expect(page.get_by_text(words)).to_be_visible()
    expect(button).to_be_enabled()
    expect(button).not_to_have_attribute("aria-busy", "true")
    page.unroute("**/orders/new/")
    button.click()
    page.wait_for_url(re.compile(r"/orders/\d+/"))
    assert Order.objects.count() == 1


def test_an_order_is_placed_without_a_script(open_page, sign_in, transactional_db):
    page = open_page(java_script_enabled=False)
    sign_in(page, "Operator")
    fill_in(page, make_service())
    page.get_by_role("button", name="Check price").click()
    expect(page.get_by_role("button", name=re.compile("Place order · 0.09"))).to_be_enabled()
    page.get_by_role("button", name=re.compile("Place order")).click()
    page.wait_for_url(re.compile(r"/orders/\d+/"))
    assert Order.objects.count() == 1
