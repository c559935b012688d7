"""The time within which a share of orders gets so far, also if some orders have not got so far yet.

The product-limit estimate (E. L. Kaplan, P. Meier: Nonparametric Estimation from Incomplete Observations, Journal of
the American Statistical Association 53, 1958). The orders that got so far are not enough: among young orders, only the
quick ones have finished, so their times alone are too short. An order that has not got so far tells that it takes
longer than its time. It counts until then, and afterwards it does not.

Polls see an event between two times. The later one is used, so the result is an upper bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

# By the time, and whether the order got so far at this time (else it is known only that it takes longer): how many.
Times = Mapping[tuple[int, bool], int]

# With fewer events there is no estimate.
FEWEST = 5
# The shares are products of fractions, which floats do not meet exactly.
TINY = 1e-9


def curve(times: Times) -> Iterator[tuple[int, float]]:
    """Return each time of an event with the share of orders that take longer, in the order of the times."""
    at_risk, left = sum(times.values()), 1.0
    for time, group in groupby(sorted(times.items()), key=lambda item: item[0][0]):
        events = others = 0
        for (_, is_event), number in group:
            events, others = (events + number, others) if is_event else (events, others + number)
        if events:
            # An order that was last seen at the time of an event had not got so far, so it is at risk.
            left *= 1 - events / at_risk
            yield time, left
        at_risk -= events + others


def percentile(times: Times, share: float) -> int | None:
    """Return the shortest time within which at least this share of orders gets so far.

    None if there are fewer than 5 events, or if too many orders are open to tell.
    """
    if count_events(times) < FEWEST:
        return None
    return next((time for time, left in curve(times) if left <= 1 - share + TINY), None)


def count_events(times: Times) -> int:
    """Return the number of orders that got so far."""
    return sum(number for (_, is_event), number in times.items() if is_event)


def rounded_up(seconds: int) -> int:
    """Round a time up to three digits, so that the times of many orders are few and stay upper bounds."""
    if seconds < 1000:
        return max(seconds, 0)
    unit = 10
    while seconds >= 1000 * unit:
        unit *= 10
    return -(-seconds // unit) * unit


def expand(times: Times) -> Iterable[int]:
    """Return the time of each event."""
    events = sorted((time, number) for (time, is_event), number in times.items() if is_event)
    return (time for time, number in events for _ in range(number))
