"""The sign-in by a passkey alone: who is signed in, and that nobody writes a row who only asks."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.webauthn.internal.auth import STATE_SESSION_KEY
from axes.models import AccessAttempt
from django.conf import settings
from django.core import signing
from django.test import Client

from dashboard import passkeys
from dashboard.guessing import A_PASSKEY, IN_NETWORK
from dashboard.passkeys import ANSWER_WITHIN
from panels.models import Session
from tests.factories import make_user
from tests.factors import PASSWORD, Device, is_in, sign_in

pytestmark = pytest.mark.django_db
ADDRESS = "/login/passkey/"
COOKIE = settings.PASSKEY_COOKIE_NAME


@pytest.fixture
def client():
    return Client(HTTP_HOST="localhost")


@pytest.fixture
def device():
    return Device(make_user("Manager", username="ann", password=PASSWORD))


def ask(client):
    """Return the challenge for a device."""
    answer = client.get(ADDRESS, headers={"Accept": "application/json"})
    return answer.json()["request_options"]["publicKey"]["challenge"]


def give(client, credential, **fields):
    return client.post(ADDRESS, {"credential": json.dumps(credential), **fields})


def test_a_device_signs_its_person_in_and_leads_to_the_wanted_page(client, device):
    assert give(client, device.sign(ask(client)), next="/panels/").url == "/panels/"
    assert is_in(client)
    assert COOKIE not in {name for name, cookie in client.cookies.items() if cookie.value}


def test_who_only_asks_writes_nothing(client):
    for _ in range(3):
        ask(client)
    assert not Session.objects.exists()
    cookie = client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", ANSWER_WITHIN)
    assert give(client, {"id": "a"}).url == "/login/"
    assert not Session.objects.exists()


def test_a_challenge_is_answered_once(client, device):
    credential, cookie = device.sign(ask(client)), client.cookies[COOKIE].value
    assert give(client, credential).url == "/"
    other = Client(HTTP_HOST="localhost")
    other.cookies[COOKIE] = cookie
    assert give(other, credential).url == "/login/"
    assert not is_in(other)


def test_a_cookie_that_becomes_too_old_while_its_answer_is_checked_still_signs_in(client, device, monkeypatch):
    credential, read = device.sign(ask(client)), []

    def once(request):
        read.append(request)
        return passkeys_state(request) if len(read) == 1 else {}

    passkeys_state = passkeys._state_in
    monkeypatch.setattr(passkeys, "_state_in", once)
    assert give(client, credential).url == "/"
    assert is_in(client)


@pytest.mark.parametrize("lost", ["no cookie", "another challenge", "forged", "too old"])
def test_an_answer_to_another_challenge_signs_nobody_in(client, device, lost, monkeypatch):
    challenge = ask(client)
    if lost == "no cookie":
        del client.cookies[COOKIE]
    elif lost == "another challenge":
        ask(client)
    elif lost == "forged":
        client.cookies[COOKIE] = signing.dumps({"challenge": challenge, "user_verification": "required"})
    else:
        monkeypatch.setattr("dashboard.passkeys.ANSWER_WITHIN", -1)
    give(client, device.sign(challenge))
    assert not is_in(client)


def test_a_challenge_of_another_page_is_none_of_ours(client, device):
    sign_in(client, device.user)
    page = client.get("/login/factor/")
    challenge = page.context["js_data"]["request_options"]["publicKey"]["challenge"]
    client.get("/login/")
    assert client.session[STATE_SESSION_KEY]
    assert give(client, device.sign(challenge)).url == "/login/"
    assert not is_in(client)


def test_a_passkey_of_another_device_signs_nobody_in(client, device):
    stranger = Device(make_user())
    stranger.user = device.user
    assert give(client, stranger.sign(ask(client))).url == "/login/"
    assert not is_in(client)


def test_a_right_passkey_is_accepted_although_wrong_ones_and_passwords_lock_the_network(client, device):
    for _ in range(IN_NETWORK.failures):
        give(client, {"id": "a"})
        client.post("/login/", {"username": "ann", "password": "wrong"})
    assert give(client, {"id": "a"}).status_code == 429
    assert give(client, device.sign(ask(client))).url == "/"
    assert is_in(client)
    # The wrong ones stay. Or else a guesser with a passkey could guess on.
    assert AccessAttempt.objects.filter(username=A_PASSKEY).exists()
