"""Open orders are counted by panel, and an order waits for a person if its service or price has changed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.models import Batch, Order, Service
from panels.orders.queue import count_open, open_at, queued, reason_to_hold
from panels.orders.resolution import release
from tests.factories import make_order, make_panel, make_placed, make_service

pytestmark = pytest.mark.django_db
LIMITS = "The limits of the service have changed."
BY_NAME = "By its name and category,"
OPEN_STATES = ("queued", "sending", "unknown")


@pytest.mark.parametrize("state", [state for state in Order.State.values if state != "placed"])
def test_an_order_that_no_panel_is_known_to_have_is_open_until_it_is_decided(state):
    order = make_order(state=state)
    opened, queued = count_open()
    assert opened[order.panel_id] == (state in OPEN_STATES)
    assert queued[order.panel_id] == (state == "queued")


@pytest.mark.parametrize("progress", ["", *Order.Progress.values])
@pytest.mark.parametrize("is_followed", [True, False])
def test_a_placed_order_is_open_while_it_runs_and_is_followed(progress, is_followed):
    order = make_placed(progress=progress, **({} if is_followed else {"next_check_at": None}))
    opened, queued = count_open()
    assert opened[order.panel_id] == (is_followed and progress not in Order.FINISHED)
    assert not queued


def test_the_open_orders_of_a_panel_are_those_that_are_counted():
    service = make_service()
    found = [make_order(service, state=state) for state in OPEN_STATES] + [make_placed(service)]
    make_placed(service, progress="completed")
    make_order()
    assert {order for part in open_at(service.panel) for order in part} == set(found)
    assert count_open()[0][service.panel_id] == len(found)


def test_each_panel_has_its_own_count_in_one_query():
    busy, quiet, idle = (make_service(make_panel()) for _ in range(3))
    make_order(busy)
    make_order(busy, held_reason="The price has risen.")
    make_placed(busy)
    make_placed(quiet)
    with CaptureQueriesContext(connection) as queries:
        opened, queued = count_open()
    assert [opened[service.panel_id] for service in (busy, quiet, idle)] == [3, 1, 0]
    assert [queued[service.panel_id] for service in (busy, quiet, idle)] == [2, 0, 0]
    assert len(queries) == 1


def test_orders_wait_in_the_order_of_their_times_unless_a_person_must_act():
    service, now = make_service(), timezone.now()
    later, second, first = (make_order(service, send_after=now - timedelta(minutes=ago)) for ago in (1, 2, 2))
    make_order(service, held_reason="The price has risen.")
    make_order(service, state="sending")
    paused, confirmed = (Batch.objects.create(state=state, source="paste") for state in ("paused", "confirmed"))
    make_order(service, batch=paused)
    last = make_order(service, batch=confirmed, send_after=now)
    assert list(queued()) == [second, first, later, last]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"rate_per_1000": Decimal("0.99")}, ""),
        ({"rate_per_1000": Decimal("0.991")}, "The price has risen from 0.90\u00a0USD to 0.991\u00a0USD per 1000."),
        ({"is_listed": False}, "The panel no longer lists this service."),
        ({"type": "package", "raw_type": "Package"}, "The service's type has changed to Package."),
        ({"type": "", "raw_type": ""}, "The service's type has changed to unknown."),
        ({"refill": False}, "The service no longer offers refills."),
        ({"refill": False, "cancel": False}, "The service no longer offers refills and cancels."),
        # A panel that says nothing has not taken anything back.
        ({"refill": None, "cancel": None}, ""),
        ({"min_quantity": 1001}, f"{LIMITS} Quantity 1,000 is below this service's minimum of 1,001."),
        ({"max_quantity": 999}, f"{LIMITS} Quantity 1,000 is above this service's maximum of 999."),
        ({"min_quantity": 1000, "max_quantity": 1000}, ""),
        ({"min_quantity": None, "max_quantity": None}, ""),
        # Another name for the same thing holds nothing, because panels rename services all the time.
        ({"name": "🔥 IG Followers | 5K/Day | Real", "category": "Instagram ⭐"}, ""),
        (
            {"name": "Likes", "category": "TikTok", "refill": False},
            f"{BY_NAME} the service is TikTok likes now. It was Instagram followers when it was ordered.",
        ),
    ],
)
def test_a_person_must_look_if_the_service_or_its_price_has_changed(settings, change, words):
    settings.PRICE_GUARD_PERCENT = 10
    order = make_order()
    Service.objects.update(**change)
    assert reason_to_hold(Order.objects.get(pk=order.pk)) == words


@pytest.mark.parametrize(
    ("ordered", "now", "words"),
    [("", "default", ""), ("", "package", "The service's type has changed to Package."), ("default", "default", "")],
)
def test_an_unknown_type_that_turns_out_to_be_default_changes_nothing(ordered, now, words):
    order = make_order(make_service(type=ordered, raw_type="Magic"))
    Service.objects.update(type=now, own_type=now)
    assert reason_to_hold(Order.objects.get(pk=order.pk)) == words


@pytest.mark.parametrize("refill", [False, None])
def test_what_a_service_did_not_offer_when_it_was_ordered_is_not_lost(refill):
    order = make_order(make_service(refill=refill))
    Service.objects.update(refill=False)
    assert reason_to_hold(Order.objects.get(pk=order.pk)) == ""


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("custom_comments", {"quantity": 2, "params": {"comments": "a\nb"}}, "The number of comments, 2, is below"),
        ("package", {"quantity": None}, ""),
        ("subscriptions", {"quantity": None, "params": {"min": "2", "max": "9"}}, "Minimum per post 2 is below"),
        ("subscriptions", {"quantity": None, "params": {"min": "6", "max": "9"}}, ""),
    ],
)
def test_new_limits_are_compared_with_what_each_type_counts(kind, fields, words):
    fields["params"] = (
        {"username": "anna", "delay": "0"} | fields["params"] if kind == "subscriptions" else fields.get("params", {})
    )
    order = make_order(
        make_service(type=kind, min_quantity=1), **fields | ({"link": ""} if kind == "subscriptions" else {})
    )
    Service.objects.update(min_quantity=5)
    reason = reason_to_hold(Order.objects.get(pk=order.pk))
    assert words in reason
    assert bool(reason) is bool(words)


def test_an_order_that_was_released_is_measured_by_the_terms_of_its_release():
    order = make_order(held_reason="The service no longer offers refills.")
    Service.objects.update(refill=False, name="Likes without refill")
    order = Order.objects.get(pk=order.pk)
    assert release(order, None) == ""
    order = Order.objects.get(pk=order.pk)
    assert (reason_to_hold(order), order.service_name, order.as_ordered["refill"]) == (
        "",
        "Likes without refill",
        False,
    )


def test_an_order_that_is_sent_in_spite_of_the_balance_is_still_held_for_a_lost_refill():
    order = make_order(held_for_funds_at=timezone.now())
    Service.objects.update(refill=False)
    assert release(Order.objects.get(pk=order.pk), None) == ""
    assert reason_to_hold(Order.objects.get(pk=order.pk)) == "The service no longer offers refills."
