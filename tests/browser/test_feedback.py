"""What answers a person: rows that flash when they change, lists that dim while they load, and nothing that moves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from panels.models import Order
from tests.factories import make_placed, make_service

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
