"""The verdict on refills and cancels: each was asked once, none is lost or stuck, and each unknown one is explained."""

import pytest

from panels.sandbox import Fault
from panels.sandbox.faults import PlannedFault
from tests.faults.care_evidence import CareEvidence, RequestSeen, explanation, violations
from tests.faults.care_panel import CANCEL, REFILL, Ask
from tests.faults.claims import Taken
from tests.faults.evidence import Strike
from tests.faults.panel import FUNDS


def refill(state="accepted", **fields):
    fields = {"refill_id": "5" if state == "accepted" else "", "deadline": 106.0} | fields
    return RequestSeen(action=REFILL, order=1, order_id="23", state=state, requested_at=99.0, **fields)


def cancel(state="accepted"):
    return RequestSeen(action=CANCEL, order=1, order_id="23", state=state, requested_at=99.0)


def ask(fault=None, *, action=REFILL, at=100.0, answered_at=100.2, text="", order_id="23"):
    planned = PlannedFault(fault, text=text) if fault else None
    return Ask(action, order_id, "w1", planned, at, answered_at)


def care(*requests, asks=(), **fields):
    """Build the evidence. What was requested is in the rows, and the panel has accepted what the rows say."""
    accepted = [each for each in requests if each.state == "accepted"]
    fields = {
        "requested": {each.order: each.action for each in requests},
        "refills": {each.refill_id: each.order_id for each in accepted if each.action == REFILL},
        "canceled": {each.order_id for each in accepted if each.action == CANCEL},
    } | fields
    return CareEvidence(requests=requests, asks=asks, **fields)


def test_a_request_that_was_asked_once_and_accepted_is_right():
    assert violations(care(refill(), asks=[ask()])) == []
    assert violations(care(cancel(), asks=[ask(action=CANCEL)])) == []


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (care(refill(), asks=[ask(Fault.DROP), ask(at=101)]), "asked again after the panel may have taken it"),
        (care(refill(), asks=[ask(), ask(at=101)]), "asked again after the panel may have taken it"),
        # The refusal did not arrive.
        (care(refill(), asks=[ask(Fault.RATE_LIMIT, answered_at=None), ask(at=101)]), "asked again"),
        (care(cancel(), asks=[ask(action=CANCEL), ask(action=CANCEL, at=101)]), "asked again"),
        (care(refill(), asks=[ask()], refills={"5": "23", "6": "23"}), "the panel has 2 refills for it"),
        (care(requested={1: REFILL}), "the request is gone"),
        (care(refill(), refill("refused"), asks=[ask()]), "there are 2 requests"),
        (care(asks=[ask()]), "nobody requested it"),
        (care(refill("refused"), asks=[ask()], refills={"5": "23"}), "we do not know it"),
        (care(refill(), asks=[ask()], refills={}), "the panel knows no refill 5 of this order"),
        (care(cancel("refused"), asks=[ask(action=CANCEL)], canceled={"23"}), "the panel says otherwise"),
        (care(cancel(), asks=[ask(action=CANCEL)], canceled=set()), "the panel says otherwise"),
        (care(refill("queued")), "still queued"),
        (care(refill("sending")), "still sending"),
        (care(cancel("sending")), "still sending"),
        (care(refill("refused")), "the panel has not refused it"),
        (care(refill("unknown"), asks=[ask()]), "nothing was done to it"),
        (care(refill("unknown")), "nothing was done to it"),
    ],
)
def test_a_violation_is_named(seen, words):
    assert any(words in each for each in violations(seen)), violations(seen)


@pytest.mark.parametrize("first", [ask(Fault.RATE_LIMIT), ask(Fault.REFUSE, text=FUNDS)])
def test_a_request_may_come_again_only_when_it_was_turned_away(first):
    assert violations(care(refill(), asks=[first, ask(at=101)])) == []


def test_a_panel_may_have_what_is_unknown_to_us():
    assert violations(care(refill("unknown"), asks=[ask(Fault.DROP)], refills={"5": "23"})) == []
    assert violations(care(cancel("unknown"), asks=[ask(Fault.DROP, action=CANCEL)], canceled={"23"})) == []


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (care(refill("unknown"), asks=[ask(Fault.HANG)]), "hang"),
        (care(refill("unknown"), asks=[ask(answered_at=103)]), "deadline"),
        # It waited on its way to the panel.
        (care(refill("unknown"), asks=[ask()], taken=[Taken(98.0, REFILL, "23", "w1")]), "deadline"),
        (care(refill("unknown"), asks=[ask()], taken=[Taken(98.0, REFILL, "23", "w2")]), None),
        (care(refill("unknown"), asks=[ask()], taken=[Taken(98.0, CANCEL, "23", "w1")]), None),
        (care(refill("unknown"), asks=[ask()], strikes=[Strike("kill", 101, 101, worker="w1")]), "kill"),
        (care(refill("unknown"), asks=[ask()], strikes=[Strike("kill", 101, 101, worker="w2")]), None),
        # Before it was asked, and after its deadline.
        (care(refill("unknown"), asks=[ask()], strikes=[Strike("kill", 99.5, 99.5, worker="w1")]), None),
        (care(refill("unknown"), asks=[ask()], strikes=[Strike("kill", 107, 107, worker="w1")]), None),
        (care(refill("unknown", deadline=9.0), asks=[ask()], strikes=[Strike("kill", 101, 101, worker="w1")]), "kill"),
        # Nobody knows which worker had taken it.
        (care(refill("unknown"), strikes=[Strike("kill", 101, 101, worker="w2")]), "kill"),
        # What the panel has answered is recorded when the database is back.
        (care(refill("unknown"), asks=[ask()], strikes=[Strike("outage", 100.1, 101)]), None),
        (care(refill("unknown"), asks=[ask(Fault.RATE_LIMIT)], strikes=[Strike("outage", 100.1, 101)]), "outage"),
        (care(refill("unknown"), strikes=[Strike("outage", 100.1, 101)]), "outage"),
        (care(refill("unknown"), asks=[ask()], strikes=[Strike("starved", 100.1, 102.1, worker="w1")]), "starved"),
        (care(refill("unknown"), asks=[ask()], strikes=[Strike("starved", 100.1, 100.5, worker="w1")]), None),
        # It is about a panel that gets no requests.
        (care(refill("unknown"), asks=[ask()], strikes=[Strike("vanish", 100, 101, panel="p")]), None),
        (care(refill("unknown"), restored={1}), "restored"),
        (care(refill("unknown")), None),
    ],
)
def test_an_unknown_request_needs_a_fault(seen, reason):
    assert explanation(seen.requests[0], seen) == reason
