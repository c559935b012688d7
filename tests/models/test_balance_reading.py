"""The balances that panels told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from panels.models import BalanceReading
from tests.factories import make_panel


@pytest.mark.django_db
def test_the_readings_of_a_panel_come_with_the_latest_first_and_say_when_and_how_much():
    panel, at = make_panel(), datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    for hours, balance in ((0, "7"), (2, "3.25"), (1, "5")):
        BalanceReading.objects.create(
            panel=panel, at=at + timedelta(hours=hours), balance=Decimal(balance), currency="USD", why="schedule"
        )
    readings = list(panel.balance_readings.all())
    assert [reading.balance for reading in readings] == [Decimal("3.25"), Decimal(5), Decimal(7)]
    assert str(readings[-1]) == f"{panel.pk} 2026-11-30 12:00 7.000000"
