"""Axes have round numbers, hold every value, and write few characters."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.pages.charts.scales import (
    PARTS,
    Scale,
    day_text,
    day_ticks,
    label,
    place,
    round_step,
    short,
    time_text,
    time_ticks,
)

DAY = dt.date(2026, 11, 1)
NOON = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
AMOUNTS = st.decimals(-(10**12), 10**12, places=6)


def days(number):
    return [DAY + dt.timedelta(days=each) for each in range(number)]


def texts(ticks):
    return [tick.text for tick in ticks]


# -- amounts


@pytest.mark.parametrize(
    ("values", "has_zero", "ticks"),
    [
        ([3, 12, 7], True, ["0", "5", "10", "15"]),
        ([Decimal("0.4"), Decimal("0.9")], True, ["0", "0.5", "1"]),
        ([1], True, ["0", "1"]),
        ([0, 0], True, ["0", "1"]),
        ([Decimal(0)], True, ["0", "0.5", "1"]),
        ([5, 5, 5], True, ["0", "2", "4", "6"]),
        ([-8, 3], True, ["-10", "-5", "0", "5"]),
        ([-8, -2], True, ["-8", "-6", "-4", "-2", "0"]),
        ([1, 1000], True, ["0", "500", "1,000"]),
        ([Decimal(1_500_000), Decimal(90)], True, ["0", "500,000", "1M", "1.5M"]),
        # A price that moves a little would be flat on an axis from zero.
        ([Decimal("0.90"), Decimal("0.94")], False, ["0.9", "0.91", "0.92", "0.93", "0.94"]),
        ([Decimal("0.4"), Decimal("0.94")], False, ["0", "0.5", "1"]),
        ([Decimal("0.9"), Decimal("0.9")], False, ["0", "0.5", "1"]),
        ([Decimal(-10), Decimal(-9)], False, ["-10", "-5", "0"]),
    ],
)
def test_an_axis_has_round_ticks_around_its_values(values, has_zero, ticks):
    assert texts(Scale.over(values, 100, has_zero=has_zero).ticks()) == ticks


@given(st.lists(AMOUNTS, min_size=1, max_size=8), st.booleans())
def test_every_value_is_within_an_axis_of_few_and_short_ticks(values, has_zero):
    scale = Scale.over(values, 160, has_zero=has_zero)
    assert all(0 <= scale.y(value) <= 160 for value in values)
    assert 0 <= scale.zero <= 160
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= PARTS + 3
    assert (ticks[0].at, ticks[-1].at) == (160, 0)
    assert sum(tick.is_base for tick in ticks) == 1


def test_counts_have_whole_ticks():
    assert texts(Scale.over([1, 2], 100, has_zero=True).ticks()) == ["0", "1", "2"]


def test_the_base_is_zero_or_the_lowest_tick():
    assert [tick.text for tick in Scale.over([-5, 5], 100, has_zero=True).ticks() if tick.is_base] == ["0"]
    narrow = Scale.over([Decimal(90), Decimal(94)], 100, has_zero=False)
    assert [tick.text for tick in narrow.ticks() if tick.is_base] == ["90"]
    assert narrow.zero == 100


@pytest.mark.parametrize(
    ("least", "step"), [("1", "1"), ("1.1", "2"), ("3", "5"), ("7", "10"), ("0.03", "0.05"), ("620", "1000")]
)
def test_steps_are_one_two_or_five(least, step):
    assert round_step(Decimal(least)) == Decimal(step)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"), ("0.500", "0.5"), ("20000", "20,000"), ("-1500", "-1,500"), ("2500000", "2.5M"),
        ("1E+9", "1B"), ("3E+12", "3T"), ("0.00002", "0.00002"), ("100", "100"),
    ],
)  # fmt: skip
def test_amounts_of_an_axis_are_short(value, text):
    assert short(Decimal(value)) == text


# -- days and times


@pytest.mark.parametrize(
    ("number", "is_centred", "expected"),
    [
        (1, True, [(50.0, "1 Nov")]),
        (2, True, [(25.0, "1 Nov"), (75.0, "2 Nov")]),
        (2, False, [(0.0, "1 Nov"), (100.0, "2 Nov")]),
        (1, False, [(50.0, "1 Nov")]),
        (5, False, [(0.0, "1 Nov"), (25.0, "2 Nov"), (50.0, "3 Nov"), (75.0, "4 Nov"), (100.0, "5 Nov")]),
        (400, False, [(0.0, "Nov 2026"), (25.06, "Feb 2027"), (50.13, "May 2027"), (74.94, "Aug 2027"),
                      (100.0, "Dec 2027")]),
    ],
)  # fmt: skip
def test_days_have_at_most_five_ticks(number, is_centred, expected):
    assert [(tick.at, tick.text) for tick in day_ticks(days(number), is_centred=is_centred)] == expected


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (dt.timedelta(0), ["12:00"]),
        (dt.timedelta(hours=4), ["12:00", "13:00", "14:00", "15:00", "16:00"]),
        (dt.timedelta(days=3), ["2 Nov", "3 Nov", "4 Nov"]),
        (dt.timedelta(days=8), ["2 Nov", "4 Nov", "6 Nov", "8 Nov"]),
        (dt.timedelta(days=400), ["Nov 2026", "Jan 2027", "Apr 2027", "Jun 2027", "Sep 2027"]),
    ],
)
def test_a_span_of_hours_has_times_and_a_longer_one_has_days(span, expected):
    assert texts(time_ticks(NOON, NOON + span)) == expected


def test_days_begin_at_midnight():
    assert [tick.at for tick in time_ticks(NOON, NOON + dt.timedelta(days=4))] == [12.5, 37.5, 62.5, 87.5]


def test_times_are_local(settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    assert texts(time_ticks(NOON, NOON)) == ["17:30"]


def test_words_at_the_ends_stay_within_the_picture_and_some_are_left_out_where_it_is_narrow():
    ticks = label([0, 25, 50, 75, 100], "abcde")
    assert [tick.anchor for tick in ticks] == ["start", "middle", "middle", "middle", "end"]
    assert [tick.text for tick in ticks if not tick.is_extra] == ["a", "c", "e"]
    assert label([50], ["a"])[0].anchor == "middle"
    assert [tick.is_extra for tick in label([0, 33, 66, 100], "abcd")] == [False, True, True, False]


def test_another_year_is_written():
    assert time_text(NOON) == "1 Nov, 12:00"
    assert time_text(NOON - dt.timedelta(days=365)) == "1 Nov 2025, 12:00"


def test_a_day_is_written_as_a_month_in_a_long_span():
    assert day_text(DAY) == "1 Nov"
    assert day_text(DAY, dt.timedelta(days=400)) == "Nov 2026"


def test_a_place_on_an_axis_without_length_is_its_middle():
    assert place(1, 4) == 25
    assert place(0, 0) == 50
