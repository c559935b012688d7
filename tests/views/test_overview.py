"""The first page, and the switch that stops all sending."""

from __future__ import annotations

import datetime as dt
import html
import re
import threading
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.calls import submission
from panels.calls.claiming import Claims
from panels.models import Controls, Order, Panel, Worker
from panels.providers import pauses
from panels.worker import tasks
from tests.factories import make_order, make_panel, make_placed, make_service

HTMX = {"HX-Request": "true"}
DAY = dt.timedelta(days=1)


def page_of(response):
    assert response.status_code == 200
    return response.content.decode()


def start_worker():
    now = timezone.now()
    Worker.objects.create(host="here", pid=1, started_at=now, seen_at=now)


# -- page and fragment


def test_the_page_holds_its_moving_part(as_viewer):
    make_panel(name="Northwind")
    page = page_of(as_viewer.get("/"))
    assert "<html" in page
    assert 'id="overview"' in page
    assert 'hx-get="/" hx-trigger="every 10s"' in page
    assert "Northwind" in page


def test_htmx_gets_the_moving_part_alone(as_viewer):
    make_panel(name="Northwind")
    response = as_viewer.get("/", headers=HTMX)
    page = page_of(response)
    assert page.strip().startswith('<div id="overview"')
    assert "<html" not in page
    assert "Northwind" in page
    assert "HX-Request" in response.headers["Vary"]


def test_queries_do_not_grow_with_rows(as_operator):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page_of(as_operator.get("/"))
        return len(queries)

    def fill(number):
        for _ in range(number):
            service = make_service()
            make_placed(service, is_word_unknown=True, remote_status="Odd")
            make_order(service, held_reason="The price has risen.")
            pauses.pause(service.panel, Panel.Pause.BY_HAND, "")

    fill(2)
    few = count()
    fill(18)
    assert count() == few


# -- a fresh install


def test_a_recent_order_has_the_name_of_its_service_in_full(as_viewer):
    name = "Instagram Likes | Real & Active | " * 6
    make_placed(make_service(name=name.strip()))
    assert html.escape(name.strip()) in page_of(as_viewer.get("/"))


def test_a_fresh_install_says_to_add_a_panel(as_manager):
    page = page_of(as_manager.get("/"))
    assert 'href="/panels/new/"' in page
    assert "every 10s" not in page


def test_a_viewer_of_a_fresh_install_is_sent_to_a_manager(as_viewer):
    page = page_of(as_viewer.get("/"))
    assert "Ask a manager" in page
    assert "/panels/new/" not in page


# -- panels


def test_a_panel_shows_its_balance_and_what_is_at_it(as_viewer):
    now = timezone.now()
    panel = make_panel(
        balance=Decimal("120.5"), low_balance=Decimal(200), balance_checked_at=now, catalog_synced_at=now
    )
    service = make_service(panel)
    make_order(service)
    make_placed(service)
    make_placed(service, progress="completed")
    page = page_of(as_viewer.get("/"))
    assert "120.50\xa0USD" in page
    assert "Low balance" in page
    assert f'<a href="/orders/?panel={panel.pk}">2 open</a>, 1 waiting' in page


def test_a_paused_panel_says_why_and_until_when(as_viewer):
    panel = make_panel(name="Northwind")
    pauses.pause(panel, Panel.Pause.UNREACHABLE, "Connection timed out", timezone.now() + dt.timedelta(minutes=12))
    page = page_of(as_viewer.get("/"))
    assert "Needs attention" in page
    assert "Paused until" in page
    assert "Connection timed out" in page


def test_a_silent_panel_that_is_asked_again_says_so(as_viewer):
    panel = make_panel()
    make_order(make_service(panel))
    pauses.pause(panel, Panel.Pause.UNREACHABLE, "Connection timed out", timezone.now())
    page = page_of(as_viewer.get("/"))
    assert page.count("Paused, testing again now") == 2
    assert "1 waiting" in page
    order = page_of(as_viewer.get(f"/orders/{panel.orders.get().pk}/"))
    assert "is paused, the panel does not answer" in order


def test_an_inactive_panel_needs_no_attention(as_viewer):
    make_panel(is_active=False, balance=Decimal(1), low_balance=Decimal(2), balance_error="Broken")
    assert "Nothing needs attention" in page_of(as_viewer.get("/"))


