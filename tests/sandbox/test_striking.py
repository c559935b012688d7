"""Every fault: what the caller gets, and whether the order is booked."""

import contextlib
import gzip
import http.client
import json
import threading
import time
from urllib.parse import urlencode

import pytest

from panels.sandbox import Fault
from panels.sandbox.server import Call
from tests.processes import PATIENCE, eventually
from tests.sandbox.conftest import LINK, Caller, add_fields, bytes_until_end


@pytest.mark.parametrize(("fault", "booked"), [(Fault.DROP, 1), (Fault.DROP_BEFORE, 0)])
def test_a_dropped_call_ends_in_a_reset(call, fault, booked):
    call.panel.faults.add(fault, action="add")
    with pytest.raises(ConnectionResetError):
        bytes_until_end(call.panel, **add_fields(call.panel))
    assert len(call.panel.ledger) == booked
    assert call.panel.calls["add"] == 1


def test_a_hanging_call_is_booked_at_once_and_reset_in_the_end(call):
    call.panel.faults.add(Fault.HANG, action="add", seconds=0.3)
    started = time.monotonic()
    with pytest.raises(ConnectionResetError):
        bytes_until_end(call.panel, **add_fields(call.panel))
    assert time.monotonic() - started >= 0.3
    assert len(call.panel.ledger) == 1


def test_a_stopped_panel_lets_go_of_what_hangs(call):
    call.panel.faults.add(Fault.HANG, action="add")
    ended = threading.Event()

    def hang():
        # Two threads of the panel cut the connection. The first one decides how it ends.
        with contextlib.suppress(ConnectionResetError):
            assert bytes_until_end(call.panel, **add_fields(call.panel)) == b""
        ended.set()

    thread = threading.Thread(target=hang)
    thread.start()
    assert eventually(lambda: call.panel.ledger)
    assert not ended.wait(0.1)
    call.panel.stop()
    assert ended.wait(PATIENCE)
    thread.join()


@pytest.mark.parametrize(
    ("fault", "status", "start_of_body", "booked"),
    [
        (Fault.ERROR_500, 500, b"<html>", 1),
        (Fault.GARBAGE, 200, b"\x1f\x8b", 1),
        (Fault.HTML, 200, b"<!DOCTYPE html>", 0),
        (Fault.EMPTY, 200, b"", 1),
        (Fault.NULL, 200, b"null", 1),
        (Fault.HUGE, 200, b"\x1f\x8b", 1),
        (Fault.REFUSE, 200, b'{"error": "Account is suspended"}', 0),
        (Fault.RATE_LIMIT, 429, b'{"error": "Too many requests"}', 0),
        (Fault.REDIRECT, 302, b"", 0),
        (Fault.PHP_NOTICE, 200, b"<br />\n<b>Notice</b>", 1),
    ],
)
def test_an_answer_is_replaced(call, fault, status, start_of_body, booked):
    text = "Account is suspended" if fault is Fault.REFUSE else ""
    planned = call.panel.faults.add(fault, action="add", text=text)
    call("balance")
    assert planned.hits == 0
    response, body = call.answer(**add_fields(call.panel))
    assert response.status == status
    assert body.startswith(start_of_body)
    assert bool(body) == bool(start_of_body)
    assert len(call.panel.ledger) == booked
    assert planned.hits == 1
    assert "order" in call.add(link=LINK + "2")


def test_a_huge_answer_has_the_wanted_size(call):
    for size in (1_000, 50_000):
        call.panel.faults.add(Fault.HUGE, text="[]", size=size)
        body = gzip.decompress(call.answer(action="balance")[1])
        assert size - 3 <= len(body) <= size + 4
        assert set(map(str, json.loads(body))) == {"[]"}


