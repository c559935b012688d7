"""An order that could be bought twice is not ordered again without a word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.models import Order
from panels.orders import repeats
from panels.orders.repeats import UNDECIDED, find_doubts
from tests.factories import make_order, make_placed

pytestmark = pytest.mark.django_db


def doubt(order, since=None):
    return find_doubts([order.pk], since or timezone.now())[order.pk]


@pytest.mark.parametrize("state", UNDECIDED)
def test_an_order_whose_outcome_is_not_known_is_never_ordered_again(state):
    found = doubt(make_order(state=state))
    assert found.is_final
    assert "Decide about that order first." in found.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "written_off"}, "is marked as lost"),
        ({"state": "queued"}, "is still active"),
        ({"state": "placed", "progress": "in_progress", "remote_id": "7"}, "is still active"),
        ({"state": "refused", "alarm": "Second order"}, "has an alarm: Second order"),
    ],
)
def test_other_doubts_can_be_overruled(fields, words):
    found = doubt(make_order(**fields))
    assert words in found.text
    assert not found.is_final


@pytest.mark.parametrize("state", ["refused", "withdrawn"])
def test_an_order_that_bought_nothing_is_ordered_again_without_a_doubt(state):
    assert doubt(make_order(state=state)) is None


def test_an_order_that_has_ended_is_ordered_again_without_a_doubt():
    assert doubt(make_placed(progress="completed")) is None
    assert doubt(make_placed(progress="canceled")) is None


@pytest.mark.parametrize(
    "fields", [{"state": "refused"}, {"state": "placed", "progress": "canceled", "remote_id": "7"}]
)
def test_a_failed_order_that_was_ordered_again_is_not_ordered_a_third_time(fields):
    order = make_order(link_key="a", **fields)
    repeat = make_placed(order.service, again_of=order, progress="completed", link_key="b")
    assert doubt(order).text == f"Order {order.pk} was ordered again already as order {repeat.pk}."
    Order.objects.filter(pk=repeat.pk).update(state="refused", remote_id="")
    assert doubt(order) is None


def test_a_subscription_that_was_ordered_anew_by_hand_is_a_doubt_by_its_other_fields():
    fields = {"link": "", "params": {"username": "ann", "min": "10"}}
    order = make_order(state="refused", **fields)
    make_order(order.service, **fields | {"params": {"username": "bob", "min": "10"}})
    assert doubt(order) is None
    repeat = make_order(order.service, **fields)
    assert doubt(order).text == f"Order {order.pk} was ordered again already as order {repeat.pk}."


def test_an_active_subscription_is_a_doubt_in_words_about_its_account():
    order = make_order(link="", params={"username": "ann"})
    assert doubt(order).text == f"Order {order.pk} is still active for the same service and account."


def test_an_order_that_was_sent_again_after_the_draft_is_a_doubt():
    order = make_placed(progress="completed", sent_at=timezone.now())
    assert doubt(order) is None
    assert "was sent again" in doubt(order, timezone.now() - timedelta(hours=1)).text


def test_an_order_that_does_not_exist_is_not_in_the_result():
    assert find_doubts([5], timezone.now()) == {}


def test_orders_are_read_in_pieces_with_one_query_each(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(repeats, "AT_ONCE", 2)
    pks = [make_order(state="refused").pk for _ in range(5)]
    with django_assert_num_queries(3):
        assert find_doubts(pks, timezone.now()) == dict.fromkeys(pks)
    with django_assert_num_queries(3):
        repeats.lock(pks)
