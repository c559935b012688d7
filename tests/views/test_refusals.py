"""The page of unknown words: a person decides, and sends the orders again with one click."""

from __future__ import annotations

import re
import threading
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from panels.models import Order, OrderAction, Panel, RefusalWords
from panels.orders.actions import carry_out
from panels.providers.pauses import pause
from panels.views import refusals
from tests.factories import make_order, make_refusal, make_refused

pytestmark = pytest.mark.django_db

State, Meaning = Order.State, RefusalWords.Meaning
HTMX = {"HX-Request": "true"}


@pytest.fixture
def words():
    words = make_refusal()
    pause(words.panel, Panel.Pause.UNCLEAR, words.text)
    return words


def fields(response):
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', response.text))


def decide(client, words, meaning, **changed):
    shown = fields(client.get(words.get_absolute_url()))
    return client.post(
        reverse("refusal_decide", args=[words.pk]), {**shown, "meaning": meaning, **changed}, follow=True
    )


def plain(response):
    return " ".join(response.text.replace("\u00a0", " ").split())


def test_the_page_is_linked_from_attention_and_from_the_panel(as_manager, words):
    address = words.get_absolute_url()
    assert address in as_manager.get(reverse("overview")).text
    assert address in as_manager.get(words.panel.get_absolute_url()).text


def test_the_page_has_its_fragment(as_viewer, words):
    page = as_viewer.get(words.get_absolute_url())
    fragment = as_viewer.get(words.get_absolute_url(), headers=HTMX)
    assert "<html" in page.text
    assert "<html" not in fragment.text
    assert 'id="words"' in fragment.text


def test_a_manager_says_that_the_panel_is_meant(as_manager, words, rung):
    response = decide(as_manager, words, Meaning.PANEL)
    assert "One order is tried first" in response.text
    words.refresh_from_db()
    assert words.meaning == Meaning.PANEL
    words.panel.refresh_from_db()
    assert words.panel.paused_reason == ""


def test_a_decision_about_what_is_no_longer_so_changes_nothing(as_manager, words):
    response = decide(as_manager, words, Meaning.ORDERS, was="panel")
    assert "Nothing was changed" in response.text
    response = decide(as_manager, words, "everything")
    assert "Nothing was changed" in response.text
    words.refresh_from_db()
    assert words.meaning == Meaning.ASK


def test_an_operator_sees_the_question_and_does_not_decide_it(as_operator, words):
    text = as_operator.get(words.get_absolute_url()).text
    assert "A manager can decide this" in text
    assert reverse("refusal_decide", args=[words.pk]) not in text


def press(client, words, shown):
    return client.post(reverse("refusal_send_again", args=[words.pk]), shown)


def test_one_click_sends_all_marked_orders_at_the_cost_that_the_button_says(as_operator, words):
    RefusalWords.objects.update(meaning=Meaning.PANEL)
    orders = [make_refused(words, expected_cost=Decimal("1.25")) for _ in range(2)]
    repeated = make_refused(words)
    again = make_order(again_of=repeated)
    page = as_operator.get(words.get_absolute_url())
    assert "Send 2 orders again · ≈ 2.50 USD" in plain(page)
    assert f"order {again.pk}" in page.text
    assert "1 of 3 is left out" in plain(page)
    shown = fields(page)
    first, second = press(as_operator, words, shown), press(as_operator, words, shown)
    action = OrderAction.objects.get()
    assert first.url == second.url == action.get_absolute_url()
    carry_out(action.pk, threading.Event())
    assert set(Order.objects.filter(state=State.QUEUED, refused_in=None, attempt=1)) == set(orders)
    repeated.refresh_from_db()
    assert repeated.state == State.REFUSED
    assert "0 placed, 2 waiting." in plain(as_operator.get(action.get_absolute_url()))


def test_a_list_that_has_changed_is_shown_again_before_it_is_sent(as_operator, words):
    RefusalWords.objects.update(meaning=Meaning.PANEL)
    make_refused(words)
    shown = fields(as_operator.get(words.get_absolute_url()))
    make_refused(words)
    assert press(as_operator, words, shown).url == words.get_absolute_url()
    assert press(as_operator, words, shown | {"token": "x"}).url == words.get_absolute_url()
    assert not OrderAction.objects.exists()


def test_other_orders_of_the_same_number_and_cost_are_shown_before_they_are_sent(as_operator, words):
    RefusalWords.objects.update(meaning=Meaning.PANEL)
    seen = make_refused(words, expected_cost=Decimal("1.25"))
    shown = fields(as_operator.get(words.get_absolute_url()))
    make_order(again_of=seen)
    unseen = make_refused(words, expected_cost=Decimal("1.25"))
    response = as_operator.post(reverse("refusal_send_again", args=[words.pk]), shown, follow=True)
    assert "The list has changed since it was shown" in response.text
    assert not OrderAction.objects.exists()
    press(as_operator, words, fields(response))
    assert [line.order for line in OrderAction.objects.get().lines.all()] == [unseen]


def test_the_button_says_how_many_have_no_known_price(as_operator, words):
    RefusalWords.objects.update(meaning=Meaning.PANEL)
    for cost in (Decimal("1.25"), None):
        make_refused(words, expected_cost=cost)
    page = plain(as_operator.get(words.get_absolute_url()))
    assert "Send 2 orders again · ≈ 1.25 USD, the price of 1 is not known" in page
    Order.objects.update(expected_cost=None)
    assert "Send 2 orders again · cost not known" in plain(as_operator.get(words.get_absolute_url()))


def test_number_and_amount_are_of_the_orders_that_the_click_sends(as_operator, words, monkeypatch):
    monkeypatch.setattr(refusals, "MOST", 2)
    RefusalWords.objects.update(meaning=Meaning.PANEL)
    orders = [make_refused(words, expected_cost=Decimal(1)) for _ in range(3)]
    page = as_operator.get(words.get_absolute_url())
    assert "Send 2 orders again · ≈ 2.00 USD" in plain(page)
    assert "1 more can be sent after these" in plain(page)
    press(as_operator, words, fields(page))
    sent = OrderAction.objects.get().lines.values_list("order", flat=True)
    assert sorted(sent) == [order.pk for order in orders[:2]]


def test_nothing_is_offered_before_the_decision(as_manager, words):
    make_refused(words)
    page = as_manager.get(words.get_absolute_url())
    assert "can be sent again once" in page.text
    press(as_manager, words, {"token": "0" * 32, "shown": fields(page).get("shown", "")})
    assert not OrderAction.objects.exists()


def test_a_balance_that_fell_is_said_before_the_click(as_operator, words):
    RefusalWords.objects.update(meaning=Meaning.PANEL)
    make_refused(words)
    words.panel.balance_readings.create(
        at=words.began_at.replace(year=2020), balance=Decimal(10), currency="USD", why="request"
    )
    Panel.objects.update(balance=Decimal(8), balance_checked_at=timezone.now())
    text = plain(as_operator.get(words.get_absolute_url()))
    assert "The balance fell meanwhile" in text
    assert "2.00 USD are not explained" in text


def test_the_order_leads_to_its_words(as_viewer, words):
    order = make_refused(words)
    assert words.get_absolute_url() in as_viewer.get(order.get_absolute_url()).text


def test_pages_take_no_more_queries_with_more_orders(as_operator, words, django_assert_max_num_queries):
    for _ in range(20):
        make_refused(words)
    with django_assert_max_num_queries(20):
        as_operator.get(words.get_absolute_url())
