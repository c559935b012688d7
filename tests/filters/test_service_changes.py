"""The filter of the changes of services."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.filters import ChangeFilter
from panels.models import ServiceChange
from tests.factories import make_panel, make_service

pytestmark = pytest.mark.django_db


def make(panel, kind, *, days_ago=0, is_used=False):
    at = timezone.now() - timedelta(days=days_ago)
    return ServiceChange.objects.create(
        service=make_service(panel), panel=panel, at=at, field="name", kind=kind, is_used=is_used
    )


def test_changes_are_found_by_kind_panel_day_and_use():
    panel, other = make_panel(), make_panel()
    dearer, gone = make(panel, "dearer", is_used=True), make(panel, "gone", days_ago=10)
    elsewhere = make(other, "dearer", days_ago=3)

    def found(**query):
        changes = ChangeFilter(query)
        assert changes.is_valid(), changes.errors
        return set(changes.rows)

    assert found() == {dearer, gone, elsewhere}
    assert found(kind="dearer") == {dearer, elsewhere}
    assert found(panel=str(panel.pk)) == {dearer, gone}
    assert found(when="7d") == {dearer, elsewhere}
    assert found(used="on") == found(kind="dearer", panel=str(panel.pk)) == {dearer}


def test_a_filter_that_cannot_be_read_shows_nothing():
    make(make_panel(), "gone")
    assert not ChangeFilter({"kind": "x"}).rows
