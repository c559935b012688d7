"""The limits on guessing: per name and network, per name, and per network, wherever a password is asked for."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.db.models import F

from dashboard.guessing import IN_NETWORK, WIDE
from tests.dashboard.conftest import PROXY
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
HOME, ELSEWHERE = "192.0.2.7", "198.51.100.1"


def guess(client, username="ann", password="wrong", address="127.0.0.1", **headers):
    form = {"username": username, "password": password}
    return client.post("/login/", form, REMOTE_ADDR=address, headers=headers).status_code


@pytest.fixture
def ann(db):
    return make_user("Viewer", username="ann", password=PASSWORD)


def wait(span):
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - span)


def test_five_wrong_passwords_lock_even_the_right_one_out(client, ann):
    assert [guess(client) for _ in range(5)] == [200] * 4 + [429]
    response = client.post("/login/", {"username": "ann", "password": PASSWORD})
    assert response.status_code == 429
    assert "locked_out.html" in {template.name for template in response.templates}
    assert "Too many wrong passwords" in response.text
    assert response.context["until"] == AccessAttempt.objects.get().attempt_time + IN_NETWORK.window
    assert "Try again <time" in response.text
    assert client.get("/").status_code == 302


def test_four_wrong_passwords_are_forgotten_after_a_right_one(client, ann):
    for _ in range(2):
        assert [guess(client) for _ in range(4)] == [200] * 4
        assert guess(client, password=PASSWORD) == 302
        client.logout()


def test_others_and_other_places_are_not_locked_with_it(client, ann):
    make_user(username="bob", password=PASSWORD)
    for _ in range(5):
        guess(client)
    assert guess(client, password=PASSWORD) == 429
    assert guess(client, password=PASSWORD, address=HOME) == 302
    client.logout()
    assert guess(client, "bob", PASSWORD) == 302


def test_the_lock_opens_by_itself_and_a_try_meanwhile_does_not_make_it_longer(client, ann):
    for _ in range(5):
        guess(client)
    before = AccessAttempt.objects.get().attempt_time
    assert guess(client, password=PASSWORD) == 429
    assert AccessAttempt.objects.get().attempt_time == before
    wait(IN_NETWORK.window)
    assert guess(client, password=PASSWORD) == 302


def test_an_ipv6_network_is_one_visitor(client, ann):
    addresses = [f"2001:db8:1:2::{number:x}" for number in range(1, 7)]
    assert [guess(client, address=address) for address in addresses] == [200] * 4 + [429] * 2
    assert guess(client, password=PASSWORD, address="2001:db8:1:3::1") == 302


def test_many_names_from_one_network_are_refused(client):
    answers = [guess(client, f"name{number}") for number in range(WIDE.failures + 1)]
    assert answers == [200] * (WIDE.failures - 1) + [429] * 2


def test_one_name_from_many_networks_is_refused_but_not_where_it_has_signed_in(client, ann):
    assert guess(client, password=PASSWORD, address=HOME) == 302
    client.logout()
    answers = [guess(client, address=f"203.0.113.{number}") for number in range(WIDE.failures)]
    assert answers == [200] * (WIDE.failures - 1) + [429]
    assert guess(client, password=PASSWORD, address=ELSEWHERE) == 429
    assert guess(client, password=PASSWORD, address=HOME) == 302


def test_who_shares_a_network_with_a_guesser_signs_in_where_they_did_before(client, ann):
    assert guess(client, password=PASSWORD) == 302
    client.logout()
    make_user(username="bob", password=PASSWORD)
    for number in range(WIDE.failures):
        guess(client, f"name{number}")
    assert guess(client, "bob", PASSWORD) == 429
    assert guess(client, password=PASSWORD) == 302
    # Known networks have the limit of the name too.
    client.logout()
    assert [guess(client) for _ in range(5)][-1] == 429


def test_a_guesser_with_an_account_does_not_reset_the_limits(client, ann):
    make_user(username="bob", password=PASSWORD)
    for number in range(WIDE.failures - 1):
        guess(client, f"name{number}")
    assert guess(client, "bob", PASSWORD) == 302
    client.logout()
    assert guess(client, "another") == 429


def test_the_change_of_a_password_counts_wrong_ones_like_the_sign_in(client, ann):
    client.force_login(ann)
    form = {"new_password1": "a new long secret", "new_password2": "a new long secret"}

    def change(old):
        return client.post("/password/", {"old_password": old, **form}).status_code

    assert [change("wrong") for _ in range(5)] == [200] * 4 + [429]
    assert change(PASSWORD) == 429
    assert guess(client, password=PASSWORD) == 302  # signed in already, so it is led on
    client.logout()
    assert guess(client, password=PASSWORD) == 429
    wait(IN_NETWORK.window)
    client.force_login(ann)
    assert change(PASSWORD) == 302


def test_the_admin_has_no_page_of_its_own_to_guess_at(client, ann):
    response = client.post("/admin/login/", {"username": "ann", "password": "wrong"})
    assert (response.status_code, response.url) == (302, "/login/?next=/admin/")
    client.force_login(make_user("Manager"))
    response = client.post("/admin/password_change/", {"old_password": "wrong"})
    assert (response.status_code, response.url) == (302, "/password/")


def test_a_stranger_cannot_escape_the_lock_with_a_header(client, ann):
    for number in range(5):
        guess(client, **{"X-Forwarded-For": f"192.0.2.{number}"})
    assert guess(client, password=PASSWORD, **{"X-Forwarded-For": "192.0.2.99"}) == 429


@pytest.mark.parametrize("port", ["", ":51234"])
def test_behind_our_proxy_it_is_the_visitor_who_is_locked(client, ann, behind_a_proxy, port):
    for number in range(5):
        # Only the address that our proxy added counts.
        guess(client, address=PROXY, **{"X-Forwarded-For": f"198.51.100.{number}, 192.0.2.7{port}"})
    locked = guess(client, password=PASSWORD, address=PROXY, **{"X-Forwarded-For": f"198.51.100.9, 192.0.2.7{port}"})
    other = guess(client, password=PASSWORD, address=PROXY, **{"X-Forwarded-For": f"192.0.2.8{port}"})
    assert (locked, other) == (429, 302)