# -- what needs a person


@pytest.mark.parametrize(
    ("fields", "words", "link"),
    [
        ({"state": "unknown", "error_text": "It did not answer."}, "It did not answer.", "/orders/?state=unknown"),
        ({"held_reason": "The price has risen."}, "The price has risen.", "/orders/?state=held"),
        ({"state": "placed", "alarm": "Second order"}, "Second order", "/orders/?attention=on"),
    ],
)
def test_what_waits_for_a_person_is_named_and_linked(as_viewer, fields, words, link):
    order = make_order(**fields)
    page = page_of(as_viewer.get("/"))
    assert words in page
    assert f'href="{link}"' in page
    assert page.count(f'href="{order.get_absolute_url()}"') == 3
    assert page_of(as_viewer.get(link)).count(f'id="order-{order.pk}"') == 1


def test_who_may_settle_it_gets_a_button_to_where_it_is_settled(as_operator):
    order = make_order(state="unknown")
    make_panel(name="Northwind", balance_error="HTTP 500")
    page = page_of(as_operator.get("/"))
    assert f'<a class="button button--small" href="{order.get_absolute_url()}"' in page
    assert ">Decide</a>" in page
    # Panels are for managers to change.
    assert "Open panel" not in page


def test_an_order_with_two_reasons_is_one_row_with_both(as_viewer):
    make_order(held_reason="The price has risen.", alarm="Second order")
    page = page_of(as_viewer.get("/"))
    assert page.count("The price has risen.") == page.count("Second order") == 1
    assert "oldest orders" not in page


def test_many_that_wait_are_cut_short_with_a_link_to_all(as_viewer):
    service = make_service()
    orders = [make_order(service, state="unknown") for _ in range(9)]
    page = page_of(as_viewer.get("/"))
    assert "There are more orders than these." in page
    assert f"Order {orders[0].pk} ·" in page
    assert f"Order {orders[8].pk} ·" not in page


def test_refusals_of_the_last_day_are_counted(as_viewer):
    now = timezone.now()
    make_order(state="refused", finished_at=now - DAY / 2, created_at=now - DAY)
    make_order(state="refused", finished_at=now - 2 * DAY)
    assert '<a href="/orders/?state=refused">1 refused in 24 h</a>' in page_of(as_viewer.get("/"))


def test_words_that_are_not_known_are_named_once_with_their_newest_order(as_viewer):
    service = make_service(make_panel(name="Northwind"))
    orders = [make_placed(service, is_word_unknown=True, remote_status="Sleeping") for _ in range(2)]
    make_placed(service, is_word_unknown=True, remote_status="Gone", next_check_at=None)
    page = page_of(as_viewer.get("/"))
    assert f'<a href="{orders[1].get_absolute_url()}">“Sleeping” at Northwind</a>' in page
    assert "“Gone”" not in page


def test_nothing_to_do_is_said(as_viewer):
    make_order()
    assert "Nothing needs attention" in page_of(as_viewer.get("/"))


# -- the worker


def test_a_missing_worker_is_noted_quietly_while_nothing_waits(as_viewer):
    make_panel()
    assert "No worker is running" in page_of(as_viewer.get("/"))


def test_a_worker_at_work_needs_no_note(as_viewer):
    make_panel()
    start_worker()
    assert "No worker is running" not in page_of(as_viewer.get("/"))


def test_while_work_waits_the_banner_speaks_instead(as_viewer):
    make_order()
    page = page_of(as_viewer.get("/"))
    assert "Worker not running" in page
    assert "No worker is running" not in page


# -- spend


def test_spend_is_shown_with_its_currency_and_its_time(as_viewer):
    make_placed(charge=Decimal("1.5"))
    tasks.run_sweep()
    page = page_of(as_viewer.get("/"))
    assert page.count('<dd class="num">1.50\xa0USD</dd>') == 3
    assert "Updated <time" in page


def test_spend_is_marked_as_estimated_while_a_charge_is_not_known(as_viewer):
    make_placed(charge=Decimal("1.5"), placed_at=timezone.now() - 10 * DAY)
    make_placed(charge=None, expected_cost=Decimal(2), placed_at=timezone.now() - 3 * DAY)
    make_placed(charge=Decimal(4))
    tasks.run_sweep()
    page = page_of(as_viewer.get("/"))
    spent = page[page.index('id="spend-title"') :]
    assert re.findall(r'<dd class="num">([^<]*)</dd>', spent) == ["4.00\xa0USD", "≈\xa06.00\xa0USD", "≈\xa07.50\xa0USD"]


