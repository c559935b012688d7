"""The numbers of a group come as one text, on both databases."""

from __future__ import annotations

import pytest

from panels.models.joining import JoinedNumbers, read_joined
from tests.factories import make_batch, make_service, row_of


@pytest.mark.django_db
def test_the_numbers_of_each_group_are_read_with_one_query(django_assert_num_queries):
    service = make_service()
    batch = make_batch(*[row_of(service, quantity=quantity) for quantity in ("x", 500, "x")])
    with django_assert_num_queries(1):
        groups = dict(batch.lines.order_by().values_list("has_errors").annotate(numbers=JoinedNumbers("number")))
    assert {has_errors: read_joined(text) for has_errors, text in groups.items()} == {True: [2, 4], False: [3]}


def test_numbers_are_sorted_as_numbers():
    assert read_joined("10,9,100") == [9, 10, 100]
