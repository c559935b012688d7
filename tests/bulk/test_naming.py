"""A batch is named after its file or its first line, until a person names it."""

from __future__ import annotations

import pytest

from panels.bulk.naming import propose_name, rename
from panels.models import Batch
from panels.models.order_text import needle
from tests.factories import make_batch, make_service, row_of


@pytest.mark.parametrize(
    ("filename", "first", "count", "name"),
    [
        ("spring  plan.v2.xlsx", {"link": "https://example.com/p"}, 3, "spring plan.v2"),
        ("", {"link": "https://www.instagram.com/fjord/", "service": "7"}, 30, "instagram.com/fjord and 29 more"),
        ("", {"link": "@fjord"}, 1, "@fjord"),
        ("", {"username": "fjord", "service": "7"}, 1, "fjord"),
        ("", {"service": "7", "quantity": "5"}, 1_001, "Service 7 and 1,000 more"),
        ("", {"order": "23501"}, 2, "Order 23501 and 1 more"),
        ("", {"quantity": "5"}, 2, ""),
        ("", {}, 0, ""),
    ],
)
def test_the_name_comes_from_the_file_or_from_the_first_line(filename, first, count, name):
    assert propose_name(filename, first, count) == name


def test_a_long_name_is_cut_and_keeps_the_number_of_the_other_lines():
    assert propose_name("x" * 300 + ".csv", {}, 1) == "x" * Batch.MAX_NAME
    name = propose_name("", {"link": "https://example.com/" + "x" * 300}, 30)
    assert (len(name), name[-13:]) == (Batch.MAX_NAME, "…" + " and 29 more")


@pytest.mark.django_db
def test_a_batch_has_the_proposed_name_and_is_found_by_a_new_name_and_by_its_file():
    batch = make_batch(row_of(make_service()), filename="June.csv")
    assert (batch.name, batch.search_text) == ("June", "june\njune.csv")
    assert str(batch) == f"Batch {batch.pk} “June”"
    rename(batch, "ŽLUTÝ plán")
    batch.refresh_from_db()
    assert (batch.name, batch.search_text) == ("ŽLUTÝ plán", "zluty plan\njune.csv")
    rename(batch, "TV")
    batch.refresh_from_db()
    assert needle("tv") in batch.search_text
    assert needle("v") not in batch.search_text
    rename(batch, "")
    batch.refresh_from_db()
    assert str(batch) == f"Batch {batch.pk}"
