"""The estimate of times counts open orders, agrees with the textbook, and is an upper bound."""

import random
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.catalog.percentiles import FEWEST, count_events, curve, expand, percentile, rounded_up

ORDERS = st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=60)


def textbook(orders, share):
    """The product-limit estimate in exact fractions, order by order and time by time."""
    left = Fraction(1)
    for time in sorted({time for time, _ in orders}):
        at_risk = sum(1 for other, _ in orders if other >= time)
        events = sum(1 for other, is_event in orders if other == time and is_event)
        left *= Fraction(at_risk - events, at_risk)
        if events and left <= 1 - Fraction(share):
            return time
    return None


@given(ORDERS, st.sampled_from(["0.1", "0.5", "0.9", "1"]))
def test_it_agrees_with_the_textbook(orders, share):
    expected = textbook(orders, share) if sum(is_event for _, is_event in orders) >= FEWEST else None
    assert percentile(Counter(orders), float(share)) == expected


@given(ORDERS)
def test_without_open_orders_it_is_the_share_of_the_orders(orders):
    times = sorted(time for time, _ in orders)
    expected = times[-(-len(times) * 9 // 10) - 1] if len(times) >= FEWEST else None
    assert percentile(Counter((time, True) for time in times), 0.9) == expected


@given(ORDERS, st.integers(0, 30))
def test_an_open_order_never_makes_the_estimate_shorter(orders, age):
    before, after = percentile(Counter(orders), 0.5), percentile(Counter([*orders, (age, False)]), 0.5)
    assert after is None or before is None or after >= before


@pytest.mark.parametrize(("events", "found"), [(4, None), (5, 60)])
def test_fewer_than_five_events_tell_nothing(events, found):
    assert percentile({(60, True): events}, 0.9) == found


def test_too_many_open_orders_tell_no_time():
    assert percentile({(60, True): 5, (90, False): 5}, 0.9) is None
    assert percentile({(60, True): 5, (90, False): 5}, 0.5) == 60


def test_an_order_that_was_open_at_the_time_of_an_event_is_at_risk():
    assert list(curve({(1, True): 1, (1, False): 1, (2, True): 1})) == [(1, pytest.approx(2 / 3)), (2, 0)]


def test_finished_orders_alone_say_half_of_the_true_time_and_the_estimate_is_close():
    """The true p90 is 65 h: most orders take hours, and some take days. Most are young, as in a growing team."""
    chance, orders = random.Random(9), Counter()
    for _ in range(3000):
        hours = chance.expovariate(1 / 6) if chance.random() < 0.75 else chance.uniform(24, 92.4)
        age = chance.expovariate(1 / 24)
        orders[round(min(hours, age) * 60), hours <= age] += 1
    finished = list(expand(orders))
    alone = finished[int(len(finished) * 0.9)] / 60
    assert alone < 65 / 2
    assert percentile(orders, 0.9) / 60 == pytest.approx(65, rel=0.1)


@given(st.integers(0, 10**9))
def test_a_rounded_time_is_an_upper_bound_within_one_percent(seconds):
    assert seconds <= rounded_up(seconds) <= seconds * 1.01
    assert rounded_up(rounded_up(seconds)) == rounded_up(seconds)


def test_rounded_times_are_few_and_none_is_negative():
    assert len({rounded_up(seconds) for seconds in range(100_000)}) < 3000
    assert rounded_up(-5) == 0


def test_events_are_counted_and_expanded():
    times = {(7, True): 2, (3, True): 1, (9, False): 4}
    assert (count_events(times), list(expand(times))) == (3, [3, 7, 7])
