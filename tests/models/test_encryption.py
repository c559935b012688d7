"""Keys are encrypted at rest, appear in no text, and fail closed."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from panels.models import Panel
from panels.models.encryption import KeyUnreadableError, Secret
from tests.factories import make_panel

KEY = "very-secret-key-0123456789"


def test_only_reveal_shows_the_plain_text_of_a_secret():
    secret = Secret.conceal(KEY)
    assert secret.reveal() == KEY
    for text in (repr(secret), str(secret), f"{secret}", repr([secret]), secret.token):
        assert KEY not in text


@pytest.mark.django_db
def test_the_database_never_holds_the_plain_key():
    panel = make_panel(key=KEY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_key, key_hint FROM panels_panel")
        stored, hint = cursor.fetchone()
    assert KEY not in stored
    assert hint == "6789"
    assert Panel.objects.get(pk=panel.pk).api_key.reveal() == KEY


@pytest.mark.django_db
def test_a_short_key_has_no_hint():
    assert make_panel(key="short").key_hint == ""


@pytest.mark.django_db
def test_plain_text_is_refused_before_it_is_written():
    panel = make_panel()
    panel.api_key = KEY
    with pytest.raises(TypeError):
        panel.save()


@pytest.mark.django_db
def test_a_wrong_credential_key_breaks_no_list_and_shows_no_key(settings):
    make_panel(key=KEY)
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    panel = Panel.objects.get()
    with pytest.raises(KeyUnreadableError) as error:
        panel.api_key.reveal()
    assert panel.api_key.token not in str(error.value)
    assert error.value.__cause__ is None


def test_all_keys_decrypt_and_the_first_encrypts(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [old]
    secret = Secret.conceal(KEY)
    settings.CREDENTIAL_KEYS = [new, old]
    rotated = secret.rotated()
    assert secret.reveal() == rotated.reveal() == KEY
    settings.CREDENTIAL_KEYS = [new]
    assert rotated.reveal() == KEY
    with pytest.raises(KeyUnreadableError):
        secret.rotated()


def test_a_malformed_credential_key_is_named_without_showing_it(settings):
    settings.CREDENTIAL_KEYS = ["not-a-fernet-key"]
    with pytest.raises(ImproperlyConfigured) as error:
        Secret.conceal(KEY)
    assert "not-a-fernet-key" not in str(error.value)
