"""Bars by day: each day has its place, parts stand one above the other, and odd amounts stay readable."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from panels.pages.charts.chart import HEIGHT, Key, Words
from panels.pages.charts.days import FEWEST_DAYS, LOWEST, bars_by_day

DAY = dt.date(2026, 11, 10)
ONE = [Key("amount", "Spend")]
WORDS = Words("Spend by day", "", lambda value: f"{float(value):g}", "USD")
TWO = [Key("amount", "Answered"), Key("failed", "Failed")]


def month(*amounts, parts=ONE, mean=""):
    """Return the chart of consecutive days. None is a day without an entry."""
    days = {DAY + dt.timedelta(days=number): each for number, each in enumerate(amounts) if each is not None}
    return bars_by_day(days, WORDS, parts, mean=mean)


def bars(chart):
    return [bar for slot in chart.slots for bar in slot.bars]


def test_nothing_at_all_is_no_chart():
    assert bars_by_day({}, WORDS, ONE) is None


def test_one_day_is_the_last_of_a_week():
    chart = month((5,))
    assert len(chart.slots) == FEWEST_DAYS
    assert [bool(slot.bars) for slot in chart.slots] == [False] * 6 + [True]
    assert bars(chart)[0].y + bars(chart)[0].height == HEIGHT
    assert chart.rows == [["10 Nov", "5"]]


@pytest.mark.parametrize(
    ("amounts", "heights"),
    [
        pytest.param([5, 10, 20], [40, 80, 160], id="in proportion"),
        pytest.param([8, 8, 8], [160] * 3, id="all equal"),
        pytest.param([0, 0, 10], [160], id="no bar for nothing"),
        pytest.param([1, 1000, 1], [LOWEST, 160, LOWEST], id="a thousand times the others"),
        pytest.param([Decimal("0.25"), Decimal("1.00")], [40, 160], id="Decimal"),
    ],
)
def test_the_height_shows_the_amount(amounts, heights):
    chart = month(*((amount,) for amount in amounts))
    assert [bar.height for bar in bars(chart)] == heights
    assert {bar.y + bar.height for bar in bars(chart)} == {HEIGHT}


def test_amounts_below_zero_hang_from_the_base():
    above, below = bars(month((10,), (-10,)))
    assert (above.y, above.height) == (0, 80)
    assert (below.y, below.height) == (80, 80)


def test_parts_stand_one_above_the_other():
    answered, failed = bars(month((30, 10), parts=TWO))
    assert (answered.look, failed.look) == ("amount", "failed")
    assert failed.y + failed.height == answered.y
    assert (failed.y, answered.height) == (0, 120)


def test_a_missing_day_keeps_its_place_without_a_bar_or_a_row():
    chart = month((4,), None, None, (4,), (4,), (4,), (4,), (4,))
    assert [bool(slot.bars) for slot in chart.slots] == [True, False, False, True, True, True, True, True]
    assert [slot.x for slot in chart.slots] == [0, 12.5, 25, 37.5, 50, 62.5, 75, 87.5]
    assert [row[0] for row in chart.rows] == ["17 Nov", "16 Nov", "15 Nov", "14 Nov", "13 Nov", "10 Nov"]
    assert chart.slots[1].text == "11 Nov: nothing"


def test_four_hundred_days_fill_the_width_without_gaps():
    chart = month(*((number,) for number in range(1, 401)))
    assert len(bars(chart)) == 400
    assert chart.slots[-1].x + chart.slots[-1].width == 100
    assert chart.slots[7].bar_width == chart.slots[7].width
    few = month(*((number,) for number in range(1, 31)))
    assert few.slots[7].x < few.slots[7].bar_x < few.slots[7].bar_x + few.slots[7].bar_width < few.slots[8].x


def test_the_mean_counts_days_without_an_entry():
    chart = month((Decimal(10),), None, (Decimal(2),), mean="Mean")
    assert chart.legend[-1] == ("level", "Mean: 4\xa0USD")
    assert chart.lines[0].look == "level"
    assert chart.lines[0].path == f"M0 {HEIGHT * 0.6:g}H100"
    assert month((Decimal(10),)).lines == ()


def test_words_under_the_pointer_name_the_parts():
    chart = month((30, 2), (5, 0), (0, 0), parts=TWO)
    assert [slot.text.replace("\xa0", " ") for slot in chart.slots[-3:]] == [
        "10 Nov: 30 USD answered, 2 USD failed", "11 Nov: 5 USD answered", "12 Nov: nothing",
    ]  # fmt: skip
    assert month((0,)).slots[-1].text == "10 Nov: 0\xa0USD"


def test_the_table_has_a_column_for_each_part_and_the_newest_day_first():
    chart = month((30, 2), (5, 0), parts=TWO)
    assert chart.heads == ["Day", "Answered, USD", "Failed, USD"]
    assert chart.rows == [["11 Nov", "5", "0"], ["10 Nov", "30", "2"]]


def test_the_summary_is_about_whole_days():
    summary = month((30, 2), (5, 0), parts=TWO).summary.replace("\xa0", " ")
    assert summary == "Spend by day from 10 Nov to 11 Nov: between 5 USD and 32 USD."
