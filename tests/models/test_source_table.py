"""A kept table comes back as it was sent, and a title has one column for each kind of table."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from panels.models import ColumnTitle, SourceTable
from tests.factories import make_batch, make_service, row_of

pytestmark = pytest.mark.django_db


def test_the_content_comes_back_as_it_was():
    content = bytes(range(256)) * 100
    table = SourceTable.objects.create(
        batch=make_batch(row_of(make_service())), has_panel=False, packed=SourceTable.pack(content)
    )
    table.refresh_from_db()
    assert table.content == content
    assert len(table.packed) < len(content)
    assert str(table) == f"Table of {table.batch}"


def test_a_title_has_one_column_for_each_kind_of_table():
    title = {"key": "id", "title": "ID"}
    assert str(ColumnTitle.objects.create(kind="orders", column="service", **title)) == "“ID” as service"
    assert str(ColumnTitle.objects.create(kind="existing", column="", **title)) == "“ID” as not read"
    with pytest.raises(IntegrityError):
        ColumnTitle.objects.create(kind="orders", column="link", **title)
