"""A distribution counts every amount once, in ranges that people count in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.pages.charts.chart import HEIGHT, Words
from panels.pages.charts.spread import MOST_RANGES, distribution

WORDS = Words("Delivery", "Orders", lambda value: f"{float(value):.7g}")
WIDTHS = (1, 2, 5, 10, 15, 30, 60, 120)


def counted(*values, widths=WIDTHS):
    return [(text, int(number)) for text, number in distribution(values, WORDS, widths=widths).rows]


def test_nothing_at_all_is_no_chart():
    assert distribution([], WORDS) is None


@pytest.mark.parametrize(
    ("values", "ranges"),
    [
        pytest.param([7], [("7 to 8", 1)], id="one"),
        pytest.param([7, 7, 7], [("7 to 8", 3)], id="all equal"),
        pytest.param([0, 1, 1, 3], [("0 to 1", 1), ("1 to 2", 2), ("2 to 3", 0), ("3 to 4", 1)], id="an empty range"),
        pytest.param([10, 59, 60, 200], [("0 to 30", 1), ("30 to 60", 1), ("60 to 90", 1), ("90 to 120", 0),
                     ("120 to 150", 0), ("150 to 180", 0), ("180 to 210", 1)], id="a width that people count in"),
        pytest.param([-3, -1, 2], [("-3 to -2", 1), ("-2 to -1", 0), ("-1 to 0", 1), ("0 to 1", 0), ("1 to 2", 0),
                     ("2 to 3", 1)], id="below zero"),
    ],
)  # fmt: skip
def test_each_amount_is_in_the_range_of_its_lower_end(values, ranges):
    assert counted(*values) == ranges


def test_a_single_amount_far_above_the_others_is_in_an_open_range():
    found = counted(*range(30), 30_000)
    assert found[-1] == ("30 and more", 1)
    assert found[0] == ("0 to 5", 5)


def test_a_range_below_zero_begins_at_its_lower_end_too():
    assert counted(Decimal("-2.5"), Decimal("0.5")) == [("-3 to -2", 1), ("-2 to -1", 0), ("-1 to 0", 0), ("0 to 1", 1)]


def test_beyond_all_widths_the_width_is_a_round_number():
    assert counted(0, 100_000, 50_000)[0] == ("0 to 10000", 1)
    assert counted(Decimal("0.1"), Decimal("0.9"), widths=())[0] == ("0.1 to 0.2", 1)


@given(st.lists(st.integers(-(10**7), 10**7), min_size=1, max_size=60))
def test_every_amount_is_counted_once_in_few_ranges(values):
    found = counted(*values)
    assert sum(number for _, number in found) == len(values)
    assert len(found) <= MOST_RANGES + 2


@given(st.dictionaries(st.integers(0, 5000), st.integers(1, 9), min_size=1))
def test_amounts_that_come_with_their_number_are_drawn_alike(numbers):
    every = [value for value, number in numbers.items() for _ in range(number)]
    assert distribution(numbers, WORDS, widths=WIDTHS) == distribution(every, WORDS, widths=WIDTHS)


def test_the_median_has_a_line_at_its_place():
    chart = distribution([0, 1, 2, 3], WORDS, widths=WIDTHS)
    assert chart.legend[-1] == ("level", "Median: 1.5")
    assert chart.lines[0].path == f"M37.5 0V{HEIGHT}"


def test_the_axis_has_few_words_at_the_edges_of_ranges():
    chart = distribution(range(12), WORDS, widths=WIDTHS)
    assert [(tick.at, tick.text) for tick in chart.along] == [
        (0, "0"), (25, "3"), (50, "6"), (75, "9"), (100, "12")
    ]  # fmt: skip


def test_the_summary_has_the_ends():
    assert distribution([3, 9], WORDS).summary == "Delivery: between 3 and 9."
