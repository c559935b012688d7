"""Saved views: whose they are, who may change them, and which names are free."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from panels.models import SavedView
from tests.factories import make_user, make_view

pytestmark = pytest.mark.django_db


def test_the_address_of_a_view_is_its_list_under_its_filter():
    user = make_user()
    view = make_view(user)
    assert view.get_absolute_url() == f"/orders/?state=queued&view={view.pk}"
    everything = make_view(user, "All refills", list_name="refills", query="")
    assert everything.get_absolute_url() == f"/refills/?view={everything.pk}"
    assert str(everything) == "All refills"


@pytest.mark.parametrize("list_name", SavedView.List.values)
def test_every_list_has_an_address_and_a_permission(list_name):
    view = SavedView(list_name=list_name, pk=5)
    assert view.get_absolute_url() == f"{reverse(SavedView.LISTS[list_name][0])}?view=5"
    assert ".view_" in view.permission


def test_a_person_sees_own_views_and_those_of_the_team():
    anna, bruno = make_user("Viewer"), make_user("Operator")
    own, private, shared = make_view(anna), make_view(bruno), make_view(bruno, is_shared=True)
    assert set(SavedView.visible_to(anna)) == {own, shared}
    assert [view.is_visible_to(anna) for view in (own, private, shared)] == [True, False, True]


def test_an_own_view_is_changed_by_its_owner_and_a_view_of_the_team_by_those_who_may_share():
    viewer, operator, manager = make_user("Viewer"), make_user("Operator"), make_user("Manager")
    own, shared = make_view(viewer), make_view(viewer, is_shared=True)
    assert [own.may_change(user) for user in (viewer, operator, manager)] == [True, False, False]
    assert [shared.may_change(user) for user in (viewer, operator, manager)] == [False, True, True]


def test_a_name_is_used_once_by_a_person_and_once_by_the_team_in_each_list():
    anna, bruno = make_user(), make_user()
    make_view(anna, "Gold")
    make_view(bruno, "Gold")
    make_view(anna, "Gold", list_name="refills")
    make_view(anna, "Gold", is_shared=True)
    for owner, is_shared in ((anna, False), (bruno, True)):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_view(owner, " gold ", is_shared=is_shared)
