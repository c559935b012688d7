"""The client against tiny panels over HTTP: the fields of each action, retries, and requests that are sent once."""

import gzip
import json
import logging
import threading
import time
import traceback
from contextlib import suppress
from decimal import Decimal
from types import SimpleNamespace

import pytest

from panels.protocol import addresses, client, transport
from panels.protocol.account import Account
from panels.protocol.addresses import AddressRefused
from panels.protocol.client import PanelClient
from panels.protocol.errors import NotSent, OutcomeUnknown, PanelError, Refused, Unreadable
from panels.protocol.exchange import Latest
from tests.harm import parts_of
from tests.processes import eventually
from tests.protocol.conftest import (
    BUSY,
    KEY,
    NOT_FOUND,
    client_of,
    forms_of,
    in_turn,
    only_ipv4,
    refusing_the_plural,
    replying,
    status,
)
from tests.servers import Server, http, once


class TestSingleQuestions:
    def test_services(self):
        rows = [{"service": 1, "name": "A", "type": "Default", "category": "C", "rate": "0.9", "min": "1", "max": "9"}]
        with client_of(lambda form: rows) as api:
            assert [row.remote_id for row in api.services().rows] == ["1"]
            assert forms_of(api) == [{"action": "services"}]

    def test_balance(self):
        with client_of(lambda form: {"balance": "100.84", "currency": "USD"}) as api:
            assert api.balance().amount == Decimal("100.84")
            assert forms_of(api) == [{"action": "balance"}]


class TestFallback:
    @pytest.mark.parametrize("objection", [NOT_FOUND, {"error": "???"}, status(), []])
    def test_guesses_cost_one_call_whatever_is_answered(self, objection):
        with client_of(refusing_the_plural(objection)) as api:
            with suppress(Refused, Unreadable):
                assert api.statuses_at_once(["1", "2"]) == {}
            assert set(api.statuses_at_once(["3"])) == {"3"}
            assert [form.get("orders") or form["order"] for form in forms_of(api)] == ["1,2", "3"]
            assert api.learned == {}


class TestReads:
    def test_a_read_is_tried_three_times(self):
        with client_of(in_turn(None, BUSY, {"balance": "1"})) as api:
            assert api.balance().amount == 1
            assert all(0 <= wait <= longest for wait, longest in zip(api.clock.waits, client.BACKOFF, strict=True))

    def test_every_try_is_counted_with_the_time_of_its_answer(self):
        with client_of(in_turn(None, BUSY, {"error": "Incorrect request"})) as api:
            began = time.monotonic()
            with suppress(Refused):
                api.balance()
            (calls,) = api.tally.take().values()
            assert (calls.answers, calls.failures) == (1, 2)
            assert 0 < calls.seconds <= time.monotonic() - began

    @pytest.mark.parametrize(("answer", "error"), [(None, OutcomeUnknown), (BUSY, OutcomeUnknown)])
    def test_and_not_four_times(self, answer, error):
        with client_of(lambda form: answer) as api:
            for ask in (api.balance, api.services, lambda: api.statuses(["1", "2"])):
                with pytest.raises(error):
                    ask()
            assert len(forms_of(api)) == 9

    def test_the_waits_are_random(self):
        waits = []
        with client_of(in_turn(*[None] * 12)) as api:
            for _ in range(4):
                with pytest.raises(OutcomeUnknown):
                    api.balance()
            waits = api.clock.waits
        assert len(set(waits)) == 8

    @pytest.mark.parametrize("answer", [{"error": "Something odd"}, http(b"<p>hello"), http(b"", status="302 Found")])
    def test_an_answer_is_an_answer(self, answer):
        with client_of(lambda form: answer) as api:
            with pytest.raises((Refused, OutcomeUnknown)):
                api.balance()
            assert len(forms_of(api)) == 1

    @pytest.mark.parametrize("status_line", ["429 Too Many Requests", "503 Service Unavailable"])
    def test_retry_after_is_honoured_up_to_a_limit(self, status_line):
        slow, slower = (http(b"", f"Retry-After: {value}", status=status_line) for value in (9, 31))
        with client_of(in_turn(slow, {"balance": "1"}, slower)) as api:
            api.balance()
            assert 9 <= api.clock.waits.pop() <= 10
            with pytest.raises((NotSent, OutcomeUnknown)):
                api.balance()
            assert api.clock.waits == []

    def test_no_try_begins_after_the_total_time(self, monkeypatch):
        later = []
        monkeypatch.setattr(client, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + sum(later)))

        with client_of(lambda form: later.append(1000)) as api:
            with pytest.raises(OutcomeUnknown):
                api.balance()
            assert api.clock.waits == []

    def test_an_address_that_is_refused_is_not_tried_again(self):
        with client_of(lambda form: {}, allow_private_hosts=False) as api:
            for ask in (api.balance, lambda: api.refills(["1"]), lambda: api.cancels(["1"])):
                with pytest.raises(AddressRefused):
                    ask()
            assert api.clock.waits == []
            assert api.server.connections == 0

    def test_they_share_a_connection(self):
        with client_of(lambda form: {"balance": "1"}) as api:
            for _ in range(3):
                api.balance()
            assert api.server.connections == 1


