"""The page of a new order: choosing, filling in, the live price, and placing exactly once."""

from __future__ import annotations

import html
import re
import threading
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.bulk.confirming import confirm, summary
from panels.forms.orders import TERMS, OrderForm
from panels.models import Client as Customer
from panels.models import Controls, Order, OrderEvent, Panel, Product, Service, ServiceMark, ServiceRecord
from panels.orders.placing import place_order
from panels.orders.resolution import release, send_again
from panels.protocol.order_types import ORDER_TYPES
from panels.tables.columns import LABELS
from tests.factories import (
    count_records,
    make_batch,
    make_campaign,
    make_client,
    make_delivered,
    make_offer,
    make_order,
    make_panel,
    make_placed,
    make_rate,
    make_service,
    make_unknown,
    make_user,
    read_offers,
    report_in,
    row_of,
)

NEW, SERVICES, CHECK = "/orders/new/", "/orders/new/services/", "/orders/new/check/"
HTMX = {"HX-Request": "true"}
LINK = "https://example.com/p/1"


def hidden(page):
    """Read what the form carries unseen."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def open_form(client, service):
    return hidden(client.get(NEW, {"service": service.pk}).content.decode())


def post(browser, form, url=NEW, headers=None, **fields):
    """Send the form. Before it is placed, a person sees the price of the values."""
    data = {**form, **fields}
    if url == NEW and "seen" not in fields:
        data["seen"] = hidden(page_of(browser.post(CHECK, data))).get("seen", "")
    return browser.post(url, data, headers=headers)


def page_of(response):
    return response.content.decode()


# -- placing


TYPES = {
    "default": ({"link": LINK, "quantity": "1,000", "runs": "3", "interval": "60"}, 1000, "2.70"),
    "package": ({"link": LINK}, None, "0.90"),
    "custom_comments": ({"link": LINK, "comments": "One\r\n\r\n  Two \r\nThree"}, 3, "0.0027"),
    "custom_comments_package": ({"link": LINK, "comments": "One\r\nTwo"}, None, "0.90"),
    "mentions": ({"link": LINK, "quantity": "500", "usernames": "ann\r\nbob"}, 500, "0.45"),
    "mentions_with_hashtags": (
        {"link": LINK, "quantity": "500", "usernames": "ann", "hashtags": "#a\r\n#b"},
        500,
        "0.45",
    ),
    "mentions_custom_list": ({"link": LINK, "usernames": "ann\r\nbob"}, 2, "0.0018"),
    "mentions_hashtag": ({"link": LINK, "quantity": "500", "hashtag": "#sun"}, 500, "0.45"),
    "mentions_user_followers": ({"link": LINK, "quantity": "500", "username": "ann"}, 500, "0.45"),
    "mentions_media_likers": ({"link": LINK, "quantity": "500", "media": "https://example.com/m"}, 500, "0.45"),
    "comment_likes": ({"link": LINK, "quantity": "500", "username": "ann"}, 500, "0.45"),
    "comment_replies": ({"link": LINK, "username": "ann", "comments": "Yes\r\nNo"}, 2, "0.0018"),
    "poll": ({"link": LINK, "quantity": "500", "answer_number": "2"}, 500, "0.45"),
    "invites_from_groups": ({"link": LINK, "quantity": "500", "groups": "g1\r\ng2"}, 500, "0.45"),
    "seo": ({"link": LINK, "quantity": "500", "keywords": "k1\r\nk2"}, 500, "0.45"),
    "web_traffic": (
        {
            "link": LINK,
            "quantity": "500",
            "country": "DE",
            "device": "5",
            "type_of_traffic": "2",
            "referring_url": "https://example.com/from",
        },
        500,
        "0.45",
    ),
    "subscriptions": (
        {"username": "ann", "min": "10", "max": "20", "posts": "5", "delay": "30", "expiry": "31/12/2030"},
        None,
        "0.09",
    ),
    "likes_spread": ({"username": "ann", "old_posts": "5", "min": "10", "max": "20", "delay": "30"}, None, None),
}


def test_the_table_of_types_is_complete():
    assert TYPES.keys() == ORDER_TYPES.keys()


@pytest.mark.parametrize("slug", TYPES)
def test_every_type_is_placed_with_exactly_its_fields(as_operator, operator, rung, slug):
    fields, quantity, cost = TYPES[slug]
    service = make_service(type=slug, min_quantity=1)
    response = post(as_operator, open_form(as_operator, service), **fields)
    order = Order.objects.get()
    assert response.status_code == 302
    assert response.url == f"/orders/{order.pk}/"
    cleaned = {
        name: "\n".join(line.strip() for line in text.splitlines() if line.strip()) for name, text in fields.items()
    }
    assert order.params == {name: text for name, text in cleaned.items() if name not in ("link", "quantity")}
    assert (order.link, order.quantity) == (fields.get("link", ""), quantity)
    assert order.expected_cost == (None if cost is None else Decimal(cost))
    assert (order.service, order.type, order.rate_agreed, order.currency) == (service, slug, Decimal("0.90"), "USD")
    assert (order.state, order.placed_by) == (Order.State.QUEUED, operator)
    assert [event.what for event in order.events.all()] == [OrderEvent.What.CREATED]
    assert rung == [("submit", service.panel_id)]


@pytest.mark.parametrize("slug", TYPES)
def test_every_type_shows_exactly_its_fields(as_operator, slug):
    service = make_service(type=slug)
    page = page_of(as_operator.get(NEW, {"service": service.pk}))
    grid = page[page.index('id="order-form"') : page.index("</form>", page.index('id="order-form"'))]
    carried = {"csrfmiddlewaretoken", "service", "token", "again", "repeat", *TERMS, *LABELS}
    assert set(re.findall(r' name="([^"]+)"', grid)) - carried == {field.name for field in ORDER_TYPES[slug].fields}
    for field in ORDER_TYPES[slug].fields:
        assert f'for="id_{field.name}"' in grid
        assert all(f'value="{value}"' in grid for value, _ in field.choices)


def test_drip_feed_is_not_offered_where_the_panel_has_none(as_operator):
    service = make_service(dripfeed=False)
    assert 'name="runs"' not in page_of(as_operator.get(NEW, {"service": service.pk}))


@pytest.mark.parametrize("seen", ["", "0.45 USD", "at most 0.90 USD", "0.90 EUR"])
def test_an_order_whose_price_was_not_shown_is_priced_and_not_placed(as_operator, rung, seen):
    service = make_service()
    response = post(as_operator, open_form(as_operator, service), link=LINK, quantity="1000", seen=seen)
    page = page_of(response)
    assert (response.status_code, Order.objects.count(), rung) == (422, 0, [])
    assert "This order costs 0.90 USD.</strong>" in page.replace("\xa0", " ")
    assert "Nothing was placed yet. To place it, press Place order again." in page
    assert '<span id="amount"> · 0.90 USD</span>' in page.replace("\xa0", " ")
    # The same form places the order, because its price is shown now.
    again = {**hidden(page), "link": LINK, "quantity": "1000"}
    assert as_operator.post(NEW, again).status_code == 302
    assert as_operator.post(NEW, again).status_code == 302
    assert Order.objects.count() == 1


def test_a_cost_that_is_not_known_in_advance_is_said_before_the_order(as_operator, rung):
    fields, service = TYPES["likes_spread"][0], make_service(type="likes_spread", min_quantity=1)
    response = post(as_operator, open_form(as_operator, service), **fields, seen="")
    assert "<strong>The cost is not known in advance.</strong>" in page_of(response)
    assert as_operator.post(NEW, {**hidden(page_of(response)), **fields}).status_code == 302


def test_a_price_that_was_shown_for_other_values_is_not_agreed_to(as_operator, rung):
    form = open_form(as_operator, make_service())
    seen = hidden(check(as_operator, form, link=LINK, quantity="500"))["seen"]
    assert post(as_operator, form, link=LINK, quantity="5000", seen=seen).status_code == 422
    assert not Order.objects.exists()


def test_htmx_is_sent_to_the_order(as_operator, rung):
    service = make_service()
    form = open_form(as_operator, service)
    response = post(as_operator, form, link=LINK, quantity="1000", headers=HTMX)
    assert response.headers["HX-Redirect"] == f"/orders/{Order.objects.get().pk}/"


def test_an_unfit_order_shows_all_errors_and_keeps_what_was_typed(as_operator, rung):
    service = make_service(type="mentions")
    form = open_form(as_operator, service)
    response = post(as_operator, form, link="two words", quantity="99999", usernames=" ")
    page = page_of(response)
    assert response.status_code == 422
    assert "Link must have no spaces" in page
    assert "above this service&#x27;s maximum of 10,000" in page
    assert "Usernames are missing." in page
    assert 'value="two words"' in page
    assert 'value="99999"' in page
    assert {**hidden(page), "seen": ""} == form
    assert page.count("autofocus") == 1
    assert (Order.objects.count(), rung) == (0, [])


def test_a_field_of_another_type_is_not_dropped_silently(as_operator, rung):
    service = make_service()
    response = post(as_operator, open_form(as_operator, service), link=LINK, quantity="500", comments="Nice")
    assert response.status_code == 422
    assert "Default orders take no comments" in page_of(response)
    assert not Order.objects.exists()


@pytest.mark.parametrize("given", ["", "abc", "999999", "-1", "1" * 30, "٣"])
def test_a_service_that_does_not_exist_is_told(as_operator, given):
    posted = as_operator.post(NEW, {"service": given, "link": LINK})
    assert posted.status_code == 422
    assert "This service does not exist" in page_of(posted)
    assert f'name="link" value="{LINK}"' in page_of(posted)
    if given:
        assert "This service does not exist" in page_of(as_operator.get(NEW, {"service": given}))
    assert "This service does not exist" in page_of(as_operator.post(CHECK, {"service": given}, headers=HTMX))


# -- terms that changed


@pytest.mark.parametrize(
    ("fields", "old", "new"),
    [
        ({"rate_per_1000": Decimal("0.95")}, "Price: 0.90 USD per 1000", "0.95 USD per 1000"),
        ({"rate_per_1000": Decimal("0.85")}, "Price: 0.90 USD per 1000", "0.85 USD per 1000"),
        ({"rate_per_1000": Decimal("0.90000001")}, "Price: 0.90 USD per 1000", "0.90000001 USD per 1000"),
        ({"min_quantity": 200}, "Minimum: 100", "200"),
        ({"max_quantity": None}, "Maximum: 10,000", "–"),
        ({"type": "package"}, "Type: Default", "Package"),
    ],
)
def test_changed_terms_place_nothing_and_are_shown(as_operator, rung, fields, old, new):
    service = make_service()
    form = open_form(as_operator, service)
    type(service).objects.filter(pk=service.pk).update(**fields)
    response = post(as_operator, form, link=LINK, quantity="1000")
    page = page_of(response)
    assert response.status_code == 422
    assert f"{old} → <strong>{new}</strong>" in page.replace("\xa0", " ")
    assert not Order.objects.exists()
    again = hidden(page)
    assert again["token"] == form["token"]
    typed = {"link": LINK} if fields.get("type") == "package" else {"link": LINK, "quantity": "1000"}
    assert post(as_operator, again, **typed).status_code == 302
    service.refresh_from_db()
    assert Order.objects.get().rate_agreed == service.rate_per_1000


def test_a_changed_currency_is_a_changed_price(as_operator, rung):
    service = make_service()
    form = open_form(as_operator, service)
    Panel.objects.update(currency_override="EUR")
    response = post(as_operator, form, link=LINK, quantity="1000")
    assert response.status_code == 422
    assert "EUR per 1000</strong>" in page_of(response).replace("\xa0", " ")
    assert not Order.objects.exists()


def test_a_package_that_is_billed_per_line_from_now_on_is_a_changed_price(as_operator, rung):
    service = make_service(type="custom_comments_package")
    form = open_form(as_operator, service)
    Panel.objects.update(bills_package_per_line=True)
    response = post(as_operator, form, link=LINK, comments="One")
    page = page_of(response).replace("\xa0", " ")
    assert "Price: 0.90 USD per order → <strong>0.90 USD per 1000</strong>" in page
    assert not Order.objects.exists()


def test_a_form_without_the_terms_it_showed_places_nothing(as_operator, rung):
    service = make_service()
    form = {"service": service.pk, "token": str(uuid.uuid4())}
    assert post(as_operator, form, link=LINK, quantity="1000").status_code == 422
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda service: type(service).objects.update(is_listed=False), "no longer lists"),
        (lambda service: Panel.objects.update(is_active=False), "is inactive"),
    ],
)
def test_what_cannot_be_ordered_any_more_is_told_and_keeps_what_was_typed(as_operator, rung, change, words):
    service = make_service()
    form = open_form(as_operator, service)
    change(service)
    response = post(as_operator, form, link=LINK, quantity="1234")
    page = page_of(response)
    assert response.status_code == 422
    assert words in page
    assert 'value="1234"' in page
    assert "Place order" not in page
    assert not Order.objects.exists()
    assert words in page_of(as_operator.get(NEW, {"service": service.pk}))
    assert words in page_of(as_operator.post(CHECK, {**form, "link": LINK}, headers=HTMX))


# -- once, and only once


def test_the_same_form_twice_leads_to_the_first_order(as_operator, rung):
    service = make_service()
    form = open_form(as_operator, service)
    first = post(as_operator, form, link=LINK, quantity="1000")
    second = post(as_operator, form, link=LINK, quantity="1,000")
    assert second.status_code == 302
    assert second.url == first.url
    assert Order.objects.count() == 1
    assert len(rung) == 1


def test_a_repeat_leads_to_the_first_order_even_after_the_terms_have_changed(as_operator, rung):
    service = make_service()
    form = open_form(as_operator, service)
    first = post(as_operator, form, link=LINK, quantity="1000")
    type(service).objects.update(rate_per_1000=Decimal(7), is_listed=False, min_quantity=5000)
    assert post(as_operator, form, link=LINK, quantity="1000").url == first.url
    assert Order.objects.count() == 1


def test_a_used_token_with_other_content_places_nothing_and_gets_a_fresh_one(as_operator, rung):
    service = make_service()
    form = open_form(as_operator, service)
    post(as_operator, form, link=LINK, quantity="1000")
    first = Order.objects.get()
    response = post(as_operator, form, link=LINK, quantity="2000")
    page = page_of(response)
    assert response.status_code == 422
    assert f'already placed <a href="/orders/{first.pk}/">order {first.pk}</a>' in page
    assert 'value="2000"' in page
    again = hidden(page)
    assert again["token"] != form["token"]
    assert Order.objects.count() == 1
    assert post(as_operator, again, link=LINK, quantity="2000").status_code == 302
    assert Order.objects.count() == 2


def test_a_used_token_with_unfit_content_is_told_as_used(as_operator, rung):
    service = make_service()
    form = open_form(as_operator, service)
    post(as_operator, form, link=LINK, quantity="1000")
    page = page_of(post(as_operator, form, link="", quantity="0"))
    assert "already placed" in page
    assert "Link is missing." in page
    assert Order.objects.count() == 1


def test_a_token_of_somebody_else_places_nothing(as_operator, rung):
    service = make_service()
    form = open_form(as_operator, service)
    make_order(service, token=form["token"], link=LINK, quantity=1000, placed_by=make_user("Operator"))
    assert post(as_operator, form, link=LINK, quantity="1000").status_code == 422
    assert Order.objects.count() == 1


@pytest.mark.parametrize("token", ["", "not-a-token", "\0", "0" * 300])
def test_a_form_without_its_token_places_nothing_and_gets_one(as_operator, rung, token):
    service = make_service()
    form = open_form(as_operator, service)
    response = post(as_operator, {**form, "token": token}, link=LINK, quantity="1000")
    assert response.status_code == 422
    assert "lost its protection against placing an order twice" in page_of(response)
    assert not Order.objects.exists()
    assert uuid.UUID(hidden(page_of(response))["token"])


@pytest.mark.django_db(transaction=True)
def test_a_service_that_is_deleted_while_it_is_ordered_places_nothing_and_says_so(client, monkeypatch):
    client.force_login(make_user("Operator"))
    service = make_service()
    form = open_form(client, service)

    def place_late(order):
        Service.objects.all()._raw_delete("default")
        return place_order(order)

    monkeypatch.setattr("panels.views.order_new.place_order", place_late)
    answer = post(client, form, link=LINK, quantity="1000")
    assert answer.status_code == 422
    assert "Nothing was placed." in page_of(answer)
    assert not Order.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_threads_that_send_the_same_form_at_once_place_one_order():
    user = make_user(is_superuser=True)
    service = make_service()
    first_client = Client()
    first_client.force_login(user)
    form = open_form(first_client, service)
    start, answers = threading.Barrier(4), []

    def send(quantity):
        client = Client()
        client.force_login(user)
        start.wait()
        try:
            answers.append(post(client, form, link=LINK, quantity=quantity))
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[quantity]) for quantity in ("1000", "1000", "1000", "2000")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    order = Order.objects.get()
    placed = [answer for answer in answers if answer.status_code == 302]
    refused = [answer for answer in answers if answer.status_code == 422]
    assert len(placed) + len(refused) == 4
    assert {answer.url for answer in placed} == {f"/orders/{order.pk}/"}
    assert len(placed) == (3 if order.quantity == 1000 else 1)
    assert OrderEvent.objects.count() == 1


# -- the live price


def check(client, form, **fields):
    return page_of(client.post(CHECK, {**form, **fields}, headers=HTMX)).replace("\xa0", " ")


def test_the_check_prices_what_is_typed_and_places_nothing(as_operator):
    service = make_service()
    answer = check(as_operator, open_form(as_operator, service), quantity="2000", runs="2", interval="5")
    assert "4,000 × 0.90 USD per 1000" in answer
    assert "<strong>3.60 USD</strong>" in answer
    assert '<span id="amount" hx-swap-oob="true"> · 3.60 USD</span>' in answer
    assert "Still missing: Link." in answer
    assert not Order.objects.exists()


def test_the_check_leaves_the_inputs_alone(as_operator):
    service = make_service(type="custom_comments")
    answer = check(as_operator, open_form(as_operator, service), link=LINK, comments="a\n\nb\n")
    assert re.findall(r"<input [^>]* name=.(\w+).", answer) == ["seen"]
    assert "<textarea" not in answer
    assert '<span id="lines_comments" hx-swap-oob="true">2 lines.</span>' in answer
    assert "below this service&#x27;s minimum of 100" in answer
    page = page_of(as_operator.get(NEW, {"service": service.pk}))
    assert '<span id="lines_comments"></span>' in page
    assert page.count('id="amount"') == 1


def test_the_check_tells_changed_terms(as_operator):
    service = make_service()
    form = open_form(as_operator, service)
    type(service).objects.update(rate_per_1000=Decimal(2))
    answer = check(as_operator, form, quantity="1000")
    assert "Price: 0.90 USD per 1000 → <strong>2.00 USD per 1000</strong>" in answer


@pytest.mark.parametrize(("posts", "words"), [("3", "at most 0.54 USD"), ("", "The cost is not known in advance")])
def test_a_subscription_has_a_ceiling_or_no_known_cost(as_operator, posts, words):
    service = make_service(type="subscriptions")
    answer = check(as_operator, open_form(as_operator, service), username="ann", min="100", max="200", posts=posts)
    assert words in answer


def test_a_condition_that_is_not_met_is_remarked_although_the_field_is_blank(as_operator):
    service = make_service(type="web_traffic")
    answer = check(as_operator, open_form(as_operator, service), type_of_traffic="1")
    assert "Google keyword is missing: type of traffic 1 needs it." in answer


def test_a_package_has_its_price_at_once(as_operator):
    service = make_service(type="package", rate_per_1000=Decimal("12.5"))
    page = page_of(as_operator.get(NEW, {"service": service.pk})).replace("\xa0", " ")
    assert "12.50 USD per order" in page
    assert '<span id="place">Place order</span><span id="amount"> · 12.50 USD</span>' in page


def test_without_javascript_the_check_is_a_page(as_operator):
    service = make_service()
    form = open_form(as_operator, service)
    page = page_of(post(as_operator, form, CHECK, link=LINK, quantity="1000")).replace("\xa0", " ")
    assert "<!doctype html>" in page
    assert '<span id="place">Place order</span><span id="amount"> · 0.90 USD</span>' in page
    assert hidden(page)["token"] == form["token"]
    assert not Order.objects.exists()


# -- warnings


def test_a_drip_feed_that_some_panels_refuse_is_warned_about_and_can_be_placed(as_operator, rung):
    form = open_form(as_operator, make_service())
    assert "Some panels refuse this" not in check(
        as_operator, form, link=LINK, quantity="100", runs="20", interval="30"
    )
    values = {"link": LINK, "quantity": "10", "runs": "20", "interval": "30"}
    answer = check(as_operator, form, **values)
    assert "Quantity 10 of one run is below this service&#x27;s minimum of 100. Some panels refuse this." in answer
    assert post(as_operator, form, **values).status_code == 302
    order = Order.objects.get()
    assert (order.quantity, order.params["runs"]) == (10, "20")


def test_a_drip_feed_that_every_panel_refuses_is_not_placed(as_operator):
    form = open_form(as_operator, make_service())
    assert post(as_operator, form, link=LINK, quantity="10", runs="2", interval="30").status_code == 422
    assert not Order.objects.exists()


def test_a_link_that_cannot_be_right_is_warned_about_and_can_be_placed(as_operator, rung):
    service = make_service(name="TikTok Views", category="TikTok")
    form = open_form(as_operator, service)
    fields = {"link": "https://youtu.be/AbC", "quantity": "1000"}
    page = page_of(post(as_operator, form, CHECK, **fields))
    assert "The link leads to YouTube, but the service is for TikTok." in page
    assert "alert--warning" in page
    post(as_operator, form, **fields)
    assert Order.objects.get().link == "https://youtu.be/AbC"


def test_an_active_order_for_the_same_service_and_link_is_warned_about(as_operator, rung):
    service = make_service()
    active = make_placed(service, link="http://www.example.com/p/1/")
    make_placed(service, link=LINK, progress=Order.Progress.COMPLETED)
    make_placed(link=LINK)
    form = open_form(as_operator, service)
    answer = check(as_operator, form, link=LINK, quantity="1000")
    assert re.findall(r'href="/orders/(\d+)/"', answer) == [str(active.pk)]
    assert "There is an active order" not in check(as_operator, form, link="https://example.com/p/2", quantity="1000")
    assert post(as_operator, form, link=LINK, quantity="1000").status_code == 302


def test_many_active_orders_are_not_all_listed(as_operator):
    service = make_service()
    for _ in range(5):
        make_placed(service, link=LINK)
    answer = check(as_operator, open_form(as_operator, service), link=LINK)
    assert len(re.findall(r'href="/orders/\d+/"', answer)) == 3
    assert "There are more active orders." in answer


def test_only_a_subscription_for_the_same_account_is_taken_for_a_duplicate(as_operator):
    service = make_service(type="subscriptions")
    make_placed(service, link="", params={"username": "Bob"})
    form = open_form(as_operator, service)
    assert "There is an active order" not in check(as_operator, form, username="ann")
    assert "There is an active order for this service and account." in check(as_operator, form, username="@bob")


@pytest.mark.parametrize(("balance", "is_short"), [("2.69", True), ("2.70", False), (None, False)])
def test_a_balance_that_will_not_do_is_warned_about_with_what_waits_already(as_operator, rung, balance, is_short):
    service = make_service(make_panel(balance=balance and Decimal(balance)))
    make_order(service, expected_cost=Decimal("1.80"))
    make_placed(service, expected_cost=Decimal(100))
    make_order(expected_cost=Decimal(100))
    form = open_form(as_operator, service)
    answer = check(as_operator, form, link=LINK, quantity="1000")
    assert ("Not enough balance" in answer) is is_short
    assert ("1.80 USD is kept for orders that are waiting or were sent since" in answer) is is_short
    assert post(as_operator, form, link=LINK, quantity="1000").status_code == 302


def test_no_shortage_is_told_where_the_order_is_sent_all_the_same(as_operator):
    covered = make_service(make_panel(balance=Decimal(5)))
    make_order(covered, expected_cost=Decimal(100), held_for_funds_at=timezone.now())
    credit = make_service(make_panel(balance=Decimal("0.10"), gives_credit=True))
    for service in (covered, credit):
        answer = check(as_operator, open_form(as_operator, service), link=LINK, quantity="1000")
        assert "Not enough balance" not in answer


def test_a_balance_that_will_not_do_names_its_reading_before_what_was_sent_since(as_operator):
    service = make_service(make_panel(balance=Decimal(1), balance_checked_at=timezone.now()))
    make_order(service, expected_cost=Decimal("0.80"))
    answer = check(as_operator, open_form(as_operator, service), link=LINK, quantity="1000")
    assert 0 < answer.index("The balance was read") < answer.index("sent since.")


def test_a_pause_by_hand_is_named_once(as_operator):
    service = make_service(make_panel(name="Brightline", paused_reason="by_hand"))
    page = " ".join(page_of(as_operator.get(NEW, {"service": service.pk})).split())
    assert "Brightline is paused by hand. You can place the order." in page


def test_a_paused_panel_and_stopped_sending_are_told_and_the_order_waits(as_operator, rung):
    panel = make_panel(paused_reason=Panel.Pause.FUNDS)
    Controls.objects.create(pk=1, sending_stopped_at=timezone.now())
    service = make_service(panel)
    page = page_of(as_operator.get(NEW, {"service": service.pk}))
    assert "is paused: not enough funds" in page
    assert "Sending is stopped. You can place" in page
    assert post(as_operator, open_form(as_operator, service), link=LINK, quantity="1000").status_code == 302


def test_one_order_is_tried_after_a_pause_because_the_panel_refused_everybody(as_operator):
    until = timezone.now() + timedelta(minutes=5)
    for reason, is_tried in ((Panel.Pause.EVERYBODY, True), (Panel.Pause.RATE_LIMIT, False)):
        service = make_service(make_panel(paused_reason=reason, paused_until=until))
        page = page_of(as_operator.get(NEW, {"service": service.pk}))
        assert ("Then one order is tried first." in page) is is_tried


def test_a_pause_that_is_over_is_not_told(as_operator):
    service = make_service(make_panel(paused_reason=Panel.Pause.RATE_LIMIT, paused_until=timezone.now()))
    assert "is paused" not in page_of(as_operator.get(NEW, {"service": service.pk}))


# -- choosing


def found(client, typed, **query):
    page = page_of(client.get(SERVICES, {"q": typed, **query}, headers=HTMX))
    return [int(pk) for pk in re.findall(r'<a href="[^"]*service=(\d+)', page)]


def test_services_are_found_by_words_of_name_category_and_panel(as_operator):
    north, south = make_panel(name="Northwind"), make_panel(name="Southwind")
    likes = make_service(north, name="Instagram Likes Fast")
    same = make_service(south, name="Instagram Likes Fast")
    make_service(north, name="YouTube Views", category="YouTube")
    assert found(as_operator, "LIKES insta") == [likes.pk, same.pk]
    assert found(as_operator, "likes south") == [same.pk]
    assert found(as_operator, "nothing like it") == []


def test_exactly_the_id_comes_first(as_operator):
    make_service(remote_id="1234", name="A")
    exact = make_service(remote_id="123", name="B")
    assert found(as_operator, "123")[0] == exact.pk


def test_what_cannot_be_ordered_is_not_found(as_operator):
    make_service(name="Gone likes", is_listed=False)
    make_service(make_panel(is_active=False), name="Sleeping likes")
    assert found(as_operator, "likes") == []


@pytest.mark.parametrize("typed", ["%", "_", "\0", "'", "\\", "zq " * 500])
def test_search_takes_whatever_is_typed(as_operator, typed):
    make_service(name="Likes")
    assert found(as_operator, typed) == []


def test_a_long_list_ends_and_says_so(as_operator):
    panel = make_panel()
    for _ in range(21):
        make_service(panel)
    page = page_of(as_operator.get(SERVICES, {"q": "followers"}, headers=HTMX))
    assert page.count("<li>") == 20
    assert "The first 20 matches" in page


def test_results_tell_panel_id_price_and_limits(as_operator):
    service = make_service(make_panel(name="Northwind", reported_currency="EUR"), remote_id="77")
    page = page_of(as_operator.get(SERVICES, {"q": "77"}, headers=HTMX)).replace("\xa0", " ")
    assert "Northwind · ID 77 · 100–10,000" in page
    assert re.search(r"0\.90 EUR <br><span[^>]*>per 1000<", page)
    assert f'href="/orders/new/?service={service.pk}"' in page


def test_results_tell_type_refill_and_average_time(as_operator):
    make_service(name="Likes", type="poll", refill=True, average_time="95", average_minutes=95)
    make_service(name="Views NR", type="", raw_type="Odd", refill=None)
    page = page_of(as_operator.get(SERVICES, {"q": "likes"}, headers=HTMX)).replace("\xa0", " ")
    assert "<span>Poll</span>" in page
    assert "<span>Refill</span>" in page
    assert "≈ 1 h 35 min" in page
    page = page_of(as_operator.get(SERVICES, {"q": "views"}, headers=HTMX))
    assert "<span>Type not known</span>" in page
    assert "No refill by its name" in page
    assert "≈" not in page


def test_what_one_ordered_last_is_offered_before_typing(as_operator, operator):
    older, newer = make_service(), make_service()
    for service in (newer, older, newer):
        make_order(service, placed_by=operator)
    make_order(make_service(is_listed=False), placed_by=operator)
    make_order(placed_by=make_user("Operator"))
    assert found(as_operator, "") == [newer.pk, older.pk]


def test_an_empty_catalog_says_what_to_do_first(as_operator):
    assert "Add a panel" in page_of(as_operator.get(NEW))
    make_service()
    assert "Add a panel" not in page_of(as_operator.get(NEW))


def test_names_from_panels_are_escaped_everywhere(as_operator):
    evil = "<script>alert(1)</script>\"'>"
    service = make_service(make_panel(name=evil), name=evil, category=evil, description=evil, raw_type=evil, type="")
    for page in (
        page_of(as_operator.get(NEW, {"q": "script"})),
        page_of(as_operator.get(NEW, {"service": service.pk})),
        page_of(as_operator.post(NEW, {"service": service.pk, "link": evil, "shown_price": evil, "token": evil})),
        page_of(as_operator.get(NEW, {"q": evil, "link": evil, "again": evil})),
    ):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_an_unknown_type_is_ordered_as_default_and_says_so(as_operator, rung):
    service = make_service(type="", raw_type="Story Magic")
    page = page_of(as_operator.get(NEW, {"service": service.pk}))
    assert "“Story Magic” is not known here. It is ordered as Default" in page
    assert "A manager can set the type on the page of the service." in page
    assert post(as_operator, hidden(page), link=LINK, quantity="1000").status_code == 302
    assert Order.objects.get().type == ""


def test_an_unknown_type_may_have_further_fields_by_name(as_operator, rung):
    service = make_service(type="", raw_type="Story Magic")
    page = page_of(as_operator.get(NEW, {"service": service.pk}))
    assert '<textarea name="extra_fields"' in page
    extra = "username = ann\r\n\r\nstart_at=12:00 = noon"
    assert post(as_operator, hidden(page), link=LINK, quantity="1000", extra_fields=extra).status_code == 302
    order = Order.objects.get()
    assert order.params == {"extra_fields": "username=ann\nstart_at=12:00 = noon"}
    page = page_of(as_operator.get(order.get_absolute_url()))
    assert "<dt>Further fields</dt>" in page
    assert "<li>username=ann</li>" in page
    again = as_operator.get(NEW, {"again": order.pk}).context["form"]
    assert again["extra_fields"].value() == order.params["extra_fields"]


def test_further_fields_never_set_a_field_of_the_call(as_operator, rung):
    service = make_service(type="", raw_type="Story Magic")
    page = page_of(as_operator.get(NEW, {"service": service.pk}))
    answer = post(as_operator, hidden(page), link=LINK, quantity="1000", extra_fields="key=mine")
    assert answer.status_code == 422
    assert "Further fields must not set “key”" in page_of(answer)
    assert not Order.objects.exists()


def test_a_known_type_takes_no_further_fields(as_operator, rung):
    service = make_service()
    page = page_of(as_operator.get(NEW, {"service": service.pk}))
    assert 'name="extra_fields"' not in page
    answer = post(as_operator, hidden(page), link=LINK, quantity="1000", extra_fields="a=1")
    assert answer.status_code == 422
    assert not Order.objects.exists()


def test_a_manager_is_led_to_the_type_of_a_service(as_manager):
    service = make_service(type="", raw_type="")
    page = page_of(as_manager.get(NEW, {"service": service.pk}))
    assert "The panel lists no type. It is ordered as Default." in page
    assert f'href="{service.get_absolute_url()}#id_type"' in page


# -- order again


@pytest.mark.parametrize("slug", TYPES)
def test_an_order_can_be_placed_again_with_all_its_fields(as_operator, rung, slug):
    service = make_service(type=slug, min_quantity=1)
    post(as_operator, open_form(as_operator, service), **TYPES[slug][0])
    first = Order.objects.get()
    response = as_operator.get(NEW, {"again": first.pk})
    form = response.context["form"]
    typed = {name: str(form[name].value() or "") for name in form.fields}
    assert post(as_operator, typed).status_code == 302
    second = Order.objects.exclude(pk=first.pk).get()
    assert (second.values, second.service, second.expected_cost) == (first.values, service, first.expected_cost)
    assert second.token != first.token


def test_of_two_people_who_order_the_same_order_again_the_second_is_asked(as_operator):
    refused = make_order(state=Order.State.REFUSED, link=LINK)
    forms = []
    for _ in range(2):
        form = as_operator.get(NEW, {"again": refused.pk}).context["form"]
        forms.append({name: str(form[name].value() or "") for name in form.fields})
    assert post(as_operator, forms[0]).status_code == 302
    first = Order.objects.get(again_of=refused)
    response = post(as_operator, forms[1])
    page = page_of(response)
    assert response.status_code == 422
    assert f'ordered again meanwhile as <a href="/orders/{first.pk}/">order {first.pk}</a>' in page
    assert Order.objects.filter(again_of=refused).count() == 1
    # The same form leads to its order, and a person who has read it may order.
    assert post(as_operator, forms[0]).headers["Location"] == f"/orders/{first.pk}/"
    assert post(as_operator, forms[1] | {"repeat": hidden(page)["repeat"]}).status_code == 302
    assert Order.objects.filter(again_of=refused).count() == 2


def test_an_order_again_shows_its_cost_and_warnings_at_once(as_operator):
    order = make_placed(link=LINK)
    page = page_of(as_operator.get(NEW, {"again": order.pk})).replace("\xa0", " ")
    assert '<span id="place">Place order</span><span id="amount"> · 0.90 USD</span>' in page
    assert "There is an active order" in page
    assert f'href="/orders/{order.pk}/"' in page


def test_an_order_of_a_vanished_service_asks_for_another_and_keeps_the_rest(as_operator):
    order = make_placed(make_service(is_listed=False), link=LINK, quantity=555)
    other = make_service(name="Other followers")
    page = page_of(as_operator.get(NEW, {"again": order.pk}))
    assert "no longer lists" in page
    assert f'name="again" value="{order.pk}"' in page
    listed = page_of(as_operator.get(SERVICES, {"q": "other", "again": order.pk}, headers=HTMX))
    (address,) = re.findall(r'<a href="([^"]+)"', listed)
    chosen = page_of(as_operator.get(html.unescape(address)))
    assert hidden(chosen)["service"] == str(other.pk)
    assert f'value="{LINK}"' in chosen
    assert 'value="555"' in chosen


def test_repeated_drip_feed_is_shown_even_where_it_is_not_offered_any_more(as_operator):
    order = make_placed(make_service(dripfeed=False), params={"runs": "2", "interval": "5"})
    assert 'name="runs" value="2"' in page_of(as_operator.get(NEW, {"again": order.pk}))


@pytest.mark.parametrize("given", ["abc", "999"])
def test_an_order_that_does_not_exist_cannot_be_repeated(as_operator, given):
    response = as_operator.get(NEW, {"again": given})
    assert response.status_code == 200
    assert "The order to repeat does not exist" in page_of(response)


def test_a_link_can_be_given_and_survives_choosing_another_service(as_operator):
    service = make_service()
    page = page_of(as_operator.get(NEW, {"service": service.pk, "link": LINK}))
    assert f'value="{LINK}"' in page
    (address, *_) = re.findall(r'<a class="button button--small" href="([^"]+)"', page)
    searching = page_of(as_operator.get(html.unescape(address)))
    assert f'name="link" value="{LINK}"' in searching
    listed = page_of(as_operator.get(SERVICES, {"q": "followers", "link": LINK}, headers=HTMX))
    (address,) = re.findall(r'<a href="([^"]+)"', listed)
    assert f'value="{LINK}"' in page_of(as_operator.get(html.unescape(address)))


# -- fragments, permissions, queries


def test_the_page_holds_the_form_and_htmx_gets_only_it(as_operator):
    address = f"{NEW}?service={make_service().pk}"
    page, fragment = page_of(as_operator.get(address)), as_operator.get(address, headers=HTMX)
    assert '<div id="order"' in page
    assert "<!doctype html>" in page
    assert page_of(fragment).strip().startswith('<div id="order"')
    assert "<!doctype" not in page_of(fragment)
    assert "HX-Request" in fragment.headers["Vary"]


def test_the_page_holds_the_list_of_services_and_htmx_gets_only_it(as_operator):
    make_service()
    page = page_of(as_operator.get(SERVICES, {"q": "followers"}))
    fragment = as_operator.get(SERVICES, {"q": "followers"}, headers=HTMX)
    assert '<ul class="choices">' in page
    assert "<!doctype html>" in page
    assert '<ul class="choices">' in page_of(fragment)
    assert 'id="order"' not in page_of(fragment)
    assert fragment.headers["HX-Replace-Url"] == "/orders/new/?q=followers"


def test_the_page_holds_the_check_and_htmx_gets_only_it(as_operator):
    form = open_form(as_operator, make_service())
    assert 'id="check"' in page_of(post(as_operator, form, CHECK))
    fragment = check(as_operator, form)
    assert "Estimated cost" in fragment
    assert 'id="check"' not in fragment


@pytest.mark.parametrize("address", [NEW, SERVICES])
def test_only_who_may_order_sees_the_page(as_viewer, address):
    assert as_viewer.get(address).status_code == 403


@pytest.mark.parametrize("address", [NEW, CHECK])
def test_only_who_may_order_may_send(as_viewer, rung, address):
    service = make_service()
    assert post(as_viewer, {"service": service.pk}, address).status_code == 403
    assert not Order.objects.exists()


def test_a_login_is_needed(client, db):
    assert client.get(NEW).status_code == 302
    assert client.post(NEW).status_code == 302
    assert client.post(CHECK, headers=HTMX).headers["HX-Redirect"].startswith("/login/")


def test_wrong_methods_are_refused(as_operator):
    assert as_operator.get(CHECK).status_code == 405
    assert as_operator.post(SERVICES).status_code == 405


def count_queries(call):
    with CaptureQueriesContext(
        connection,
    ) as caught:
        call()
    return len(caught)


def test_the_search_shows_prices_in_the_reporting_currency_beside_others(as_operator):
    make_service(make_panel(reported_currency="USD"), name="Likes of dollars")
    make_service(make_panel(reported_currency="EUR"), name="Likes of euros")
    make_service(make_panel(reported_currency="NGN"), name="Likes of nairas")
    make_rate("USD", "1.25")
    assert "≈" not in page_of(as_operator.get(SERVICES, {"q": "likes"}))
    report_in("EUR")
    page = page_of(as_operator.get(SERVICES, {"q": "likes"})).replace("\xa0", " ")
    assert page.count("≈") == 1
    assert "≈ 0.72 EUR</span>" in page[page.index("Likes of dollars") :]
    assert 'title="1 EUR = 1.25 USD, typed' in page


def test_queries_do_not_grow_with_rows(as_operator):
    service = make_service(make_panel(balance=1))
    form = open_form(as_operator, service)

    def measure():
        return (
            count_queries(lambda: as_operator.get(SERVICES, {"q": "followers"}, headers=HTMX)),
            count_queries(lambda: check(as_operator, form, link=LINK, quantity="5000")),
            count_queries(lambda: as_operator.get(NEW, {"service": service.pk, "link": LINK}, headers=HTMX)),
        )

    make_placed(service, link=LINK)
    few = measure()
    for _ in range(15):
        make_order(make_service())
        make_order(service, link=LINK)
    assert measure() == few
    assert max(few) <= 11


# -- labels


def test_an_order_gets_its_labels(as_operator, rung):
    service = make_service()
    spring = make_campaign("Spring", make_client("Nova"))
    form = open_form(as_operator, service)
    labels = {"client": "nova", "campaign": "SPRING", "reference": " PO-17 ", "note": "Second\r\nwave"}
    response = post(as_operator, form, link=LINK, quantity="1000", **labels)
    assert response.status_code == 302
    order = Order.objects.get()
    assert (order.client, order.campaign) == (spring.client, spring)
    assert (order.reference, order.reference_key, order.note) == ("PO-17", "po-17", "Second\nwave")


def test_an_unknown_client_orders_nothing_until_the_person_ticks_its_creation(as_operator, rung):
    service = make_service()
    values = {**open_form(as_operator, service), "link": LINK, "quantity": "1000", "client": "Nova"}
    refused = post(as_operator, values)
    assert refused.status_code == 422
    assert "There is no client “Nova”. Create it, or correct the name." in page_of(refused)
    assert "Create the client “Nova”" in page_of(refused)
    # A tick counts only for the names that it was shown for.
    assert post(as_operator, values, create="Nowa").status_code == 422
    assert not Order.objects.exists()
    assert not Customer.objects.exists()
    assert post(as_operator, values, create="Nova").status_code == 302
    assert Order.objects.get().client.name == "Nova"


def test_a_form_sent_twice_creates_one_client_and_one_order(as_operator, rung):
    service = make_service()
    form = open_form(as_operator, service)
    values = {**form, "link": LINK, "quantity": "1000", "client": "Nova", "create": "Nova"}
    for _ in range(2):
        assert post(as_operator, values).status_code == 302
    assert (Order.objects.count(), Customer.objects.count()) == (1, 1)
    # A label that was changed meanwhile does not make it another order.
    Order.objects.update(client=None, note="Changed")
    assert post(as_operator, values).status_code == 302
    assert Order.objects.get().note == "Changed"


def test_no_client_is_created_for_an_order_that_is_not_placed(as_operator, rung):
    service = make_service()
    form = open_form(as_operator, service)
    ticked = {**form, "link": LINK, "client": "Nova", "create": "Nova"}
    wrong = post(as_operator, ticked, quantity="1")
    assert wrong.status_code == 422
    assert "checked" in page_of(wrong)
    assert post(as_operator, form, link=LINK, quantity="1000").status_code == 302
    other = post(as_operator, ticked, quantity="2000")
    assert other.status_code == 422
    assert not Customer.objects.exists()


def test_without_the_permission_nobody_is_offered_a_new_client(client, db):
    user = make_user()
    user.user_permissions.add(Permission.objects.get(codename="add_order"))
    client.force_login(user)
    form = open_form(client, make_service())
    refused = post(client, {**form, "link": LINK, "quantity": "1000", "client": "Nova", "create": "Nova"})
    assert refused.status_code == 422
    assert "Create the client" not in page_of(refused)
    assert not Customer.objects.exists()


def test_the_live_check_offers_the_new_client_and_creates_nothing(as_operator):
    form = open_form(as_operator, make_service())
    values = {**form, "link": LINK, "quantity": "1000", "client": "Nova"}
    assert "Create the client “Nova”" in page_of(as_operator.post(CHECK, values))
    answer = page_of(as_operator.post(CHECK, values, headers=HTMX))
    assert '<div id="new-names" hx-swap-oob="true"' in answer
    assert not Customer.objects.exists()


def test_a_repeated_order_keeps_its_client_and_campaign_alone(as_operator):
    spring = make_campaign("Spring", make_client("Nova"))
    order = make_placed(client=spring.client, campaign=spring, reference="PO-17", note="Once")
    page = page_of(as_operator.get(NEW, {"again": order.pk}))
    assert 'value="Nova"' in page
    assert "PO-17" not in page
    assert "Once" not in page


def test_the_form_says_what_the_panel_charges_and_the_cost_includes_it(as_operator):
    service = make_service(charge_ratio=Decimal("1.31"), charges_compared=34)
    page = page_of(as_operator.get(NEW, {"service": service.pk}))
    assert "The panel charges 31\xa0% above its list (34 orders)." in page
    form = {"service": service.pk, "link": "https://example.com/p/1", "quantity": "1000"}
    answer = as_operator.post(f"{NEW}check/", form).text
    assert "1.179\xa0USD" in answer
    assert "charged 31\xa0% above the list" in answer


def test_a_surcharge_that_was_learned_since_the_form_was_opened_is_shown_before_the_order(as_operator):
    form = OrderForm(make_service())
    Service.objects.update(charge_ratio=Decimal("1.31"), charges_compared=34)
    data = form.initial | {"link": "https://example.com/p/1", "quantity": "1000"}
    answer = post(as_operator, data)
    assert answer.status_code == 422
    assert "Charges: as listed → <strong>31 % above the list</strong>" in page_of(answer)
    assert not Order.objects.exists()


def test_an_order_that_is_ordered_again_is_named_by_the_new_order(as_operator, rung):
    order = make_order(state="refused")
    page = page_of(as_operator.get(NEW, {"again": order.pk}))
    shown = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', page))
    assert shown["again"] == str(order.pk)
    post(as_operator, shown)
    assert Order.objects.exclude(pk=order.pk).get().again_of == order


@pytest.mark.parametrize("comments", [r"nice\nwow", "nice | wow"])
def test_a_comment_that_some_panels_split_is_warned_of_and_can_be_ordered(as_operator, comments):
    service = make_service(type="custom_comments", raw_type="Custom Comments", min_quantity=1)
    form = open_form(as_operator, service)
    fields = {"link": LINK, "comments": comments}
    words = "Some panels make two comments of it, and charge for both."
    assert words in page_of(post(as_operator, form, CHECK, **fields))
    assert words not in page_of(post(as_operator, form, CHECK, link=LINK, comments="nice"))
    post(as_operator, form, **fields)
    assert Order.objects.get().params == {"comments": comments}


# -- taking back


@pytest.fixture
def delays(monkeypatch):
    """The delay of each task for the worker."""
    found = []
    monkeypatch.setattr("panels.bell.transaction.on_commit", lambda ring, **_: ring())
    monkeypatch.setattr("panels.bell.enqueue", lambda kind, pk, delay=0: found.append((kind, pk, delay)))
    return found


def place_one(client, service):
    return post(client, open_form(client, service), link=LINK, quantity="1000")


@pytest.mark.parametrize("seconds", [1, 5, 60])
def test_an_order_waits_until_it_can_no_longer_be_taken_back(as_operator, settings, delays, seconds):
    settings.TAKE_BACK_SECONDS = seconds
    service, before = make_service(), timezone.now()
    response = place_one(as_operator, service)
    order = Order.objects.get()
    assert before + timedelta(seconds=seconds) <= order.send_after <= timezone.now() + timedelta(seconds=seconds)
    assert delays == [("submit", service.panel_id, seconds)]
    page = page_of(as_operator.get(response.url))
    assert f'action="/orders/{order.pk}/withdraw/"' in page
    assert f"Order {order.pk} is queued for {service.panel}." in page


def test_the_message_has_an_undo_with_the_seconds_that_are_left(as_operator, settings, delays):
    settings.TAKE_BACK_SECONDS = 60
    page = page_of(as_operator.get(place_one(as_operator, make_service()).url))
    assert 50 < int(re.search(r"data-seconds[^>]*>(\d+)<", page)[1]) <= 60
    assert 'class="alert alert--success alert--undo"' in page


def test_without_time_to_take_it_back_an_order_is_sent_at_once(as_operator, settings, delays):
    settings.TAKE_BACK_SECONDS = 0
    service = make_service()
    response = place_one(as_operator, service)
    assert Order.objects.get().send_after <= timezone.now()
    assert delays == [("submit", service.panel_id, 0)]
    page = page_of(as_operator.get(response.url))
    assert "is queued for" in page
    assert "data-seconds" not in page


def test_the_order_of_a_person_who_may_not_take_it_back_does_not_wait(client, db, settings, delays):
    settings.TAKE_BACK_SECONDS = 5
    person = make_user("Viewer")
    person.user_permissions.add(Permission.objects.get(codename="add_order"))
    client.force_login(person)
    response = place_one(client, make_service())
    assert Order.objects.get().send_after <= timezone.now()
    assert "data-seconds" not in page_of(client.get(response.url))


def test_a_form_that_is_sent_twice_keeps_the_time_and_rings_once(as_operator, settings, delays):
    settings.TAKE_BACK_SECONDS = 5
    service = make_service()
    form = open_form(as_operator, service)
    post(as_operator, form, link=LINK, quantity="1000")
    send_after = Order.objects.get().send_after
    post(as_operator, form, link=LINK, quantity="1000")
    assert Order.objects.get().send_after == send_after
    assert len(delays) == 1


def test_an_undo_in_time_withdraws_the_order_and_one_too_late_says_so(as_operator, settings, delays):
    settings.TAKE_BACK_SECONDS = 5
    service = make_service()
    orders = []
    for _ in range(2):
        place_one(as_operator, service)
        orders.append(Order.objects.latest("pk"))
    in_time, too_late = orders
    answer = as_operator.post(f"/orders/{in_time.pk}/withdraw/", follow=True)
    assert "The order is withdrawn. It is not sent." in page_of(answer)
    Order.objects.filter(pk=too_late.pk).update(state=Order.State.SENDING, attempt=1)
    answer = as_operator.post(f"/orders/{too_late.pk}/withdraw/", follow=True)
    assert f"already on its way to {service.panel}" in page_of(answer)
    assert [order.state for order in Order.objects.order_by("pk")] == ["withdrawn", "sending"]


def test_no_order_waits_that_is_not_placed_by_the_form(operator, settings, delays):
    settings.TAKE_BACK_SECONDS = 60
    service = make_service()
    batch = make_batch(row_of(service))
    confirm(batch, operator, summary(batch).fingerprint)
    held = make_order(service, held_reason="The price has risen.")
    assert release(held, operator) == ""
    unknown = make_unknown(service, send_deadline=timezone.now() - timedelta(minutes=1))
    assert send_again(unknown, operator) == ""
    assert [order.send_after <= timezone.now() for order in Order.objects.all()] == [True] * 3


def test_the_form_says_which_part_is_the_price(as_operator):
    service = make_service()
    form = open_form(as_operator, service)
    assert "data-price" not in page_of(post(as_operator, form, CHECK, link=LINK))
    assert "data-price" in page_of(post(as_operator, form, CHECK, link=LINK, quantity="1000"))
    subscription = make_service(service.panel, type="subscriptions")
    page = page_of(as_operator.get(NEW, {"service": subscription.pk}))
    assert "data-price" in page
    assert "The cost is not known in advance" in page


def test_the_list_of_services_shows_their_records_by_the_same_queries(as_operator, django_assert_num_queries):
    services = [make_service(name=f"Followers {number}") for number in range(3)]
    with CaptureQueriesContext(connection) as before:
        as_operator.get("/orders/new/services/?q=followers")
    for service in services:
        make_delivered(service, timedelta(hours=1), remains=13)
    count_records()
    with django_assert_num_queries(len(before)):
        page = as_operator.get("/orders/new/services/?q=followers")
    assert page.content.decode().count("98.7\xa0%") == 3


# -- equivalent offers, and blocked services


@pytest.fixture
def followers():
    """The same at two panels: here for 2.00, and elsewhere for 0.43."""
    services = [
        make_offer("Instagram Followers", make_panel(name=name), rate_per_1000=Decimal(rate))
        for name, rate in (("Here", "2"), ("Elsewhere", "0.43"))
    ]
    read_offers()
    return services


def test_the_choice_of_a_service_says_what_the_same_costs_elsewhere(as_operator, followers):
    page = page_of(as_operator.get(SERVICES, {"q": "followers"}, headers=HTMX)).replace("\xa0", " ")
    product = Product.objects.get()
    assert f'href="{product.get_absolute_url()}"' in page
    assert "The same elsewhere, from 0.43 USD per 1000" in page
    assert "The same elsewhere, from 2.00 USD per 1000" in page
    assert "The same elsewhere" not in page_of(as_operator.get(SERVICES, {"q": "nothing"}, headers=HTMX))


def test_an_active_order_of_an_equivalent_service_is_warned_about(as_operator, followers):
    here, elsewhere = followers
    active = make_placed(elsewhere, link=LINK)
    answer = check(as_operator, open_form(as_operator, here), link=LINK, quantity="1000")
    assert re.findall(r'href="/orders/(\d+)/"', answer) == [str(active.pk)]
    assert "equivalent service and this link" in answer
    assert "at Elsewhere" in answer


def test_a_blocked_service_is_not_offered_and_cannot_be_placed(as_operator):
    service = make_service(name="Blocked likes", remote_id="blocked-7")
    form = open_form(as_operator, service)
    mark = ServiceMark.objects.create(service=service, is_blocked=True, note="They deliver bots.")
    for response in (
        as_operator.get(NEW, {"service": service.pk}),
        as_operator.get(NEW, {"again": make_order(service).pk}),
        post(as_operator, form, link=LINK, quantity="1000"),
        as_operator.post(CHECK, form | {"link": LINK, "quantity": "1000"}),
    ):
        assert "The team has blocked this service: They deliver bots." in page_of(response)
    assert Order.objects.count() == 1
    assert service.remote_id not in page_of(as_operator.get(SERVICES, {"q": "blocked likes"}, headers=HTMX))
    mark.is_blocked = False
    mark.save()
    assert post(as_operator, form, link=LINK, quantity="1000").status_code == 302


def test_what_the_team_and_its_orders_say_of_a_service_stands_in_the_choice_and_in_the_form(as_operator):
    service = make_service()
    ServiceMark.objects.create(service=service, is_favourite=True, note="Ask <Ana> first")
    known = {"orders": 43, "finish_orders": 43, "delivered_orders": 43, "price_orders": 43, "currency": "USD"}
    ServiceRecord.objects.create(
        service=service, finish_minutes=420, delivered=Decimal("0.98"), price=Decimal("1.05"),
        computed_at=timezone.now(), **known,
    )  # fmt: skip
    for answer in (
        as_operator.get(NEW, {"service": service.pk}),
        as_operator.get(NEW, {"again": make_order(service).pk}),
        as_operator.get(SERVICES, {"q": service.name}, headers=HTMX),
    ):
        assert "favourite</span> Ask &lt;Ana&gt; first" in answer.text
        assert "≤\xa07\xa0h" in answer.text
