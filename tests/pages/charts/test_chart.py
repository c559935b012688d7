"""The words of a chart."""

from __future__ import annotations

import pytest
from django.utils.html import format_html

from panels.pages.charts.chart import FOOT, Chart, Key, Words, summarise

WORDS = Words("Spend by day", "Spend", lambda value: format_html('<span title="exact">{}</span>', value), "USD")


def chart_of(title, *keys):
    return Chart(title=title, summary="", rising=(), along=(), legend=keys, heads=(), rows=(), height=100)


def test_the_title_is_left_out_where_the_legend_says_it():
    assert chart_of("Balance", Key("amount", "Balance"), Key("rise", "Rise")).caption == ""
    assert chart_of("Calls by day", Key("amount", "Answered")).caption == "Calls by day"


def test_the_words_of_the_axis_have_room_below_the_picture():
    chart = chart_of("Balance", Key("amount", "Balance"))
    assert chart.height < chart.foot < chart.full_height == chart.height + FOOT


def test_amounts_have_their_unit_and_no_tags_where_they_are_said():
    assert WORDS.say(3) == "3\xa0USD"
    assert WORDS.with_unit("Spend") == "Spend, USD"
    bare = WORDS._replace(unit="")
    assert (bare.say(3), bare.with_unit("Spend")) == ("3", "Spend")


def test_charts_of_two_currencies_have_names_of_their_own():
    assert chart_of("Spend by day, USD").slug == "spend-by-day-usd"


@pytest.mark.parametrize(
    ("start", "end", "values", "sentence"),
    [
        ("1 Nov", "30 Nov", [3, 1, 2], "Spend by day from 1 Nov to 30 Nov: between 1 USD and 3 USD."),
        ("1 Nov", "1 Nov", [3], "Spend by day on 1 Nov: 3 USD."),
        ("1 Nov", "3 Nov", [2, 2], "Spend by day from 1 Nov to 3 Nov: 2 USD."),
        ("", "", [-1, 2], "Spend by day: between -1 USD and 2 USD."),
    ],
)
def test_the_summary_says_where_and_how_much(start, end, values, sentence):
    assert summarise(WORDS, start, end, values).replace("\xa0", " ") == sentence
