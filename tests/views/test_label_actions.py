"""The labels of many orders are changed in three steps: choose the orders, the labels, and confirm."""

from __future__ import annotations

import threading

import pytest

from panels.models import Order, OrderAction
from panels.orders.actions import carry_out
from tests.factories import make_campaign, make_client, make_order, make_placed, make_user
from tests.views.pages import text_of

pytestmark = pytest.mark.django_db
URL = "/orders/actions/"


def choose(client, **data):
    """Choose orders, and return the address of the action."""
    return client.post(URL, {"action": "label"} | data).url


def shown_on(answer):
    return {"shown": answer.context["shown"]}


def test_a_selection_gets_a_client_after_a_yes(as_operator, rung):
    nova, orders = make_client("Nova"), [make_order(), make_placed(), make_order()]
    address = choose(as_operator, order=[order.pk for order in orders[:2]], query="state=queued")
    page = as_operator.get(address)
    assert "Change labels of 2 orders" in text_of(page)
    assert 'href="/orders/?state=queued"' in page.text
    page = as_operator.post(address, {"client": "nova"}, follow=True)
    assert "Nothing has been changed yet Orders 2. Orders that match the filter later" in text_of(page)
    assert "Client Nova" in text_of(page)
    assert rung == []
    page = text_of(as_operator.post(address, shown_on(page), follow=True))
    action = OrderAction.objects.get()
    assert rung == [("act", action.pk)]
    assert "0 of 2 orders are done." in page
    carry_out(action.pk, threading.Event())
    fragment = as_operator.get(address, headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert "hx-trigger" not in fragment
    assert "2 orders changed." in " ".join(fragment.split())
    assert [Order.objects.get(pk=order.pk).client for order in orders] == [nova, nova, None]


def test_all_that_match_may_be_more_than_other_actions_take(as_operator, monkeypatch):
    monkeypatch.setattr("panels.views.actions.MOST", 1)
    nova = make_client("Nova")
    for _ in range(3):
        make_order(client=nova)
    make_order()
    address = choose(as_operator, all="1", query=f"client={nova.pk}")
    assert "Change labels of 3 orders" in text_of(as_operator.get(address))
    monkeypatch.setattr("panels.views.actions.MOST_LABELED", 2)
    page = text_of(as_operator.post(URL, {"action": "label", "all": "1", "query": f"client={nova.pk}"}, follow=True))
    assert "An action takes at most 2 orders." in page


def test_the_confirmation_says_how_many_campaigns_do_not_fit(as_operator):
    nova, orbit = make_client("Nova"), make_client("Orbit")
    spring = make_campaign("Spring", nova)
    orders = [make_order(client=nova, campaign=spring), make_order(client=nova)]
    address = choose(as_operator, order=[order.pk for order in orders])
    page = text_of(as_operator.post(address, {"client": "Orbit"}, follow=True))
    assert "1 of these orders has a campaign of another client. The campaign is removed from it" in page
    assert orbit.name in page
    page = text_of(as_operator.post(address, {"client": "Nova"}, follow=True))
    assert "another client" not in page


def test_other_labels_than_those_that_were_shown_are_not_confirmed(as_operator, rung):
    address = choose(as_operator, order=[make_order().pk])
    page = as_operator.post(address, {"note": "One"}, follow=True)
    shown = shown_on(page)
    as_operator.post(address, {"note": "Two"})
    page = text_of(as_operator.post(address, shown, follow=True))
    assert "The new labels have changed since" in page
    assert "Note Two" in page
    assert rung == []


def test_an_empty_form_is_refused_and_the_labels_can_be_chosen_again(as_operator):
    address = choose(as_operator, order=[make_order().pk])
    answer = as_operator.post(address, {})
    assert answer.status_code == 422
    assert "Type a new label, or choose one to remove." in answer.text
    as_operator.post(address, {"remove": "note"})
    page = text_of(as_operator.get(address))
    assert "Note removed" in page
    assert 'name="client"' in as_operator.get(f"{address}?again=1").text


def test_only_its_author_and_managers_change_labels(as_viewer, client, operator):
    client.force_login(operator)
    address = choose(client, order=[make_order().pk])
    client.post(address, {"note": "x"})
    client.force_login(make_user("Operator"))
    page = client.get(address)
    assert "Only" in text_of(page)
    assert 'name="shown"' not in page.text
    assert client.post(address, {"note": "y"}).status_code == 403
    assert client.post(address, shown_on(page)).status_code == 403
    client.force_login(make_user("Manager"))
    assert client.post(address, shown_on(page)).status_code == 302
    assert OrderAction.objects.get().confirmed_at


def test_the_list_offers_it_to_those_who_may(as_operator):
    make_order()
    page = as_operator.get("/orders/").text
    assert page.count('value="label"') == 2
