"""The columns of the list of orders, and the fields that decide whether a poll has something new."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.lists.orders import ORDERS, WATCHED, listed, paused_panels, shown_orders, watched_orders
from panels.models import Batch, Order, Panel
from panels.models.order_states import is_held, is_held_for_funds, is_open
from tests.factories import (
    make_campaign,
    make_client,
    make_offer,
    make_order,
    make_panel,
    make_placed,
    make_refusal,
    make_service,
    make_user,
    read_offers,
)
from tests.lists import values

pytestmark = pytest.mark.django_db


def draw(*orders, user=None, is_filtered=True):
    user = user or make_user("Operator")
    rows = shown_orders(user).filter(pk__in=[order.pk for order in orders]).order_by("pk")
    shown = listed(rows, Panel.objects.in_bulk(), paused_panels(rows))
    return values.draw(ORDERS, shown, user, is_filtered=is_filtered)


BY_NAME = {"progress": "partial", "state": "unknown", "cancel_state": "sending", "given_back_source": "computed"}
ROWS = {"client": make_client, "campaign": make_campaign, "panel": make_panel, "refused_in": make_refusal}


# A stored order keeps these, so that a row cannot change by them while a page shows it.
KEPT = {
    "again_of",
    "id",
    "token",
    "link",
    "quantity",
    "params",
    "as_ordered",
    "service",
    "batch",
    "created_at",
    "placed_by",
    "type",
}


FIELDS = values.changeable(Order, KEPT)


@pytest.mark.parametrize("name", FIELDS)
def test_a_change_that_shows_in_a_row_is_seen_by_a_poll(name):
    user = values.with_all_columns(ORDERS)
    order = make_placed(progress="in_progress", charge=Decimal("1.5"), given_back=Decimal("0.5"), remains=5)
    value = values.other_value(FIELDS[name], BY_NAME, ROWS)

    def look():
        row = watched_orders().get(pk=order.pk)
        return draw(order, user=user).body, ORDERS.watched(row)

    body, watched = look()
    Order.objects.filter(pk=order.pk).update(**{FIELDS[name].attname: value})
    other_body, other_watched = look()
    assert body == other_body or watched != other_watched


def test_the_watched_fields_are_read_without_further_queries(django_assert_num_queries):
    make_placed()
    with django_assert_num_queries(1):
        (order,) = watched_orders()
        assert [getattr(order, name) for name in WATCHED]
        assert (is_open(order), is_held(order), is_held_for_funds(order)) == (True, False, False)


def test_all_columns_of_many_orders_take_no_query(django_assert_num_queries):
    user = values.with_all_columns(ORDERS)
    orders = [make_placed(client=make_client(f"Client {number}"), placed_by=make_user()) for number in range(3)]
    table = draw(*orders, user=user)
    assert table.columns
    with django_assert_num_queries(0):
        assert table.body.count("<tr") == 3


def test_the_name_of_a_service_is_shown_in_full_and_opens_the_order():
    name = "Instagram Followers " + "very long " * 20
    order = make_order(make_service(name=name))
    body = draw(order).body
    assert f'<a class="table__open" href="/orders/{order.pk}/"' in body
    assert f">{name.strip()}</a>" in body or f">{name}</a>" in body


def test_an_order_without_a_client_a_link_or_a_delivery_has_a_dash():
    body = draw(make_order(link=""), user=values.with_all_columns(ORDERS)).body
    assert "None" not in body
    assert body.count(">–</td>") >= 5


def test_what_is_remarkable_about_an_order_stands_beside_its_state():
    order = make_placed(
        alarm="Second order", is_word_unknown=True, remote_status="Weird", check_requested_at=timezone.now()
    )
    Order.objects.filter(pk=order.pk).update(cancel_state="queued")
    body = draw(order).body
    for words in ("Alarm", "“Weird”", "checking…", "cancel: waiting to be sent"):
        assert words in body


def test_only_a_placed_order_has_a_refresh_button_and_only_for_people_who_may_use_it():
    placed, queued = make_placed(), make_order()
    assert f"Refresh order {placed.pk}" in draw(placed).body
    assert "Refresh order" not in draw(queued).body
    assert "Refresh order" not in draw(placed, user=make_user("Viewer")).body


@pytest.mark.parametrize(("name", "words"), [("Spring <b>", "Spring &lt;b&gt;"), ("", "batch {}")])
def test_an_order_says_first_that_its_batch_is_paused_and_a_poll_sees_it(name, words):
    batch = Batch.objects.create(source="file", state="paused", name=name)
    order, placed = make_order(batch=batch), make_placed(batch=batch)
    paused, name = list(watched_orders()), words.format(batch.pk)
    assert f'table__lasting" title="paused: {name}">paused<span>: {name}</span></span>' in draw(order).body
    assert "paused" not in draw(placed).body
    Batch.objects.update(state="confirmed")
    assert "paused" not in draw(order).body
    assert list(watched_orders()) != paused


def test_an_order_that_only_waits_for_a_paused_panel_says_so():
    order = make_order()
    held = make_order(order.service, held_reason="Too dear")
    short = make_order(order.service, held_for_funds_at=timezone.now())
    others = (held, short, make_placed(order.service), make_order())
    Panel.objects.filter(pk=order.panel_id).update(paused_reason="by_hand")
    assert "panel paused</span>" in draw(order).body
    assert "panel paused" not in draw(*others).body


def test_a_paused_batch_is_named_and_not_its_paused_panel_too():
    order = make_order(batch=Batch.objects.create(source="file", state="paused", name="Spring"))
    Panel.objects.update(paused_reason="by_hand")
    body = draw(order).body
    assert "paused: Spring" in body
    assert "panel paused" not in body


@pytest.mark.parametrize(
    ("fields", "is_shown"),
    [
        ({"state": "refused"}, True),
        ({"held_reason": "It has risen."}, True),
        ({"held_for_funds_at": timezone.now()}, True),
        ({}, False),
        ({"state": "withdrawn"}, False),
        ({"state": "unknown"}, False),
        ({"state": "placed"}, False),
    ],
)
def test_an_order_that_was_refused_or_is_on_hold_shows_what_the_same_costs_elsewhere(
    fields, is_shown, django_assert_num_queries
):
    service = make_offer("Instagram Followers")
    make_offer("IG Followers", make_panel(name="Brightline"), rate_per_1000=Decimal("0.43"))
    read_offers()
    orders = [make_order(service, **fields) for _ in range(3)]
    rows = list(shown_orders(make_user("Operator")))
    with django_assert_num_queries(1 if is_shown else 0):
        shown = listed(rows, {})
    assert [each.elsewhere is not None for each in shown] == [is_shown] * len(orders)
    assert (">elsewhere from 0.43\u00a0USD</a>" in draw(*orders).body) is is_shown


def test_a_refused_order_beside_an_accepted_one_of_its_service_shows_it_alone():
    service = make_offer("Instagram Followers")
    make_offer("IG Followers", make_panel())
    read_offers()
    refused, _ = make_order(service, state="refused"), make_placed(service)
    shown = listed(shown_orders(make_user("Operator")), {})
    assert {each.pk for each in shown if each.elsewhere} == {refused.pk}


def test_paused_panels_are_asked_for_only_if_an_order_waits(django_assert_num_queries):
    make_placed()
    with django_assert_num_queries(1):
        assert paused_panels(watched_orders()) == set()


def test_a_pause_that_is_over_at_its_time_is_not_said():
    order, ended = make_order(), timezone.now() - timedelta(seconds=1)
    Panel.objects.update(paused_reason="rate_limit", paused_until=ended)
    assert "panel paused" not in draw(order).body
