"""The panel as one object: starting and stopping it, and its counters."""

import http.client
import threading
from decimal import Decimal

import pytest

from panels.sandbox import Fault, SandboxPanel
from tests.processes import PATIENCE
from tests.sandbox.conftest import LINK, Caller, add_fields, bytes_until_end


def test_calls_are_counted_by_action(call):
    call("balance")
    call("balance")
    call("services", key="wrong")
    assert call.panel.calls == {"balance": 2, "services": 1}


def test_the_most_calls_that_were_under_way_at_once_are_known(call, hold):
    together = threading.Barrier(3)
    hold(lambda: together.wait(PATIENCE))
    call.panel.faults.add(Fault.HANG, "balance", times=3)
    threads = [threading.Thread(target=hang_up, args=(Caller(call.panel), "balance")) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(2):
        call("services")
        call("balance")
    assert call.panel.peaks == {"balance": 3, "services": 1}
    assert call.control("GET", "peaks") == (200, {"balance": 3, "services": 1})


def hang_up(call, action):
    with pytest.raises((OSError, http.client.HTTPException)):
        call(action)


def test_a_panel_lasts_as_long_as_its_block():
    with SandboxPanel() as panel:
        caller = Caller(panel)
        assert caller("balance")["balance"] == "500"
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
        caller("balance")
    panel.stop()


def test_a_service_that_is_not_there_cannot_be_changed_or_picked(call):
    assert call.control("POST", "services/remove", service="999999") == (400, {"error": "there is no service 999999"})
    with pytest.raises(LookupError, match="no service of type Package"):
        call.panel.pick("Package", dripfeed=True)


def test_every_add_that_came_in_is_kept_with_what_it_met_and_without_the_key(call):
    call.panel.faults.add(Fault.DROP_BEFORE, action="add")
    with pytest.raises(ConnectionResetError):
        bytes_until_end(call.panel, **add_fields(call.panel))
    call.add()
    call("balance")
    dropped, accepted = call.panel.arrivals
    assert (dropped.fault.fault, dropped.answered_at) == (Fault.DROP_BEFORE, None)
    assert (accepted.fault, accepted.request_number) == (None, call.panel.ledger[0].request_number)
    assert accepted.at <= accepted.answered_at
    assert accepted.fields["link"] == LINK
    assert "key" not in accepted.fields
    status, told = call.control("GET", "arrivals")
    assert (status, [each["fault"] and each["fault"]["fault"] for each in told]) == (200, ["drop_before", None])


def test_senseless_settings_are_refused():
    with pytest.raises(ValueError, match="there is no dialect 001"):
        SandboxPanel("001")
    with pytest.raises(ValueError, match="speed"):
        SandboxPanel(speed=0)


def test_a_panel_without_a_state_file_starts_again_on_its_port(call):
    port = call.panel.port
    order_id = call.add()["order"]
    call.panel.stop()
    call.connection.close()
    call.panel.start()
    assert call.panel.port == port
    assert call("status", order=order_id)["status"] == "Pending"


def test_a_panel_that_keeps_charges_pays_back_and_reports_the_charge_as_it_was(start, tmp_path):
    file = tmp_path / "panel.jsonl"
    first = start(state_file=file)
    order = first.add()["order"]
    first.panel.skip(60)
    charge = first("status", order=order)["charge"]
    assert first.control("POST", "charges", keep=True) == (200, {"ok": True})
    first.panel.finish(order, "Canceled")
    assert first("status", order=order)["charge"] == charge
    assert first.panel.balance == 500
    first.panel.stop()
    second = start(state_file=file)
    assert second("status", order=order)["charge"] == charge
    second.panel.keep_charges(keep=False)
    assert second("status", order=order)["charge"] == "0"


def test_a_service_can_charge_more_than_it_lists(call):
    service = call.panel.pick("Default")
    call.control("POST", "services/change", service=service.id, surcharge="1.31")
    call.add()
    assert call.panel.ledger[0].charge == service.rate * service.min / 1000 * Decimal("1.31")
