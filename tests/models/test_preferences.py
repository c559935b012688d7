"""The settings of the team are one row. They have defaults, and their changes are in the history."""

from __future__ import annotations

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, transaction

from panels.models import Preferences

pytestmark = pytest.mark.django_db


def test_without_a_row_the_settings_are_those_by_default():
    assert Preferences.current().reporting_currency == ""
    assert not Preferences.objects.exists()


def test_there_is_one_row():
    Preferences.objects.create(pk=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Preferences.objects.create(pk=2)


def test_a_change_is_in_the_history_with_both_values():
    row = Preferences.objects.create(pk=1)
    row.reporting_currency = "EUR"
    row.save()
    assert LogEntry.objects.order_by("pk").last().changes == {"reporting_currency": ["", "EUR"]}
