"""A person chooses the columns of a list and the density of all lists."""

from __future__ import annotations

import re

import pytest

from panels.models import PersonalSettings
from panels.views.columns import list_columns
from tests.factories import make_placed
from tests.views.pages import plain_text

pytestmark = pytest.mark.django_db
ADDRESS = "/lists/orders/columns/"


def columns(user):
    return PersonalSettings.objects.get(user=user).columns


def test_the_chosen_columns_are_kept_for_this_person_alone(as_operator, operator, viewer, client):
    answer = as_operator.post(
        ADDRESS,
        {"column": ["link", "cost"], "density": "comfortable"},
        headers={"Referer": "http://testserver/orders/"},
    )
    assert (answer.status_code, answer.url) == (302, "http://testserver/orders/")
    assert columns(operator) == {"orders": ["link", "cost"]}
    assert PersonalSettings.objects.get(user=operator).density == "comfortable"
    assert not PersonalSettings.objects.filter(user=viewer).exists()


def test_the_form_of_the_list_leads_here(as_operator):
    make_placed()
    assert f'hx-post="{ADDRESS}"' in as_operator.get("/orders/").text


def test_the_list_shows_them_at_once(as_operator):
    answer = as_operator.post(ADDRESS, {"column": ["note"]}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Trigger"]) == (204, '{"refreshed": {}}')


def test_settings_that_another_page_writes_meanwhile_stay(rf, operator):
    PersonalSettings.objects.create(user=operator)
    request = rf.post(ADDRESS, {"column": ["note"]})
    request.user, request.htmx = operator, False
    assert PersonalSettings.of(request.user).time_zone == ""
    PersonalSettings.objects.update(time_zone="Asia/Tokyo")
    list_columns(request, "orders")
    personal = PersonalSettings.objects.get()
    assert (personal.time_zone, personal.columns) == ("Asia/Tokyo", {"orders": ["note"]})


def test_names_that_are_no_columns_are_not_kept_and_an_odd_density_changes_nothing(as_operator, operator):
    as_operator.post(ADDRESS, {"column": ["cost", "number", "x" * 300], "density": "tiny"})
    assert columns(operator) == {"orders": ["cost"]}
    assert PersonalSettings.objects.get(user=operator).density == "compact"


def test_columns_for_wide_screens_are_shown_on_all_screens_if_a_person_wants_that(as_operator, operator):
    make_placed()
    page = as_operator.get("/orders/").text
    assert 'value="all_screens"' in page
    assert "Link, Client, Delivered and Panel on narrow screens too" in plain_text(page)
    assert '<td class="w-link table__hidden table__wide">' in page
    as_operator.post(ADDRESS, {"column": ["link", "all_screens"]})
    assert columns(operator) == {"orders": ["link", "all_screens"]}
    page = as_operator.get("/orders/").text
    assert '<td class="w-link table__hidden">' in page
    as_operator.post(ADDRESS, {"column": ["cost"]})
    assert "on narrow screens too" not in as_operator.get("/orders/").text


def test_reset_brings_the_default_columns_back_also_those_of_later_versions(as_operator, operator):
    as_operator.post(ADDRESS, {"column": ["cost"]})
    as_operator.post(ADDRESS, {"column": ["cost"], "reset": "1"})
    assert columns(operator) == {}


def test_columns_that_are_those_by_default_are_no_choice_so_another_density_keeps_them_fit(as_operator, operator):
    make_placed()
    shown = re.findall(r'name="column" value="(\w+)"[^>]* checked', as_operator.get("/orders/").text)
    assert "link" in shown
    as_operator.post(ADDRESS, {"column": shown, "density": "comfortable"})
    assert columns(operator) == {}
    as_operator.post(ADDRESS, {"column": [*shown, "note"]})
    assert "note" in columns(operator)["orders"]


def test_no_other_list_and_no_other_site_is_reached(as_operator):
    assert as_operator.post("/lists/nothing/columns/").status_code == 404
    answer = as_operator.post(ADDRESS, {}, headers={"Referer": "https://elsewhere.example/"})
    assert answer.url == "/"
