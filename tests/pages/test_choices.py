"""The names that filters offer as choices."""

from __future__ import annotations

import pytest

from panels.pages.choices import read_names
from tests.factories import make_campaign, make_client, make_panel, make_user

pytestmark = pytest.mark.django_db


def test_all_names_come_from_one_query_sorted_without_case(django_assert_num_queries):
    north, able = make_panel(name="North"), make_panel(name="able")
    anna = make_user(username="anna")
    nova = make_client("Nova")
    spring, launch = make_campaign("Spring", nova), make_campaign("Launch")
    with django_assert_num_queries(1):
        names = read_names("panel", "person", "client", "campaign")
    assert list(names["panel"].items()) == [(str(able.pk), "able"), (str(north.pk), "North")]
    assert names["person"] == {str(anna.pk): "anna"}
    assert names["client"] == {str(nova.pk): "Nova"}
    assert list(names["campaign"].items()) == [(str(launch.pk), "Launch"), (str(spring.pk), "Nova · Spring")]


def test_names_are_never_out_of_date():
    panel = make_panel(name="North")
    assert read_names("panel")["panel"] == {str(panel.pk): "North"}
    panel.name = "South"
    panel.save()
    assert read_names("panel")["panel"] == {str(panel.pk): "South"}
    assert read_names("panel", "person") == {"panel": {str(panel.pk): "South"}, "person": {}}
