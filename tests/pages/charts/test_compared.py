"""Several amounts over time are lines in one picture, each with its own look."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from panels.pages.charts.chart import HEIGHT, Words
from panels.pages.charts.compared import LOOKS, MOST_SLOTS, compared_steps

START = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
WORDS = Words("Prices", "Price", str, "USD")
moments = st.integers(min_value=0, max_value=3000).map(lambda hours: START + hours * HOUR)
amounts = st.decimals(min_value=0, max_value=1000, places=4)
lines = st.lists(
    st.tuples(st.text(max_size=5), st.lists(st.tuples(moments, amounts), max_size=60).map(sorted)), max_size=12
)


def draw(*lines, hours=10):
    return compared_steps(lines, WORDS, until=START + hours * HOUR)


def test_each_line_begins_and_steps_at_its_own_times():
    chart = draw(("A", [(START, 0), (START + 5 * HOUR, 10)]), ("B", [(START + 2 * HOUR, 5)]))
    assert [(line.look, line.path) for line in chart.lines] == [
        ("first", "M0 160H50V0H100"),
        ("second", "M20 80H100"),
    ]
    assert [key.words for key in chart.legend] == ["A: 10\u00a0USD", "B: 5\u00a0USD"]


def test_the_pointer_shows_all_amounts_of_a_time():
    chart = draw(("A", [(START, 1), (START + 5 * HOUR, 2)]), ("B", [(START + 2 * HOUR, 5)]))
    assert [slot.text.partition(": ")[2] for slot in chart.slots] == [
        "A 1\u00a0USD",
        "A 1\u00a0USD, B 5\u00a0USD",
        "A 2\u00a0USD, B 5\u00a0USD",
    ]


def test_the_table_has_each_change_the_newest_first():
    chart = draw(("A", [(START, 1), (START + 5 * HOUR, Decimal("0.5"))]), ("B", [(START + 2 * HOUR, 5)]))
    assert [(name.partition(",")[0], *rest) for name, *rest in chart.rows] == [
        ("A", "0.5", "-0.5"),
        ("B", "5", ""),
        ("A", "1", ""),
    ]


def test_nothing_is_drawn_without_amounts_and_a_single_time_is_a_dot():
    assert draw() is draw(("A", [])) is None
    assert [mark.look for mark in draw(("A", [(START, 1)]), hours=0).marks] == ["dot"]


@given(lines)
def test_the_picture_is_bounded_and_holds_every_amount(lines):
    chart = draw(*lines)
    drawn = [points for _, points in lines if points][: len(LOOKS)]
    if not drawn:
        assert chart is None
        return
    assert [line.look for line in chart.lines] == list(LOOKS[: len(drawn)])
    assert len(chart.rows) == sum(map(len, drawn))
    assert 1 <= len(chart.slots) <= MOST_SLOTS
    assert all(0 <= tick.at <= HEIGHT for tick in chart.rising)
    assert all(slot.x >= 0 and slot.width >= 0 for slot in chart.slots)
    assert round(chart.slots[-1].x + chart.slots[-1].width) == 100
