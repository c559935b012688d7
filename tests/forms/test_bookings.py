"""The form of a booking: amounts, a bonus as an amount or in percent, and a time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.forms.bookings import BookingForm


def filled(**data):
    return BookingForm({"kind": "deposit", "amount": "80"} | data)


@pytest.mark.parametrize(
    ("bonus", "amount"), [("5", 5), ("5.25", Decimal("5.25")), ("10%", 8), (" 2.5 % ", 2), ("0.000001%", 0)]
)
def test_a_bonus_is_an_amount_or_percent_of_the_deposit(bonus, amount):
    form = filled(bonus=bonus)
    assert form.is_valid()
    assert form.amounts[1][0] == "bonus"
    assert round(form.amounts[1][1], 4) == amount


def test_without_a_bonus_the_deposit_is_booked_alone():
    form = filled()
    assert form.is_valid()
    assert form.amounts == [("deposit", 80)]
    assert timezone.now() - form.time < dt.timedelta(minutes=5)


@pytest.mark.parametrize(
    "data",
    [
        {"bonus": "-5"},
        {"bonus": "1001%"},
        {"bonus": "5", "kind": "adjustment"},
        {"amount": "NaN"},
        {"amount": "1e30"},
        {"amount": "0.0000001"},
        {"kind": "opening"},
        {"note": "x" * 301},
    ],
)
def test_what_cannot_be_booked_is_refused(data):
    assert not filled(**data).is_valid()
