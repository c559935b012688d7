"""Steps hold an amount until it changes, and a small line has a gap where a day is missing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from panels.pages.charts.chart import HEIGHT, Words
from panels.pages.charts.lines import SMALL, small_line, steps

START = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 1)
HOUR = dt.timedelta(hours=1)
WORDS = Words("Balance", "Balance", str, "USD")


def line(*values, **options):
    """Return the steps through values an hour apart."""
    return steps([(START + number * HOUR, value) for number, value in enumerate(values)], WORDS, **options)


def path(chart, look="amount"):
    return next(line.path for line in chart.lines if line.look == look)


# -- steps


def test_nothing_at_all_is_no_chart():
    assert steps([], WORDS) is None
    assert small_line({}, WORDS) is None


def test_an_amount_stays_until_it_changes():
    assert path(line(0, 10, 5)) == "M0 160H50V0H100V80H100"


def test_the_last_amount_stays_until_then():
    chart = line(10, 0, until=START + 4 * HOUR)
    assert path(chart) == "M0 0H25V160H100"
    assert [tick.text for tick in chart.along] == ["12:00", "13:00", "14:00", "15:00", "16:00"]
    assert line(10, 0, until=START - HOUR).along[-1].text == "13:00"


def test_one_point_is_a_dot_in_a_level_line():
    chart = line(10)
    assert [mark.look for mark in chart.marks] == ["dot"]
    assert (chart.marks[0].x, chart.marks[0].y) == (50, 0)
    assert path(chart) == "M50 0H100"
    # With a later end it is a line.
    assert line(10, until=START + HOUR).marks == []


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([7, 7, 7], id="all equal"),
        pytest.param([-5, 3, -2], id="below zero"),
        pytest.param([1, 1000, 1], id="a thousand times the others"),
        pytest.param([Decimal("0.000001"), Decimal("0.000002")], id="tiny"),
        pytest.param(list(range(400)), id="many"),
    ],
)
def test_every_amount_is_in_the_picture_and_in_the_table(values):
    chart = line(*values)
    assert len(chart.slots) == len(chart.rows) == len(values)
    assert all(0 <= tick.at <= HEIGHT for tick in chart.rising)
    assert chart.slots[-1].x + chart.slots[-1].width == 100


def test_rises_are_marked_and_named():
    chart = line(50, 40, 100, 99, rise="Rise")
    assert [(mark.look, mark.x) for mark in chart.marks] == [("rise", 66.67)]
    assert ("rise", "Rise") in chart.legend
    assert line(50, 40, rise="Rise").legend == [("amount", "Balance, USD")]
    assert line(50, 100).marks == []


def test_a_rise_that_nobody_could_see_is_not_marked():
    assert line(50, 1000, 1010, rise="Rise").marks[1:] == []
    assert line(Decimal("1.00"), Decimal("1.01"), rise="Rise").marks != []


def test_the_table_has_each_change_and_the_newest_first():
    assert line(50, 100, 99).rows == [
        ["1 Nov, 14:00", "99", "-1"], ["1 Nov, 13:00", "100", "+50"], ["1 Nov, 12:00", "50", ""],
    ]  # fmt: skip


def test_a_level_is_within_the_axis_and_in_the_legend():
    chart = line(0, 20, level=("Ordered", 100))
    assert path(chart, "level") == "M0 0H100"
    assert ("level", "Ordered: 100\xa0USD") in chart.legend
    assert path(line(0, level=("Ordered", 0)), "level") == "M0 160H100"


def test_the_axis_has_zero_on_request():
    assert line(90, 100).rising[0].text == "90"
    assert line(90, 100, has_zero=True).rising[0].text == "0"


def test_the_pointer_finds_the_amount_of_any_time():
    assert [(slot.x, slot.width, slot.text.replace("\xa0", " ")) for slot in line(5, 8, 6).slots] == [
        (0, 50, "1 Nov, 12:00: 5 USD"), (50, 50, "1 Nov, 13:00: 8 USD"), (100, 0, "1 Nov, 14:00: 6 USD"),
    ]  # fmt: skip


# -- a small line


def small(*values):
    days = {DAY + dt.timedelta(days=number): value for number, value in enumerate(values) if value is not None}
    return small_line(days, WORDS)


def test_a_small_line_joins_days():
    chart = small(0, 50, 100)
    assert chart.height == SMALL
    assert path(chart) == "M0 56L50 28L100 0"
    assert chart.marks == []


def test_a_small_line_has_a_gap_where_a_day_is_missing_and_a_dot_for_a_lonely_day():
    chart = small(0, 100, None, 100, None, 0, 0)
    assert path(chart).count("M") == 3
    assert [mark.x for mark in chart.marks] == [50]
    assert len(chart.slots) == len(chart.rows) == 5


def test_a_small_line_of_one_day_is_a_dot():
    assert [(mark.x, mark.y) for mark in small(4).marks] == [(50, 0)]
