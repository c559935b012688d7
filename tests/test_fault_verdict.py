"""What the run of faults accepts, and what it calls a broken promise."""

from decimal import Decimal

import pytest

from panels.sandbox import Arrival, Fault, LedgerEntry
from panels.sandbox.faults import PlannedFault
from tests.faults.panel import AUTH
from tests.faults.verdict import Evidence, OrderSeen, Strike, explanation, violations

LINK = "https://example.com/f/1"
DEADLINE = 6.0
DEAD = 100 + DEADLINE


def order(state="placed", pk=1, **fields):
    fields = {
        "remote_id": "7" if state == "placed" else "",
        "unknown_at": DEAD if state == "unknown" else None,
    } | fields
    fields = {"link": f"https://example.com/f/{pk}", "panel": "p", "sent_at": 100.0} | fields
    return OrderSeen(pk=pk, state=state, **fields)


def arrival(fault=None, *, at=100.1, answered_at=100.2, caller="w1", link=LINK, text=""):
    planned = PlannedFault(fault, text=text) if fault else None
    return Arrival(int(at * 10), {"link": link}, caller, planned, at, answered_at)


def entry(order_id="7", link=LINK):
    return LedgerEntry(order_id, "1", {"link": link}, Decimal(1), 100.1, 1)


def evidence(*orders, ledger=(), arrivals=(), strikes=(), **fields):
    fields = {"links": {each.link for each in orders}, "patience": 2.0, "deadline": DEADLINE} | fields
    return Evidence(orders=orders, ledgers={"p": ledger}, arrivals={"p": arrivals}, strikes=strikes, **fields)


def kill(at=100.3, worker="w1"):
    return Strike("kill", at, at, worker=worker)


def test_a_placed_order_in_the_ledger_keeps_both_promises():
    assert violations(evidence(order(), ledger=[entry()], arrivals=[arrival()])) == []


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (evidence(links={LINK}), "the order is gone"),
        (evidence(order(), order(), ledger=[entry()]), "there are 2 orders"),
        (evidence(order(), ledger=[entry(), entry("8")]), "p has 2 orders for it"),
        (evidence(order(), ledger=[entry(), entry("8", "https://example.com/f/9")]), "belongs to none of our orders"),
        (evidence(order(), ledger=[]), "p knows no 7"),
        (evidence(order("refused"), ledger=[entry()], arrivals=[arrival(Fault.REFUSE)]), "p has it as 7"),
        (evidence(order(), order("refused", 2), ledger=[entry(link="https://example.com/f/2")]), "stands at order 1"),
        (evidence(order("refused")), "no panel has refused it"),
        (evidence(order("queued")), "still queued"),
        (evidence(order("sending")), "still sending"),
        (evidence(order("written_off")), "still written_off"),
        (evidence(order(alarm="Second order"), ledger=[entry()]), "alarm"),
        (evidence(order("unknown"), ledger=[entry()], arrivals=[arrival()]), "nothing was done to it"),
    ],
)
def test_what_must_not_be_is_told(seen, words):
    assert any(words in each for each in violations(seen)), violations(seen)


@pytest.mark.parametrize(
    ("first", "is_allowed"),
    [
        (arrival(Fault.RATE_LIMIT), True),
        (arrival(Fault.REFUSE, text=AUTH), True),
        (arrival(Fault.REFUSE, text="Incorrect link"), False),
        # Nobody heard that it was turned away.
        (arrival(Fault.RATE_LIMIT, answered_at=None), False),
        (arrival(Fault.DROP_BEFORE, answered_at=None), False),
        (arrival(), False),
    ],
)
def test_an_order_may_come_again_only_when_it_was_turned_away(first, is_allowed):
    seen = evidence(order(), ledger=[entry()], arrivals=[first, arrival(at=101)])
    assert (violations(seen) == []) is is_allowed


def test_a_person_may_send_an_order_again_once():
    lost = arrival(Fault.DROP_BEFORE)
    assert violations(evidence(order(), ledger=[entry()], arrivals=[lost, arrival(at=101)], sent_again={LINK})) == []
    thrice = [lost, arrival(Fault.DROP_BEFORE, at=101), arrival(at=102)]
    assert violations(evidence(order(), ledger=[entry()], arrivals=thrice, sent_again={LINK}))


def test_what_a_worker_stood_still_with_until_it_was_too_late_must_never_arrive():
    hit = {"strikes": [Strike("stop", 100.05, 110, worker="w1")], "fenced": {LINK: 100.05}}
    assert violations(evidence(order("unknown"), **hit)) == []
    assert "too late" in violations(evidence(order("unknown"), arrivals=[arrival(at=111)], **hit))[0]


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (evidence(order("unknown"), arrivals=[arrival(Fault.HANG)]), "hang"),
        # These are understood.
        (evidence(order("unknown"), arrivals=[arrival(Fault.PHP_NOTICE)]), None),
        (evidence(order("unknown"), arrivals=[arrival(Fault.REFUSE)]), None),
        # An earlier attempt's fault is over.
        (evidence(order("unknown"), arrivals=[arrival(Fault.HANG, at=99)]), None),
        (evidence(order("unknown"), strikes=[kill()]), "kill before the send"),
        (evidence(order("unknown"), arrivals=[arrival(answered_at=None)], strikes=[kill()]), "kill after the send"),
        (evidence(order("unknown"), arrivals=[arrival(answered_at=101)], strikes=[kill()]), "kill after the send"),
        (evidence(order("unknown"), arrivals=[arrival()], strikes=[kill()]), "kill before the record"),
        (evidence(order("unknown"), arrivals=[arrival()], strikes=[kill(worker="w2")]), None),
        (evidence(order("unknown"), arrivals=[arrival()], strikes=[kill(99)]), None),
        (evidence(order("unknown"), arrivals=[arrival()], strikes=[kill(DEAD + 1)]), None),
        # Somebody alive has given it up before its deadline.
        (evidence(order("unknown", unknown_at=101.0), arrivals=[arrival()], strikes=[kill()]), None),
        (evidence(order("unknown"), strikes=[Strike("vanish", 100, 101, panel="p")]), "vanish"),
        (evidence(order("unknown"), strikes=[Strike("vanish", 100, 101, panel="q")]), None),
        (evidence(order("unknown"), arrivals=[arrival(answered_at=103)]), "deadline"),
        (evidence(order("unknown", sent_at=None), restored={1}), "restored"),
        (evidence(order("unknown")), None),
    ],
)
def test_an_unknown_outcome_needs_something_that_was_done_to_just_this_order(seen, reason):
    assert explanation(seen.orders[0], seen) == reason


def test_one_id_for_two_orders_is_the_panels_doing():
    second = order("refused", 2)
    met = arrival(Fault.SAME_ID, link=second.link)
    assert violations(evidence(order(), second, ledger=[entry()], arrivals=[arrival(), met])) == []
    # The second one heard of it first.
    taken = order("refused", 1), order("placed", 2)
    assert violations(evidence(*taken, ledger=[entry()], arrivals=[arrival(), met])) == []
    given_up = order("written_off", 1), order("placed", 2)
    assert violations(evidence(*given_up, ledger=[entry()], arrivals=[arrival(), met])) == []
