"""The person of a request is read together with their settings, and a sign-in leads to their start page."""

from __future__ import annotations

import pytest

from dashboard.sign_in import Backend
from panels.models import PersonalSettings
from tests.factories import make_user, make_view

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("has_settings", [True, False])
def test_a_person_and_their_settings_cost_one_query(django_assert_num_queries, has_settings):
    user = make_user()
    if has_settings:
        PersonalSettings.objects.create(user=user, density="comfortable")
    with django_assert_num_queries(1):
        found = Backend().get_user(user.pk)
        assert PersonalSettings.of(found).density == ("comfortable" if has_settings else "compact")


def test_nobody_is_found_for_an_inactive_or_an_unknown_person():
    user = make_user(is_active=False)
    assert Backend().get_user(user.pk) is None
    assert Backend().get_user(user.pk + 1) is None


@pytest.mark.parametrize(("asked_for", "has_view"), [("/", True), ("", True), ("/", False), ("/panels/", True)])
def test_a_sign_in_leads_to_the_page_that_was_asked_for_or_to_the_start_page(client, asked_for, has_view):
    user = make_user("Viewer", password="correct horse battery")
    view = make_view(user)
    if has_view:
        PersonalSettings.objects.create(user=user, start_view=view)
    data = {"username": user.username, "password": "correct horse battery", "next": asked_for}
    answer = client.post("/login/", data)
    start = view.get_absolute_url() if has_view else "/"
    assert answer.url == (asked_for if asked_for == "/panels/" else start)
    # Somebody who is signed in already is led to the same page.
    assert client.get("/login/").url == start
