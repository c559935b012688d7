"""Keeps API keys encrypted: at rest (Secret, its model field, the rotation of the keys), and on the way of a form."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


class KeyUnreadableError(Exception):
    """A stored secret cannot be decrypted with any of CREDENTIAL_KEYS."""


class Secret:
    """A secret that stays encrypted in memory. Only `reveal` returns the plain text."""

    __slots__ = ("_token",)

    def __init__(self, token: str) -> None:
        self._token = token

    @classmethod
    def conceal(cls, plain: str) -> Secret:
        """Encrypt a plain text with the first key of CREDENTIAL_KEYS."""
        return cls(_fernet().encrypt(plain.encode()).decode())

    def reveal(self) -> str:
        """Return the plain text. Raises KeyUnreadableError, which never contains the stored text."""
        try:
            return _fernet().decrypt(self._token.encode()).decode()
        except InvalidToken:
            raise KeyUnreadableError("The stored key cannot be decrypted with CREDENTIAL_KEYS.") from None

    def rotated(self) -> Secret:
        """Return the same secret, encrypted with the first key of CREDENTIAL_KEYS. Raises KeyUnreadableError."""
        try:
            return Secret(_fernet().rotate(self._token.encode()).decode())
        except InvalidToken:
            raise KeyUnreadableError("The stored key cannot be decrypted with CREDENTIAL_KEYS.") from None

    @property
    def token(self) -> str:
        """The encrypted text, as the database stores it."""
        return self._token

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._token == self._token

    def __hash__(self) -> int:
        return hash(self._token)

    def __bool__(self) -> bool:
        return bool(self._token)

    def __repr__(self) -> str:
        return "<Secret>"

    __str__ = __repr__


def seal(text: str, owner: str) -> str:
    """Encrypt a text for a page that brings it back. Nobody can read it there, and only `owner` can bring it back."""
    return _fernet().encrypt(json.dumps([owner, text]).encode()).decode()


def unseal(token: str, owner: str, *, seconds: int) -> str:
    """Return the text that was sealed for `owner` in the last seconds, or ""."""
    try:
        content = json.loads(_fernet().decrypt(token.encode(), ttl=seconds))
    except (InvalidToken, ValueError):
        return ""
    return str(content[1]) if isinstance(content, list) and content[:1] == [owner] else ""


class EncryptedField(models.Field):  # type: ignore[type-arg]
    """Stores the encrypted text of a Secret. Refuses plain text, so no plain text is ever written."""

    # The types of a value for the type checker.
    _pyi_private_set_type: Secret
    _pyi_private_get_type: Secret

    def get_internal_type(self) -> str:
        return "TextField"

    def from_db_value(self, value: str | None, *_: object) -> Secret | None:
        return None if value is None else Secret(value)

    def to_python(self, value: Any) -> Secret | None:
        if value is None or isinstance(value, Secret):
            return value
        raise TypeError("An encrypted field takes a Secret; use Secret.conceal(text).")

    def get_prep_value(self, value: Any) -> str | None:
        secret = self.to_python(value)
        return None if secret is None else secret.token

    def value_to_string(self, obj: models.Model) -> str:
        secret: Any = self.value_from_object(obj)
        return str(secret.token)


@lru_cache(maxsize=4)
def _fernet_of(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise ImproperlyConfigured(
            "CREDENTIAL_KEYS must hold Fernet keys: 32 bytes in URL-safe base64, separated by commas."
        ) from None


def _fernet() -> MultiFernet:
    return _fernet_of(tuple(settings.CREDENTIAL_KEYS))
