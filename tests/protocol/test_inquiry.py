"""Actions about many ids: in chunks, one by one where the plural is not understood, and writes never twice."""

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from panels.protocol import addresses, client, inquiry, transport
from panels.protocol.errors import Deferred, NotSent, OutcomeUnknown, Reason, Refused, Unreadable
from panels.protocol.wire import OrderStatus, Progress, RefillProgress
from tests.protocol.conftest import (
    BUSY,
    NOT_FOUND,
    client_of,
    forms_of,
    in_turn,
    only_ipv4,
    refusing_the_plural,
    status,
)
from tests.servers import http


class TestSingleQuestions:
    def test_one_id_is_asked_in_the_single_form(self):
        answers = {"status": status(), "refill": {"refill": "5"}, "refill_status": {"status": "Completed"}}
        with client_of(lambda form: answers[form["action"]]) as api:
            assert api.statuses(["a1"])["a1"].progress is Progress.IN_PROGRESS
            assert api.refills(["a1"]) == {"a1": "5"}
            assert api.refill_statuses(["5"])["5"].progress is RefillProgress.COMPLETED
            assert forms_of(api) == [
                {"action": "status", "order": "a1"},
                {"action": "refill", "order": "a1"},
                {"action": "refill_status", "refill": "5"},
            ]

    def test_a_refusal_of_one_id_is_its_answer(self):
        with client_of(lambda form: NOT_FOUND) as api:
            for answers in (api.statuses(["1"]), api.refills(["1"]), api.refill_statuses(["1"])):
                assert answers["1"].reason is Reason.NOT_FOUND
            assert len(forms_of(api)) == 3

    @pytest.mark.parametrize("words", ["Invalid API key", "Too many requests", "Not enough funds on balance"])
    def test_a_refusal_of_the_account_is_raised(self, words):
        for ids in (["1"], ["1", "2"]):
            with client_of(lambda form: {"error": words}) as api:
                for ask in (api.statuses, api.refills, api.cancels, api.refill_statuses):
                    with pytest.raises(Refused):
                        ask(ids)
                assert len(forms_of(api)) == 4

    def test_nothing_is_asked_about_no_ids(self):
        with client_of(lambda form: {}) as api:
            assert api.statuses([]) == api.refills([]) == api.cancels([]) == {}
            assert forms_of(api) == []


class TestManyIds:
    def test_250_ids_go_in_three_calls(self):
        ids = [str(number) for number in range(250)]
        with client_of(lambda form: {each: status() for each in form["orders"].split(",")}) as api:
            assert list(api.statuses([*ids, "0", "1"])) == ids
            assert [len(form["orders"].split(",")) for form in forms_of(api)] == [100, 100, 50]

    def test_each_action_in_the_plural(self):
        def reply(form):
            ids = (form.get("orders") or form.get("refills")).split(",")
            return {
                "status": {each: status() for each in ids},
                "refill": [{"order": each, "refill": f"9{each}"} for each in ids],
                "refill_status": [{"refill": each, "status": "Rejected"} for each in ids],
                "cancel": [{"order": each, "cancel": 1 if each == "1" else NOT_FOUND} for each in ids],
            }[form["action"]]

        with client_of(reply) as api:
            assert set(api.statuses(["1", "2"])) == {"1", "2"}
            assert api.refills(["1", "2"]) == {"1": "91", "2": "92"}
            assert api.refill_statuses(["91", "92"])["92"].progress is RefillProgress.REJECTED
            cancels = api.cancels(["1", "2"])
            assert cancels["1"] is None
            assert cancels["2"].reason is Reason.NOT_FOUND
            assert api.cancels(["1"]) == {"1": None}
            assert api.learned == {}
            assert forms_of(api) == [
                {"action": "status", "orders": "1,2"},
                {"action": "refill", "orders": "1,2"},
                {"action": "refill_status", "refills": "91,92"},
                {"action": "cancel", "orders": "1,2"},
                {"action": "cancel", "orders": "1"},
            ]

    def test_failing_ids_and_ids_left_out(self):
        with client_of(lambda form: {"1": status(), "2": NOT_FOUND}) as api:
            answers = api.statuses(["1", "2", "3"])
        assert answers["1"].remains == 7
        assert answers["2"].reason is Reason.NOT_FOUND
        assert "3" not in answers

    def test_what_was_answered_is_kept_when_a_later_call_fails(self):
        ids = [str(number) for number in range(150)]
        with client_of(
            lambda form: (
                {each: status() for each in form["orders"].split(",")} if "0" in form["orders"].split(",") else None
            )
        ) as api:
            answers = api.statuses(ids)
        assert sum(isinstance(answer, OrderStatus) for answer in answers.values()) == 100
        # The ids of the failed call have its error.
        assert {type(answers[each]) for each in ids[100:]} == {OutcomeUnknown}
        with client_of(lambda form: None) as api, pytest.raises(OutcomeUnknown):
            api.statuses(ids)


