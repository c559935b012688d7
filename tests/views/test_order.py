"""The page of one order: its buttons, its evidence, its history, and the decisions about it."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from panels import bell
from panels.calls.claiming import Claims
from panels.models import BalanceReading, Batch, Order, OrderEvent, OrderReading, Panel, Refill, Service
from panels.models.order_states import RequestState
from panels.models.order_values import LIFETIME
from tests.factories import (
    make_offer,
    make_order,
    make_panel,
    make_placed,
    make_refill,
    make_service,
    make_user,
    read_offers,
)
from tests.views.pages import count_queries

pytestmark = pytest.mark.django_db

State, Progress = Order.State, Order.Progress
HTMX = {"HX-Request": "true"}


def text(response):
    return " ".join(response.content.decode().split())


def url(name, order):
    return reverse(f"order_{name}", args=[order.pk])


# -- the page of one order


def test_the_page_holds_the_order_and_htmx_gets_only_it(as_viewer, operator):
    order = make_placed(remote_status="In progress", params={"comments": "one\ntwo"})
    order.add_event(OrderEvent.What.CREATED, "By hand.", actor=operator)
    page = as_viewer.get(url("detail", order)).text
    part = as_viewer.get(url("detail", order), headers=HTMX).text
    assert "<html" in page
    assert "<li>one</li>" in page
    assert part.strip().startswith('<div id="order"')
    for text in ("By hand.", operator.username, order.remote_id, "In progress"):
        assert text in part


@pytest.mark.parametrize("takes_cancels", [None, True, False])
def test_who_cancels_at_a_panel_that_has_refused_every_cancel_is_told_first(as_operator, takes_cancels):
    order = make_placed(make_service(make_panel(takes_cancels=takes_cancels)))
    page = as_operator.get(url("detail", order)).text
    assert ("has refused every cancel so far" in page) is (takes_cancels is False)
    assert "Cancel order…" in page


def test_an_order_says_when_it_started_if_that_was_seen(as_viewer):
    started = make_placed(moved_before=timezone.now() - dt.timedelta(hours=3, minutes=5))
    page = as_viewer.get(url("detail", started)).text
    assert re.search(r"<dt>Started</dt>\s*<dd><time [^>]*>3\xa0h ago</time>", page)
    assert "<dt>Started</dt>" not in as_viewer.get(url("detail", make_placed())).text


def test_buttons_are_shown_only_where_they_make_sense(as_operator):
    shown = {
        "refresh": make_placed(make_service(refill=False, cancel=False)),
        "refill": make_placed(make_service(refill=None), progress=Progress.COMPLETED),
        "cancel": make_placed(make_service(cancel=None)),
        "withdraw": make_order(),
    }
    for name, order in shown.items():
        assert f'action="{url(name, order)}"' in as_operator.get(url("detail", order)).text
    for name, order in {"refill": shown["refresh"], "cancel": shown["refresh"], "refresh": shown["withdraw"]}.items():
        assert f'action="{url(name, order)}"' not in as_operator.get(url("detail", order)).text


def test_a_viewer_gets_no_buttons_and_may_do_nothing(as_viewer):
    order = make_order()
    assert 'method="post" action="/orders' not in as_viewer.get(url("detail", order)).text
    for name in ("refresh", "refill", "cancel", "withdraw", "resolve"):
        assert as_viewer.post(url(name, order)).status_code == 403
        assert as_viewer.get(url(name, order)).status_code in (403, 405)
    order.refresh_from_db()
    assert order.state == State.QUEUED


def test_somebody_without_rights_sees_nothing(client):
    client.force_login(make_user())
    order = make_order()
    for address in (
        reverse("order_list"),
        reverse("order_export", args=["csv"]),
        url("detail", order),
        reverse("refill_list"),
    ):
        assert client.get(address).status_code == 403


def test_a_refresh_shows_that_it_is_checked_and_then_calms_down(as_operator, rung):
    order = make_placed(progress=Progress.COMPLETED)
    part = as_operator.post(url("refresh", order), headers=HTMX).text
    assert part.strip().startswith('<div id="order"')
    assert "checking…" in part
    assert "every 1s" in part
    assert rung == [("poll", order.panel_id)]
    Order.objects.update(check_requested_at=None, checked_at=timezone.now())
    assert "every" not in as_operator.get(url("detail", order), headers=HTMX).text


def test_a_check_at_a_panel_that_cannot_be_asked_says_so(as_operator):
    order = make_placed(check_requested_at=timezone.now())
    until = timezone.now() + dt.timedelta(minutes=10)
    Panel.objects.update(paused_reason="unreachable", paused_until=until)
    part = as_operator.get(url("detail", order), headers=HTMX).text
    assert "the panel does not answer" in part
    assert "checking…" not in part
    assert "every 1s" not in part


def test_a_check_without_an_answer_for_long_is_looked_at_less_often(as_operator):
    order = make_placed(check_requested_at=timezone.now() - dt.timedelta(minutes=2))
    assert "every 5s" in as_operator.get(url("detail", order), headers=HTMX).text


def test_without_htmx_a_post_leads_back_with_a_message(as_operator, rung):
    order = make_placed()
    response = as_operator.post(url("cancel", order), follow=True)
    assert response.redirect_chain == [(url("detail", order), 302)]
    assert "The cancel is requested" in response.text
    order.refresh_from_db()
    assert order.cancel_state == RequestState.QUEUED
    assert rung == [("requests", order.panel_id)]


def test_a_refill_is_requested_once(as_operator, rung):
    order = make_placed(progress=Progress.COMPLETED)
    assert as_operator.post(url("refill", order), headers=HTMX).status_code == 200
    second = as_operator.post(url("refill", order), headers=HTMX)
    assert second.status_code == 422
    assert "already under way" in second.text
    assert Refill.objects.count() == 1
    assert rung[0] == ("requests", order.panel_id)


def test_a_withdrawn_order_is_never_sent(as_operator):
    order = make_order()
    assert "It is not sent" in as_operator.post(url("withdraw", order), headers=HTMX).text
    order.refresh_from_db()
    assert order.state == State.WITHDRAWN
    assert as_operator.post(url("withdraw", order), headers=HTMX).status_code == 422


def test_an_unknown_word_is_flagged(as_viewer):
    order = make_placed(is_word_unknown=True, remote_status="Zurückgestellt")
    text = as_viewer.get(url("detail", order)).text
    assert "Unknown status" in text
    assert "Zurückgestellt" in text


def test_queries_of_the_page_do_not_grow_with_its_story(as_operator, operator):
    order = make_placed(progress=Progress.COMPLETED)
    make_refill(order, state=RequestState.REFUSED, requested_by=operator)
    order.add_event(OrderEvent.What.CREATED, actor=operator)
    few = count_queries(as_operator, url("detail", order))
    for _ in range(10):
        make_refill(order, state=RequestState.REFUSED, requested_by=make_user())
        order.add_event(OrderEvent.What.PROGRESS, actor=make_user())
    assert count_queries(as_operator, url("detail", order)) == few


def test_the_delivery_of_an_order_is_drawn_with_the_ordered_quantity(as_viewer):
    order = make_placed(quantity=1000, placed_at=timezone.now() - dt.timedelta(hours=2))
    assert "<figure" not in as_viewer.get(url("detail", order)).text
    few = count_queries(as_viewer, url("detail", order))
    for remains in (900, 250):
        reading = {"at": timezone.now(), "progress": "in_progress", "start_count": 7, "is_lasting": True}
        OrderReading.objects.create(order=order, remains=remains, **reading)
    page = text(as_viewer.get(url("detail", order), headers=HTMX))
    assert page.count("<figure") == 1
    assert "Ordered: 1,000" in page
    assert '<td class="num">750</td> <td class="num">+650</td>' in page.replace("</td><td", "</td> <td")
    assert count_queries(as_viewer, url("detail", order)) == few


def test_links_to_the_web_tell_the_other_side_nothing(as_viewer):
    order = make_placed(link='https://example.com/?a=1&b="2"')
    text = as_viewer.get(url("detail", order)).text
    assert 'href="https://example.com/?a=1&amp;b=&quot;2&quot;"' in text
    assert 'rel="noopener noreferrer nofollow"' in text


# -- decisions


def make_unknown(**fields):
    sent = timezone.now() - dt.timedelta(minutes=10)
    values = {
        "state": State.UNKNOWN,
        "attempt": 1,
        "sent_at": sent,
        "send_deadline": sent,
        "error_text": "Read timeout",
    }
    return make_order(**values | fields)


def resolve(client, order, decision, **data):
    return client.post(url("resolve", order), {"decision": decision, **data}, headers=HTMX)


def test_the_evidence_shows_balances_and_our_orders_around_it(as_operator):
    order = make_unknown()
    panel, sent = order.panel, order.sent_at
    for minutes, balance in ((-60, "99"), (-5, "50.00"), (5, "49.10"), (60, "1")):
        at = sent + dt.timedelta(minutes=minutes)
        BalanceReading.objects.create(panel=panel, at=at, balance=Decimal(balance), currency="USD", why="schedule")
    before = make_placed(order.service, remote_id="8001", sent_at=sent - dt.timedelta(minutes=1))
    after = make_placed(order.service, remote_id="8003", sent_at=sent + dt.timedelta(minutes=1))
    make_placed(remote_id="9999", sent_at=sent)
    text = as_operator.get(url("detail", order)).text.replace("\u00a0", " ")
    for words in (
        "Read timeout",
        "50.00 USD",
        "49.10 USD",
        "0.90 USD less",
        "8001",
        "8003",
        f"#{before.pk}",
        f"#{after.pk}",
    ):
        assert words in text
    assert "9999" not in text


def test_the_balance_is_set_against_what_else_was_sent_between_its_readings(as_operator):
    order = make_unknown()
    sent = order.sent_at
    for minutes, balance in ((-5, "50.00"), (5, "44.60")):
        at = sent + dt.timedelta(minutes=minutes)
        BalanceReading.objects.create(panel=order.panel, at=at, balance=Decimal(balance), currency="USD", why="request")
    for minutes, cost in ((-6, "9"), (-4, "1.80"), (4, "1.80"), (4.5, None), (6, "9")):
        at = sent + dt.timedelta(minutes=minutes)
        make_placed(order.service, sent_at=at, expected_cost=cost and Decimal(cost))
    make_placed(sent_at=sent)
    make_order(order.service, state=State.UNKNOWN, sent_at=sent)
    make_order(order.service, state=State.REFUSED, sent_at=sent)
    text = " ".join(as_operator.get(url("detail", order)).text.replace("\u00a0", " ").split())
    assert "5.40 USD less" in text
    assert (
        "3 other orders of ours, expected at 3.60 USD together, the cost of 1 not known; 1 other also unknown" in text
    )
    assert "this order expected at 0.90 USD" in text
    assert "this is no proof" in text
    BalanceReading.objects.filter(at__gt=sent).update(balance=Decimal(60))
    assert "10.00 USD more" in as_operator.get(url("detail", order)).text.replace("\u00a0", " ")


def test_before_the_deadline_nobody_decides(as_operator):
    order = make_unknown(send_deadline=timezone.now() + dt.timedelta(minutes=5))
    text = as_operator.get(url("detail", order)).text
    assert "An answer may still arrive" in text
    assert "send_again" not in text
    assert resolve(as_operator, order, "send_again").status_code == 422
    order.refresh_from_db()
    assert order.state == State.UNKNOWN


def test_an_id_is_asked_about_before_it_is_believed(as_operator, rung):
    order = make_unknown()
    part = resolve(as_operator, order, "exists", remote_id=" 8002 ").text
    assert "Checking <span" in part
    assert "every 2s" in part
    order.refresh_from_db()
    assert (order.state, order.candidate_id) == (State.UNKNOWN, "8002")
    assert rung == [("confirm", order.panel_id)]
    Order.objects.update(candidate_id="", candidate_error="The panel does not confirm 8002: Incorrect order ID")
    part = as_operator.get(url("detail", order), headers=HTMX).text
    assert "does not confirm 8002" in part
    assert "every" not in part


def test_an_id_that_is_none_is_refused_and_kept_in_the_form(as_operator, rung):
    response = resolve(as_operator, make_unknown(), "exists", remote_id="no id!")
    assert response.status_code == 422
    assert 'value="no id!"' in response.text
    assert not rung


def test_an_order_is_sent_again_or_written_off_as_a_decision(as_operator, operator, rung):
    again, off = make_unknown(), make_unknown()
    dialog = as_operator.get(url("detail", again)).text.replace("\u00a0", " ")
    assert "0.90 USD once more." in dialog
    assert resolve(as_operator, again, "send_again").status_code == 200
    assert resolve(as_operator, off, "write_off").status_code == 200
    again.refresh_from_db()
    off.refresh_from_db()
    assert (again.state, off.state) == (State.QUEUED, State.WRITTEN_OFF)
    assert rung == [("submit", again.panel_id)]
    assert again.events.get().actor == operator


def shown_to(client, order):
    """Return the mark of the terms that the page of an order on hold shows."""
    return re.findall(r'name="shown" value="([^"]*)"', client.get(url("detail", order)).text)[0]


def make_held(**service):
    order = make_order(held_reason="The cost has risen from 0.90 to 1.80 USD.")
    Service.objects.filter(pk=order.service_id).update(**{"rate_per_1000": Decimal("1.80")} | service)
    return order


def test_a_held_order_says_what_changed_and_goes_out_at_the_amount_on_the_button(as_operator, rung):
    order = make_held()
    text = as_operator.get(url("detail", order)).text.replace("\u00a0", " ")
    assert order.held_reason in text
    assert "Send on the present terms: 1.80 USD" in text
    assert resolve(as_operator, order, "release", shown=shown_to(as_operator, order)).status_code == 200
    order.refresh_from_db()
    assert (order.held_reason, order.rate_agreed, order.expected_cost) == ("", Decimal("1.80"), Decimal("1.80"))
    assert rung == [("submit", order.panel_id)]


def test_a_button_that_sends_says_that_the_cost_is_not_known(as_operator):
    service = make_service(type="subscriptions")
    params = {"username": "alma", "min": "100", "max": "100", "delay": "30"}
    for held, words in (
        ({"held_reason": "The service no longer offers refills."}, "Send on the present terms: cost not known"),
        ({"held_for_funds_at": timezone.now()}, "Send anyway, cost not known"),
    ):
        order = make_order(service, type="subscriptions", link="", quantity=None, params=params, **held)
        assert words in " ".join(as_operator.get(url("detail", order)).text.split())


@pytest.mark.parametrize("held", [{"held_reason": "It has risen."}, {"held_for_funds_at": timezone.now()}])
@pytest.mark.parametrize(
    "change",
    [
        {"rate_per_1000": Decimal("1.80")},
        {"charge_ratio": Decimal(3), "charges_compared": Service.ENOUGH_CHARGES},
        {"refill": False},
        {"cancel": False},
        {"name": "TikTok Likes"},
        {"category": "TikTok"},
    ],
)
def test_an_order_is_not_released_on_other_terms_than_were_shown(as_operator, rung, held, change):
    order = make_order(**held)
    shown = shown_to(as_operator, order)
    Service.objects.update(**change)
    for seen in (shown, "", "x"):
        answer = resolve(as_operator, order, "release", shown=seen)
        assert answer.status_code == 422
        assert "The price or the terms have changed again. Nothing was sent." in answer.text
    order.refresh_from_db()
    assert order.is_held or order.is_held_for_funds
    assert not rung
    assert resolve(as_operator, order, "release", shown=shown_to(as_operator, order)).status_code == 200


def test_an_order_of_a_service_that_became_another_one_shows_it_and_goes_out_if_a_person_wants_it(as_operator, rung):
    order = make_order(make_service(name="Instagram Followers", category=""))
    Service.objects.update(name="TikTok\r\nLikes")
    assert Claims(order.panel_id).take()[0] == []
    page = page_words(as_operator, order)
    words = "the service is TikTok likes now. It was Instagram followers when it was ordered."
    assert f"By its name and category, {words}" in page
    assert "now called TikTok Likes" in page
    assert "Send on the present terms: 0.90" in page
    # A browser sends other line breaks than it was given.
    shown = shown_to(as_operator, order).replace("\r\n", "\n")
    assert resolve(as_operator, order, "release", shown=shown).status_code == 200
    assert rung == [("submit", order.panel_id)]
    assert Claims(order.panel_id).take()[0] == [order]


def test_an_order_is_not_released_in_another_currency_than_was_shown(as_operator):
    order = make_held()
    shown = shown_to(as_operator, order)
    Panel.objects.update(currency_override="EUR")
    assert resolve(as_operator, order, "release", shown=shown).status_code == 422


def test_an_order_of_a_vanished_service_can_only_be_withdrawn(as_operator):
    order = make_held(is_listed=False)
    text = as_operator.get(url("detail", order)).text
    assert "Send on the present terms" not in text
    assert url("withdraw", order) in text
    answer = resolve(as_operator, order, "release")
    assert answer.status_code == 422
    assert "The panel no longer lists this service" in answer.text


@pytest.mark.parametrize("held", [{"held_reason": "It has risen."}, {"held_for_funds_at": timezone.now()}])
@pytest.mark.parametrize(
    ("change", "words"),
    [({"is_listed": False}, "can only be withdrawn"), ({"min_quantity": 5000}, "no longer takes this order")],
)
def test_an_order_that_can_only_be_withdrawn_says_why_as_its_refused_release_does(as_operator, held, change, words):
    order = make_order(**held)
    Service.objects.update(**change)
    page = as_operator.get(url("detail", order)).text
    assert words in page
    assert 'name="shown"' not in page
    assert words in resolve(as_operator, order, "release", shown="x").text


def test_an_alarm_is_dismissed_only_as_it_was_seen(as_operator):
    order = make_placed(alarm="Second order at the panel: 5.")
    assert order.alarm in as_operator.get(url("detail", order)).text
    assert resolve(as_operator, order, "seen", alarm="Another one").status_code == 422
    assert resolve(as_operator, order, "seen", alarm=order.alarm).status_code == 200
    order.refresh_from_db()
    assert not order.alarm


def test_following_stops_and_begins_again(as_operator, rung):
    order = make_placed()
    assert "Track again" in resolve(as_operator, order, "stop").text
    order.refresh_from_db()
    assert order.next_check_at is None
    assert "Stop tracking" in resolve(as_operator, order, "follow").text
    order.refresh_from_db()
    assert order.next_check_at is not None
    assert rung == [("poll", order.panel_id)]


def test_a_decision_that_is_none_changes_nothing(as_operator):
    order = make_unknown()
    assert resolve(as_operator, order, "explode").status_code == 422
    order.refresh_from_db()
    assert order.state == State.UNKNOWN


def test_the_views_ring_with_kinds_that_the_worker_knows():
    assert {"poll", "confirm", "requests", "submit", "act", "search"} <= set(bell.KINDS)


def test_an_order_that_waits_for_money_says_what_is_missing_and_can_be_sent_anyway(as_operator, rung):
    panel = make_panel(balance=Decimal("286.90"), free_balance=Decimal("286.90"), balance_checked_at=timezone.now())
    order = make_order(make_service(panel), expected_cost=Decimal("475.20"), held_for_funds_at=timezone.now())
    page = as_operator.get(order.get_absolute_url()).content.decode().replace("\xa0", " ")
    assert "Not enough balance: 286.90 USD available, this order costs 475.20 USD (188.30 USD short)." in page
    assert "Send anyway for 0.90 USD" in " ".join(page.split())
    decision = {"decision": "release", "shown": shown_to(as_operator, order)}
    assert as_operator.post(f"/orders/{order.pk}/resolve/", decision).status_code == 302
    order.refresh_from_db()
    assert (order.held_for_funds_at, order.may_exceed_balance) == (None, True)
    assert ("submit", panel.pk) in rung


def test_an_order_of_a_waiting_service_says_until_when_and_why(as_operator):
    service = make_service(
        wait_minutes=5, waits_until=timezone.now() + dt.timedelta(minutes=4), waits_because="No funds!"
    )
    page = as_operator.get(make_order(service).get_absolute_url()).content.decode()
    assert "waits until" in page
    assert "No funds!" in page
    assert "No funds!" in as_operator.get(service.get_absolute_url()).content.decode()


# -- money back


def canceled():
    money = {"charge": Decimal(10), "given_back": Decimal(10), "given_back_source": "computed"}
    return make_placed(progress=Progress.CANCELED, remains=0, **money)


def test_a_canceled_order_shows_what_came_back_and_how_this_is_known_and_nothing_delivered(as_viewer):
    page = as_viewer.get(url("detail", canceled())).text
    assert "Money back" in page
    assert "computed; not confirmed" in page
    assert "≈\xa00.00\xa0USD" in page
    assert "Delivered" not in page
    assert "State another amount" not in page


def test_an_operator_states_what_came_back(as_operator, operator):
    order = canceled()
    assert "State another amount" in as_operator.get(url("detail", order)).text
    answer = as_operator.post(url("resolve", order), {"decision": "given_back", "amount": "4.5"}, headers=HTMX)
    assert answer.status_code == 200
    assert "stated by a person" in answer.text
    order.refresh_from_db()
    assert (order.given_back, order.given_back_source) == (Decimal("4.5"), "person")
    assert order.events.get().actor == operator
    as_operator.post(url("resolve", order), {"decision": "given_back", "amount": ""})
    order.refresh_from_db()
    assert order.given_back_source == "computed"


@pytest.mark.parametrize(
    ("amount", "words"), [("11", "from 0 to 10 USD"), ("-1", "from 0 to 10 USD"), ("much", "Enter an amount.")]
)
def test_an_amount_that_cannot_be_is_refused_with_words(as_operator, amount, words):
    order = canceled()
    answer = as_operator.post(url("resolve", order), {"decision": "given_back", "amount": amount}, headers=HTMX)
    assert answer.status_code == 422
    assert words in answer.text
    order.refresh_from_db()
    assert order.given_back == 10


def test_nothing_can_be_stated_while_an_order_runs(as_operator):
    assert "Money back" not in as_operator.get(url("detail", make_placed(charge=Decimal(10)))).text


def test_an_order_that_was_charged_above_what_was_agreed_says_so(as_viewer):
    service = make_service(charge_ratio=Decimal("1.31"), charges_compared=34)
    order = make_placed(service, expected_cost=Decimal(10), charge=Decimal("13.10"))
    words = "The panel charged 13.10\xa0USD for this order"
    page = as_viewer.get(url("detail", order)).text
    assert words in page
    assert "charges 31\xa0% above its list (34 orders)" in page
    Order.objects.update(charge=Decimal("10.20"))
    assert words not in as_viewer.get(url("detail", order)).text


def test_an_order_page_shows_the_service_as_ordered_and_what_has_changed(as_viewer):
    service = make_service(name="Likes", category="Instagram", refill=True, min_quantity=10, max_quantity=2000)
    order = make_placed(service)
    assert "· now" not in page_words(as_viewer, order)
    Service.objects.update(name="Views", category="TikTok", refill=False, min_quantity=50)
    words = page_words(as_viewer, order)
    for text in (
        f"{service.remote_id} · Likes · now called Views",
        "Category Instagram · now TikTok",
        "Limits 10 to 2,000 · now 50 to 2,000",
        "Refill offered Yes · now No",
    ):
        assert text in words
    assert "Cancel offered Yes Placed by" in words


def page_words(client, order):
    """Return the words of an order's head and facts."""
    text = re.sub(r"<[^>]+>", " ", client.get(url("detail", order)).text)
    return " ".join(text.split())


