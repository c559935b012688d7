"""Orders are checked without a worker."""

from django.utils import timezone

from panels.models import Order, Panel, Refill
from panels.models.order_states import RequestState
from tests.factories import make_placed, make_refill
from tests.management.running import NOBODY, order_at, run


def test_orders_refills_and_cancels_are_followed(panel, sandbox):
    order = order_at(panel, sandbox)
    run("submit_orders")
    order.refresh_from_db()
    sandbox.finish(order.remote_id, "Completed")
    Order.objects.update(next_check_at=timezone.now())
    output, failure = run("poll_orders")
    assert (output, failure) == ("Northwind: orders: 1 asked, 1 answered, 1 changed\n", "")
    make_refill(order)
    assert "aftercare: 1 refills" in run("poll_orders")[0]
    assert Refill.objects.get().state == RequestState.ACCEPTED


def test_a_candidate_is_confirmed(panel, sandbox):
    order = order_at(panel, sandbox)
    run("submit_orders")
    order.refresh_from_db()
    remote_id, order.remote_id = order.remote_id, ""
    Order.objects.update(state=Order.State.UNKNOWN, remote_id="", candidate_id=remote_id, next_check_at=None)
    assert "1 confirmed" in run("poll_orders")[0]
    order.refresh_from_db()
    assert (order.state, order.remote_id) == (Order.State.PLACED, remote_id)


def test_polling_a_dead_panel_fails(transactional_db):
    placed = make_placed()
    Panel.objects.update(name="Nowhere", api_url=NOBODY)
    output, failure = run("poll_orders")
    assert "a call failed: " in output
    assert failure == "The work did not succeed at Nowhere."
    placed.refresh_from_db()
    assert placed.progress == Order.Progress.IN_PROGRESS
