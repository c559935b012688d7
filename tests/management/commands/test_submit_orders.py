"""Queued orders are sent without a worker."""

from decimal import Decimal

from django.utils import timezone

from panels.models import Batch, Controls, Order, Panel
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


def test_orders_that_wait_for_a_service_for_money_or_in_a_paused_batch_are_counted_with_the_reason(panel, sandbox):
    for _ in range(2):
        order_at(panel, sandbox, held_for_funds_at=timezone.now(), expected_cost=Decimal("94.15"))
    order_at(panel, sandbox, batch=Batch.objects.create(source=Batch.Source.PASTE, state=Batch.State.PAUSED))
    for words in ("on hold too", ""):
        waiting = order_at(panel, sandbox, held_reason=words)
    Panel.objects.update(free_balance=Decimal())
    panel.services.filter(pk=waiting.service_id).update(
        wait_minutes=5, waits_until=now_and(minutes=5), waits_since=timezone.now(), waits_because="Not enough funds"
    )
    output, failure = run("submit_orders")
    said = f"1 waiting for service {waiting.service.remote_id} because the panel answers “Not enough funds”"
    left = f"1 on hold, 2 waiting for money (188.30 USD short), 1 in a paused batch, {said}"
    assert output.replace("\u00a0", " ") == f"Northwind: 0 placed, {left}\n"
    assert failure == ""
    Panel.objects.update(free_balance=None)
    assert "2 waiting for money, the balance is not known" in run("submit_orders")[0]
    assert sandbox.ledger == []


def test_sends_of_a_dead_worker_become_unknown(panel, sandbox):
    order = order_at(panel, sandbox, state=State.SENDING, attempt=1, send_deadline=now_and(seconds=-1))
    assert run("submit_orders")[0].startswith("1 orders or requests passed their deadline and are unknown now.\n")
    order.refresh_from_db()
    assert order.state == State.UNKNOWN
    assert sandbox.ledger == []