def test_a_released_order_keeps_the_terms_of_its_release(as_operator):
    order = make_held(refill=False)
    assert resolve(as_operator, order, "release", shown=shown_to(as_operator, order)).status_code == 200
    order.refresh_from_db()
    assert (order.held_reason, order.as_ordered["refill"]) == ("", False)


@pytest.mark.parametrize(
    "words",
    [
        "Missing required parameters",
        "You must fill in the required fields",
        "The quantity field is required.",
        "Incorrect quantity",
        "quantity_missing",
        "Faltan parámetros",
        "Parâmetros obrigatórios",
        "Не указано количество",
    ],
)
@pytest.mark.parametrize("kind", ["package", "custom_comments", "comment_replies"])
def test_a_refusal_about_missing_parameters_leads_to_the_switch(as_manager, operator, client, words, kind):
    service = make_service(type=kind)
    order = make_order(service, state=State.REFUSED, error_text=words, quantity=None)
    link = f'href="/panels/{service.panel_id}/edit/?show=options#id_always_send_quantity"'
    assert link in text(as_manager.get(order.get_absolute_url()))
    edit = text(as_manager.get(f"/panels/{service.panel_id}/edit/", {"show": "options"}))
    assert 'id="api-options" open' in edit
    assert 'id="id_always_send_quantity"' in edit
    client.force_login(operator)
    page = text(client.get(order.get_absolute_url()))
    assert link not in page
    assert "A manager can switch on “always send quantity”" in page


