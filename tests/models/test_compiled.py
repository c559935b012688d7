"""Queries that are compiled once and run often."""

from __future__ import annotations

import pytest
from django.db.models import Value

from panels.models import Panel, compiled
from tests.factories import make_panel

pytestmark = pytest.mark.django_db
built = []


def named():
    built.append(1)
    return (
        Panel.objects.filter(name__startswith="50%")
        .annotate(kind=Value("a"))
        .order_by("name")
        .values_list("name", "kind")
    )


def test_a_query_is_compiled_once_and_run_each_time(django_assert_num_queries):
    built.clear()
    assert (compiled.fetch(named), compiled.count(named)) == ([], 0)
    make_panel(name="50% off")
    make_panel(name="other")
    with django_assert_num_queries(2):
        assert compiled.fetch(named) == [("50% off", "a")]
        assert compiled.count(named) == 1
    assert len(built) == 1
