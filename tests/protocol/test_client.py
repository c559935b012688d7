"""The client against tiny panels over HTTP: what is sent for each action, what is repeated, and what never is."""

import json
import logging
import socket
import time
import traceback
from collections import Counter
from contextlib import contextmanager, suppress
from decimal import Decimal

import pytest

from panels.protocol import addresses, client, inquiry, transport
from panels.protocol.account import Account
from panels.protocol.addresses import AddressRefused
from panels.protocol.client import PanelClient
from panels.protocol.errors import Deferred, NotSent, OutcomeUnknown, Reason, Refused, Unreadable
from panels.protocol.wire import OrderStatus, Progress, RefillProgress
from tests.servers import Server, http

KEY = "s3cret+key/=="


class Key:
    def reveal(self):
        return KEY


class Clock:
    """Takes down waits instead of waiting."""

    def __init__(self):
        self.waits = []

    def __call__(self, seconds):
        self.waits.append(seconds)


def speaking(reply):
    """Answer every form with what `reply` makes of it: bytes as they are, anything else as JSON, None by hanging up."""

    def behave(connection, server):
        while server.receive(connection):
            answer = reply(server.forms[-1])
            if answer is None:
                return
            connection.sendall(answer if isinstance(answer, bytes) else http(json.dumps(answer).encode()))

    return behave


def in_turn(*answers):
    """Give one answer after the other, whatever is asked."""
    waiting = list(answers)
    return lambda form: waiting.pop(0)


@contextmanager
def panel(reply, **options):
    """Run a panel and a client of it; the client's `calls` are the forms without the key, `clock` its waits."""
    names = ("pace", "sleep")
    hooks = {name: options.pop(name) for name in names if name in options}
    clock = Clock()
    with Server(speaking(reply)) as server:
        options = {"api_url": server.url, "allow_private_hosts": True, "allow_http": True, **options}
        with PanelClient(Account(api_key=Key(), **options), **{"sleep": clock, **hooks}) as speaker:
            speaker.clock = clock
            speaker.server = server
            yield speaker


def calls(speaker):
    forms = speaker.server.forms
    assert all(form.pop("key") == KEY for form in forms)
    return forms


def status(word="In progress", **more):
    return {"charge": "0.5", "start_count": "1", "status": word, "remains": "7", "currency": "USD", **more}


BUSY = http(b"<h1>busy</h1>", status="503 Service Unavailable")
NOT_FOUND = {"error": "Incorrect order ID"}


class TestSingleQuestions:
    def test_services(self):
        rows = [{"service": 1, "name": "A", "type": "Default", "category": "C", "rate": "0.9", "min": "1", "max": "9"}]
        with panel(lambda form: rows) as speaker:
            assert [row.remote_id for row in speaker.services().rows] == ["1"]
            assert calls(speaker) == [{"action": "services"}]

    def test_balance(self):
        with panel(lambda form: {"balance": "100.84", "currency": "USD"}) as speaker:
            assert speaker.balance().amount == Decimal("100.84")
            assert calls(speaker) == [{"action": "balance"}]

    def test_one_id_is_asked_in_the_single_form(self):
        answers = {"status": status(), "refill": {"refill": "5"}, "refill_status": {"status": "Completed"}}
        with panel(lambda form: answers[form["action"]]) as speaker:
            assert speaker.statuses(["a1"])["a1"].progress is Progress.IN_PROGRESS
            assert speaker.refills(["a1"]) == {"a1": "5"}
            assert speaker.refill_statuses(["5"])["5"].progress is RefillProgress.COMPLETED
            assert calls(speaker) == [
                {"action": "status", "order": "a1"},
                {"action": "refill", "order": "a1"},
                {"action": "refill_status", "refill": "5"},
            ]

    def test_a_refusal_of_one_id_is_its_answer(self):
        with panel(lambda form: NOT_FOUND) as speaker:
            for answers in (speaker.statuses(["1"]), speaker.refills(["1"]), speaker.refill_statuses(["1"])):
                assert answers["1"].reason is Reason.NOT_FOUND
            assert len(calls(speaker)) == 3

    @pytest.mark.parametrize("words", ["Invalid API key", "Too many requests", "Not enough funds on balance"])
    def test_a_refusal_of_the_account_is_raised(self, words):
        for ids in (["1"], ["1", "2"]):
            with panel(lambda form: {"error": words}) as speaker:
                for ask in (speaker.statuses, speaker.refills, speaker.cancels, speaker.refill_statuses):
                    with pytest.raises(Refused):
                        ask(ids)
                assert len(calls(speaker)) == 4

    def test_nothing_is_asked_about_no_ids(self):
        with panel(lambda form: {}) as speaker:
            assert speaker.statuses([]) == speaker.refills([]) == speaker.cancels([]) == {}
            assert calls(speaker) == []


