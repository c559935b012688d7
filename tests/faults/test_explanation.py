"""The explanation of an unknown order names a fault of just this order, or none."""

import pytest

from panels.sandbox import Fault
from panels.sandbox.faults import ADMITS_ORDER
from tests.faults.cases import DEAD, arrival, claim, entry, evidence, kill, order, stop
from tests.faults.evidence import Strike
from tests.faults.explanation import explanation
from tests.faults.pulse import OURS, read_starved
from tests.faults.verdict import violations


def starved(began, ended, worker="w1"):
    return Strike("starved", began, ended, worker=worker)


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (evidence(order("unknown"), arrivals=[arrival(Fault.HANG)]), "hang"),
        (evidence(order("unknown"), arrivals=[arrival(Fault.TRICKLE_HEAD)]), "trickle_head"),
        # These answers are understood.
        (evidence(order("unknown"), arrivals=[arrival(Fault.PHP_NOTICE)]), None),
        (evidence(order("unknown"), arrivals=[arrival(Fault.REFUSE)]), None),
        # The fault belongs to an earlier attempt.
        (evidence(order("unknown"), arrivals=[arrival(Fault.HANG, at=99)]), None),
        (evidence(order("unknown"), strikes=[kill()]), "kill before the send"),
        (evidence(order("unknown"), arrivals=[arrival(answered_at=None)], strikes=[kill()]), "kill after the send"),
        (evidence(order("unknown"), arrivals=[arrival(answered_at=101)], strikes=[kill()]), "kill after the send"),
        (evidence(order("unknown"), arrivals=[arrival()], strikes=[kill()]), "kill before the record"),
        (evidence(order("unknown"), arrivals=[arrival()], strikes=[kill(worker="w2")]), None),
        # Only this worker has claimed it, whether or not it was sent.
        (evidence(order("unknown"), strikes=[kill(worker="w2")]), None),
        (evidence(order("unknown"), strikes=[stop(100.1, 110, worker="w2")]), None),
        (evidence(order("unknown"), strikes=[kill()], claims=[]), None),
        (evidence(order("unknown"), strikes=[kill()], claims=[claim(99), claim(worker="w2")]), None),
        (evidence(order("unknown"), arrivals=[arrival()], strikes=[kill(99)]), None),
        (evidence(order("unknown"), arrivals=[arrival()], strikes=[kill(DEAD + 1)]), None),
        # A living worker has given it up before its deadline.
        (evidence(order("unknown", unknown_at=101.0), arrivals=[arrival()], strikes=[kill()]), None),
        # A wrong clock has shortened the deadline, or it was right again before the claim.
        *(
            (evidence(order("unknown", unknown_at=102.5), arrivals=[arrival()], strikes=[kill(), clock]), reason)
            for clock, reason in (
                (Strike("clock", 102, 103), "kill before the record"),
                (Strike("clock", 98, 99), None),
                (Strike("clock", 103, 104), None),
            )
        ),
        (evidence(order("unknown"), strikes=[stop(100.05, 110)]), "stop before the send"),
        (evidence(order("unknown"), arrivals=[arrival()], strikes=[stop(100.15, 110)]), "stop after the send"),
        (
            evidence(order("unknown", unknown_at=104.0), arrivals=[arrival()], strikes=[stop(101, 103.5)]),
            "stop before the record",
        ),
        # Several halts add up. A short halt explains nothing, at any time of giving up.
        (evidence(order("unknown"), strikes=[stop(100.1, 101.2), stop(101.3, 102.3)]), "stop before the send"),
        (evidence(order("unknown"), strikes=[stop(100.1, 100.4)]), None),
        (evidence(order("unknown"), strikes=[stop(90, 101)]), None),
        (evidence(order("unknown"), strikes=[stop(DEAD - 1, 120)]), None),
        (evidence(order("unknown"), strikes=[Strike("hold", 99, 103, panel="p")]), "hold before the send"),
        (evidence(order("unknown"), strikes=[Strike("hold", 99, 103, panel="q")]), None),
        (evidence(order("unknown"), strikes=[Strike("hold", 99, 101.9, panel="p")]), None),
        (evidence(order("unknown"), strikes=[Strike("vanish", 100, 101, panel="p")]), "vanish"),
        (
            evidence(
                order("unknown"), arrivals=[arrival(answered_at=None)], strikes=[Strike("vanish", 100, 101, panel="p")]
            ),
            "vanish",
        ),
        (evidence(order("unknown"), strikes=[Strike("vanish", 100, 101, panel="q")]), None),
        # It was claimed after all connections were cut, sent after the panel came back, or answered.
        (evidence(order("unknown"), strikes=[Strike("vanish", 99, 99.9, panel="p")]), None),
        (
            evidence(
                order("unknown"),
                arrivals=[arrival(at=103, answered_at=None)],
                strikes=[Strike("vanish", 100, 101, panel="p")],
            ),
            None,
        ),
        (evidence(order("unknown"), arrivals=[arrival()], strikes=[Strike("vanish", 100, 101, panel="p")]), None),
        (evidence(order("unknown"), arrivals=[arrival(answered_at=103)]), "deadline"),
        (evidence(order("unknown"), arrivals=[arrival(answered_at=None)]), None),
        # It was not sent, and its worker said so when it had become unknown.
        (evidence(order("unknown", not_sent_at=DEAD + 1)), "deadline"),
        (evidence(order("unknown", not_sent_at=DEAD - 1)), None),
        (evidence(order("unknown", not_sent_at=DEAD + 1), arrivals=[arrival()]), None),
        # The worker or the panels got no CPU. A short while explains nothing.
        (evidence(order("unknown"), arrivals=[arrival()], strikes=[starved(100.1, 102.2)]), "starved"),
        (evidence(order("unknown"), strikes=[starved(100.1, 102.2, worker="")]), "starved"),
        (evidence(order("unknown"), strikes=[starved(100.1, 102.2, worker="w2")]), None),
        (evidence(order("unknown"), arrivals=[arrival()], strikes=[starved(100.1, 101)]), None),
        # It was given up before the time for an answer had passed.
        (evidence(order("unknown", unknown_at=101.9), arrivals=[arrival()], strikes=[starved(100.1, 101.9)]), None),
        # The panel has not taken it. Otherwise, it must have become placed.
        *(
            case
            for kind in ("outage", "full", "clock")
            for met, began, ended, reason in (
                ([], 99, 101, kind),
                ([arrival(Fault.RATE_LIMIT)], 99, 101, kind),
                ([arrival()], 99, 101, None),
                ([], 98, 99, None),
                ([], DEAD + 1, DEAD + 2, None),
            )
            for case in [(evidence(order("unknown"), arrivals=met, strikes=[Strike(kind, began, ended)]), reason)]
        ),
        # The event was written by a clock that was wrong by an hour.
        (evidence(order("unknown", unknown_at=100 - 3600), strikes=[Strike("clock", 99, 101)]), "clock"),
        # Only the claim of its last attempt counts.
        (evidence(order("unknown", attempt=2), strikes=[kill()]), None),
        (evidence(order("unknown", sent_at=None), restored={1}), "restored"),
        (evidence(order("unknown")), None),
    ],
)
def test_an_unknown_outcome_needs_a_fault_of_just_this_order(seen, reason):
    assert explanation(seen.orders[0], seen) == reason


def test_an_error_that_admits_the_order_explains_why_it_is_unknown():
    seen = order("unknown", unknown_at=100.3)
    admitted = arrival(Fault.REFUSE, text=ADMITS_ORDER)
    assert explanation(seen, evidence(seen, ledger=[entry()], arrivals=[admitted])) == "admitted"
    refused = order("refused")
    assert violations(evidence(refused, ledger=[entry()], arrivals=[admitted]))


def test_the_times_without_cpu_are_read_from_their_file(tmp_path):
    assert read_starved(tmp_path / "pulse.log") == []
    (tmp_path / "pulse.log").write_text(f"1.5 2.5 w1\n3.0 4.0 {OURS}\n")
    assert read_starved(tmp_path / "pulse.log") == [starved(1.5, 2.5), starved(3.0, 4.0, worker="")]
