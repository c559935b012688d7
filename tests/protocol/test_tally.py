"""The calls of a client are counted by day: answered or failed, and what was kept back is no call."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from panels.protocol.addresses import AddressRefused
from panels.protocol.errors import Deferred, NotSent, OutcomeUnknown, Reason, Refused, Unreadable
from panels.protocol.tally import Calls, Tally


def today():
    return datetime.now(UTC).date()


@pytest.mark.parametrize(
    ("error", "counted"),
    [
        (None, Calls(1, 0, 0.5)),
        (Refused("Incorrect order ID", Reason.NOT_FOUND), Calls(1, 0, 0.5)),
        (Refused("Invalid API key", Reason.AUTH), Calls(1, 0, 0.5)),
        (NotSent("Too many requests", is_rate_limit=True), Calls(1, 0, 0.5)),
        (NotSent("No connection"), Calls(0, 1, 0)),
        (OutcomeUnknown("No answer"), Calls(0, 1, 0)),
        (Unreadable("A web page"), Calls(0, 1, 0)),
    ],
)
def test_a_refusal_is_an_answer_and_silence_is_a_failure(error, counted):
    tally = Tally()
    tally.count(0.5, error)
    assert tally.take() == {today(): counted}


@pytest.mark.parametrize("error", [Deferred("The worker was stopping."), AddressRefused("A private address")])
def test_a_call_that_was_kept_back_is_no_call(error):
    tally = Tally()
    tally.count(0.5, error)
    assert tally.take() == {}


def test_counts_are_taken_once():
    tally = Tally()
    tally.count(1)
    assert tally.take()
    assert tally.take() == {}


def test_no_call_of_several_threads_is_lost():
    tally = Tally()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(tally.count, [1.0] * 800))
    assert tally.take() == {today(): Calls(800, 0, 800.0)}


def test_every_answer_counts_as_the_last_one_and_silence_does_not():
    tally = Tally()
    assert tally.take_answer() is None
    for error in (None, Refused("no"), NotSent("Too many requests", is_rate_limit=True)):
        before = datetime.now(UTC)
        tally.count(0.5, error)
        assert before <= tally.take_answer() <= datetime.now(UTC)
        assert tally.take_answer() is None
    for error in (OutcomeUnknown("No answer"), Unreadable("A web page"), NotSent("No connection")):
        tally.count(0.5, error)
    assert tally.take_answer() is None
