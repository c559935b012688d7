"""The forms for codes and for passkeys, and for the password of a person who has none of them."""

from __future__ import annotations

import struct
from typing import Any

from allauth.account.forms import ReauthenticateForm as ReauthenticateByPasswordForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.contrib.auth.models import User
from fido2.utils import websafe_decode, websafe_encode

from dashboard.guessing import count_failure, is_locked
from panels.forms.passwords import LimitedPasswords, limit

MAX_NAME = MAX_CODE = 100
# The answer of a device has about 1,000 characters.
MAX_ANSWER = 20_000
# What allauth and fido2 raise for an answer that has another shape than they expect.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, struct.error)


class ConfirmingPasswordForm(LimitedPasswords, ReauthenticateByPasswordForm):  # type: ignore[misc]
    """Asks for the password again, before keys, people or limits change."""


class Typed(forms.Form):
    """Asks for a code. The field has the focus. While the person is locked, no code is read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attributes = self.fields["code"].widget.attrs
        attributes.pop("placeholder", None)
        attributes["autofocus"] = True
        limit(self.fields["code"], MAX_CODE)

    def clean_code(self) -> str:
        """Return the code if it is right. allauth's signal about a wrong one counts it."""
        if is_locked(context.request, self.user):  # type: ignore[attr-defined]
            raise get_adapter().validation_error("incorrect_code")
        code: str = super().clean_code()  # type: ignore[misc]
        return code


class CodeForm(Typed, AuthenticateForm):  # type: ignore[misc]
    """Asks for a code at the sign-in."""


class ConfirmingCodeForm(Typed, ReauthenticateForm):  # type: ignore[misc]
    """Asks for a code again, before keys, people or limits change."""


class Answer(forms.Form):
    """Refuses an answer that cannot be read like a wrong one, and never shows an answer again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = get_adapter().error_messages["incorrect_code"]
        self.fields["credential"].error_messages |= {"required": text, "invalid": text}

    def full_clean(self) -> None:
        """Check the form."""
        if len(self.data.get("credential", "")) > MAX_ANSWER:
            self.data = {**dict(self.data.items()), "credential": ""}
        try:
            super().full_clean()
        except UNREADABLE:
            self.add_error("credential", get_adapter().validation_error("incorrect_code"))
        if self.is_bound and self.errors:
            self.data = {**dict(self.data.items()), "credential": ""}


class Proof(Answer):
    """Counts a wrong answer like a wrong password. A right one is accepted at any time, because nobody guesses it."""

    user: User | None

    def full_clean(self) -> None:
        """Check the form."""
        super().full_clean()
        if self.is_bound and self.errors:
            count_failure(context.request, self.user)


class PasskeyForm(Answer, AddWebAuthnForm):  # type: ignore[misc]
    """Names a passkey. It signs its person in alone, unless they want it beside the password."""

    name = forms.CharField(required=False, max_length=MAX_NAME, help_text="For example, the device that keeps it.")
    passwordless = forms.BooleanField(
        required=False,
        initial=True,
        label="Sign in with this passkey alone",
        help_text="Your device then asks for your fingerprint, your face or a PIN, and no password is needed.",
    )

    def clean_credential(self) -> Any:
        """Return only what is used of an answer. Whatever else it has could not be stored, or not be read again."""
        given = self.cleaned_data["credential"]
        response, extras = given["response"], given.get("clientExtensionResults", {})
        return {
            **{name: _encoded(given[name]) for name in ("id", "rawId")},
            "type": "public-key",
            "response": {name: _encoded(response[name]) for name in ("clientDataJSON", "attestationObject")},
            "clientExtensionResults": {"credProps": {"rk": bool(extras.get("credProps", {}).get("rk"))}},
        }


class PasskeyNameForm(EditWebAuthnForm):  # type: ignore[misc]
    """Renames a passkey."""

    name = forms.CharField(max_length=MAX_NAME)


class PasskeySignInForm(Proof, LoginWebAuthnForm):  # type: ignore[misc]
    """Takes the answer of a device instead of a name and a password. Anybody may send one."""


class PasskeyFactorForm(Proof, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """Takes the answer of a device after the password."""


class PasskeyConfirmForm(Proof, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Takes the answer of a device as a confirmation."""


def _encoded(text: str) -> str:
    """Return encoded bytes without the other characters that were between them."""
    return websafe_encode(websafe_decode(text))
