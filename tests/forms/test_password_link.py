"""The link with which a person sets a password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.test import RequestFactory

from panels.forms.password_link import find_person, make_link
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def code_for(user):
    link = make_link(RequestFactory().get("/"), user)
    assert link.startswith("http://testserver/password/link/#")
    return link.partition("#")[2]


def test_the_code_of_a_link_finds_its_person_for_a_day(monkeypatch):
    user = make_user()
    code = code_for(user)
    assert find_person(code) == user
    now = default_token_generator._now()
    for age, is_valid in ((timedelta(hours=23), True), (timedelta(hours=25), False)):
        monkeypatch.setattr(default_token_generator, "_now", lambda age=age: now + age)
        assert (find_person(code) == user) is is_valid


def test_it_ends_with_a_new_password_and_with_a_sign_in(client):
    user = make_user(password="correct horse battery")
    code = code_for(user)
    client.post("/login/", {"username": user.username, "password": "correct horse battery"})
    assert find_person(code) is None
    user.refresh_from_db()
    code = code_for(user)
    user.set_password("another long secret")
    user.save()
    assert find_person(code) is None


def test_nobody_is_found_by_another_code_or_for_an_inactive_person():
    user, other = make_user(), make_user()
    token = code_for(user).partition("-")[2]
    for code in ("", "-", "x", f"{other.pk}-{token}", f"{user.pk}-{token}x", f"²-{token}", f"{user.pk}"):
        assert find_person(code) is None, code
    user.is_active = False
    user.save()
    assert find_person(f"{user.pk}-{token}") is None
