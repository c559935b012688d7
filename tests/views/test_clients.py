"""The list of clients, the pages of a client and of a campaign, and their forms."""

from __future__ import annotations

import csv
import threading
from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from panels.clients import days
from panels.models import Campaign, Client, Worker
from tests.factories import (
    make_campaign,
    make_client,
    make_offer,
    make_order,
    make_placed,
    make_refill,
    read_offers,
)
from tests.views.pages import count_queries, text_of

pytestmark = pytest.mark.django_db
# A page of a client or the list. They are for a database with a million orders.
MOST_QUERIES = 15


def summed():
    days.compare(threading.Event())
    days.compute(threading.Event())


@pytest.fixture
def nova():
    """A client with spend, units, refills and problems."""
    client = make_client("Nova")
    spring = make_campaign("Spring", client)
    service = make_offer("Instagram Followers")
    read_offers()
    done = {"client": client, "progress": "completed", "remains": 0, "start_count": 1, "quantity": 1200}
    make_placed(service, charge=Decimal("2.5"), campaign=spring, **done)
    make_refill(make_placed(service, charge=Decimal("0.5"), **done))
    make_placed(service, client=client, charge=None, expected_cost=Decimal(1))
    make_order(service, client=client, state="unknown")
    make_order(service, client=client, state="refused")
    summed()
    return client


def test_without_clients_a_viewer_is_told_who_names_them(as_viewer):
    page = as_viewer.get("/clients/").text
    assert "No clients yet" in page
    assert "/clients/new/" not in page


def test_operators_are_offered_to_create_the_first_client(as_operator):
    page = as_operator.get("/clients/").text
    assert "No clients yet" in page
    assert page.count('href="/clients/new/"') == 2


