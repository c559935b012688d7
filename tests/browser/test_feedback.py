"""What answers a person: rows that flash when they change, lists that dim while they load, and nothing that moves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from panels.models import Order, Panel
from tests.factories import make_batch, make_panel, make_placed, make_service, row_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def orders(transactional_db):
    """Three running orders, which the list polls."""
    service = make_service()
    return [make_placed(service, progress="in_progress", checked_at=timezone.now()) for _ in range(3)]


def poll(page, word, order):
    """Have the list poll, and wait until a row has this word. The list may have polled by itself before."""
    page.evaluate("htmx.trigger('#orders', 'refreshed')")
    expect(page.locator(f"#order-{order.pk}").get_by_text(word)).to_be_visible()


def flashing(page):
    """Return the rows with the animation, which may be over."""
    rows = page.locator("tr[id]").evaluate_all(
        "rows => rows.map((row) => [row.id, getComputedStyle(row).animationName])"
    )
    return [row for row, animation in rows if animation == "changed"]


def test_only_the_rows_that_a_poll_changes_flash(page, sign_in, orders):
    sign_in(page)
    page.goto("/orders/")
    assert flashing(page) == []
    first, second, third = orders
    with transaction.atomic():
        Order.objects.filter(pk=first.pk).update(progress="partial", remains=7)
        # Every row is read again, which is no change to look at.
        Order.objects.update(
            checked_at=timezone.now() + timedelta(minutes=1), created_at=timezone.now() - timedelta(minutes=3)
        )
        fourth = make_placed(third.service, progress="in_progress")
    poll(page, "Partial", first)
    assert flashing(page) == [f"order-{fourth.pk}", f"order-{first.pk}"]
    Order.objects.filter(pk=second.pk).update(progress="processing")
    poll(page, "Processing", second)
    assert flashing(page) == [f"order-{second.pk}"]


def test_nothing_flashes_for_a_person_who_prefers_reduced_motion(open_page, sign_in, orders):
    page = open_page(reduced_motion="reduce")
    sign_in(page)
    page.goto("/orders/")
    Order.objects.filter(pk=orders[0].pk).update(progress="partial", remains=7)
    poll(page, "Partial", orders[0])
    expect(page.locator("tr[data-changed]")).to_have_count(1)
    assert flashing(page) == []


def test_rows_do_not_flash_when_a_person_filters(page, sign_in, orders):
    sign_in(page)
    page.goto("/orders/?progress=completed")
    page.get_by_role("link", name="Clear", exact=True).click()
    expect(page.locator("tr[id]")).to_have_count(3)
    page.get_by_role("searchbox").fill(str(orders[0].pk))
    expect(page.locator("tr[id]")).to_have_count(1)
    assert flashing(page) == []


@pytest.mark.parametrize("by", ["search", "sort"])
def test_a_list_is_dimmed_until_its_rows_arrive(page, sign_in, orders, by):
    sign_in(page)
    page.goto("/orders/")
    held = []
    page.route("**/orders/?*", lambda route: held.append(route))  # noqa: PLW0108
    if by == "search":
        page.get_by_role("searchbox").fill(str(orders[0].pk))
    else:
        page.get_by_role("link", name="Created").click()
    rows = page.locator("#orders")
    expect(rows).to_have_attribute("aria-busy", "true")
    expect(rows).to_have_css("opacity", "0.7")
    held[0].continue_()
    expect(rows).not_to_have_attribute("aria-busy", "true")
    expect(rows).to_have_css("opacity", "1")
    page.unroute_all(behavior="ignoreErrors")


WATCH_SHIFTS = """() => {
  window.shifts = [];
  const observer = new PerformanceObserver((list) => {
    list.getEntries().forEach(({ value, sources }) => {
      window.shifts.push([value, sources.map(({ node }) => node?.nodeName)]);
    });
  });
  observer.observe({ type: "layout-shift", buffered: true });
}"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("number", [3, 60])
def test_nothing_moves_when_the_page_loads_and_when_rows_arrive(open_page, sign_in, width, number):
    service = make_service(name="A service with a name that takes more than one line on every screen, " * 3)
    made = [make_placed(service, progress="in_progress") for _ in range(number)]
    page = open_page(viewport={"width": width, "height": 900})
    sign_in(page)
    page.goto("/orders/")
    expect(page.locator("tr[id]")).to_have_count(min(number, 50))
    page.evaluate(WATCH_SHIFTS)
    with transaction.atomic():
        Order.objects.filter(pk=made[-1].pk).update(progress="partial", remains=1_234_567, charge="1234.567891")
        make_placed(service, progress="in_progress")
    poll(page, "Partial", made[-1])
    # The observer is called after the next frame.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))")
    assert page.evaluate("window.shifts") == []


