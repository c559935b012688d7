"""The three numbers of a record say how sure they are."""

import re
from decimal import Decimal

import pytest

from panels.models import ServiceRecord
from panels.pages.numbers import NO_VALUE
from panels.pages.records import delivered_cell, draw_record, finish_cell, percent, price_cell, seconds_within

MANY = {"finish_orders": 43, "delivered_orders": 43, "price_orders": 43}


def record(**fields):
    numbers = {"finish_minutes": 420, "delivered": Decimal("0.987"), "price": Decimal("0.9"), "currency": "USD"}
    return ServiceRecord(**numbers | MANY | fields)


def text(html):
    return re.sub(r"<[^>]+>", "", html).replace("\xa0", " ")


def test_a_number_has_its_orders_in_the_title():
    assert text(finish_cell(record())) == "≤ 7 h"
    assert "90 % of the orders finished in this time (43 orders of the last 90 days)" in finish_cell(record())
    assert text(delivered_cell(record())) == "98.7 %"
    assert text(price_cell(record())) == "0.90 USD"
    assert text(draw_record(record())) == "≤ 7 h · 98.7 % · 0.90 USD"


def test_a_number_of_few_orders_is_marked():
    few = record(finish_orders=19)
    assert text(finish_cell(few)) == "≈ 7 h"
    assert "19 orders of the last 90 days; few orders show it" in finish_cell(few)
    assert "(1 order of" in finish_cell(record(finish_orders=1))


def test_without_a_number_there_is_a_dash():
    empty = ServiceRecord()
    for cell in (finish_cell, delivered_cell, price_cell):
        assert cell(empty) == cell(None) == NO_VALUE
    assert draw_record(empty) == draw_record(None) == ""
    assert text(draw_record(record(finish_minutes=None))) == "– · 98.7 % · 0.90 USD"


@pytest.mark.parametrize(
    ("share", "written"),
    [("0", "0 %"), ("1", "100 %"), ("0.9999", "> 99.9 %"), ("0.0001", "< 0.1 %"), ("0.5", "50 %"), (None, "–")],
)
def test_only_all_is_a_hundred_percent(share, written):
    assert percent(share).replace("\xa0", " ") == written


@pytest.mark.parametrize(("seconds", "written"), [(0, "≤ 0 min"), (61, "≤ 2 min"), (5400, "≤ 1.5 h"), (None, "–")])
def test_a_time_is_rounded_up_to_minutes(seconds, written):
    assert seconds_within(seconds).replace("\xa0", " ") == written
