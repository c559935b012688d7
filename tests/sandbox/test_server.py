"""The HTTP server: keep-alive, many connections, latency, and callers that hang up."""

import contextlib
import http.client
import json
import threading
from urllib.parse import urlencode

import pytest

from panels.sandbox import Fault
from panels.sandbox.server import API_PATH, Call
from tests.processes import PATIENCE, eventually
from tests.sandbox.conftest import LINK, Caller, add_fields


def test_one_connection_serves_many_calls_and_many_connections_lose_nothing(call):
    service = call.panel.pick()

    def work(worker):
        own = Caller(call.panel)
        own("balance")
        socket = own.connection.sock
        for number in range(25):
            assert "order" in own.add(service, link=f"{LINK}/{worker}/{number}")
        assert own.connection.sock is socket
        own.connection.close()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger = call.panel.ledger
    assert len(ledger) == len({entry.order_id for entry in ledger}) == 300
    assert call.panel.balance == 500 - 300 * service.rate * service.min / 1000


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.LATE_ANSWER, Fault.TRICKLE])
def test_a_caller_that_hangs_up_leaves_its_order_and_no_noise(call, capfd, fault):
    call.panel.faults.add(fault, action="add", seconds=0.1)
    impatient = Caller(call.panel)
    impatient.connection.request("POST", call.path, urlencode({"key": call.panel.key, **add_fields(call.panel)}))
    impatient.connection.close()
    assert eventually(lambda: call.panel.ledger and not call.panel._state.under_way["add"])
    assert len(call.panel.ledger) == 1
    assert "balance" in call("balance")
    assert capfd.readouterr() == ("", "")


def test_latency_delays_every_answer_but_not_the_other_calls(start, monkeypatch):
    together, waits = threading.Barrier(5), []
    monkeypatch.setattr(Call, "wait", lambda _, seconds: waits.append(seconds) or together.wait(PATIENCE))
    call = start(latency=300)
    others = [Caller(call.panel) for _ in range(5)]
    threads = [threading.Thread(target=other, args=("balance",)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(waits) == 5
    assert all(0 < seconds <= 300 for seconds in waits)
    for other in others:
        other.connection.close()


def test_other_paths_and_oversized_bodies_are_turned_away(call):
    call.connection.request("POST", "/api/v3", "key=x")
    assert call.connection.getresponse().read() == b"<h1>Not Found</h1>"
    call.connection.request("POST", call.path, headers={"Content-Length": str(10**9)})
    response = call.connection.getresponse()
    assert (response.status, response.read()) == (413, b"")


def test_a_panel_listens_on_loopback_only_and_says_where(call):
    assert call.panel.api_url == f"http://127.0.0.1:{call.panel.port}/api/v2"
    assert call.panel.port > 0


def post(panel, body, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", panel.port, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request("POST", API_PATH, body, {name.replace("_", "-"): text for name, text in headers.items()})
        response = connection.getresponse()
        return response.status, response.read()


def test_a_panel_may_take_json_bodies_alone(call):
    fields = {"key": call.panel.key, "action": "balance"}
    assert b"Invalid API key" in post(call.panel, json.dumps(fields), Content_Type="application/json")[1]
    call.panel.takes_only_json = True
    status, answer = post(call.panel, json.dumps(fields), Content_Type="application/json; charset=utf-8")
    assert (status, json.loads(answer)["balance"]) == (200, "500")
    assert post(call.panel, urlencode(fields), Content_Type="application/x-www-form-urlencoded")[0] == 415
    for body in ("[1]", "no JSON", json.dumps({"key": 1})):
        assert b"Invalid API key" in post(call.panel, body, Content_Type="application/json")[1]


def test_the_firewall_of_a_panel_may_let_browsers_alone_through(call):
    call.panel.lets_only_browsers = True
    form = urlencode({"key": call.panel.key, "action": "balance"})
    assert post(call.panel, form, User_Agent="panel-dashboard/1")[0] == 403
    assert call.panel.calls == {}
    assert post(call.panel, form, User_Agent="Mozilla/5.0")[0] == 200
