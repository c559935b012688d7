"""Queued orders are sent without a worker."""

from django.utils import timezone

from panels.models import Controls, Order, Panel
from panels.sandbox import Fault
from tests.management.running import now_and, order_at, run

State = Order.State


def test_queued_orders_are_sent_and_counted(panel, sandbox):
    first, second = order_at(panel, sandbox), order_at(panel, sandbox)
    order_at(panel, sandbox, held_reason="dearer")
    output, failure = run("submit_orders")
    assert output == "Northwind: 2 placed, 1 on hold\n"
    assert failure == ""
    assert {entry.order_id for entry in sandbox.ledger} == set(
        Order.objects.filter(pk__in=(first.pk, second.pk)).values_list("remote_id", flat=True)
    )


def test_an_order_that_is_not_placed_is_a_failure(panel, sandbox):
    Panel.objects.update(parallel_calls=1)
    order_at(panel, sandbox)
    order_at(panel, sandbox)
    sandbox.faults.add(Fault.REFUSE, "add", text="Quantity less than minimal 50")
    output, failure = run("submit_orders")
    assert output == "Northwind: 1 placed, 1 refused; 1 not placed\n"
    assert failure == "The work did not succeed at Northwind."


def test_a_panel_that_gets_paused_says_why(panel, sandbox):
    order_at(panel, sandbox)
    sandbox.faults.add(Fault.REFUSE, times=None, text="Invalid API key")
    output, failure = run("submit_orders")
    assert "paused: Invalid API key" in output
    assert failure
    assert run("submit_orders") == (
        "Northwind: 0 placed, 1 still waiting because the panel does not accept the key\n",
        "",
    )


def test_orders_that_the_switch_stops_are_counted(panel, sandbox):
    order_at(panel, sandbox)
    Controls.objects.update_or_create(pk=1, defaults={"sending_stopped_at": timezone.now()})
    assert "1 still waiting because all sending is stopped" in run("submit_orders")[0]


def test_sends_of_a_dead_worker_become_unknown(panel, sandbox):
    order = order_at(panel, sandbox, state=State.SENDING, attempt=1, send_deadline=now_and(seconds=-1))
    assert run("submit_orders")[0].startswith("1 orders or requests passed their deadline and are unknown now.\n")
    order.refresh_from_db()
    assert order.state == State.UNKNOWN
    assert sandbox.ledger == []
