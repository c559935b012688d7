"""The commands that work at all panels at the same time."""

import signal
import threading
from datetime import timedelta

from django.utils import timezone

from panels.management import by_panel
from panels.models import Panel
from panels.sandbox import Fault
from panels.worker.lanes import Lanes
from panels.worker.processes import StopSignals
from tests.factories import make_order, make_panel
from tests.management.running import order_at, run
from tests.processes import PATIENCE, eventually


def test_one_panel_can_be_named(panel, sandbox):
    make_panel(name="Nowhere")
    output, failure = run("sync_catalog", "--panel", "Northwind")
    assert (output.count("\n"), failure) == (1, "")
    assert run("sync_catalog", "--panel", "Nobody")[1].startswith("There is no active panel called Nobody.")


def test_a_silent_panel_is_asked_once_before_orders_go_out(panel, sandbox):
    order = make_order(panel.services.get(remote_id=sandbox.pick().id))
    Panel.objects.update(paused_reason="unreachable", paused_until=timezone.now(), failures=3)
    assert "1 placed" in run("submit_orders")[0]
    order.refresh_from_db()
    assert (order.state, sandbox.calls["balance"]) == ("placed", 1)
    Panel.objects.update(paused_reason="unreachable", paused_until=timezone.now() + timedelta(minutes=1))
    make_order(order.service)
    assert "1 still waiting because the panel does not answer" in run("submit_orders")[0]
    assert (len(sandbox.ledger), sandbox.calls["balance"]) == (1, 1)


def test_ctrl_c_sends_no_more_orders_and_records_the_send_under_way(panel, sandbox, monkeypatch, hold):
    Panel.objects.update(parallel_calls=1)
    first, second = order_at(panel, sandbox), order_at(panel, sandbox)
    sandbox.faults.add(Fault.LATE_ANSWER, "add")
    lanes = Lanes()
    monkeypatch.setattr(by_panel, "Lanes", lambda: lanes)
    hold(lambda: lanes.stopping.wait(PATIENCE))

    def interrupt():
        eventually(lambda: sandbox.calls["add"])
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    output, _ = run("submit_orders")
    thread.join()
    assert output == "Northwind: 1 placed, 1 still waiting\n"
    first.refresh_from_db()
    second.refresh_from_db()
    assert [first.state, second.state] == ["placed", "queued"]


def test_after_an_early_signal_no_work_begins(panel, sandbox):
    order_at(panel, sandbox)
    StopSignals.of_process()
    signal.raise_signal(signal.SIGTERM)
    assert run("submit_orders") == ("Northwind: interrupted\n", "The work did not succeed at Northwind.")
    assert sandbox.ledger == []
