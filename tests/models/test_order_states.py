"""The states of an order, and the moves between them."""

from __future__ import annotations

from itertools import product

import pytest

from panels.models import Order
from panels.models.order_states import NEEDS_A_PERSON, IllegalMoveError
from tests.factories import make_order, make_placed

pytestmark = pytest.mark.django_db

State = Order.State
# The drawing at the top of the module, a withdrawal of a restored order, and an id that came late.
WAYS = {
    "queued": {"sending", "withdrawn", "unknown"},
    "sending": {"placed", "refused", "unknown", "queued"},
    "refused": {"queued"},
    "unknown": {"placed", "queued", "refused", "written_off"},
    "written_off": {"placed"},
}


@pytest.mark.parametrize(("came_from", "to"), list(product(State.values, State.values)))
def test_an_order_takes_only_the_allowed_ways(came_from, to):
    order = make_order(state=came_from)
    if to in WAYS.get(came_from, ()):
        assert order.advance(State(to), error_text="Why")
        assert order.state == to
    else:
        with pytest.raises(IllegalMoveError):
            order.advance(State(to), error_text="Why")
        assert order.state == came_from
    row = Order.objects.get(pk=order.pk)
    assert (row.state, row.error_text) == (order.state, order.error_text)


def test_unknown_orders_orders_on_hold_and_alarms_need_a_person():
    wanted = {make_order(state=State.UNKNOWN), make_order(held_reason="Price"), make_placed(alarm="Twice")}
    make_order()
    make_placed()
    make_order(state=State.WITHDRAWN, held_reason="Price")
    assert set(Order.objects.filter(NEEDS_A_PERSON)) == wanted
