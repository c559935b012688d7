"""The present of all charts."""

import datetime as dt

import pytest


@pytest.fixture(autouse=True)
def _in_november(monkeypatch):
    """Stop the clock in the year of the charts, because any other year is written."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC))