class TestPace:
    def test_every_exchange_but_add_is_paced(self):
        turns = []
        replies = in_turn(None, {"balance": "1"}, {"order": 5}, {"refill": "1"}, [{"order": "1", "cancel": 1}])
        with client_of(replies, pace=lambda: turns.append(1)) as api:
            api.balance()
            assert len(turns) == 2
            api.add("1", "default", {"link": "https://x.example", "quantity": "5"}, not_after=Latest.after(9))
            assert len(turns) == 2
            api.refills(["1"])
            api.cancels(["1"])
            assert len(turns) == 4

    def test_a_pace_that_says_no_ends_the_call(self):
        def closed():
            raise NotSent("used up")

        with client_of(lambda form: {}, pace=closed) as api:
            for ask in (api.balance, lambda: api.refills(["1"]), lambda: api.statuses(["1", "2"])):
                with pytest.raises(NotSent, match="used up"):
                    ask()
            assert forms_of(api) == []
            assert api.clock.waits == []


class TestAdd:
    def add(self, api, type_slug="default", **values):
        values = {"link": "https://x.example/p", "quantity": "100", **values}
        return api.add("77", type_slug, values, not_after=Latest.after(10))

    def test_the_service_and_the_fields_of_its_type_are_sent(self):
        with client_of(lambda form: {"order": 23501}) as api:
            assert self.add(api) == "23501"
            assert forms_of(api) == [
                {"action": "add", "service": "77", "link": "https://x.example/p", "quantity": "100"}
            ]

    def test_a_panel_may_want_a_quantity_always(self):
        with client_of(lambda form: {"order": "a"}, always_send_quantity=True) as api:
            api.add("7", "custom_comments", {"link": "l", "comments": "a\nb"}, not_after=Latest.after(10))
            assert forms_of(api)[0]["quantity"] == "2"

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (None, OutcomeUnknown),
            (BUSY, OutcomeUnknown),
            (http(b""), OutcomeUnknown),
            (http(b"null"), OutcomeUnknown),
            (http(b"<html>"), OutcomeUnknown),
            (http(b'{"order": 1', "Content-Length: 20", length=False), OutcomeUnknown),
            (http(b"", "Location: https://x.example/", status="301 Moved"), OutcomeUnknown),
            (http(b"", status="504 Gateway Timeout"), OutcomeUnknown),
            (http(b"", status="429 Too Many Requests"), NotSent),
            ({"error": "Not enough funds on balance"}, Refused),
            ({"error": "Incorrect request"}, Refused),
        ],
    )
    def test_an_order_is_sent_once_whatever_comes_back(self, answer, error):
        def reply(form):
            return answer

        with client_of(reply, read_timeout=3) as api:
            with pytest.raises(error):
                self.add(api)
            assert len(forms_of(api)) == 1
            assert api.server.connections == 1
            assert api.clock.waits == []

    def test_an_order_that_cannot_be_sent_is_not_tried_again(self, monkeypatch):
        tried = []

        def fail(*args):
            tried.append(args)
            raise OSError("no route")

        with client_of(lambda form: {"order": 1}) as api:
            monkeypatch.setattr(addresses.socket, "getaddrinfo", only_ipv4())
            monkeypatch.setattr(transport, "_connect", fail)
            with pytest.raises(NotSent):
                self.add(api)
            assert len(tried) == 1

    def test_it_takes_a_fresh_connection_and_leaves_none(self):
        with client_of(lambda form: {"order": 1, "balance": "1"}) as api:
            api.balance()
            self.add(api)
            self.add(api)
            api.balance()
            assert api.server.connections == 3

    def test_nothing_is_sent_after_the_fence(self):
        with client_of(lambda form: {"order": 1}) as api:
            with pytest.raises(NotSent, match="too late"):
                api.add("7", "default", {"link": "l", "quantity": "1"}, not_after=Latest.after(-1))
            assert forms_of(api) == []


