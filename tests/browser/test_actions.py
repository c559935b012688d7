"""Actions on a selection of orders in a browser: what is offered, what came of it, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from panels.calls.catalog import sync_catalog
from panels.calls.submission import submit_queued
from panels.models import Batch, Order, OrderAction, Panel
from tests.browser.conftest import eventually
from tests.factories import make_order, make_panel, make_placed, make_service

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def panel(worker, sandbox):
    panel = make_panel(name="Northwind", api_url=sandbox.api_url, key=sandbox.key)
    sync_catalog(panel.pk, worker.stopping)
    return Panel.objects.get(pk=panel.pk)


def place(panel, sandbox, worker, number):
    service = panel.services.get(remote_id=str(sandbox.pick("Default", cancel=True).id))
    for each in range(number):
        make_order(service, quantity=service.min_quantity, link=f"https://example.com/{each}")
    submit_queued(panel.pk, worker.stopping)
    assert set(Order.objects.values_list("state", flat=True)) == {"placed"}


def select_all(page):
    page.get_by_label("Select all on this page").check()
    return page.locator("[data-selected-bar]")


def test_five_orders_are_canceled_at_a_panel_that_has_no_cancel(page, sign_in, worker, panel, sandbox, looks_right):
    place(panel, sandbox, worker, 4)
    gone = make_placed(Order.objects.first().service, progress="completed", remote_id="999999999")
    sandbox.play("no_cancels_by_api")
    sign_in(page, "Operator")
    page.goto("/orders/")
    bar = select_all(page)
    bar.get_by_role("button", name="Cancel 4 of 5…").click()
    page.get_by_role("button", name="Request to cancel 4 of 5 orders").click()
    sentence = "0 accepted, 1 not possible, 4 refused: Cancellation via API is not supported."
    expect(page.get_by_text(sentence)).to_be_visible()
    rows = page.locator("tbody tr")
    for order in Order.objects.exclude(pk=gone.pk):
        row = page.locator(f"#order-{order.pk}")
        expect(row.get_by_text("Refused", exact=True)).to_be_visible()
        expect(row.get_by_text("Cancellation via API is not supported")).to_be_visible()
    expect(page.locator(f"#order-{gone.pk}").get_by_text("Not possible")).to_be_visible()
    expect(page.get_by_text("Northwind has refused every cancel so far.")).to_be_visible()
    expect(page.locator("#action [hx-trigger], #action[hx-trigger]")).to_have_count(0)
    looks_right(page)
    page.get_by_role("link", name="Refused 4").click()
    expect(rows).to_have_count(4)
    # The selection is over.
    page.goto("/orders/")
    expect(bar).to_be_hidden()


def test_outcomes_arrive_row_by_row_while_others_still_wait(page, sign_in, worker):
    service = make_service()
    first, second = (make_placed(service) for _ in range(2))
    Panel.objects.update(is_active=False)
    sign_in(page, "Operator")
    page.goto("/orders/")
    select_all(page).get_by_role("button", name="Cancel…").click()
    page.get_by_role("button", name="Request to cancel 2 orders").click()
    expect(page.get_by_text("0 accepted, 2 waiting.")).to_be_visible()
    eventually(lambda: OrderAction.objects.get().finished_at)
    Order.objects.filter(pk=first.pk).update(cancel_state="accepted")
    expect(page.locator(f"#order-{first.pk}").get_by_text("Accepted")).to_be_visible()
    expect(page.locator(f"#order-{second.pk}").get_by_text("Waiting")).to_be_visible()
    expect(page.get_by_text("1 accepted, 1 waiting.")).to_be_visible()
    Order.objects.filter(pk=second.pk).update(cancel_state="refused", cancel_error="No cancel here")
    expect(page.get_by_text("1 accepted, 1 refused: No cancel here.")).to_be_visible()


def test_refused_orders_of_yesterday_are_ordered_again(page, sign_in, worker, panel, sandbox, looks_right):
    yesterday = timezone.now() - timedelta(days=1)
    service = panel.services.get(remote_id=str(sandbox.pick("Default").id))
    common = {"state": "refused", "quantity": service.min_quantity, "error_text": "Wrong link"}
    refused = [make_order(service, created_at=yesterday, reference=f"R-{n}", **common) for n in range(3)]
    lost = make_order(service, created_at=yesterday, state="unknown")
    make_order(service, **common)
    sign_in(page, "Operator")
    day = f"{timezone.localdate(yesterday)}"
    page.goto(f"/orders/?state=refused&created_from={day}&created_to={day}")
    page.get_by_text("All 3 that match…").click()
    expect(page.get_by_role("button", name="Cancel all")).to_have_count(0)
    page.get_by_role("button", name="Order all again").click()
    page.wait_for_url("**/bulk/*/")
    assert Order.objects.count() == 5
    looks_right(page)
    page.get_by_role("button", name="Order 3 lines").click()
    eventually(lambda: Order.objects.filter(again_of__in=refused, state="placed").count() == 3)
    assert not Order.objects.filter(again_of=lost).exists()
    for order in refused:
        repeat = order.repeats.get()
        assert (repeat.service, repeat.link, repeat.quantity) == (service, order.link, order.quantity)
        assert repeat.reference == order.reference
    assert len(sandbox.ledger) == 3


def test_a_selection_with_an_unknown_order_is_ordered_again_without_it(page, sign_in):
    service = make_service()
    refused, unknown = make_order(service, state="refused"), make_order(service, state="unknown")
    sign_in(page, "Operator")
    page.goto("/orders/")
    bar = select_all(page)
    for name in ("Refresh", "Refill", "Cancel", "Withdraw"):
        expect(bar.get_by_role("button", name=name)).to_have_count(0)
    bar.get_by_role("button", name="Order again 1 of 2…").click()
    expect(page.get_by_text("1 line is skipped, so that nothing is bought twice.")).to_be_visible()
    page.goto(f"{Batch.objects.get().get_absolute_url()}?show=out")
    expect(page.get_by_text(f"The panel may have order {unknown.pk}")).to_be_visible()
    assert [line.is_left_out for line in Batch.objects.get().lines.all()] == [False, True]
    page.goto("/orders/")
    expect(bar).to_be_hidden()
    assert refused.repeats.count() == 0


def test_withdraw_and_back_keeps_the_selection_and_a_confirmation_ends_it(page, sign_in, worker):
    service = make_service(make_panel(is_active=False))
    for _ in range(3):
        make_order(service, state="queued")
    sign_in(page, "Operator")
    page.goto("/orders/?state=queued")
    bar = select_all(page)
    expect(bar.get_by_text("3 selected")).to_be_visible()
    bar.get_by_role("button", name="Withdraw…").click()
    page.get_by_role("link", name="Back", exact=True).click()
    page.wait_for_url("**/orders/?state=queued")
    expect(bar.get_by_text("3 selected")).to_be_visible()
    bar.get_by_role("button", name="Withdraw…").click()
    page.get_by_role("button", name="Withdraw 3 orders").click()
    expect(page.get_by_text("3 withdrawn.")).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    page.wait_for_url("**/orders/?state=queued")
    assert page.evaluate("sessionStorage.getItem('selected')") is None


def test_only_what_is_possible_is_offered_also_for_rows_on_other_pages(page, sign_in):
    service = make_service()
    running = make_placed(service)
    for _ in range(50):
        make_placed(service, progress="completed")
    sign_in(page, "Operator")
    page.goto("/orders/")
    bar = select_all(page)
    expect(bar.get_by_role("button", name="Refill…")).to_be_visible()
    expect(bar.get_by_role("button", name="Cancel")).to_have_count(0)
    page.get_by_role("link", name="Next").click()
    page.get_by_label(f"Select order {running.pk}", exact=True).click()
    expect(bar.get_by_role("button", name="Refill 50 of 51…")).to_be_visible()
    expect(bar.get_by_role("button", name="Cancel 1 of 51…")).to_be_visible()
    expect(bar.get_by_role("button", name="Refresh", exact=True)).to_be_visible()
    expect(bar.get_by_role("button", name="Withdraw")).to_have_count(0)


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_a_selection_is_exported_and_the_page_stays(open_page, sign_in, java_script_enabled):
    service = make_service()
    orders = [make_order(service, state="refused") for _ in range(51)]
    page = open_page(java_script_enabled=java_script_enabled)
    sign_in(page, "Operator")
    page.goto("/orders/")
    chosen = [orders[-1]]
    page.get_by_label(f"Select order {orders[-1].pk}", exact=True).check()
    if java_script_enabled:
        page.get_by_role("link", name="Next").click()
        page.get_by_label(f"Select order {orders[0].pk}", exact=True).check()
        chosen.append(orders[0])
    bar = page.locator("[data-selected-bar]")
    for _ in range(2):
        if not bar.get_by_role("button", name="CSV").is_visible():
            bar.locator("summary").click()
        with page.expect_download() as download:
            bar.get_by_role("button", name="CSV").click()
        lines = download.value.path().read_text("utf-8-sig").splitlines()
        assert [line.partition(",")[0] for line in lines[1:]] == [str(order.pk) for order in chosen]
    assert "/orders/" in page.url
    expect(page.get_by_label(f"Select order {chosen[-1].pk}", exact=True)).to_be_checked()
