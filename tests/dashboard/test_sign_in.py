"""The person of a request is read together with their settings, and a sign-in leads to their start page."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Permission, User

from dashboard.sign_in import Backend
from panels.forms.passwords import MAX_PASSWORD
from panels.models import PersonalSettings
from tests.factories import make_user, make_view

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


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


def test_a_person_has_their_own_permissions_and_those_of_their_groups_from_one_query(django_assert_num_queries):
    user = make_user("Viewer")
    make_user("Manager")
    user.user_permissions.add(Permission.objects.get(codename="add_order"))
    expected = ModelBackend().get_all_permissions(User.objects.get(pk=user.pk))
    assert {"panels.add_order", "panels.view_order"} < expected
    with django_assert_num_queries(1):
        assert Backend().get_all_permissions(user) == expected
        assert user.has_perm("panels.view_order")
        assert not user.has_perm("panels.change_panel")


@pytest.mark.parametrize("fields", [{"is_active": False}, {"is_superuser": True}])
def test_inactive_people_and_superusers_have_the_permissions_that_django_gives_them(fields):
    user = make_user("Viewer", **fields)
    expected = ModelBackend().get_all_permissions(User.objects.get(pk=user.pk))
    assert Backend().get_all_permissions(user) == expected
    assert Backend().get_all_permissions(AnonymousUser()) == set()
    assert Backend().get_all_permissions(user, obj=object()) == set()


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(client):
    user = make_user("Viewer")
    client.force_login(user)
    assert client.get("/orders/").status_code == 200
    user.groups.clear()
    assert client.get("/orders/").status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_order"))
    assert client.get("/orders/").status_code == 200
    user.user_permissions.clear()
    assert client.get("/orders/").status_code == 403


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


@pytest.mark.parametrize(("name", "length"), [("username", 151), ("username", 1_000_000), ("password", 1_000_000)])
def test_a_name_or_a_password_that_nobody_can_have_is_neither_stored_nor_shown_again(client, name, length):
    answer = client.post("/login/", {"username": "x", "password": "x"} | {name: "é" * length})
    assert answer.status_code == 200
    assert f"more than {4096 if name == 'password' else 150:,} characters" in answer.text
    assert len(answer.content) < 20_000
    assert not AccessAttempt.objects.exists()


def test_a_wrong_sign_in_and_a_wrong_change_are_said_in_our_words(client):
    user = make_user("Viewer", password=PASSWORD)
    answer = client.post("/login/", {"username": user.username, "password": "wrong"})
    assert "Wrong username or password. Capital and small letters differ in both." in answer.text
    client.force_login(user)
    form = {"old_password": "wrong", "new_password1": "a new long secret", "new_password2": "another new secret"}
    page = client.post("/password/", form).text
    for words in ("Present password", "New password again", "Wrong password. Nothing was changed.", "are not the same"):
        assert words in page, words
    assert "It needs 12 characters or more." in page
    for words in ("Old password", "Your password must", "Please", "confirmation"):
        assert words not in page, words


def test_a_name_of_the_greatest_length_is_counted_as_an_attempt(client):
    client.post("/login/", {"username": "x" * 150, "password": "y" * MAX_PASSWORD})
    assert AccessAttempt.objects.get().username == "x" * 150


def test_an_address_that_is_too_long_is_not_repeated(client):
    assert len(client.post("/login/", {"next": "/" + "x" * 1_000_000}).content) < 20_000
    assert 'value="/orders/"' in client.post("/login/", {"next": "/orders/"}).text


NO_PAGES = [
    "foo",
    "//x/",
    "/login/",
    "/login/?next=/login/",
    "/login/factor/",
    "/login/passkey/",
    "?x",
    "..",
    "javascript:x",
]


@pytest.mark.parametrize("wanted", NO_PAGES)
def test_an_address_that_is_no_page_leads_to_the_start_page(client, wanted):
    user = make_user("Viewer", password=PASSWORD)
    assert client.post("/login/", {"username": user.username, "password": PASSWORD, "next": wanted}).url == "/"
    assert client.get("/login/", {"next": wanted}).url == "/"