def test_replaced_answers_carry_what_belongs_to_them(call):
    call.panel.faults.add(Fault.RATE_LIMIT, seconds=7)
    assert call.answer(action="balance")[0].headers["Retry-After"] == "7"
    call.panel.faults.add(Fault.REDIRECT, text="https://other.example/api")
    assert call.answer(action="balance")[0].headers["Location"] == "https://other.example/api"
    call.panel.faults.add(Fault.PHP_NOTICE)
    response, body = call.answer(action="balance")
    assert response.headers["Content-Type"].startswith("text/html")
    assert json.loads(body[body.index(b"{") :])["currency"] == "USD"
    call.panel.faults.add(Fault.GARBAGE)
    with pytest.raises(ValueError, match="codec can't decode"):
        json.loads(call.answer(action="balance")[1])


@pytest.mark.parametrize(("fault", "processed"), [(Fault.ERROR_500, False), (Fault.HTML, True), (Fault.HANG, False)])
def test_whether_the_panel_acts_can_be_turned_round(call, fault, processed):
    call.panel.faults.add(fault, processed=processed, seconds=0)
    if fault is Fault.HANG:
        with pytest.raises(ConnectionResetError):
            bytes_until_end(call.panel, **add_fields(call.panel))
    else:
        call.answer(**add_fields(call.panel))
    assert len(call.panel.ledger) == processed


def test_a_truncated_answer_is_whole_json_that_promises_more(call):
    call.panel.faults.add(Fault.TRUNCATED)
    with pytest.raises(http.client.IncompleteRead) as caught:
        call.add()
    assert json.loads(caught.value.partial) == {"order": int(call.panel.ledger[0].order_id)}


@pytest.mark.parametrize(("fault", "head_at_once"), [(Fault.TRICKLE, True), (Fault.TRICKLE_HEAD, False)])
def test_an_answer_trickles(call, monkeypatch, fault, head_at_once):
    go_on, waits, heads = threading.Event(), [], []
    monkeypatch.setattr(Call, "wait", lambda _, seconds: waits.append(seconds) or go_on.wait(PATIENCE))
    call.panel.faults.add(fault, seconds=0.02)
    body = urlencode({"key": "right-key", **add_fields(call.panel)})
    call.connection.request("POST", call.path, body)
    reader = threading.Thread(target=lambda: heads.append(call.connection.getresponse()))
    reader.start()
    reader.join(PATIENCE if head_at_once else 0.3)
    assert bool(heads) == head_at_once
    go_on.set()
    reader.join()
    body = heads[0].read()
    assert json.loads(body) == {"order": int(call.panel.ledger[0].order_id)}
    assert len(waits) >= len(body) - 1
    assert set(waits) == {0.02}


@pytest.mark.parametrize(("fault", "booked_early"), [(Fault.SLOW, 0), (Fault.LATE_ANSWER, 1)])
def test_a_late_answer_is_right_and_differs_in_when_it_is_booked(call, hold, fault, booked_early):
    waits, go_on, got = threading.Event(), threading.Event(), []
    hold(lambda: waits.set() or go_on.wait(PATIENCE))
    call.panel.faults.add(fault)
    thread = threading.Thread(target=lambda: got.append(call.add()))
    thread.start()
    assert waits.wait(PATIENCE)
    assert got == []
    assert len(call.panel.ledger) == booked_early
    go_on.set()
    thread.join()
    assert got == [{"order": int(call.panel.ledger[0].order_id)}]


def test_the_previous_order_is_named_again_and_nothing_is_booked(call):
    first = call.add()
    call.panel.faults.add(Fault.SAME_ID, action="add")
    assert call.add(link=LINK + "2") == first
    assert len(call.panel.ledger) == 1
    assert call.add(link=LINK + "2") != first


def test_adds_at_once_conflict_and_one_alone_does_not(call):
    panel = call.panel
    panel.faults.add(Fault.CONFLICT, "add", times=None, seconds=0.3)
    assert call.answer(**add_fields(panel))[0].status == 200
    statuses = []

    def add(link):
        caller = Caller(panel)
        with contextlib.closing(caller.connection):
            statuses.append(caller.answer(**add_fields(panel) | {"link": link})[0].status)

    threads = [threading.Thread(target=add, args=(f"https://example.com/{name}",)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 500 in statuses
    assert len(panel.ledger) >= 2
