"""The page on which a person sets a password by a link."""

from __future__ import annotations

import pytest

from panels.people import links
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-enough-passphrase"
ADDRESS = "/password/link/"


@pytest.fixture
def code():
    return links.make_path(make_user("Viewer", username="ann"), links.BY_MANAGER).partition("#")[2]


def use(client, code, password=PASSWORD):
    return client.post(ADDRESS, {"code": code, "new_password1": password, "new_password2": password})


def test_a_person_sets_a_password_once_and_signs_in_with_it(client, code):
    response = use(client, code)
    assert (response.status_code, response.url) == (302, "/login/")
    assert "Your password was set." in client.get("/login/").text
    assert client.post("/login/", {"username": "ann", "password": PASSWORD}).url == "/"
    client.logout()
    again = use(client, code, "another-long-passphrase")
    assert again.status_code == 422
    assert "A link works once, and only for a while." in again.text


def test_the_rules_for_passwords_hold_and_the_link_stays_valid(client, code):
    response = use(client, code, "password2024!")
    assert response.status_code == 422
    assert "common one" in response.text
    assert use(client, code).status_code == 302


def test_wrong_codes_are_limited_like_wrong_passwords_and_a_right_link_never(client, code):
    assert [use(client, "1-wrong-code").status_code for _ in range(5)] == [422] * 4 + [429]
    assert client.get(ADDRESS).status_code == 200
    assert use(client, code).status_code == 302


def test_no_name_in_the_form_passes_by_the_lock(client):
    for number in range(5):
        client.post(ADDRESS, {"code": "1-wrong-code", "username": f"name{number}"})
    assert client.post(ADDRESS, {"code": "2-wrong-code", "username": "another"}).status_code == 429