def huge(unit=b"0.1,", status_line="200 OK"):
    return http(gzip.compress(b"[" + unit * 4_000_000, 1), "Content-Encoding: gzip", status=status_line)


class TestHugeAnswers:
    @pytest.mark.parametrize(
        ("status_line", "error"),
        [
            ("200 OK", Unreadable), ("403 No", Unreadable), ("500 Error", Unreadable),
            ("401 No", Refused), ("402 Pay", Refused), ("429 Slow", NotSent),
        ],
    )  # fmt: skip
    def test_an_order_is_sent_once_and_unknown_unless_the_status_tells_its_outcome(self, status_line, error):
        with client_of(lambda form: huge(b'{"error":"no"},', status_line)) as api:
            with pytest.raises(error):
                api.add("7", "default", {"link": "l", "quantity": "1"}, not_after=Latest.after(30))
            assert len(forms_of(api)) == 1

    def test_a_read_that_is_answered_like_this_is_unreadable_and_not_repeated(self):
        asks = (
            lambda api: api.balance(),
            lambda api: api.services(),
            lambda api: api.statuses(["1"]),
            lambda api: api.refills(["1", "2"]),
            lambda api: api.cancels(["1", "2"]),
        )
        for ask in asks:
            with client_of(lambda form: huge(b"[],")) as api:
                with pytest.raises(Unreadable) as caught:
                    ask(api)
                assert (len(forms_of(api)), caught.value.is_fault) == (1, False)
                assert "[],[]" in caught.value.trace

    def test_the_single_form_is_tried_after_a_crash_with_a_huge_page(self):
        page = http(b"<!DOCTYPE html>" + b"a, b" * 500_000, status="500 Error")
        with client_of(refusing_the_plural(page)) as api:
            assert set(api.statuses(["1", "2"])) == {"1", "2"}
            assert api.learned["multi_status"] is False

    def test_large_answers_are_read_one_at_a_time(self, monkeypatch):
        monkeypatch.setattr(client, "LARGE", 10)
        with client_of(lambda form: {"balance": "100.84"}) as api, client._reading_large:
            found = []
            thread = threading.Thread(target=lambda: found.append(api.balance()))
            thread.start()
            assert eventually(lambda: api.server.requests)
            thread.join(0.2)
            assert found == []
            client._reading_large.release()
            thread.join()
            client._reading_large.acquire()
        assert found[0].amount == Decimal("100.84")