@pytest.mark.parametrize(
    ("kind", "words", "always", "state"),
    [
        ("default", "Missing required parameters", False, State.REFUSED),
        ("subscriptions", "Missing required parameters", False, State.REFUSED),
        ("", "Missing required parameters", False, State.REFUSED),
        ("package", "Bad link", False, State.REFUSED),
        ("package", "Missing required parameters", True, State.REFUSED),
        ("package", "Missing required parameters", False, State.QUEUED),
    ],
)
def test_the_switch_is_not_offered_where_it_cannot_help(as_manager, kind, words, always, state):
    service = make_service(make_panel(always_send_quantity=always), type=kind)
    order = make_order(service, state=state, error_text=words)
    assert "always send" not in text(as_manager.get(order.get_absolute_url()))


def test_an_order_that_is_not_followed_says_since_when_and_why(as_viewer):
    order = make_placed(unreadable_since=timezone.now(), error_text="The answer begins: “<b>moment”")
    text = re.sub(r"\s+", " ", as_viewer.get(order.get_absolute_url()).content.decode())
    assert re.search(
        r"<dt> Not followed </dt> <dd> since <time[^>]*>[^<]*</time>: The answer begins: “&lt;b&gt;moment”", text
    )


def test_an_order_names_the_paused_batch_in_which_it_waits_and_resumes_it(client, operator, viewer):
    batch = Batch.objects.create(source="file", state="paused", name="Spring")
    order = make_order(batch=batch)
    address = order.get_absolute_url()
    client.force_login(viewer)
    page = client.get(address).content.decode()
    assert f"Batch {batch.pk} “Spring”</a>" in page
    assert "/resume/" not in page
    client.force_login(operator)
    assert f'action="/bulk/{batch.pk}/resume/"' in client.get(address).content.decode()
    headers = {"Referer": f"http://testserver{address}"}
    response = client.post(f"/bulk/{batch.pk}/resume/", {"list": "1"}, headers=headers, follow=True)
    assert response.redirect_chain[0][0].endswith(address)
    text = response.content.decode()
    assert "was resumed." in text
    assert "is paused" not in text


@pytest.mark.parametrize(("hours", "words"), [(None, "lifetime"), (2.5, "in 2")])
def test_the_end_of_the_refill_is_shown(as_viewer, hours, words):
    end = LIFETIME if hours is None else timezone.now() + dt.timedelta(hours=hours)
    order = make_placed(progress="completed", finished_at=timezone.now(), refill_until=end)
    page = as_viewer.get(url("detail", order)).text
    assert words in page.split("Refill until")[1][:200]
    Order.objects.update(refill_until=None)
    assert "Refill until" not in as_viewer.get(url("detail", order)).text


def test_the_page_says_what_the_same_costs_elsewhere(as_viewer):
    here = make_offer("Instagram Followers", rate_per_1000=Decimal(2))
    make_offer("IG Followers", rate_per_1000=Decimal("0.43"))
    read_offers()
    page = as_viewer.get(url("detail", make_order(here, state="refused"))).text.replace("\xa0", " ")
    assert "The same elsewhere, from 0.43 USD per 1000" in page
    lone = make_order(make_offer("TikTok Likes"), state="refused")
    assert "The same elsewhere" not in as_viewer.get(url("detail", lone)).text
