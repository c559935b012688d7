"""The verdict of a fault run: the states that it accepts, and the states that break a promise."""

import time

import pytest

from panels.calls import claiming
from panels.sandbox import Fault
from tests.factories import make_order
from tests.faults.cases import LINK, OTHER, arrival, claim, entry, evidence, kill, order, stop
from tests.faults.claims import Claim, note_claims, read_claims
from tests.faults.evidence import Strike
from tests.faults.memory import MOST, too_much
from tests.faults.panel import AUTH, BY_OWNER, EVERYBODY, FUNDS, LIE
from tests.faults.verdict import trouble_in, violations


def test_a_placed_order_in_the_ledger_keeps_both_promises():
    assert violations(evidence(order(), ledger=[entry()], arrivals=[arrival()])) == []


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (evidence(links={LINK}), "the order is gone"),
        (evidence(order(), ledger=[entry()], links=set()), "nobody has ordered it"),
        (evidence(order(), order(), ledger=[entry()]), "there are 2 orders"),
        (evidence(order(), order(pk=2), ledger=[entry()]), "p 7: it stands at 2 of our orders"),
        (evidence(order(), ledger=[entry(), entry("8")]), "p has 2 orders for it"),
        (evidence(order(), ledger=[entry(), entry("8", "https://example.com/f/9")]), "belongs to none of our orders"),
        (evidence(order(), ledger=[]), "p knows no 7"),
        (evidence(order(remote_id="")), "it is placed, and its id is missing"),
        (evidence(order("unknown", remote_id="7"), ledger=[entry()]), "it is unknown, and its id is 7"),
        (evidence(order("refused"), ledger=[entry()], arrivals=[arrival(Fault.REFUSE)]), "p has it as 7"),
        (evidence(order("queued"), ledger=[entry()], arrivals=[arrival()]), "it is queued, and p has it as 7"),
        (evidence(order(), order("refused", 2), ledger=[entry(link=OTHER)]), "stands at order 1"),
        (evidence(order("queued")), "still queued"),
        (evidence(order("sending")), "still sending"),
        (evidence(order("withdrawn")), "nobody has withdrawn it"),
        (evidence(order("written_off")), "nobody had a reason for it"),
        (evidence(order("written_off"), is_decided=True, written_off={LINK}), "nobody had a reason for it"),
        (evidence(order(alarm="Second order"), ledger=[entry()]), "alarm"),
        (evidence(order("unknown"), ledger=[entry()], arrivals=[arrival()]), "nothing was done to it"),
    ],
)
def test_a_violation_is_named(seen, words):
    assert any(words in each for each in violations(seen)), violations(seen)


@pytest.mark.parametrize(
    ("met", "is_right"),
    [
        ([arrival(Fault.REFUSE, text="Incorrect link")], True),
        # These refusals return the order to the queue.
        ([arrival(Fault.REFUSE, text=FUNDS)], False),
        ([arrival(Fault.REFUSE, text=AUTH)], False),
        ([arrival(Fault.RATE_LIMIT)], False),
        ([arrival(Fault.REFUSE, text=FUNDS), arrival(Fault.REFUSE, text="Incorrect link", at=101)], True),
        # An earlier refusal is no refusal of a later send.
        ([arrival(Fault.REFUSE, text="Incorrect link"), arrival(Fault.DROP_BEFORE, at=101)], False),
        # The answer did not arrive.
        ([arrival(Fault.REFUSE, text="Incorrect link", answered_at=None)], False),
        ([arrival(Fault.SAME_ID)], False),
        ([arrival()], False),
        ([], False),
    ],
)
def test_an_order_is_refused_only_when_the_panel_said_no_to_just_this_order(met, is_right):
    told = [each for each in violations(evidence(order("refused"), arrivals=met)) if "no panel has refused it" in each]
    assert (told == []) is is_right


