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


def test_batches_are_found_by_any_part_of_their_name_or_file_and_by_their_number():
    service = make_service()
    june = make_batch(row_of(service), filename="Žlutá June.csv")
    pasted = make_batch(row_of(service, link="https://www.instagram.com/northwind/"))
    for text, found in (
        ("JUN", {june}),
        ("žLUT june", {june}),
        ("zluta", {june}),
        (".csv", {june}),
        ("thwi", {pasted}),
        (str(pasted.pk), {pasted}),
        (f"#{june.pk}", {june}),
        ("june thwi", set()),
    ):
        # A number may also be a part of a name.
        assert set(BatchFilter({"q": text}).qs) == found, text
    assert set(BatchFilter({"q": " "}).qs) == {june, pasted}
