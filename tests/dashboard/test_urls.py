"""Addresses of the site that belong to no page of the app."""

import pytest
from django.urls import reverse


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("healthz", "/healthz/"),
        ("login", "/login/"),
        ("logout", "/logout/"),
        ("password_change", "/password/"),
        ("password_change_done", "/password/done/"),
        ("admin:index", "/admin/"),
    ],
)
def test_addresses_stay_as_they_are(name, path):
    assert reverse(name) == path


def test_only_health_and_the_login_are_open_to_anybody(client, db):
    assert client.get("/login/").status_code == 200
    assert client.get("/healthz/").status_code == 200
    for path in ("/", "/password/", "/password/done/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={path}")


def test_somebody_who_is_signed_in_is_led_past_the_login(as_viewer):
    answer = as_viewer.get("/login/")
    assert (answer.status_code, answer["Location"]) == (302, "/")
