"""Clients in a browser: from the list to a client and its orders, and new labels for many orders."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from panels.clients import days
from panels.models import Client, Order
from panels.orders.actions import carry_out
from tests.browser.test_pages import UNBROKEN, show_in
from tests.factories import make_campaign, make_client, make_offer, make_placed, make_refill, read_offers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clients(transactional_db):
    """A client with everything that its page shows, and one with a name as long as it gets."""
    nova, long = make_client("Nova"), make_client(UNBROKEN[:100])
    service = make_offer("Instagram Followers")
    read_offers()
    done = {"progress": "completed", "remains": 0, "start_count": 1, "charge": Decimal("123456.789012")}
    for client in (nova, long):
        campaign = make_campaign(f"Spring {client.name}"[:100], client)
        make_refill(make_placed(service, client=client, campaign=campaign, **done), state="refused")
        make_placed(service, client=client)
    Client.objects.update(markup_percent=Decimal("12.5"), markup_step=Decimal("0.5"))
    days.compare(threading.Event())
    days.compute(threading.Event())
    return [nova, long]


def test_the_pages_of_clients_look_right(open_page, sign_in, looks_right, clients):
    page = open_page()
    sign_in(page)
    nova, long = clients
    campaign = long.campaigns.get()
    for address in (
        "/clients/",
        "/clients/?q=nothing",
        "/clients/new/",
        nova.get_absolute_url(),
        long.get_absolute_url(),
        campaign.get_absolute_url(),
        f"/campaigns/{campaign.pk}/edit/",
    ):
        page.goto(address)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            show_in(page, "light")
            looks_right(page)
            show_in(page, "dark")
            looks_right(page, "color-contrast")


def test_a_person_goes_from_the_list_to_the_orders_of_a_client(page, sign_in, clients):
    sign_in(page)
    page.get_by_role("link", name="Clients", exact=True).click()
    page.get_by_role("searchbox").fill("spring nova")
    expect(page.get_by_role("heading", name="1 client", exact=True)).to_be_visible()
    page.get_by_role("link", name="Nova", exact=True).click()
    expect(page.get_by_role("heading", name="Spend", exact=True)).to_be_visible()
    page.locator("#orders").get_by_role("link", name="1", exact=True).first.click()
    expect(page.get_by_role("heading", name="1 order", exact=True)).to_be_visible()


def test_selected_orders_get_another_client(page, sign_in, looks_right, clients):
    sign_in(page)
    nova, long = clients
    page.goto(f"/orders/?client={long.pk}")
    page.get_by_label("Select all on this page").click()
    page.get_by_role("button", name="Change labels…").click()
    page.get_by_label("Client", exact=True).first.fill("nova")
    looks_right(page)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("1 of these orders has a campaign of another client.")).to_be_visible()
    looks_right(page)
    page.get_by_role("button", name="Change 2 orders").click()
    expect(page.get_by_text("0 of 2 orders are done.")).to_be_visible()
    action = page.url.rstrip("/").rpartition("/")[2]
    carry_out(int(action), threading.Event())
    expect(page.get_by_text("2 orders changed.")).to_be_visible()
    assert set(Order.objects.values_list("client", flat=True)) == {nova.pk}
