"""The limits on guessing: per name and network, per name, and per network, wherever somebody shows who they are."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import F
from django.test import Client, RequestFactory
from django.utils import timezone

from dashboard import guessing
from dashboard.guessing import IN_NETWORK, WIDE
from tests.dashboard.conftest import PROXY
from tests.factories import make_user
from tests.factors import SECRET, code, is_in, make_app, make_passkey

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
    assert "Too many wrong passwords or codes" in response.text
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


def give_code(client, given, address="127.0.0.1"):
    """Give the right password, and then this code."""
    guess(client, password=PASSWORD, address=address)
    return client.post("/login/factor/", {"code": given}, REMOTE_ADDR=address).status_code


def test_wrong_codes_count_like_wrong_passwords(client, ann):
    make_app(ann)
    assert [give_code(client, "000000") for _ in range(5)] == [200] * 4 + [429]
    assert "Too many wrong passwords or codes" in client.post("/login/factor/", {"code": code()}).text
    assert guess(client, password=PASSWORD) == 429
    assert not is_in(client)
    assert AccessAttempt.objects.get().username == "ann"
    # Elsewhere it goes on.
    assert give_code(client, code(), HOME) == 302
    assert is_in(client)


def test_wrong_codes_of_a_stranger_lock_nobody_out_who_signed_in_there_before(client, ann):
    make_app(ann)
    assert give_code(client, code(), HOME) == 302
    client.logout()
    answers = [give_code(Client(), "000000", f"203.0.113.{number}") for number in range(WIDE.failures)]
    assert answers == [200] * (WIDE.failures - 1) + [429]
    give_code(client, code(1), ELSEWHERE)
    assert not is_in(client)
    assert give_code(client, code(1), HOME) == 302
    assert is_in(client)


def test_wrong_codes_of_a_confirmation_count_too(client, ann):
    make_app(ann)
    client.force_login(ann)
    assert [client.post("/confirm/code/", {"code": "000000"}).status_code for _ in range(5)] == [200] * 4 + [429]
    assert client.post("/confirm/code/", {"code": code()}).status_code == 429


def test_wrong_passwords_of_a_confirmation_count_too(client, ann):
    client.force_login(ann)
    for _ in range(4):
        assert "Wrong password" in client.post("/confirm/", {"password": "wrong"}).text
    assert client.post("/confirm/", {"password": "wrong"}).status_code == 429
    assert guess(Client(), password=PASSWORD) == 429


def test_allauth_counts_no_password(client, ann):
    """Its own limit would refuse the right password from another place."""
    client.force_login(ann)
    for number in range(6):
        client.post("/confirm/", {"password": "wrong"}, REMOTE_ADDR=f"192.0.2.{number}")
    assert client.post("/confirm/", {"password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("address", ["/login/passkey/", "/login/factor/", "/confirm/passkey/"])
def test_wrong_passkeys_count_and_are_in_the_log(client, ann, caplog, address):
    make_passkey(ann)
    if address == "/login/factor/":
        guess(client, password=PASSWORD)
    elif address == "/confirm/passkey/":
        client.force_login(ann)
    sent = [client.post(address, {"credential": "{}"}).status_code for _ in range(6)]
    assert sent[4:] == [429] * 2
    assert 429 not in sent[:4]
    name = guessing.A_PASSKEY if address == "/login/passkey/" else "ann"
    assert list(AccessAttempt.objects.values_list("username", "failures_since_start")) == [(name, 5)]
    assert any(address in each.getMessage() for each in caplog.records if each.name.startswith("axes"))


def test_passkeys_of_visitors_without_an_address_count_too(client):
    sent = [client.post("/login/passkey/", REMOTE_ADDR="").status_code for _ in range(6)]
    assert sent == [302] * 4 + [429] * 2


def test_tries_without_a_name_lock_their_network_alone(client):
    for number in range(WIDE.failures):
        client.post("/login/passkey/", REMOTE_ADDR=f"203.0.113.{number}")
    assert client.post("/login/passkey/", REMOTE_ADDR=HOME).status_code == 302
    assert client.get("/password/link/", REMOTE_ADDR=HOME).status_code == 200


def test_nothing_secret_of_a_try_is_stored(client, ann):
    make_app(ann)
    secrets = {"old_password": "old-and-wrong", "new_password1": "brand-new-one", "new_password2": "brand-new-one"}
    give_code(client, "123456")
    client.post("/login/passkey/", {"credential": "an-answer"})
    client.post("/password/link/", {"code": "1-of-a-link"})
    client.force_login(ann)
    client.post("/password/", secrets)
    client.post("/confirm/code/", {"code": "654321"})
    stored = str(list(AccessAttempt.objects.values()))
    given = ("123456", "an-answer", "1-of-a-link", "654321", PASSWORD, SECRET, *secrets.values())
    assert stored.count("failures_since_start") >= 2
    assert [secret for secret in given if secret in stored] == []


def from_network(network):
    return RequestFactory().post("/", {"username": "ann"}, REMOTE_ADDR=network)


def test_five_tries_without_a_name_lock_the_network_and_no_other(db):
    for _ in range(5):
        assert not guessing.is_locked(from_network("192.0.2.7"))
        guessing.count_failure(from_network("192.0.2.7"))
    assert guessing.is_locked(from_network("192.0.2.7"))
    assert not guessing.is_locked(from_network("192.0.2.8"))


def test_the_name_in_the_form_of_a_visitor_counts_for_nobody(db):
    guessing.count_failure(from_network("192.0.2.7"))
    assert AccessAttempt.objects.get().username == guessing.A_PASSKEY


def test_what_stands_for_no_name_is_no_user_name():
    for what in guessing.WITHOUT_NAME:
        with pytest.raises(ValidationError):
            User(username=what).clean_fields(exclude=["password"])


def test_asked_mails_lock_asked_mails_alone(db):
    for _ in range(5):
        guessing.count_failure(from_network("192.0.2.7"), what=guessing.A_MAIL)
    assert guessing.is_locked(from_network("192.0.2.7"), what=guessing.A_MAIL)
    for what in (guessing.A_LINK, guessing.A_PASSKEY):
        assert not guessing.is_locked(from_network("192.0.2.7"), what=what)


def test_even_many_asked_mails_lock_no_sign_in(db):
    now = timezone.now()
    AccessAttempt.objects.create(
        username=guessing.A_MAIL, ip_address="192.0.2.7", failures_since_start=50, attempt_time=now
    )
    assert guessing._locked_until("ann", "192.0.2.7", now) is None
    assert guessing._locked_until(guessing.A_LINK, "192.0.2.7", now) is None
    assert guessing._locked_until(guessing.A_MAIL, "192.0.2.7", now) is not None