@pytest.mark.parametrize(
    ("first", "is_allowed"),
    [
        (arrival(Fault.RATE_LIMIT), True),
        (arrival(Fault.REFUSE, text=AUTH), True),
        (arrival(Fault.REFUSE, text="Incorrect link"), False),
        # The answer that the order was refused did not arrive.
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


def test_only_the_worker_with_the_claim_sends_an_order_and_once_for_each_claim():
    sent = {"ledger": [entry()], "arrivals": [arrival()]}
    assert violations(evidence(order(), claims=[claim()], **sent)) == []
    for claims in ([], [claim(worker="w2")], [claim(100.15)], [claim(pk=2)]):
        assert "without having claimed it" in violations(evidence(order(), claims=claims, **sent))[0]
    twice = [arrival(Fault.RATE_LIMIT), arrival(at=101)]
    assert violations(evidence(order(), ledger=[entry()], arrivals=twice, claims=[claim(), claim(100.9)])) == []
    assert violations(evidence(order(), ledger=[entry()], arrivals=twice, claims=[claim()]))


def test_each_send_belongs_to_an_order_at_that_panel():
    refused = arrival(Fault.REFUSE, text="Incorrect link", link="https://example.com/f/9")
    assert "no order for it" in violations(evidence(order(), ledger=[entry()], arrivals=[arrival(), refused]))[0]
    elsewhere = evidence(order("refused", panel="q"), arrivals=[arrival(Fault.REFUSE, text="Incorrect link")])
    assert "sent to p, which has no order for it" in violations(elsewhere)[0]


def test_an_order_whose_worker_stood_still_for_too_long_must_never_arrive():
    hit = {"strikes": [stop(100.05, 110)], "fenced": {LINK: 100.05}}
    assert violations(evidence(order("unknown"), **hit)) == []
    late = {"arrivals": [arrival(at=111)], "claims": [claim()]}
    assert any("too late" in each for each in violations(evidence(order("unknown"), **late, **hit)))


def test_nothing_arrives_after_the_deadline_when_a_person_may_have_sent_it_again():
    hit = {"strikes": [stop(100.05, 110)], "claims": [claim()]}
    assert violations(evidence(order("unknown"), arrivals=[arrival(at=105.9)], **hit)) == []
    assert "after its deadline" in violations(evidence(order("unknown"), arrivals=[arrival(at=110.01)], **hit))[0]


def test_an_order_that_waited_in_a_restored_copy_is_not_sent_before_a_person_has_decided():
    restored = {"restored": {1}, "restored_at": 105.0}
    known = {"ledger": [entry()], "arrivals": [arrival()]}
    assert violations(evidence(order("unknown", sent_at=None), **known, **restored)) == []
    sent = {"ledger": [entry(at=106)], "arrivals": [arrival(at=106)]}
    assert any("restored copy" in each for each in violations(evidence(order(), **sent, **restored)))
    assert violations(evidence(order(), **sent, **restored, is_decided=True)) == []
    lost = evidence(order("queued", sent_at=None), **known, **restored)
    assert any("it is queued, and p has it" in each for each in violations(lost))


def test_a_panel_gets_no_more_orders_at_once_than_it_takes():
    assert "4 orders at once" in violations(evidence(peaks={"p": 4}))[0]


def test_a_panel_gets_no_more_calls_a_minute_than_it_takes():
    def told(every, **fields):
        orders = [order(pk=number, link=f"{LINK}/{number}", sent_at=100 + every * number) for number in range(100)]
        seen = evidence(*orders, per_minute={"p": 600}, **fields)
        return [each for each in violations(seen) if "calls a minute" in each]

    assert told(0.1) == []
    assert told(0.08)
    # It is not known whether the last claims of a killed worker were committed.
    assert told(0, strikes=[kill(100.5)]) == []
    assert told(0, strikes=[kill(102)])
    assert told(0, strikes=[kill(100.5, "w2")])


def test_one_id_for_two_orders_is_a_fault_of_the_panel():
    second = order("unknown", 2, alarm="The panel gave the ID 7 to this order, but our order 1 already has this ID.")
    met = arrival(Fault.SAME_ID, link=OTHER)
    assert violations(evidence(order(), second, ledger=[entry()], arrivals=[arrival(), met])) == []
    # The second order got the id first.
    taken = (
        order("unknown", 1, alarm="The panel gave the ID 7 to this order, but our order 2 already has this ID."),
        order(pk=2),
    )
    assert violations(evidence(*taken, ledger=[entry()], arrivals=[arrival(), met])) == []
    given_up = {"is_decided": True, "written_off": {LINK}}
    decided = order("written_off", 1), order("placed", 2)
    assert violations(evidence(*decided, ledger=[entry()], arrivals=[arrival(), met], **given_up)) == []


def test_one_id_for_two_orders_excuses_no_other_id_and_no_alarm_of_others():
    ledger = [entry("6", "https://example.com/f/3", at=90), entry(at=95)]
    met = {"ledger": ledger, "arrivals": [arrival(Fault.SAME_ID, link=OTHER)]}

    def told(remote_id, alarm=""):
        others = order("unknown", 1), order("unknown", 3, alarm=alarm)
        return violations(evidence(order(pk=2, remote_id=remote_id), *others, **met))

    assert not any("stands at" in each or "alarm" in each for each in told("7"))
    assert any("its id 6 stands at order 2" in each for each in told("6"))
    assert any("it has an alarm" in each for each in told("7", "Check at the panel which order it is."))


@pytest.mark.parametrize(
    "line",
    [
        "2026-01-01 00:00:00,000 CRITICAL panels.outcomes: Not recorded: order 1 was placed as '7'.",
        "2026-01-01 00:00:00,000 CRITICAL panels.recording: Given up recording: order 1 was placed as '7'.",
        "2026-01-01 00:00:00,000 ERROR panels.outcomes: Something could not be recorded.",
        "2026-01-01 00:00:00,000 ERROR panels.submission: Sending order 1 failed on our side.",
        "2026-01-01 00:00:00,000 ERROR panels.outcomes: Order 1: Second order at the panel: 8, from attempt 1.",
        "panels.models.order.IllegalMoveError: Order 1 cannot go from placed to sending.",
        "TypeError: 'NoneType' object is not callable",
    ],
)
def test_a_line_that_no_worker_may_write_is_found_in_its_log(line):
    allowed = "2026-01-01 00:00:00,000 ERROR panels.recording: Not recorded yet, trying again: order 1.\n"
    error = "django.db.utils.OperationalError: database is locked\n"
    assert trouble_in(allowed + error) == []
    assert trouble_in(f"{allowed}{line}\n{error}{line}\n") == [line]


def test_a_write_beside_an_outcome_may_fail_while_the_database_is_away():
    line = "2026-01-01 00:00:00,000 ERROR panels.calls.recording: Something could not be recorded."
    at = time.mktime((2026, 1, 1, 0, 0, 0, 0, 0, -1))
    assert trouble_in(line, [Strike("outage", at - 1, at + 1)]) == []
    assert trouble_in(line, [Strike("outage", at + 60, at + 61), Strike("clock", at - 1, at + 1)]) == [line]
    worse = "2026-01-01 00:00:00,000 CRITICAL panels.outcomes: Not recorded: order 1 was placed as '7'."
    assert trouble_in(worse, [Strike("outage", at - 1, at + 1)]) == [worse]


def test_each_claim_is_in_the_file_of_claims(db, monkeypatch, tmp_path):
    monkeypatch.setattr(claiming, "_mark_sending", claiming._mark_sending)
    note_claims("w1", tmp_path / "claims.log")
    mine = make_order()
    claiming.Claims(mine.panel_id).take()
    mine.refresh_from_db()
    assert read_claims(tmp_path / "claims.log") == [Claim(mine.sent_at.timestamp(), mine.pk, 1, "w1")]


def test_an_order_that_a_panel_lied_about_is_refused_once_and_never_sent_again():
    lie = arrival(Fault.REFUSE, text=f"{LIE} abc")
    assert violations(evidence(order("refused"), ledger=[entry()], arrivals=[lie])) == []
    # Taken twice, or taken after the lie.
    assert violations(evidence(order("refused"), ledger=[entry(), entry("8")], arrivals=[lie, lie]))
    assert violations(evidence(order(), ledger=[entry()], arrivals=[lie, arrival(at=101)], clicked={LINK}))


def test_an_order_that_the_owner_refused_goes_out_again_only_by_a_click():
    arrivals = [arrival(Fault.REFUSE, text=f"{BY_OWNER} abc"), arrival(at=101)]
    assert violations(evidence(order(), ledger=[entry()], arrivals=arrivals, clicked={LINK})) == []
    assert violations(evidence(order(), ledger=[entry()], arrivals=arrivals))


def test_an_order_that_everybody_is_refused_may_go_out_again():
    arrivals = [arrival(Fault.REFUSE, text=EVERYBODY), arrival(at=101)]
    assert violations(evidence(order(), ledger=[entry()], arrivals=arrivals)) == []


def test_a_withdrawn_order_was_withdrawn_by_a_person_and_never_looked_at():
    mine = {"withdrawable": {LINK}}
    withdrawn = order("withdrawn", sent_at=None)
    assert violations(evidence(withdrawn, **mine)) == []
    assert violations(evidence(withdrawn, arrivals=[arrival(Fault.RATE_LIMIT)], **mine)) == []
    assert any("it was sent" in each for each in violations(evidence(withdrawn, arrivals=[arrival()], **mine)))
    taken = evidence(withdrawn, ledger=[entry()], arrivals=[arrival()], **mine)
    assert any("it is withdrawn, and p has it" in each for each in violations(taken))


def test_two_people_end_an_unknown_outcome_once():
    met = {"ledger": [entry()], "arrivals": [arrival(Fault.DROP_BEFORE), arrival(at=101)], "sent_again": {LINK}}
    assert violations(evidence(order(unknowns=1, decisions=1), **met)) == []
    assert "2 decisions ended 1 unknown outcomes" in violations(evidence(order(unknowns=1, decisions=2), **met))[0]


def test_an_order_that_a_person_marked_as_lost_may_be_at_the_panel():
    lost = order("written_off", unknowns=1, decisions=1)
    assert violations(evidence(lost, ledger=[entry()], arrivals=[arrival()], given_up={LINK})) == []
    assert violations(evidence(lost, ledger=[entry()], arrivals=[arrival()]))


def test_too_much_memory_is_a_violation():
    assert too_much({"worker": MOST - 1, "web process": 100}) == []
    assert too_much({"worker": MOST, "web process": 100}) == ["a worker had 400 MB, and may have 400"]
