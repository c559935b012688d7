"""What follows from the values of an order alone."""

from __future__ import annotations

import pytest

from panels.models import Order


@pytest.mark.parametrize(
    ("quantity", "remains", "runs", "delivered"),
    [
        (1000, 400, None, 600),
        (1000, 400, "3", 2600),
        (1000, -5, None, 1000),
        (1000, 1200, None, 0),
        (1000, None, None, None),
        (None, 400, None, None),
    ],
)
def test_the_delivered_quantity_is_the_ordered_quantity_without_the_rest(quantity, remains, runs, delivered):
    order = Order(quantity=quantity, remains=remains, params={"runs": runs} if runs else {})
    assert order.delivered == delivered


@pytest.mark.parametrize("progress", ["canceled", "refunded", "failed"])
def test_nothing_is_said_to_be_delivered_of_an_order_that_was_given_up(progress):
    assert Order(quantity=1000, remains=0, progress=progress).delivered is None


@pytest.mark.parametrize("progress", ["", "pending", "processing"])
def test_no_remains_before_anything_has_begun_say_nothing(progress):
    assert Order(quantity=1000, remains=0, progress=progress).delivered is None
    assert Order(quantity=1000, remains=0, start_count=0, progress=progress).delivered is None
    assert Order(quantity=1000, remains=0, start_count=12, progress=progress).delivered == 1000
    assert Order(quantity=1000, remains=400, progress=progress).delivered == 600


@pytest.mark.parametrize("state", Order.State.values)
def test_only_a_placed_order_can_be_refreshed(state):
    assert Order(state=state).can_refresh == (state == "placed")


@pytest.mark.parametrize("progress", ["", *Order.Progress.values])
def test_an_order_has_finished_when_its_panel_does_nothing_more(progress):
    assert Order(progress=progress).is_finished == (progress in Order.FINISHED)