class TestManyIds:
    def test_250_ids_go_in_three_calls(self):
        ids = [str(number) for number in range(250)]
        with panel(lambda form: {each: status() for each in form["orders"].split(",")}) as speaker:
            assert list(speaker.statuses([*ids, "0", "1"])) == ids
            assert [len(form["orders"].split(",")) for form in calls(speaker)] == [100, 100, 50]

    def test_each_action_in_the_plural(self):
        def reply(form):
            ids = (form.get("orders") or form.get("refills")).split(",")
            return {
                "status": {each: status() for each in ids},
                "refill": [{"order": each, "refill": f"9{each}"} for each in ids],
                "refill_status": [{"refill": each, "status": "Rejected"} for each in ids],
                "cancel": [{"order": each, "cancel": 1 if each == "1" else NOT_FOUND} for each in ids],
            }[form["action"]]

        with panel(reply) as speaker:
            assert set(speaker.statuses(["1", "2"])) == {"1", "2"}
            assert speaker.refills(["1", "2"]) == {"1": "91", "2": "92"}
            assert speaker.refill_statuses(["91", "92"])["92"].progress is RefillProgress.REJECTED
            cancels = speaker.cancels(["1", "2"])
            assert cancels["1"] is None
            assert cancels["2"].reason is Reason.NOT_FOUND
            assert speaker.cancels(["1"]) == {"1": None}
            assert speaker.learned == {}
            assert calls(speaker) == [
                {"action": "status", "orders": "1,2"},
                {"action": "refill", "orders": "1,2"},
                {"action": "refill_status", "refills": "91,92"},
                {"action": "cancel", "orders": "1,2"},
                {"action": "cancel", "orders": "1"},
            ]

    def test_failing_ids_and_ids_left_out(self):
        with panel(lambda form: {"1": status(), "2": NOT_FOUND}) as speaker:
            answers = speaker.statuses(["1", "2", "3"])
        assert answers["1"].remains == 7
        assert answers["2"].reason is Reason.NOT_FOUND
        assert "3" not in answers

    def test_what_was_answered_is_kept_when_a_later_call_fails(self):
        ids = [str(number) for number in range(150)]
        with panel(
            lambda form: (
                {each: status() for each in form["orders"].split(",")} if "0" in form["orders"].split(",") else None
            )
        ) as speaker:
            answers = speaker.statuses(ids)
        assert sum(isinstance(answer, OrderStatus) for answer in answers.values()) == 100
        # What ended it stands at the ids that were asked in vain.
        assert {type(answers[each]) for each in ids[100:]} == {OutcomeUnknown}
        with panel(lambda form: None) as speaker, pytest.raises(OutcomeUnknown):
            speaker.statuses(ids)


def deaf_to_the_plural(objection, singles=None):
    """A panel that knows only the single form."""

    def reply(form):
        one = form.get("order") or form.get("refill")
        if not one:
            return objection
        usual = {"status": status(), "refill": {"refill": f"9{one}"}, "cancel": {"success": "ok"}}
        usual["refill_status"] = {"status": "Completed"}
        return (singles or {}).get(one, usual[form["action"]])

    return reply


