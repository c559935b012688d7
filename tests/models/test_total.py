"""There is one total for each day, panel and currency."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import timezone

from panels.models import DayTotal
from tests.factories import make_panel

pytestmark = pytest.mark.django_db
DAY = dt.date(2030, 5, 1)


def make_total(panel, day=DAY, currency="USD"):
    return DayTotal.objects.create(
        day=day,
        panel=panel,
        currency=currency,
        cost=Decimal(3),
        orders=2,
        expected=1,
        unpriced=0,
        summed_at=timezone.now(),
    )


def test_a_second_total_of_the_same_day_panel_and_currency_is_refused():
    panel = make_panel()
    make_total(panel)
    make_total(panel, currency="EUR")
    make_total(panel, day=DAY + dt.timedelta(days=1))
    make_total(make_panel())
    with pytest.raises(IntegrityError):
        make_total(panel)


def test_the_newest_day_comes_first():
    panel = make_panel()
    totals = [make_total(panel, DAY + dt.timedelta(days=days)) for days in (0, 2, 1)]
    assert list(DayTotal.objects.all()) == [totals[1], totals[2], totals[0]]
