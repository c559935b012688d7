"""The requests by which a test harness in another process drives the panel."""

from decimal import Decimal

import pytest

from tests.sandbox.conftest import LONG


def test_another_process_drives_the_panel_by_http(call):
    assert call.control("POST", "faults", fault="refuse", action="add", text="No.") == (200, {"ok": True})
    assert call.add() == {"error": "No."}
    order_id = call.add()["order"]
    assert call.control("POST", "finish", order=order_id, status="Partial", remains=5)[0] == 200
    assert call("status", order=order_id)["remains"] == "5"
    status, ledger = call.control("GET", "ledger")
    [entry] = call.panel.ledger
    assert (status, ledger[0]["order_id"], ledger[0]["charge"]) == (200, str(order_id), str(entry.charge))
    assert call.control("GET", "calls") == (200, {"add": 2, "status": 1})
    call.control("POST", "balance", balance="12.5")
    assert call("balance")["balance"] == "12.5"
    call.control("POST", "faults", fault="refuse", times=None)
    call.control("POST", "faults/clear")
    second = call.add()["order"]
    call.control("POST", "skip", seconds=LONG)
    assert call("status", order=second)["status"] in ("Completed", "Partial", "Canceled")
    service = call.panel.pick()
    call.control("POST", "services/change", service=service.id, rate="9.99")
    assert call.panel.services[service.id].rate == Decimal("9.99")
    call.control("POST", "services/remove", service=service.id)
    assert service.id not in call.panel.services


def test_another_process_makes_the_panel_demanding(call):
    call.control("POST", "demands", json=True)
    assert (call.panel.takes_only_json, call.panel.lets_only_browsers) == (True, False)
    call.control("POST", "demands", browser=True)
    assert (call.panel.takes_only_json, call.panel.lets_only_browsers) == (False, True)


def test_the_control_door_says_what_it_did_not_understand(call):
    assert call.control("POST", "faults", fault="nonsense")[0] == 400
    assert call.control("POST", "finish", order="7", status="Completed") == (400, {"error": "Incorrect order ID"})
    assert call.control("POST", "balance", balance="much")[0] == 400
    assert call.control("POST", "nonsense")[0] == 404
    assert call.control("GET", "nonsense")[0] == 404


def test_vanishing_by_the_control_door_is_still_confirmed(call, timers):
    assert call.control("POST", "faults", fault="vanish", seconds=1)[0] == 200
    with pytest.raises(ConnectionRefusedError):
        call("balance")
    ((seconds, come_back),) = timers
    come_back()
    assert seconds == 1
    assert "balance" in call("balance")