def test_each_currency_has_a_chart_of_its_own_with_its_mean(as_viewer):
    make_placed(charge=Decimal(3), progress="completed")
    make_placed(make_service(make_panel(reported_currency="EUR")), charge=None, expected_cost=Decimal(6))
    tasks.run_sweep()
    page = page_of(as_viewer.get("/"))
    assert page.count("<figure") == 2
    assert "30-day mean: 0.10\xa0USD" in page
    assert "30-day mean: 0.20\xa0EUR" in page
    assert page.count("chart__bar--amount") - page.count("chart__bar--estimate") == 0
    assert {'id="data-spend-by-day-usd"', 'id="data-spend-by-day-eur"'} <= set(re.findall(r'id="data-[\w-]+"', page))


def test_no_spend_is_told_from_spend_that_nobody_has_summed_up(as_viewer):
    make_panel()
    assert "No totals yet" in page_of(as_viewer.get("/"))
    tasks.run_sweep()
    assert "No orders were placed in the last 30 days" in page_of(as_viewer.get("/"))


# -- the switch


def throw(client, value, **headers):
    return client.post("/sending/", {"sending": value}, headers=headers)


def test_an_operator_stops_sending_and_everybody_sees_by_whom(as_operator, operator, client):
    order = make_order()
    response = throw(as_operator, "stop")
    assert (response.status_code, response.url) == (302, "/")
    assert Claims(order.panel_id).take() == ([], None)
    for address in ("/", "/orders/", "/status/"):
        page = page_of(client.get(address))
        assert "Sending is stopped" in page
        assert f"by {operator}" in page
    assert 'data-dialog="stop-sending"' not in page_of(client.get("/"))


def test_starting_lets_go_out_what_waits(as_operator, rung):
    order = make_order()
    make_order(held_reason="The price has risen.")
    throw(as_operator, "stop")
    assert "1 waiting order is sent at once" in page_of(as_operator.get("/"))
    throw(as_operator, "start")
    assert rung == [("submit", order.panel_id)]
    assert Claims(order.panel_id).take()[0]
    assert "Sending is stopped" not in page_of(as_operator.get("/"))


def test_a_second_stop_keeps_who_and_when(as_operator, operator, manager, client):
    throw(as_operator, "stop")
    first = Controls.objects.get()
    client.force_login(manager)
    throw(client, "stop")
    second = Controls.objects.get()
    assert (second.sending_stopped_by, second.sending_stopped_at) == (operator, first.sending_stopped_at)


def test_starting_what_runs_rings_nobody(as_operator, rung):
    make_order()
    throw(as_operator, "start")
    assert rung == []


@pytest.mark.parametrize("value", ["", "toggle"])
def test_an_order_that_is_no_word_of_ours_changes_nothing(as_operator, value):
    assert throw(as_operator, value).status_code == 400
    assert not Controls.is_sending_stopped()


def test_a_viewer_sees_no_switch_and_cannot_throw_it(as_viewer, operator):
    make_panel()
    assert "stop-sending" not in page_of(as_viewer.get("/"))
    assert throw(as_viewer, "stop").status_code == 403
    Controls.objects.create(pk=1, sending_stopped_at=timezone.now(), sending_stopped_by=operator)
    assert "Start sending" not in page_of(as_viewer.get("/"))
    assert throw(as_viewer, "start").status_code == 403
    assert Controls.is_sending_stopped()


def test_the_switch_leads_back_to_the_page_it_was_thrown_on(as_operator):
    assert throw(as_operator, "stop", referer="http://testserver/orders/?q=1").url == "http://testserver/orders/?q=1"
    assert throw(as_operator, "start", referer="https://evil.example/").url == "/"


def test_what_a_worker_had_claimed_is_not_touched_by_the_switch(as_operator):
    first, second = make_order(), make_order()
    (claimed,), _ = Claims(first.panel_id).take()
    throw(as_operator, "stop")
    assert claimed.move(Order.State.PLACED, what="placed", remote_id="77")
    assert submission.submit_queued(second.panel_id, threading.Event()) == {}
