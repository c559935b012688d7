"""The checks of the secrets: what is refused, in which words, and that no secret is printed."""

import secrets

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from dashboard.checks import check_mail, check_secrets, require_secrets

SHORT, POOR, NO_KEY = "Kurz-und-geheim-4711", "abcabcabc" * 9, "abc-geheim-4711"


@pytest.mark.parametrize("key", [SHORT, POOR])
def test_a_secret_key_that_can_be_guessed_is_refused_with_the_way_to_make_one(settings, key):
    settings.SECRET_KEY = key
    (error,) = check_secrets()
    assert error.id == "dashboard.E001"
    assert "secrets.token_urlsafe(50)" in error.hint
    assert error in run_checks()
    assert key not in str(error)


@pytest.mark.parametrize("keys", [[], [NO_KEY], ["", NO_KEY]])
def test_credential_keys_that_are_no_fernet_keys_are_refused_by_their_place(settings, keys):
    good = Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [good, *keys] if keys else []
    errors = check_secrets()
    assert {error.id for error in errors} == {"dashboard.E002"}
    assert [error.msg for error in errors] == (
        [f"Key {number} of CREDENTIAL_KEYS is no Fernet key." for number in range(2, 2 + len(keys))]
        or ["CREDENTIAL_KEYS has no key."]
    )
    assert "Fernet.generate_key()" in errors[0].hint
    assert not any(text in str(errors) for text in (NO_KEY, good))


def test_new_secrets_are_accepted(settings):
    for _ in range(20):
        settings.SECRET_KEY, settings.CREDENTIAL_KEYS = secrets.token_urlsafe(50), [Fernet.generate_key().decode()]
        assert check_secrets() == []
        require_secrets()


def test_a_web_server_refuses_to_start_with_both_reasons(settings):
    settings.SECRET_KEY, settings.CREDENTIAL_KEYS = SHORT, [NO_KEY]
    with pytest.raises(ImproperlyConfigured) as refused:
        require_secrets()
    assert all(text in str(refused.value) for text in ("dashboard.E001", "dashboard.E002", "token_urlsafe"))
    assert not any(text in str(refused.value) for text in (SHORT, NO_KEY))


@pytest.mark.parametrize("command", ["check", "up", "worker"])
def test_no_command_starts_with_unfit_secrets_and_none_prints_them(manage, command):
    answer = manage(command, SECRET_KEY=SHORT, CREDENTIAL_KEYS=NO_KEY, QUEUE_URL="memory://")
    assert answer.returncode == 1
    assert "dashboard.E001" in answer.stderr
    assert "dashboard.E002" in answer.stderr
    assert not any(text in answer.stdout + answer.stderr for text in (SHORT, NO_KEY))


def test_a_mail_server_without_an_address_for_links_is_told(settings):
    settings.EMAIL_HOST, settings.ALLOWED_HOSTS = "", ["*"]
    assert check_mail() == []
    settings.EMAIL_HOST = "mail.example.com"
    (warning,) = check_mail()
    assert (warning.id, warning in run_checks()) == ("dashboard.W001", True)
    # A reader of a mail would come to their own machine.
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "localhost."]
    assert [each.id for each in check_mail()] == ["dashboard.W001"]
    settings.ALLOWED_HOSTS = ["orders.example.com"]
    assert check_mail() == []
