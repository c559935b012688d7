"""The tags of charts: a picture with a name, its legend, and its numbers as a table, and no inline style."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.template import Context, Template

from panels.catalog.price_steps import OfferPrices, PricePicture
from tests.views.pages import plain_text

START = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
DAYS = {dt.date(2026, 11, day): (Decimal(day), Decimal(0)) for day in range(1, 31)}
POINTS = [(START + dt.timedelta(days=number), Decimal(100 - number)) for number in range(5)]
CHARTS = {
    "day_bars": '{% day_bars days "Spend by day" "amount:Charged, estimate:Partly expected" unit="USD" mean="Mean" %}',
    "step_line": '{% step_line points "Balance" unit="USD" rise="Rise" %}',
    "offer_steps": "{% offer_steps picture %}",
    "spark_line": '{% spark_line shares "Answered calls" "Answered" unit="%" %}',
    "distribution": '{% distribution minutes "Delivery times" "Orders" %}',
}


@pytest.fixture(autouse=True)
def _in_november(monkeypatch):
    """Stop the clock in the year of the charts, because any other year is written."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: START)


def picture(*lines):
    """Return what several offers cost, as catalog.price_steps does."""
    offers = [OfferPrices(None, f"Panel {number}", points) for number, points in enumerate(lines, 1)]
    return PricePicture("USD per 1000", offers, 0, START + dt.timedelta(days=5))


def draw(source, **context):
    values = {
        "days": DAYS,
        "points": POINTS,
        "picture": picture(POINTS, [(at, amount / 2) for at, amount in POINTS]),
        "shares": {day: amount for day, (amount, _) in DAYS.items()},
        "minutes": [5, 30, 95, 1500],
    }
    return Template("{% load charts %}" + source).render(Context(values | context))


@pytest.mark.parametrize("source", CHARTS.values(), ids=CHARTS)
def test_a_chart_has_a_named_picture_a_legend_and_a_table(source):
    page = draw(source)
    (name,) = re.findall(r'role="img" aria-label="([^"]+)"', page)
    assert "between" in name
    assert page.count("<figure") == page.count("<table") == page.count("<details") == 1
    assert re.search(r'<ul class="chart__legend">\s*<li>', page)
    assert page.count('<th scope="row">') >= 4
    assert "chart__text" in page


@pytest.mark.parametrize("source", CHARTS.values(), ids=CHARTS)
def test_a_chart_has_no_inline_style_and_no_script(source):
    assert not re.search(r"style=|<style|<script|\son\w+=", draw(source))


@pytest.mark.parametrize("source", CHARTS.values(), ids=CHARTS)
def test_nothing_at_all_draws_nothing(source):
    assert draw(source, days={}, points=[], picture=picture(), shares={}, minutes=[]).strip() == ""


@pytest.mark.parametrize("source", CHARTS.values(), ids=CHARTS)
def test_numbers_of_a_picture_are_the_same_in_every_language(source, settings):
    before = draw(source)
    settings.LANGUAGE_CODE = "de"
    assert re.findall(r'\d,\d+%?"', draw(source)) == re.findall(r'\d,\d+%?"', before) == []


def test_amounts_have_their_unit_and_are_exact_in_the_title():
    page = draw('{% step_line points "Balance" unit="USD" %}', points=[(START, Decimal("1234.567891"))])
    assert '<span title="1,234.567891\xa0USD">1,234.57</span>' in page
    assert '<th scope="col" class="num">Balance, USD</th>' in page
    assert "<title>1 Nov, 12:00: 1,234.57\xa0USD</title>" in page


def test_amounts_have_the_decimals_of_their_currency():
    page = draw('{% step_line points "Balance" unit="JPY" %}', points=[(START, Decimal("1234.00"))])
    assert '<td class="num">1,234</td>' in page


def test_prices_keep_all_their_decimals():
    points = [(START, Decimal("0.00012345"))]
    page = draw('{% step_line points "Price" unit="USD per 1000" is_rate=True %}', points=points)
    assert "0.00012345\xa0USD per 1000" in page
    assert '<td class="num">0.00012345</td>' in page


@pytest.mark.parametrize(("unit", "price"), [("JPY per 1000", "120"), ("JPY", "120"), ("USD per 1000", "120.00")])
def test_prices_have_at_least_the_decimals_of_their_currency(unit, price):
    points = [(START, Decimal("120.00000000"))]
    page = draw('{% step_line points "Price" unit=unit is_rate=True %}', points=points, unit=unit)
    assert f'<td class="num">{price}</td>' in page


def test_every_chart_has_its_title_above_or_in_its_legend():
    page = draw(CHARTS["spark_line"])
    assert '<figcaption class="chart__title">Answered calls, %</figcaption>' in page
    assert '<th scope="col" class="num">Answered, %</th>' in page


def test_counts_are_whole():
    page = draw('{% step_line points "Delivered" level="Ordered" level_at=5000 %}', points=[(START, 1200)])
    assert "<title>1 Nov, 12:00: 1,200</title>" in page
    assert "Ordered: 5,000" in plain_text(page)


def test_the_words_of_an_amount_are_escaped():
    page = draw('{% step_line points "Balance" unit=unit %}', unit="<b>&", points=[(START, Decimal(1))])
    assert "<b>" not in page


def test_charts_of_two_currencies_have_names_of_their_own():
    ids = [re.search(r'<details[^>]* id="([\w-]+)"', draw(CHARTS["day_bars"].replace("USD", unit)))[1]
           for unit in ("USD", "EUR")]  # fmt: skip
    assert ids == ["data-spend-by-day-usd", "data-spend-by-day-eur"]


def test_times_are_in_the_units_that_people_count_in():
    page = plain_text(draw(CHARTS["distribution"]))
    assert "1 d 1 h" in page or "1 d" in page
    assert "Median: 1 h 2 min" in page


def test_a_look_is_told_by_more_than_its_colour():
    page = draw(CHARTS["day_bars"], days={day: (Decimal(1), Decimal(1)) for day in DAYS})
    assert {"chart__bar--amount", "chart__bar--estimate"} <= set(re.findall(r"chart__bar--\w+", page))
    assert "Partly expected" in plain_text(page)


def test_each_offer_has_a_line_of_its_own_in_the_picture_and_in_the_legend():
    page = draw(CHARTS["offer_steps"])
    for look in ("first", "second"):
        assert page.count(f"chart__line--{look}") == 2
    words = plain_text(page)
    assert "Panel 1: 96.00 USD per 1000" in words
    assert "Panel 2: 48.00 USD per 1000" in words