class TestFallback:
    @pytest.mark.parametrize("objection", [NOT_FOUND, {"error": "Incorrect request"}, {"error": "???"}, status(), []])
    def test_a_status_in_the_plural_that_is_not_understood(self, objection):
        with client_of(refusing_the_plural(objection)) as api:
            assert set(api.statuses(["1", "2"])) == {"1", "2"}
            assert api.learned == {"multi_status": False}
            api.statuses(["3", "4"])
            wanted = ["1,2", "1", "2", "3", "4"]
            assert [form.get("orders") or form["order"] for form in forms_of(api)] == wanted

    def test_refills_and_their_status(self):
        with client_of(refusing_the_plural({"error": "Incorrect request"})) as api:
            assert api.refills(["1", "2"]) == {"1": "91", "2": "92"}
            assert api.learned == {"multi_refill": False}
        with client_of(refusing_the_plural({"error": "Incorrect request"})) as api:
            assert set(api.refill_statuses(["1", "2"])) == {"1", "2"}
            assert api.learned == {"multi_refill": False}

    @pytest.mark.parametrize("ids", [["1"], ["1", "2"]])
    def test_cancels(self, ids):
        with client_of(refusing_the_plural({"error": "Incorrect order ID"})) as api:
            assert api.cancels(ids) == dict.fromkeys(ids)
            assert api.learned == {"cancel_parameter": "order"}
            api.cancels(["7"])
            assert forms_of(api)[-1] == {"action": "cancel", "order": "7"}

    def test_a_cancel_that_is_refused_for_its_order_is_not_tried_otherwise(self):
        with client_of(lambda form: {"error": "Cannot cancel this order"}) as api:
            assert api.cancels(["1"])["1"].reason is Reason.NOT_ELIGIBLE
            assert len(forms_of(api)) == 1

    def test_a_panel_known_to_be_deaf_is_asked_one_by_one_at_once(self):
        known = {"multi_status": False, "multi_refill": False, "cancel_parameter": "order"}
        with client_of(refusing_the_plural(NOT_FOUND), **known) as api:
            api.statuses(["1", "2"])
            api.refills(["1", "2"])
            api.refill_statuses(["1", "2"])
            api.cancels(["1", "2"])
            assert api.learned == {}
            assert Counter(form["action"] for form in forms_of(api)) == dict.fromkeys(
                ("status", "refill", "refill_status", "cancel"), 2
            )

    def test_the_first_orders_may_be_gone(self):
        singles = {"1": NOT_FOUND, "2": NOT_FOUND}
        with client_of(refusing_the_plural(NOT_FOUND, singles)) as api:
            answers = api.statuses(["1", "2", "3"])
            assert answers["1"].reason is Reason.NOT_FOUND
            assert answers["3"].progress is Progress.IN_PROGRESS
            assert api.learned == {"multi_status": False}

    def test_once_single_calls_work_the_same_words_are_about_one_order(self):
        odd = {"error": "Incorrect request"}
        with client_of(refusing_the_plural(odd, {"2": odd})) as api:
            answers = api.statuses(["1", "2", "3"])
        assert {each for each, answer in answers.items() if isinstance(answer, Refused)} == {"2"}

    def test_an_objection_to_everything_is_raised_as_it_is_and_teaches_nothing(self):
        ids = [str(number) for number in range(50)]
        for words, count in (("Down for maintenance", 1), ("Something odd", 2), ("Incorrect order ID", 51)):
            with client_of(lambda form, words=words: {"error": words}) as api:
                with pytest.raises(Refused, match=words):
                    api.statuses(ids)
                assert api.learned == {}
                assert len(forms_of(api)) == count

    def test_single_refusals_in_other_words_are_answers(self):
        singles = {"1": {"error": "Refill not available"}, "2": {"error": "Refill already requested"}}
        with client_of(refusing_the_plural(NOT_FOUND, singles)) as api:
            answers = api.refills(["1", "2"])
            assert [answer.reason for answer in answers.values()] == [Reason.NOT_ELIGIBLE] * 2
            assert api.learned == {}

    def test_a_single_answer_that_cannot_be_read_holds_up_no_other(self):
        singles = {"1": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<p/>"}
        with client_of(refusing_the_plural(NOT_FOUND, singles)) as api:
            answers = api.statuses(["1", "2", "3"])
        assert {each for each, answer in answers.items() if isinstance(answer, OrderStatus)} == {"2", "3"}
        assert isinstance(answers["1"], Unreadable)

    def test_a_panel_that_answers_nothing_readable_is_left_alone_soon(self):
        ids = [str(number) for number in range(50)]
        with client_of(lambda form: http(b"<html>are you a robot?</html>")) as api:
            with pytest.raises(OutcomeUnknown):
                api.statuses(ids)
            assert len(forms_of(api)) == 1 + inquiry.PATIENCE

    def test_what_single_questions_found_is_kept_when_the_panel_falls_silent(self):
        with client_of(refusing_the_plural(NOT_FOUND, {"3": None}), multi_status=False) as api:
            answers = api.statuses(["1", "2", "3", "4"])
        assert {each for each, answer in answers.items() if isinstance(answer, OrderStatus)} == {"1", "2"}
        assert isinstance(answers["3"], OutcomeUnknown)
        assert isinstance(answers["4"], NotSent)


CRASH = http(b"<h1>Server Error</h1>", status="500 Internal Server Error")
STOPPED = http(b"", status="500 Internal Server Error")


def counted(api):
    """Return how often the panel was asked in the plural and in the single form."""
    forms = forms_of(api)
    plural = sum("orders" in form or "refills" in form for form in forms)
    return plural, len(forms) - plural


class TestCrash:
    """A plural call that makes the script of the panel stop: HTTP 500, where the single form works."""

    @pytest.mark.parametrize("crash", [CRASH, STOPPED])
    def test_one_id_is_asked_and_the_single_form_is_learned(self, crash):
        with client_of(refusing_the_plural(crash)) as api:
            assert set(api.statuses(["1", "2", "3"])) == {"1", "2", "3"}
            assert api.learned.pop("multi_status") is False
            assert set(api.learned) == {"single_tried_at"}
            # Once more in the plural, so that a restart of the panel teaches nothing.
            assert counted(api) == (2, 3)
            assert api.clock.waits == []

    def test_refill_statuses_alike(self):
        with client_of(refusing_the_plural(CRASH)) as api:
            assert set(api.refill_statuses(["1", "2"])) == {"1", "2"}
            assert api.learned["multi_refill"] is False

    def test_a_refusal_of_the_one_order_is_an_answer(self):
        with client_of(refusing_the_plural(CRASH, {"1": NOT_FOUND})) as api:
            answers = api.statuses(["1", "2"])
            assert answers["1"].reason is Reason.NOT_FOUND
            assert answers["2"].progress is Progress.IN_PROGRESS
            assert api.learned["multi_status"] is False

    def test_a_dead_panel_costs_two_calls_and_teaches_nothing(self):
        with client_of(lambda form: CRASH) as api:
            with pytest.raises(Unreadable) as failure:
                api.statuses([str(number) for number in range(250)])
            assert failure.value.is_fault
            assert counted(api) == (1, 1)
            assert set(api.learned) == {"single_tried_at"}

    @pytest.mark.parametrize("answer", [None, http(b"<p>hello"), BUSY, http(b"", status="429 Too Many Requests")])
    def test_a_single_call_without_an_answer_teaches_nothing(self, answer):
        with client_of(refusing_the_plural(CRASH, {"1": answer})) as api:
            with pytest.raises(OutcomeUnknown):
                api.statuses(["1", "2"])
            assert "multi_status" not in api.learned

    def test_a_panel_that_was_restarted_between_the_two_calls_teaches_nothing(self):
        with client_of(in_turn(CRASH, status(), {"1": status(), "2": status("Completed")})) as api:
            assert api.statuses(["1", "2"])["2"].progress is Progress.COMPLETED
            assert "multi_status" not in api.learned

    def test_the_single_form_is_tried_at_most_once_an_hour(self):
        for minutes, singles in ((0, 0), (59, 0), (61, 2), (-59, 0), (-61, 2)):
            tried = datetime.now(UTC) - timedelta(minutes=minutes)
            with client_of(refusing_the_plural(CRASH), single_tried_at=tried) as api:
                with suppress(Unreadable):
                    api.statuses(["1", "2"])
                assert counted(api)[1] == singles
        with client_of(lambda form: CRASH) as api:
            for _ in range(3):
                with pytest.raises(Unreadable):
                    api.statuses(["1", "2"])
            # From the second time on, only the plural call is retried as usual.
            assert counted(api) == (7, 1)

    @pytest.mark.parametrize("answer", [BUSY, http(b"", status="502 Bad Gateway"), None])
    def test_other_failures_are_no_crash(self, answer):
        with client_of(refusing_the_plural(answer)) as api:
            with pytest.raises(OutcomeUnknown):
                api.statuses(["1", "2"])
            assert counted(api) == (3, 0)
            assert api.learned == {}

    def test_a_write_is_never_asked_otherwise(self):
        with client_of(refusing_the_plural(CRASH)) as api:
            for ask in (api.refills, api.cancels):
                with pytest.raises(OutcomeUnknown):
                    ask(["1", "2"])
            assert counted(api) == (2, 0)
            assert api.learned == {}

    def test_a_key_that_is_refused_is_raised(self):
        with client_of(refusing_the_plural(CRASH, {"1": {"error": "Invalid API key"}})) as api:
            with pytest.raises(Refused):
                api.statuses(["1", "2"])
            assert "multi_status" not in api.learned


class TestWrites:
    """Refills and cancels are not sent again if they may have arrived."""

    @pytest.mark.parametrize(
        "answer", [None, BUSY, http(b""), http(b"", "Location: https://x.example/", status="302 F")]
    )
    @pytest.mark.parametrize("ids", [["1"], ["1", "2"]])
    def test_nothing_that_may_have_arrived_is_sent_again(self, answer, ids):
        with client_of(lambda form: answer) as api:
            for ask in (api.refills, api.cancels):
                with pytest.raises(OutcomeUnknown):
                    ask(ids)
            assert [form["action"] for form in forms_of(api)] == ["refill", "cancel"]
            assert api.clock.waits == []

    def test_one_answer_about_many_refills_is_not_asked_about_again(self):
        with client_of(lambda form: {"refill": "5"}) as api:
            with pytest.raises(OutcomeUnknown):
                api.refills(["1", "2"])
            assert len(forms_of(api)) == 1

    @pytest.mark.parametrize("answer", [[], {}, [{"order": "9", "refill": "1", "cancel": 1}]])
    def test_an_answer_that_leaves_all_out_is_not_asked_for_again(self, answer):
        with client_of(lambda form: answer) as api:
            for ask in (api.refills, api.cancels):
                assert set(ask(["1", "2"])) == set()
            assert len(forms_of(api)) == 2

    def test_what_the_panel_sent_back_unread_goes_out_again(self):
        slow = http(b"", "Retry-After: 3", status="429 Too Many Requests")
        with client_of(in_turn(slow, slow, {"refill": "5"})) as api:
            assert api.refills(["1"]) == {"1": "5"}
            assert all(3 <= wait <= 3 + longest for wait, longest in zip(api.clock.waits, client.BACKOFF, strict=True))

    def test_a_connection_that_failed_is_tried_again(self, monkeypatch):
        real, failures = transport._connect, [OSError("no route"), OSError("no route")]

        def shaky(*args):
            if failures:
                raise failures.pop()
            return real(*args)

        with client_of(lambda form: {"refill": "5"}) as api:
            monkeypatch.setattr(addresses.socket, "getaddrinfo", only_ipv4())
            monkeypatch.setattr(transport, "_connect", shaky)
            assert api.refills(["1"]) == {"1": "5"}
            assert len(api.clock.waits) == 2

    def test_each_id_is_told_what_became_of_it(self):
        singles = {"3": None}
        with client_of(refusing_the_plural({"error": "Incorrect request"}, singles)) as api:
            told = api.refills(["1", "2", "3", "4"])
        assert (told["1"], told["2"]) == ("91", "92")
        assert isinstance(told["3"], OutcomeUnknown)
        assert isinstance(told["4"], NotSent)

    @pytest.mark.parametrize("ask", ["refills", "cancels"])
    @pytest.mark.parametrize("objection", [None, {"error": "Incorrect request"}])
    def test_what_was_never_sent_does_not_share_the_doubt_about_the_first(self, ask, objection):
        known = {} if objection else {"multi_refill": False, "cancel_parameter": "order"}
        ids = [str(number) for number in range(10)]
        with client_of(refusing_the_plural(objection, {"0": None}), **known) as api:
            told = getattr(api, ask)(ids)
            assert [form["order"] for form in forms_of(api) if "order" in form] == ["0"]
        assert isinstance(told["0"], OutcomeUnknown)
        assert {type(told[each]) for each in ids[1:]} == {Deferred}

    @pytest.mark.parametrize("end", [{"error": "Invalid API key"}, http(b"", status="429 Too Many Requests")])
    def test_what_may_have_arrived_does_not_share_the_no_to_the_next(self, end, monkeypatch):
        monkeypatch.setattr(client, "BACKOFF", ())
        with client_of(in_turn(http(b"<p>what?"), end), multi_refill=False) as api:
            told = api.refills(["1", "2", "3"])
        assert isinstance(told["1"], Unreadable)
        assert isinstance(told["2"], Refused | NotSent)
        assert isinstance(told["3"], Deferred)
        # The error that ended the calls comes first.
        assert list(told) == ["2", "1", "3"]

    @pytest.mark.parametrize("end", [{"error": "Invalid API key"}, http(b"", status="429 Too Many Requests")])
    def test_a_no_to_the_first_that_holds_for_all_is_raised(self, end, monkeypatch):
        monkeypatch.setattr(client, "BACKOFF", ())
        with client_of(in_turn(end), multi_refill=False) as api, pytest.raises((Refused, NotSent)):
            api.refills(["1", "2", "3"])

    def test_an_id_that_the_panel_left_out_is_not_called_unasked(self):
        with client_of(lambda form: [{"order": "1", "refill": "5"}]) as api:
            assert api.refills(["1", "2"]) == {"1": "5"}
        with client_of(lambda form: [{"order": "1", "cancel": 1}]) as api:
            assert api.cancels(["1", "2"]) == {"1": None}

    def test_they_take_fresh_connections(self):
        with client_of(lambda form: {"refill": "5"}) as api:
            api.refills(["1"])
            api.refills(["1"])
            assert api.server.connections == 2