def test_the_list_shows_spend_and_orders_and_is_searched(as_viewer, nova):
    make_client("Orbit")
    page = text_of(as_viewer.get("/clients/"))
    assert "2 clients" in page
    assert "≈ 4.00 USD" in page
    fragment = as_viewer.get("/clients/", {"q": "spring"}, headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert "Nova" in fragment
    assert "Orbit" not in fragment
    assert "No client matches" in as_viewer.get("/clients/", {"q": "nothing"}).text


def test_the_list_is_exported(as_viewer, nova):
    answer = as_viewer.get("/clients/export.csv")
    (row,) = csv.DictReader(answer.getvalue().decode("utf-8-sig").splitlines())
    assert (row["Client"], row["Spent this month"], row["Running orders"]) == ("Nova", "4 USD", "1")
    assert as_viewer.get("/clients/export.csv", {"prices": "x"}).status_code == 302


def test_the_page_of_a_client_shows_spend_units_and_what_runs(as_viewer, nova):
    page = text_of(as_viewer.get(f"/clients/{nova.pk}/"))
    assert "Last 30 days ≈ 4.00 USD" in page
    assert "3 orders in 30 days" in page
    assert "Spring 1 2.50 USD 2.50 USD" in page
    assert "Without a campaign 2 ≈ 1.50 USD ≈ 1.50 USD" in page
    assert "Instagram followers 2,400 2,400" in page
    assert "Running 1 Needs you 1 Problem in 30 days 1 Refills in 30 days 1" in page
    assert "Price" not in page
    assert "mark-up" not in page


def test_the_numbers_of_a_page_lead_to_as_many_orders(as_viewer, nova):
    page = as_viewer.get(f"/clients/{nova.pk}/")
    for stage, number in page.context["stages"]:
        more = "&created=30d" if stage == "problem" else ""
        address = f"/orders/?client={nova.pk}&stage={stage.value}{more}"
        assert (address.replace("&", "&amp;") in page.text) is bool(number)
        assert as_viewer.get(address).context["total"] == number
    refills = f"/refills/?client={nova.pk}&requested=30d"
    assert refills.replace("&", "&amp;") in page.text
    assert as_viewer.get(refills).context["total"] == 1


def test_a_client_with_a_mark_up_has_a_price_beside_the_cost(as_viewer, nova):
    Client.objects.filter(pk=nova.pk).update(markup_percent=Decimal("33.3"), markup_step=Decimal("0.05"))
    page = text_of(as_viewer.get(f"/clients/{nova.pk}/"))
    assert "Price of 30 days ≈ 5.35 USD" in page
    assert "with a mark-up of 33.3 %" in page
    assert "Last 30 days ≈ 4.00 USD" in page


def test_a_campaign_shows_its_own_orders_alone(as_viewer, nova):
    campaign = Campaign.objects.get()
    page = text_of(as_viewer.get(campaign.get_absolute_url()))
    assert "Campaign of Nova" in page
    assert "Last 30 days 2.50 USD" in page
    assert "By campaign" not in page
    assert "Instagram followers 1,200 1,200" in page
    alone = make_campaign("Launch")
    page = text_of(as_viewer.get(alone.get_absolute_url()))
    assert "Campaign without a client" in page
    assert "Nothing runs, and nothing was delivered yet" in page


def test_a_client_without_orders_says_so(as_operator):
    page = as_operator.get(make_client().get_absolute_url()).text
    assert "No orders were placed in the last 30 days." in page
    assert "No orders of this client were placed yet." in page


@pytest.mark.parametrize("address", ["/clients/", "/clients/{}/", "/campaigns/{}/"])
def test_queries_are_few_and_do_not_grow_with_rows(as_manager, nova, address):
    # Without a worker, every page counts what waits for one.
    Worker.objects.create(host="here", pid=1, started_at=timezone.now(), seen_at=timezone.now())
    address = address.format(Campaign.objects.get().pk if "campaigns" in address else nova.pk)
    as_manager.get(address)
    few = count_queries(as_manager, address)
    assert few <= MOST_QUERIES
    for number in range(6):
        client = make_client(f"Client {number}")
        campaign = make_campaign(f"Campaign {number}", nova)
        for each in (client, nova):
            make_placed(client=each, campaign=campaign if each == nova else None, charge=Decimal(1))
            make_order(client=each)
    summed()
    assert count_queries(as_manager, address) <= few


def test_a_client_is_created_and_renamed(as_operator, operator):
    answer = as_operator.post("/clients/new/", {"name": " Nova  Skincare "})
    client = Client.objects.get()
    assert answer.url == client.get_absolute_url()
    assert (client.name, client.created_by) == ("Nova Skincare", operator)
    values = {"name": "Nova", "markup_percent": "20", "markup_step": "0.5"}
    page = as_operator.post(f"/clients/{client.pk}/edit/", values, follow=True).text
    assert "Nova was saved." in page
    client.refresh_from_db()
    assert (client.name, client.name_key, client.markup_percent) == ("Nova", "nova", 20)
    changes = LogEntry.objects.get_for_object(client).latest("id").changes
    assert changes["markup_percent"] == ["None", "20"]
    assert changes["name"] == ["Nova Skincare", "Nova"]


def test_a_wrong_name_is_said_at_its_field(as_operator):
    make_client("Nova")
    answer = as_operator.post("/clients/new/", {"name": "NOVA"})
    assert answer.status_code == 422
    assert "There is a client with this name." in answer.text
    assert Client.objects.count() == 1


def test_the_second_of_two_requests_at_once_is_told_so(as_operator, monkeypatch):
    make_client("Nova")
    monkeypatch.setattr("panels.forms.clients.NamedForm._others", lambda _: Client.objects.none())
    answer = as_operator.post("/clients/new/", {"name": "Nova"})
    assert answer.status_code == 422
    assert "There is one with this name by now." in answer.text


def test_a_campaign_is_created_and_renamed(as_operator):
    nova = make_client()
    answer = as_operator.post(f"/clients/{nova.pk}/campaigns/new/", {"name": "Spring"})
    campaign = Campaign.objects.get()
    assert answer.url == campaign.get_absolute_url()
    assert campaign.client == nova
    as_operator.post(f"/campaigns/{campaign.pk}/edit/", {"name": "Autumn"})
    campaign.refresh_from_db()
    assert (campaign.name, campaign.name_key) == ("Autumn", "autumn")


def test_orders_link_to_the_pages_of_their_client_and_campaign(as_viewer, nova):
    campaign = Campaign.objects.get()
    order = nova.orders.get(campaign=campaign)
    page = as_viewer.get(order.get_absolute_url()).text
    assert f'href="{nova.get_absolute_url()}"' in page
    assert f'href="{campaign.get_absolute_url()}"' in page
    assert f'href="{nova.get_absolute_url()}"' in as_viewer.get("/orders/").text
