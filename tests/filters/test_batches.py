"""The filter of batches."""

import datetime as dt

import pytest
from django.utils import timezone

from panels.filters import BatchFilter
from panels.models import Batch
from tests.factories import (
    make_batch,
    make_panel,
    make_service,
    make_user,
    row_of,
)

pytestmark = pytest.mark.django_db


def test_batches_are_kept_by_state_source_panel_person_and_day():
    anna, panel = make_user(), make_panel()
    wanted = make_batch(row_of(make_service(panel)), created_by=anna, panel=panel)
    other = make_batch(row_of(make_service()), source=Batch.Source.PASTE)
    Batch.objects.filter(pk=other.pk).update(state="discarded", created_at=timezone.now() - dt.timedelta(days=2))
    for query in (
        {"state": "draft"},
        {"source": "file"},
        {"panel": str(panel.pk)},
        {"who": "me"},
        {"created": "today"},
    ):
        assert set(BatchFilter(query, anna).qs) == {wanted}, query
    assert set(BatchFilter({}, anna).qs) == {wanted, other}