class TestFallback:
    @pytest.mark.parametrize("objection", [NOT_FOUND, {"error": "Incorrect request"}, {"error": "???"}, status(), []])
    def test_a_status_in_the_plural_that_is_not_understood(self, objection):
        with panel(deaf_to_the_plural(objection)) as speaker:
            assert set(speaker.statuses(["1", "2"])) == {"1", "2"}
            assert speaker.learned == {"multi_status": False}
            speaker.statuses(["3", "4"])
            wanted = ["1,2", "1", "2", "3", "4"]
            assert [form.get("orders") or form["order"] for form in calls(speaker)] == wanted

    @pytest.mark.parametrize("objection", [NOT_FOUND, {"error": "???"}, status(), []])
    def test_guesses_cost_one_call_whatever_is_answered(self, objection):
        with panel(deaf_to_the_plural(objection)) as speaker:
            with suppress(Refused, Unreadable):
                assert speaker.statuses_at_once(["1", "2"]) == {}
            assert set(speaker.statuses_at_once(["3"])) == {"3"}
            assert [form.get("orders") or form["order"] for form in calls(speaker)] == ["1,2", "3"]
            assert speaker.learned == {}

    def test_refills_and_their_status(self):
        with panel(deaf_to_the_plural({"error": "Incorrect request"})) as speaker:
            assert speaker.refills(["1", "2"]) == {"1": "91", "2": "92"}
            assert speaker.learned == {"multi_refill": False}
        with panel(deaf_to_the_plural({"error": "Incorrect request"})) as speaker:
            assert set(speaker.refill_statuses(["1", "2"])) == {"1", "2"}
            assert speaker.learned == {"multi_refill": False}

    @pytest.mark.parametrize("ids", [["1"], ["1", "2"]])
    def test_cancels(self, ids):
        with panel(deaf_to_the_plural({"error": "Incorrect order ID"})) as speaker:
            assert speaker.cancels(ids) == dict.fromkeys(ids)
            assert speaker.learned == {"cancel_parameter": "order"}
            speaker.cancels(["7"])
            assert calls(speaker)[-1] == {"action": "cancel", "order": "7"}

    def test_a_cancel_that_is_refused_for_its_order_is_not_tried_otherwise(self):
        with panel(lambda form: {"error": "Cannot cancel this order"}) as speaker:
            assert speaker.cancels(["1"])["1"].reason is Reason.NOT_ELIGIBLE
            assert len(calls(speaker)) == 1

    def test_a_panel_known_to_be_deaf_is_asked_one_by_one_at_once(self):
        known = {"multi_status": False, "multi_refill": False, "cancel_parameter": "order"}
        with panel(deaf_to_the_plural(NOT_FOUND), **known) as speaker:
            speaker.statuses(["1", "2"])
            speaker.refills(["1", "2"])
            speaker.refill_statuses(["1", "2"])
            speaker.cancels(["1", "2"])
            assert speaker.learned == {}
            assert Counter(form["action"] for form in calls(speaker)) == dict.fromkeys(
                ("status", "refill", "refill_status", "cancel"), 2
            )

    def test_the_first_orders_may_be_gone(self):
        singles = {"1": NOT_FOUND, "2": NOT_FOUND}
        with panel(deaf_to_the_plural(NOT_FOUND, singles)) as speaker:
            answers = speaker.statuses(["1", "2", "3"])
            assert answers["1"].reason is Reason.NOT_FOUND
            assert answers["3"].progress is Progress.IN_PROGRESS
            assert speaker.learned == {"multi_status": False}

    def test_once_single_calls_work_the_same_words_are_about_one_order(self):
        odd = {"error": "Incorrect request"}
        with panel(deaf_to_the_plural(odd, {"2": odd})) as speaker:
            answers = speaker.statuses(["1", "2", "3"])
        assert {each for each, answer in answers.items() if isinstance(answer, Refused)} == {"2"}

    def test_an_objection_to_everything_is_raised_as_it_is_and_teaches_nothing(self):
        ids = [str(number) for number in range(50)]
        for words, count in (("Down for maintenance", 2), ("Incorrect order ID", 51)):
            with panel(lambda form, words=words: {"error": words}) as speaker:
                with pytest.raises(Refused, match=words):
                    speaker.statuses(ids)
                assert speaker.learned == {}
                assert len(calls(speaker)) == count

    def test_single_refusals_in_other_words_are_answers(self):
        singles = {"1": {"error": "Refill not available"}, "2": {"error": "Refill already requested"}}
        with panel(deaf_to_the_plural(NOT_FOUND, singles)) as speaker:
            answers = speaker.refills(["1", "2"])
            assert [answer.reason for answer in answers.values()] == [Reason.NOT_ELIGIBLE] * 2
            assert speaker.learned == {}

    def test_a_single_answer_that_cannot_be_read_holds_up_no_other(self):
        singles = {"1": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<p/>"}
        with panel(deaf_to_the_plural(NOT_FOUND, singles)) as speaker:
            answers = speaker.statuses(["1", "2", "3"])
        assert {each for each, answer in answers.items() if isinstance(answer, OrderStatus)} == {"2", "3"}
        assert isinstance(answers["1"], Unreadable)

    def test_a_panel_that_answers_nothing_readable_is_left_alone_soon(self):
        ids = [str(number) for number in range(50)]
        with panel(lambda form: http(b"<html>are you a robot?</html>")) as speaker:
            with pytest.raises(OutcomeUnknown):
                speaker.statuses(ids)
            assert len(calls(speaker)) == 1 + inquiry.PATIENCE

    def test_what_single_questions_found_is_kept_when_the_panel_falls_silent(self):
        with panel(deaf_to_the_plural(NOT_FOUND, {"3": None}), multi_status=False) as speaker:
            answers = speaker.statuses(["1", "2", "3", "4"])
        assert {each for each, answer in answers.items() if isinstance(answer, OrderStatus)} == {"1", "2"}
        assert isinstance(answers["3"], OutcomeUnknown)
        assert isinstance(answers["4"], NotSent)


class TestWrites:
    """Refills and cancels: not again once they may have arrived."""

    @pytest.mark.parametrize(
        "answer", [None, BUSY, http(b""), http(b"", "Location: https://x.example/", status="302 F")]
    )
    @pytest.mark.parametrize("ids", [["1"], ["1", "2"]])
    def test_nothing_that_may_have_arrived_is_sent_again(self, answer, ids):
        with panel(lambda form: answer) as speaker:
            for ask in (speaker.refills, speaker.cancels):
                with pytest.raises(OutcomeUnknown):
                    ask(ids)
            assert [form["action"] for form in calls(speaker)] == ["refill", "cancel"]
            assert speaker.clock.waits == []

    def test_one_answer_about_many_refills_is_not_asked_about_again(self):
        with panel(lambda form: {"refill": "5"}) as speaker:
            with pytest.raises(OutcomeUnknown):
                speaker.refills(["1", "2"])
            assert len(calls(speaker)) == 1

    @pytest.mark.parametrize("answer", [[], {}, [{"order": "9", "refill": "1", "cancel": 1}]])
    def test_an_answer_that_leaves_all_out_is_not_asked_for_again(self, answer):
        with panel(lambda form: answer) as speaker:
            for ask in (speaker.refills, speaker.cancels):
                assert set(ask(["1", "2"])) == set()
            assert len(calls(speaker)) == 2

    def test_what_the_panel_sent_back_unread_goes_out_again(self):
        slow = http(b"", "Retry-After: 3", status="429 Too Many Requests")
        with panel(in_turn(slow, slow, {"refill": "5"})) as speaker:
            assert speaker.refills(["1"]) == {"1": "5"}
            assert all(
                3 <= wait <= 3 + longest for wait, longest in zip(speaker.clock.waits, client.BACKOFF, strict=True)
            )

    def test_a_connection_that_failed_is_tried_again(self, monkeypatch):
        real, failures = transport._connect, [OSError("no route"), OSError("no route")]

        def shaky(*args):
            if failures:
                raise failures.pop()
            return real(*args)

        with panel(lambda form: {"refill": "5"}) as speaker:
            monkeypatch.setattr(addresses.socket, "getaddrinfo", _only_ipv4())
            monkeypatch.setattr(transport, "_connect", shaky)
            assert speaker.refills(["1"]) == {"1": "5"}
            assert len(speaker.clock.waits) == 2

    def test_each_id_is_told_what_became_of_it(self):
        singles = {"3": None}
        with panel(deaf_to_the_plural({"error": "Incorrect request"}, singles)) as speaker:
            told = speaker.refills(["1", "2", "3", "4"])
        assert (told["1"], told["2"]) == ("91", "92")
        assert isinstance(told["3"], OutcomeUnknown)
        assert isinstance(told["4"], NotSent)

    @pytest.mark.parametrize("ask", ["refills", "cancels"])
    @pytest.mark.parametrize("objection", [None, {"error": "Incorrect request"}])
    def test_what_was_never_sent_does_not_share_the_doubt_about_the_first(self, ask, objection):
        known = {} if objection else {"multi_refill": False, "cancel_parameter": "order"}
        ids = [str(number) for number in range(10)]
        with panel(deaf_to_the_plural(objection, {"0": None}), **known) as speaker:
            told = getattr(speaker, ask)(ids)
            assert [form["order"] for form in calls(speaker) if "order" in form] == ["0"]
        assert isinstance(told["0"], OutcomeUnknown)
        assert {type(told[each]) for each in ids[1:]} == {Deferred}

    @pytest.mark.parametrize("end", [{"error": "Invalid API key"}, http(b"", status="429 Too Many Requests")])
    def test_what_may_have_arrived_does_not_share_the_no_to_the_next(self, end, monkeypatch):
        monkeypatch.setattr(client, "BACKOFF", ())
        with panel(in_turn(http(b"<p>what?"), end), multi_refill=False) as speaker:
            told = speaker.refills(["1", "2", "3"])
        assert isinstance(told["1"], Unreadable)
        assert isinstance(told["2"], Refused | NotSent)
        assert isinstance(told["3"], Deferred)
        # What ended it comes first.
        assert list(told) == ["2", "1", "3"]

    @pytest.mark.parametrize("end", [{"error": "Invalid API key"}, http(b"", status="429 Too Many Requests")])
    def test_a_no_to_the_first_that_holds_for_all_is_raised(self, end, monkeypatch):
        monkeypatch.setattr(client, "BACKOFF", ())
        with panel(in_turn(end), multi_refill=False) as speaker, pytest.raises((Refused, NotSent)):
            speaker.refills(["1", "2", "3"])

    def test_an_id_that_the_panel_left_out_is_not_called_unasked(self):
        with panel(lambda form: [{"order": "1", "refill": "5"}]) as speaker:
            assert speaker.refills(["1", "2"]) == {"1": "5"}
        with panel(lambda form: [{"order": "1", "cancel": 1}]) as speaker:
            assert speaker.cancels(["1", "2"]) == {"1": None}

    def test_they_take_fresh_connections(self):
        with panel(lambda form: {"refill": "5"}) as speaker:
            speaker.refills(["1"])
            speaker.refills(["1"])
            assert speaker.server.connections == 2


def _only_ipv4():
    real = socket.getaddrinfo
    return lambda host, port, **kwargs: real("127.0.0.1", port, **kwargs)


class TestReads:
    def test_a_read_is_tried_three_times(self):
        with panel(in_turn(None, BUSY, {"balance": "1"})) as speaker:
            assert speaker.balance().amount == 1
            assert all(0 <= wait <= longest for wait, longest in zip(speaker.clock.waits, client.BACKOFF, strict=True))

    @pytest.mark.parametrize(("answer", "error"), [(None, OutcomeUnknown), (BUSY, OutcomeUnknown)])
    def test_and_not_four_times(self, answer, error):
        with panel(lambda form: answer) as speaker:
            for ask in (speaker.balance, speaker.services, lambda: speaker.statuses(["1", "2"])):
                with pytest.raises(error):
                    ask()
            assert len(calls(speaker)) == 9

    def test_the_waits_are_random(self):
        waits = []
        with panel(in_turn(*[None] * 12)) as speaker:
            for _ in range(4):
                with pytest.raises(OutcomeUnknown):
                    speaker.balance()
            waits = speaker.clock.waits
        assert len(set(waits)) == 8

    @pytest.mark.parametrize("answer", [{"error": "Something odd"}, http(b"<p>hello"), http(b"", status="302 Found")])
    def test_an_answer_is_an_answer(self, answer):
        with panel(lambda form: answer) as speaker:
            with pytest.raises((Refused, OutcomeUnknown)):
                speaker.balance()
            assert len(calls(speaker)) == 1

    @pytest.mark.parametrize("status_line", ["429 Too Many Requests", "503 Service Unavailable"])
    def test_retry_after_is_honoured_up_to_a_limit(self, status_line):
        slow, slower = (http(b"", f"Retry-After: {value}", status=status_line) for value in (9, 31))
        with panel(in_turn(slow, {"balance": "1"}, slower)) as speaker:
            speaker.balance()
            assert 9 <= speaker.clock.waits.pop() <= 10
            with pytest.raises((NotSent, OutcomeUnknown)):
                speaker.balance()
            assert speaker.clock.waits == []

    def test_no_try_begins_after_the_total_time(self):
        def reply(form):
            time.sleep(0.35)

        with panel(reply, total_timeout=0.3) as speaker:
            with pytest.raises(OutcomeUnknown):
                speaker.balance()
            assert speaker.clock.waits == []

    def test_an_address_that_is_refused_is_not_tried_again(self):
        with panel(lambda form: {}, allow_private_hosts=False) as speaker:
            for ask in (speaker.balance, lambda: speaker.refills(["1"]), lambda: speaker.cancels(["1"])):
                with pytest.raises(AddressRefused):
                    ask()
            assert speaker.clock.waits == []
            assert speaker.server.connections == 0

    def test_they_share_a_connection(self):
        with panel(lambda form: {"balance": "1"}) as speaker:
            for _ in range(3):
                speaker.balance()
            assert speaker.server.connections == 1


class TestPace:
    def test_every_exchange_but_add_is_paced(self):
        turns = []
        replies = in_turn(None, {"balance": "1"}, {"order": 5}, {"refill": "1"}, [{"order": "1", "cancel": 1}])
        with panel(replies, pace=lambda: turns.append(1)) as speaker:
            speaker.balance()
            assert len(turns) == 2
            speaker.add("1", "default", {"link": "https://x.example", "quantity": "5"}, not_after=time.time() + 9)
            assert len(turns) == 2
            speaker.refills(["1"])
            speaker.cancels(["1"])
            assert len(turns) == 4

    def test_a_pace_that_says_no_ends_the_call(self):
        def closed():
            raise NotSent("used up")

        with panel(lambda form: {}, pace=closed) as speaker:
            for ask in (speaker.balance, lambda: speaker.refills(["1"]), lambda: speaker.statuses(["1", "2"])):
                with pytest.raises(NotSent, match="used up"):
                    ask()
            assert calls(speaker) == []
            assert speaker.clock.waits == []


class TestAdd:
    def add(self, speaker, type_slug="default", **values):
        values = {"link": "https://x.example/p", "quantity": "100", **values}
        return speaker.add("77", type_slug, values, not_after=time.time() + 10)

    def test_the_service_and_the_fields_of_its_type_are_sent(self):
        with panel(lambda form: {"order": 23501}) as speaker:
            assert self.add(speaker) == "23501"
            assert calls(speaker) == [
                {"action": "add", "service": "77", "link": "https://x.example/p", "quantity": "100"}
            ]

    def test_a_panel_may_want_a_quantity_always(self):
        with panel(lambda form: {"order": "a"}, always_send_quantity=True) as speaker:
            speaker.add("7", "custom_comments", {"link": "l", "comments": "a\nb"}, not_after=time.time() + 10)
            assert calls(speaker)[0]["quantity"] == "2"

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

        with panel(reply, read_timeout=0.5) as speaker:
            with pytest.raises(error):
                self.add(speaker)
            assert len(calls(speaker)) == 1
            assert speaker.server.connections == 1
            assert speaker.clock.waits == []

    def test_an_order_that_cannot_be_sent_is_not_tried_again(self, monkeypatch):
        tried = []

        def fail(*args):
            tried.append(args)
            raise OSError("no route")

        with panel(lambda form: {"order": 1}) as speaker:
            monkeypatch.setattr(addresses.socket, "getaddrinfo", _only_ipv4())
            monkeypatch.setattr(transport, "_connect", fail)
            with pytest.raises(NotSent):
                self.add(speaker)
            assert len(tried) == 1

    def test_it_takes_a_fresh_connection_and_leaves_none(self):
        with panel(lambda form: {"order": 1, "balance": "1"}) as speaker:
            speaker.balance()
            self.add(speaker)
            self.add(speaker)
            speaker.balance()
            assert speaker.server.connections == 3

    def test_nothing_is_sent_after_the_fence(self):
        with panel(lambda form: {"order": 1}) as speaker:
            with pytest.raises(NotSent, match="too late"):
                speaker.add("7", "default", {"link": "l", "quantity": "1"}, not_after=time.time() - 1)
            assert calls(speaker) == []


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
            with panel(answer) as speaker:
                with pytest.raises((Refused, OutcomeUnknown)) as caught:
                    speaker.balance()
                assert "[key]" in caught.value.text
                for secret in (KEY, "s3cret%2Bkey"):
                    assert secret not in self.shown(caught.value)
                    assert secret not in caplog.text
                assert KEY not in repr(speaker)
        with panel(lambda form: {"1": {"error": f"no {KEY}"}, "2": status()}) as speaker:
            assert speaker.statuses(["1", "2"])["1"].text == "no [key]"

    def test_a_key_in_a_header_that_cannot_be_read_is_not_logged(self, caplog):
        def reply(form):
            head = f"HTTP/1.1 200 OK\r\nContent-Length: 13\r\nX-Debug key={form['key']}\r\nX-More: 1\r\n\r\n"
            return head.encode() + b'{"order": 12}'

        with panel(reply) as speaker:
            assert speaker.add("7", "default", {"link": "l", "quantity": "1"}, not_after=time.time() + 30) == "12"
        assert KEY not in caplog.text

    def test_a_key_that_cannot_be_read_ends_the_call_before_anything_is_sent(self):
        class Locked:
            def reveal(self):
                raise LookupError("locked")

        with Server(speaking(lambda form: {})) as server:
            account = Account(server.url, Locked(), allow_private_hosts=True, allow_http=True)
            with PanelClient(account) as speaker, pytest.raises(LookupError):
                speaker.balance()
        assert server.connections == 0
