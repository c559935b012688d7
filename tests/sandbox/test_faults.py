"""Faults wait for their calls, in order, and for the calls that they are about."""

import http.client

import pytest

from panels.sandbox import Fault


def test_it_cannot_be_turned_round_where_the_answer_is_the_panels_own(call):
    with pytest.raises(ValueError, match="cannot be changed"):
        call.panel.faults.add(Fault.TRUNCATED, processed=False)


def test_a_vanished_panel_refuses_connections_until_it_comes_back(call):
    call("balance")
    call.panel.faults.add(Fault.VANISH)
    # The open connection was cut, and new connections are refused.
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        call("balance")
    with pytest.raises(ConnectionRefusedError):
        call("balance")
    call.panel.come_back()
    assert call("balance")["balance"] == "500"


def test_a_vanished_panel_comes_back_by_itself_when_it_was_told_to(call, timers):
    call.panel.faults.add(Fault.VANISH, seconds=1)
    with pytest.raises(ConnectionRefusedError):
        call("balance")
    ((seconds, come_back),) = timers
    come_back()
    assert (seconds, call("balance")["balance"]) == (1, "500")


def test_faults_are_used_up_in_order_and_can_be_cleared(call):
    faults = call.panel.faults
    faults.add(Fault.REFUSE, times=2, text="first")
    faults.add(Fault.REFUSE, action="balance", times=None, text="second")
    words = [call("balance").get("error") for _ in range(5)]
    assert words == ["first", "first", "second", "second", "second"]
    assert "error" not in call("services")
    faults.clear()
    assert "error" not in call("balance")


def test_a_probable_fault_strikes_sometimes(call):
    call.panel.faults.add(Fault.REFUSE, times=None, probability=0.5)
    refused = ["error" in call("balance") for _ in range(60)]
    assert 10 < sum(refused) < 50


def test_a_fault_is_for_calls_of_an_action_about_a_service_and_with_a_field(call):
    call.panel.faults.add(Fault.REFUSE, "status", None, text="No.", having="orders")
    order_id = call.add()["order"]
    assert call("status", orders=f"{order_id},1") == {"error": "No."}
    assert call("status", order=order_id)["status"] == "Pending"
    service = call.panel.pick()
    call.panel.faults.add(Fault.REFUSE, "add", None, text="Not this.", service=service.id)
    assert call.add(service) == {"error": "Not this."}
    assert "order" in call.add(call.panel.pick(dripfeed=True, refill=not service.refill))
