"""The filter of the history."""

from __future__ import annotations

from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from panels.filters import HistoryFilter
from panels.models.history import record
from tests.factories import make_panel, make_user

pytestmark = pytest.mark.django_db


def kinds(user, **query):
    found = HistoryFilter(query, user)
    assert found.is_valid(), found.errors
    return sorted(found.qs.values_list("content_type__model", flat=True))


def test_changes_are_found_by_person_kind_and_day():
    user, panel = make_user(), make_panel()
    LogEntry.objects.all().delete()
    record(user, is_active=(True, False))
    record(panel, name=("a", "b"))
    LogEntry.objects.filter(content_type__model="panel").update(
        actor=user, timestamp=timezone.now() - timedelta(days=10)
    )
    assert kinds(user) == ["panel", "user"]
    assert kinds(user, who="me") == kinds(user, who=str(user.pk)) == kinds(user, kind="panel") == ["panel"]
    assert kinds(user, when="7d") == kinds(user, kind="user") == ["user"]
    assert kinds(user, when="30d") == ["panel", "user"]
