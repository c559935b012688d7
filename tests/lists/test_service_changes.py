"""The list of the changes of services: its cells and its export."""

from __future__ import annotations

import pytest
from django.utils import timezone

from panels.catalog.watch import new_change
from panels.lists.service_changes import CHANGES, EXPORTED, LOOKS, RELATED
from panels.models import ServiceChange
from tests.factories import make_service
from tests.lists import values
from tests.views.pages import plain_text

pytestmark = pytest.mark.django_db


def make(field, old, new):
    change = new_change(make_service(remote_id="501"), field, old, new, timezone.now())
    change.save()
    return ServiceChange.objects.select_related(*RELATED).get(pk=change.pk)


@pytest.mark.parametrize(
    ("field", "old", "new", "words"),
    [
        ("rate_per_1000", "0.9", "1.1", "Price: 0.90 USD → 1.10 USD +22 %"),
        ("is_listed", "True", "False", "Gone Instagram"),
        ("refill", "True", "False", "Refill: yes → no"),
        ("product", "Instagram followers", "TikTok likes", "product: Instagram followers → TikTok likes"),
        ("name", "<b>", "", "Name: &lt;b&gt; → –"),
    ],
)
def test_a_row_says_what_changed(field, old, new, words):
    change = make(field, old, new)
    change.service.name = "Instagram"
    assert words in plain_text(values.draw(CHANGES, [change], values.with_all_columns(CHANGES)).body)


def test_cells_and_export_take_no_query(django_assert_num_queries):
    user = values.with_all_columns(CHANGES)
    change = make("rate_per_1000", "0.9", "1.1")
    change.is_unseen = True
    table = values.draw(CHANGES, [change], user)
    assert table.columns
    with django_assert_num_queries(0):
        body = table.body
        row = {name: read(change) for name, read in EXPORTED.items()}
    assert "Since you last looked" in body
    assert (row["Kind"], row["Old"], row["New"], row["Currency"]) == ("Dearer", "0.9", "1.1", "USD")
    assert (row["Service ID"], row["In use"]) == ("501", False)


def test_the_looks_are_of_kinds():
    assert LOOKS.keys() <= set(ServiceChange.Kind)
