"""The pages of second factors, and that nobody can sign up or use other parts of allauth."""

import json
from hashlib import sha256

import pytest
from allauth.mfa.webauthn.internal.auth import STATE_SESSION_KEY
from django.urls import NoReverseMatch, reverse
from fido2.utils import websafe_decode

from panels.models import Mail
from tests.factories import make_user
from tests.factors import PASSWORD, SECRET, code, make_answer, make_app, make_codes, make_passkey, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name",
    [
        "account_signup", "account_logout", "account_email", "account_reset_password", "account_change_password",
        "account_set_password", "account_inactive", "account_confirm_login_code", "account_request_login_code",
        "mfa_trust", "mfa_signup_webauthn",
    ],
)  # fmt: skip
def test_other_parts_of_allauth_have_no_address(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("path", ["/accounts/", "/accounts/signup/", "/signup/", "/account/email/", "/login/code/"])
def test_unused_addresses_do_not_exist(as_viewer, path):
    assert as_viewer.get(path).status_code == 404


def test_an_app_is_set_up_by_its_code_and_comes_with_recovery_codes(as_manager, manager):
    address = reverse("mfa_activate_totp")
    page = as_manager.get(address).text
    secret = as_manager.session["mfa.totp.secret"]
    assert secret in page
    assert as_manager.post(address, {"code": "000000"}).status_code == 200
    assert not manager.authenticator_set.exists()
    assert as_manager.post(address, {"code": code(secret=secret)}).url == reverse("mfa_view_recovery_codes")
    assert {each.type for each in manager.authenticator_set.all()} == {"totp", "recovery_codes"}
    page = as_manager.get(reverse("mfa_view_recovery_codes")).text
    assert "10 of 10 codes are left" in page
    codes = as_manager.get(reverse("mfa_download_recovery_codes")).text.split()
    assert len(codes) == 10
    assert all(each in page for each in codes)


def test_each_change_of_factors_by_its_page_is_mailed_once(
    as_manager, manager, mail_server, django_capture_on_commit_callbacks
):
    type(manager).objects.update(email="ann@example.com")
    as_manager.get(reverse("mfa_activate_totp"))
    with django_capture_on_commit_callbacks(execute=True):
        as_manager.post(reverse("mfa_activate_totp"), {"code": code(secret=as_manager.session["mfa.totp.secret"])})
    assert as_manager.get(reverse("mfa_view_recovery_codes")).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        as_manager.post(reverse("mfa_generate_recovery_codes"))
    add_passkey(as_manager)
    as_manager.post(reverse("mfa_deactivate_totp"))
    as_manager.post(reverse("mfa_remove_webauthn", args=[manager.authenticator_set.get(type="webauthn").pk]))
    assert list(Mail.objects.order_by("pk").values_list("what", flat=True)) == [
        "An authenticator app was added to your account.",
        "New recovery codes were made for your account.",
        "A passkey was added to your account.",
        "An authenticator app was removed from your account.",
        "A passkey was removed from your account.",
    ]


def test_the_page_shows_the_factors_and_no_secret(as_manager, manager):
    make_app(manager)
    make_codes(manager)
    key = make_passkey(manager, "My laptop")
    page = as_manager.get(reverse("mfa_index")).text
    for text in ("My laptop", "Not used yet", "Show the codes", f"/account/factors/passkeys/{key.pk}/remove/"):
        assert text in page
    assert SECRET not in page


def test_factors_are_renamed_and_removed_and_the_codes_go_with_the_last(as_manager, manager):
    make_app(manager)
    make_codes(manager)
    key = make_passkey(manager)
    as_manager.post(reverse("mfa_edit_webauthn", args=[key.pk]), {"name": "Phone"})
    key.refresh_from_db()
    assert key.data["name"] == "Phone"
    assert "Phone" in as_manager.get(reverse("mfa_remove_webauthn", args=[key.pk])).text
    as_manager.post(reverse("mfa_remove_webauthn", args=[key.pk]))
    as_manager.post(reverse("mfa_generate_recovery_codes"))
    assert {each.type for each in manager.authenticator_set.all()} == {"totp", "recovery_codes"}
    as_manager.post(reverse("mfa_deactivate_totp"))
    assert not manager.authenticator_set.exists()


def test_nobody_reaches_the_passkeys_of_others(as_manager):
    key = make_passkey(make_user())
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert as_manager.post(reverse(name, args=[key.pk]), {"name": "Mine"}).status_code == 404
    key.refresh_from_db()
    assert key.data["name"] == "Laptop"


def test_the_second_step_offers_no_passkey_to_a_person_without_one(client):
    user = make_user("Viewer", password=PASSWORD)
    make_app(user)
    sign_in(client, user)
    assert "use-passkey" not in client.get("/login/factor/").text
    assert "use-passkey" in client.get("/login/").text


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", '{"id": "a", "response": {"userHandle": "MQ"}}'])
def test_a_passkey_that_proves_nothing_signs_nobody_in(client, credential):
    make_user("Manager")
    answer = client.post(reverse("mfa_login_webauthn"), {"credential": credential}, follow=True)
    assert answer.redirect_chain[-1][0] == "/login/"
    assert "_auth_user_id" not in client.session


# Answers for which allauth and fido2 raise, each in another way.
UNREADABLE = [
    "[" * 100_000,
    "0",
    '{"id": "a"}',
    '{"id": "a", "rawId": "a", "response": 0}',
    '{"id": "\\ud800", "rawId": "\\ud800", "response": {}}',
    '{"id": "YQ", "rawId": "YQ", "response": {"userHandle": {}}}',
    '{"id": "YQ", "rawId": "YQ", "response": {"clientDataJSON": "e30", "attestationObject": "_w"}}',
    '{"id": "YQ", "rawId": "YQ", "response": {"clientDataJSON": "e30", "attestationObject": "gQ"}}',
    '{"id": "YQ", "rawId": "YQ", "response": {"clientDataJSON": "e30", "authenticatorData": "YQ", "signature": "YQ"}}',
]


@pytest.mark.parametrize("credential", UNREADABLE)
@pytest.mark.parametrize("name", ["mfa_add_webauthn", "mfa_login_webauthn", "mfa_authenticate", "mfa_reauthenticate"])
def test_an_answer_that_cannot_be_read_is_refused_and_not_shown_again(client, credential, name):
    user = make_user("Manager", password=PASSWORD)
    make_passkey(user)
    if name == "mfa_authenticate":
        sign_in(client, user)
    elif name != "mfa_login_webauthn":
        client.force_login(user)
    address = reverse("mfa_reauthenticate_webauthn" if name == "mfa_reauthenticate" else name)
    client.get(address, headers={"X-Requested-With": "XMLHttpRequest"})
    answer = client.post(address, {"credential": credential}, follow=True)
    assert (answer.status_code, "This was not accepted" in answer.text) == (200, True)
    assert len(answer.content) < 50_000
    assert user.authenticator_set.count() == 1


def add_passkey(client, **changed):
    """Send the answer of a device, with these changes."""
    address = reverse("mfa_add_webauthn")
    client.get(address, secure=True)
    challenge = websafe_decode(client.session[STATE_SESSION_KEY]["challenge"])
    answer = make_answer("Laptop", challenge, sha256(b"testserver").digest(), "https://testserver") | changed
    return client.post(address, {"name": "Laptop", "credential": json.dumps(answer)}, secure=True)


@pytest.mark.parametrize("extras", [0, None, {"credProps": True}, {"credProps": None}, []])
def test_a_passkey_that_could_not_be_read_again_is_not_added(as_manager, manager, extras):
    assert "This was not accepted" in add_passkey(as_manager, clientExtensionResults=extras).text
    assert not manager.authenticator_set.exists()


@pytest.mark.parametrize("is_passwordless", [True, False])
def test_a_passkey_is_stored_without_what_nobody_reads(as_manager, manager, is_passwordless):
    extras = {"credProps": {"rk": is_passwordless, "more": 1}, "more": "\0"}
    identity = make_answer()["id"] + "\0"
    assert (
        add_passkey(as_manager, id=identity, rawId=identity, clientExtensionResults=extras, more=1).status_code == 302
    )
    stored = manager.authenticator_set.get(type="webauthn").data["credential"]
    made = make_answer()
    assert {name: stored[name] for name in ("id", "rawId", "type")} == {
        each: made[each] for each in ("id", "rawId", "type")
    }
    assert stored["response"].keys() == made["response"].keys()
    assert stored["clientExtensionResults"] == {"credProps": {"rk": is_passwordless}}
    assert len(stored) == 5
    assert ("Signs in alone" in as_manager.get(reverse("mfa_index")).text) == is_passwordless


def test_the_name_of_a_passkey_is_short(as_manager, manager):
    key = make_passkey(manager)
    as_manager.post(reverse("mfa_edit_webauthn", args=[key.pk]), {"name": "x" * 101})
    key.refresh_from_db()
    assert key.data["name"] == "Laptop"
    as_manager.post(reverse("mfa_edit_webauthn", args=[key.pk]), {"name": "x" * 100})
    key.refresh_from_db()
    assert key.data["name"] == "x" * 100
