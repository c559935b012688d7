"""The saved views of a page, from one query."""

from __future__ import annotations

import pytest

from panels.pages.view_menu import ViewMenu
from tests.factories import make_user, make_view

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of(rf):
    def request_of(user, address="/orders/"):
        request = rf.get(address)
        request.user = user
        return request

    return request_of


def test_a_page_reads_the_views_once_and_only_when_they_are_needed(request_of, django_assert_num_queries):
    user = make_user()
    refills = make_view(user, "Refills of today", list_name="refills")
    second, first = make_view(user, "b"), make_view(user, "A")
    request = request_of(user, f"/orders/?view={first.pk}")
    with django_assert_num_queries(0):
        menu = ViewMenu.of(request)
    with django_assert_num_queries(1):
        assert menu["orders"] == [(first, True), (second, False)]
        assert ViewMenu.of(request)["refills"] == [(refills, False)]
        assert menu["services"] == []


def test_the_open_view_is_one_that_the_person_sees_in_that_list(request_of):
    user = make_user()
    view, private = make_view(user), make_view(make_user())
    for pk, found in ((view.pk, view), (private.pk, None), ("x", None), ("", None)):
        assert ViewMenu(request_of(user, f"/orders/?view={pk}")).find_open("orders") == found
    assert ViewMenu(request_of(user, f"/refills/?view={view.pk}")).find_open("refills") is None