class TestKey:
    def shown(self, error):
        return repr(error) + error.text + "".join(traceback.format_exception(error))

    def test_a_key_that_a_panel_repeats_is_not_shown(self, caplog):
        caplog.set_level(logging.DEBUG)

        def reply(form):
            return {"error": f"Bad thing near key={form['key']}"}

        def moved(form):
            return http(b"", f"Location: https://x.example/{form['key']}/s3cret%2Bkey%2F%3D%3D", status="302 Found")

        for answer in (reply, moved):
            with client_of(answer) as api:
                with pytest.raises((Refused, OutcomeUnknown)) as caught:
                    api.balance()
                assert "[key]" in caught.value.text
                for secret in (KEY, "s3cret%2Bkey"):
                    assert secret not in self.shown(caught.value)
                    assert secret not in caplog.text
                assert KEY not in repr(api)
        with client_of(lambda form: {"1": {"error": f"no {KEY}"}, "2": status()}) as api:
            assert api.statuses(["1", "2"])["1"].text == "no [key]"

    @pytest.mark.parametrize(
        "reply",
        [
            lambda key: http(json.dumps({key: {"error": "No."}, "errors": {f"near {key}": ["No."]}}).encode()),
            lambda key: http(b"{}", f"Content-Encoding: {key}"),
            lambda key: http(b"", f"Location: https://x.example/{key.upper()}?k={key}", status="302 Found"),
            lambda key: f"HTTP/1.1 200 {key}\r\n{key}: {key}\r\nContent-Length: {key}\r\n\r\n".encode(),
            lambda key: f"HTTP/9 {key}\r\n\r\n".encode(),
            lambda key: http(b"zz", f"Retry-After: {key}", f"Transfer-Encoding: chunked, {key}", length=False),
            lambda key: http(f"{key};x={key}\r\n".encode(), "Transfer-Encoding: chunked", length=False),
            lambda key: http(f"<p>{key} <b>{key[:5]}</b>{key[5:]}".encode(), status="500 Error"),
        ],
    )
    def test_a_key_in_names_headers_and_broken_answers_is_not_shown(self, caplog, reply):
        caplog.set_level(logging.DEBUG)
        key = "9f86d081884c7d659a2feaa0c55ad015"
        with Server(once(reply(key))) as server:
            account = Account(
                server.url, SimpleNamespace(reveal=lambda: key), allow_private_hosts=True, allow_http=True
            )
            with PanelClient(account, sleep=lambda _: None) as api:
                order = {"link": "l", "quantity": "1"}
                for ask in (
                    api.balance,
                    api.services,
                    lambda: api.add("1", "default", order, not_after=Latest.after(30)),
                ):
                    with pytest.raises(PanelError) as caught:
                        ask()
                    assert parts_of(key, self.shown(caught.value) + getattr(caught.value, "trace", "")) == []
        assert parts_of(key, caplog.text) == []

    @pytest.mark.parametrize("escape", [lambda text: text, lambda text: text.replace("/", "\\/")])
    def test_a_json_body_that_a_panel_repeats_does_not_show_the_key(self, monkeypatch, escape):
        key = 's3cret"+key/ä\\'
        monkeypatch.setattr("tests.protocol.conftest.KEY", key)
        said = []

        def reply(form):
            said.append(escape(api.server.requests[-1].partition(b"\r\n\r\n")[2].decode()))
            return {"error": f"Cannot read {said[-1]}"}

        with client_of(reply, sends_json=True) as api, pytest.raises(Refused) as caught:
            api.balance()
        assert "s3cret" in said[0]
        assert "[key]" in caught.value.text
        assert "s3cret" not in self.shown(caught.value)

    def test_a_key_in_a_header_that_cannot_be_read_is_not_logged(self, caplog):
        def reply(form):
            head = f"HTTP/1.1 200 OK\r\nContent-Length: 13\r\nX-Debug key={form['key']}\r\nX-More: 1\r\n\r\n"
            return head.encode() + b'{"order": 12}'

        with client_of(reply) as api:
            assert api.add("7", "default", {"link": "l", "quantity": "1"}, not_after=Latest.after(30)) == "12"
        assert KEY not in caplog.text

    def test_a_key_that_cannot_be_read_ends_the_call_before_anything_is_sent(self):
        class Locked:
            def reveal(self):
                raise LookupError("locked")

        with Server(replying(lambda form: {})) as server:
            account = Account(server.url, Locked(), allow_private_hosts=True, allow_http=True)
            with PanelClient(account) as api, pytest.raises(LookupError):
                api.balance()
        assert server.connections == 0
