"""The page with the offers for orders that are sent elsewhere."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from panels.models import Batch, Order, OrderAction
from tests.factories import make_batch, make_offer, make_order, make_panel, make_unknown, make_user, read_offers, row_of
from tests.views.pages import at, count_queries, text_of

pytestmark = pytest.mark.django_db
ACTIONS = reverse("order_actions")
HTMX = {"HX-Request": "true"}
HELD = {"held_reason": "The price has risen."}


@pytest.fixture
def services():
    """The same at three panels, for 2.00, 0.43 and 0.90."""
    found = [
        make_offer("Instagram Followers", make_panel(name=name), rate_per_1000=Decimal(rate))
        for name, rate in (("Here", "2"), ("Bright", "0.43"), ("Calm", "0.90"))
    ]
    read_offers()
    return found


def send(browser, *orders, **more):
    return browser.post(ACTIONS, {"order": [order.pk for order in orders], "action": "elsewhere"} | more)


def test_from_the_selection_to_the_orders(as_operator, services):
    here, bright, calm = services
    orders = [make_order(here, **HELD), make_order(here, state="refused")]
    unknown = make_unknown(here)
    response = send(as_operator, *orders, unknown)
    batch = Batch.objects.get()
    assert response.url == at("bulk_elsewhere", batch)
    response = as_operator.get(response.url)
    page = text_of(response)
    assert "1 order is left out: 1 with an unknown outcome." in page
    assert "2 orders of Here" in page
    assert page.index("Bright") < page.index("Calm")
    assert "0.43 USD per 1000" in page
    assert f'value="{bright.pk}" checked' in " ".join(response.text.split())
    response = as_operator.post(at("bulk_elsewhere", batch), {f"offer-{here.pk}": calm.pk}, follow=True)
    assert "2 lines were changed." in text_of(response)
    assert "Choose other offers" in text_of(response)
    assert Order.objects.count() == 3
    as_operator.post(at("bulk_confirm", batch), {"fingerprint": response.context["fingerprint"]})
    assert [order.service for order in Order.objects.filter(again_of__in=orders)] == [calm, calm]
    assert not Order.objects.filter(again_of=unknown)
    unknown.refresh_from_db()
    assert unknown.state == "unknown"


def test_a_selection_without_a_possible_order_says_why_and_makes_nothing(as_operator, services):
    response = send(as_operator, make_unknown(services[0]), make_order(services[0]))
    page = text_of(as_operator.get(response.url))
    assert "No order can be sent elsewhere: 1 with an unknown outcome, 1 queued." in page
    assert not Batch.objects.exists()
    assert not OrderAction.objects.exists()
    order = make_unknown(services[0])
    data = {"order": order.pk, "action": "elsewhere"}
    assert as_operator.post(ACTIONS, data, headers=HTMX).status_code == 204


def test_only_an_offer_of_the_page_can_be_chosen(as_operator, services):
    here, bright, _ = services
    send(as_operator, make_order(here, **HELD))
    batch = Batch.objects.get()
    other = make_offer("TikTok Likes")
    for value in (other.pk, here.pk, "x", ""):
        as_operator.post(at("bulk_elsewhere", batch), {f"offer-{here.pk}": value})
        assert batch.lines.get().service == bright


def test_another_draft_and_a_confirmed_one_have_no_such_page(as_operator, services):
    batch = make_batch(row_of(services[0]))
    for method in (as_operator.get, as_operator.post):
        assert method(at("bulk_elsewhere", batch)).url == batch.get_absolute_url()
    Batch.objects.update(source="elsewhere", state="confirmed")
    assert as_operator.post(at("bulk_elsewhere", batch)).status_code == 302


def test_who_may_not_order_cannot_send_elsewhere(client, services):
    client.force_login(make_user("Viewer"))
    order = make_order(services[0], **HELD)
    assert send(client, order).status_code == 403
    assert "Send elsewhere" not in client.get(order.get_absolute_url()).text
    assert "Send elsewhere" not in client.get("/").text


def test_the_button_is_where_it_is_possible(as_operator, services):
    held, unknown = make_order(services[0], **HELD), make_unknown(services[0])
    lone = make_order(state="refused")
    for order, is_there in ((held, True), (unknown, False), (lone, False)):
        assert ("Send elsewhere" in as_operator.get(order.get_absolute_url()).text) is is_there
    overview = as_operator.get("/").text
    assert overview.count('name="action" value="elsewhere"') == 1
    assert "The same elsewhere, from" in overview


def test_the_page_takes_as_many_queries_for_many_orders(as_operator, services):
    found = []
    for number in (2, 20):
        send(as_operator, *[make_order(services[0], **HELD) for _ in range(number)])
        found.append(count_queries(as_operator, at("bulk_elsewhere", Batch.objects.order_by("-pk").first())))
    assert found[0] == found[1]
