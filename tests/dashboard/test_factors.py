"""The second factor at the sign-in: who is asked, what is accepted how often, and how it is stored."""

from __future__ import annotations

import pytest
from allauth.account.utils import perform_login
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.db import connection
from django.test import Client
from django.urls import reverse

from dashboard.factors import FactorAdapter
from tests.factories import make_user
from tests.factors import PASSWORD, SECRET, code, is_in, make_app, make_codes, make_passkey, sign_in

pytestmark = pytest.mark.django_db
ASKED = "/login/factor/"


@pytest.fixture
def ann():
    return make_user("Manager", username="ann", password=PASSWORD)


def test_who_has_no_factor_is_signed_in_by_the_password(client, ann):
    assert sign_in(client, ann).url == "/"
    assert is_in(client)


@pytest.mark.parametrize("wanted", ["/panels/", "/admin/", "/", "https://elsewhere.example/"])
def test_who_has_an_app_is_signed_in_by_its_code_and_led_to_the_wanted_page(client, ann, wanted):
    make_app(ann)
    assert sign_in(client, ann, next=wanted).url == ASKED
    assert not is_in(client)
    assert "This was not accepted" in client.post(ASKED, {"code": "000000"}).text
    assert not is_in(client)
    assert client.post(ASKED, {"code": code()}).url == (wanted if wanted in ("/panels/", "/admin/") else "/")
    assert is_in(client)
    # The person of later requests comes from the backend of this project, with their rights.
    assert client.get("/panels/").status_code == 200


@pytest.mark.parametrize("wanted", ["foo", "/login/"])
def test_a_factor_leads_to_no_address_that_is_no_page(client, ann, wanted):
    make_app(ann)
    sign_in(client, ann)
    assert client.post(f"{ASKED}?next={wanted}", {"code": code()}).url == "/"


def test_the_admin_asks_like_the_dashboard(client, ann):
    make_app(ann)
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/login/?next=/admin/"
    sign_in(client, ann, next="/admin/")
    assert client.get("/admin/").status_code == 302


def test_a_code_is_accepted_once(client, ann):
    make_app(ann)
    shown = code()
    for visitor, is_accepted in ((client, True), (Client(), False)):
        sign_in(visitor, ann)
        visitor.post(ASKED, {"code": shown})
        assert is_in(visitor) == is_accepted


def test_a_recovery_code_is_accepted_once(client, ann):
    make_app(ann)
    first = make_codes(ann)[0]
    for visitor, is_accepted in ((client, True), (Client(), False)):
        sign_in(visitor, ann)
        visitor.post(ASKED, {"code": first})
        assert is_in(visitor) == is_accepted


def test_who_uses_a_recovery_code_is_told_how_many_are_left(client, ann):
    make_app(ann)
    codes = make_codes(ann)
    told = []
    for used in codes[:7]:
        client = Client()
        sign_in(client, ann)
        told.append(client.post(ASKED, {"code": used}, follow=True).text)
    assert all(f"You have {left} of 10 left." in page for left, page in zip(range(9, 2, -1), told, strict=True))
    assert ["Make new ones" in page for page in told] == [False] * 6 + [True]
    assert "left." not in client.post("/confirm/code/", {"code": code()}, follow=True).text
    assert "You have 2 of 10 left." in client.post("/confirm/code/", {"code": codes[7]}, follow=True).text


@pytest.mark.parametrize("name", ["mfa_deactivate_totp", "mfa_generate_recovery_codes"])
def test_a_question_says_what_comes_and_not_what_is(client, ann, name):
    make_app(ann)
    client.force_login(ann)
    page = client.get(reverse(name)).text
    assert "After that, " in page
    assert "no longer" not in page


def test_to_open_the_login_page_begins_the_sign_in_anew(client, ann):
    make_app(ann)
    sign_in(client, ann)
    assert client.get(ASKED).status_code == 200
    client.get("/login/")
    assert client.get(ASKED).url == "/login/"


def test_somebody_who_was_put_out_is_not_signed_in(client, ann, rf):
    ann.is_active = False
    ann.save()
    request = rf.get("/")
    request.session, request._messages = client.session, FakeMessages()
    assert perform_login(request, ann).url == "/login/"
    assert "inactive" in request._messages.texts[0]


class FakeMessages:
    def __init__(self):
        self.texts = []

    def add(self, _level, text, _tags):
        self.texts.append(text)


def test_secrets_are_stored_encrypted(ann):
    app = make_app(ann)
    make_codes(ann)
    app.refresh_from_db()
    assert SECRET not in str(app.data)
    assert FactorAdapter().decrypt(app.data["secret"]) == SECRET
    for factor in Authenticator.objects.all():
        assert str(next(iter(factor.data.values()))).startswith("gAAAA")


def test_a_secret_that_cannot_be_decrypted_lets_nobody_in_and_is_said(client, ann, settings):
    make_app(ann)
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    sign_in(client, ann)
    for guess in (code(), code(secret="")):
        assert "CREDENTIAL_KEYS cannot decrypt" in client.post(ASKED, {"code": guess}).text
    assert not is_in(client)


def test_a_person_with_a_factor_confirms_by_it_and_not_by_the_password(client, ann):
    client.force_login(ann)
    assert client.get("/confirm/").status_code == 200
    make_codes(ann)
    make_app(ann)
    assert client.get("/confirm/?next=/panels/").url.startswith("/confirm/code/?next=%2Fpanels%2F")
    assert client.post("/confirm/", {"password": PASSWORD}).url.startswith("/confirm/code/")


def test_a_passkey_is_the_first_way_to_confirm(client, ann):
    client.force_login(ann)
    make_codes(ann)
    make_passkey(ann)
    assert client.get("/confirm/").url.startswith("/confirm/passkey/")
    assert "Use a passkey instead" in client.get("/confirm/code/").text


def test_used_codes_are_known_to_all_processes(client, ann):
    make_app(ann)
    sign_in(client, ann)
    client.post(ASKED, {"code": code()})
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM panels_cache")
        assert any("totp.used" in key for (key,) in cursor.fetchall())


def test_new_passkeys_get_different_names(ann):
    adapter = FactorAdapter()
    assert adapter.generate_authenticator_name(ann, "webauthn") == "Passkey"
    make_passkey(ann)
    assert adapter.generate_authenticator_name(ann, "webauthn") == "Passkey 2"