def test_all_rows_are_selected_and_a_menu_opens_without_a_request_and_with_one_write(page, sign_in):
    """What a click costs must not grow with the rows: no request, and one write for all rows."""
    service = make_service()
    for _ in range(60):
        make_placed(service, progress="completed")
    sign_in(page)
    page.goto("/orders/")
    page.evaluate("""() => {
      window.writes = 0;
      const write = Storage.prototype.setItem;
      Storage.prototype.setItem = function (...pair) { window.writes += 1; return write.apply(this, pair); };
    }""")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Select all on this page").check()
    expect(page.get_by_text("50 selected", exact=True)).to_be_visible()
    page.locator("summary", has_text="Columns").click()
    expect(page.get_by_label("Panel order ID")).to_be_visible()
    assert page.evaluate("window.writes") == 1
    assert [url for url in asked if "/status/" not in url] == []


def test_a_discarded_draft_comes_back_by_a_toast_that_the_keyboard_reaches(page, sign_in, looks_right):
    batch = make_batch(row_of(make_service()))
    sign_in(page)
    page.goto(batch.get_absolute_url())
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("button", name="Discard the draft").click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    looks_right(page)
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("is a draft again")).to_be_visible()
    batch.refresh_from_db()
    assert batch.is_draft


def test_a_toast_with_an_undo_leaves_after_ten_seconds_but_not_under_the_focus(page, sign_in):
    panel = make_panel()
    sign_in(page)
    page.clock.install()
    page.goto(panel.get_absolute_url())
    page.get_by_role("button", name="Pause").click()
    undo = page.get_by_role("button", name="Undo")
    undo.focus()
    page.clock.run_for(11_000)
    expect(undo).to_be_visible()
    page.get_by_role("heading", level=1).click()
    page.clock.run_for(11_000)
    expect(undo).to_have_count(0)


def test_an_undo_works_without_a_script(open_page, sign_in):
    panel = make_panel()
    page = open_page(java_script_enabled=False)
    sign_in(page)
    page.goto(panel.get_absolute_url())
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is no longer paused")).to_be_visible()
    panel.refresh_from_db()
    assert panel.paused_reason == ""


def test_a_refresh_turns_in_its_row_until_the_outcome_arrives_there(page, sign_in, orders):
    sign_in(page)
    page.goto("/orders/")
    order = orders[1]
    row = page.locator(f"#order-{order.pk}")
    row.get_by_role("button", name="Refresh").click()
    expect(row.locator(".spinner")).to_be_visible()
    expect(page.locator(".spinner")).to_have_count(1)
    Order.objects.filter(pk=order.pk).update(check_requested_at=None, progress="completed", remains=0)
    expect(row.get_by_text("Completed")).to_be_visible()
    expect(row.locator(".spinner")).to_have_count(0)
    assert flashing(page) == [f"order-{order.pk}"]
    assert page.url.endswith("/orders/")


def test_what_was_said_before_the_answer_goes_with_the_answer(page, sign_in):
    sign_in(page)
    page.goto("/panels/new/")
    page.get_by_label("Name").fill("Northwind")
    page.get_by_label("API address").fill("http://127.0.0.1:9/api/v2")
    page.get_by_label("API key").fill("k3y-0123456789abcdef")
    page.get_by_role("button", name="Add and test").click()
    said = page.get_by_text("Northwind was added. It is being tested")
    expect(said).to_be_visible()
    expect(page.get_by_text("Checking…")).to_be_visible()
    Panel.objects.update(
        balance_requested_at=None, sync_requested_at=None, balance_checked_at=timezone.now(), balance=7
    )
    expect(page.get_by_text("Northwind answered.")).to_be_visible()
    expect(said).to_have_count(0)


def test_a_message_stays_while_the_page_has_nothing_newer(page, sign_in, orders):
    sign_in(page)
    page.goto(orders[0].get_absolute_url())
    page.evaluate(
        "document.querySelector('#messages').innerHTML = '<div class=\"alert alert--success\"><p>The labels</p></div>'"
    )
    said = page.get_by_text("The labels", exact=True)
    Order.objects.update(remains=123)
    expect(page.get_by_text("123", exact=True).first).to_be_visible()
    expect(said).to_be_visible()
    Order.objects.filter(pk=orders[0].pk).update(progress="completed", remains=0)
    expect(page.locator("h1").get_by_text("Completed")).to_be_visible()
    expect(said).to_have_count(0)


def test_the_newer_toast_about_a_thing_replaces_the_older_one(page, sign_in):
    sign_in(page)
    tell = "(detail) => document.body.dispatchEvent(new CustomEvent('toast', {bubbles: true, detail}))"
    page.evaluate(tell, {"text": "Northwind: no answer", "kind": "bad", "about": "panel 1"})
    page.evaluate(tell, {"text": "Other: no answer", "kind": "bad", "about": "panel 2"})
    page.evaluate(tell, {"text": "Northwind answered", "kind": "good", "about": "panel 1"})
    expect(page.get_by_text("Northwind answered")).to_be_visible()
    expect(page.get_by_text("Northwind: no answer")).to_have_count(0)
    expect(page.get_by_text("Other: no answer")).to_be_visible()
