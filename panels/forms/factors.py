"""The forms for codes and for passkeys."""

from __future__ import annotations

import struct
from typing import Any

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
from fido2.utils import websafe_decode, websafe_encode

MAX_NAME = 100
# What allauth and fido2 raise for an answer that has another shape than they expect.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, struct.error)


class Typed(forms.Form):
    """Takes a code that is typed at once, without a click into its field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attributes = self.fields["code"].widget.attrs
        attributes.pop("placeholder", None)
        attributes["autofocus"] = True


class CodeForm(Typed, AuthenticateForm):  # type: ignore[misc]
    """Asks for a code at the sign-in."""


class ConfirmingCodeForm(Typed, ReauthenticateForm):  # type: ignore[misc]
    """Asks for a code again, before keys, people or limits change."""


class Answer(forms.Form):
    """Refuses an answer that cannot be read like a wrong one, and never shows an answer again."""

    def full_clean(self) -> None:
        """Check the form."""
        try:
            super().full_clean()
        except UNREADABLE:
            self.add_error("credential", get_adapter().validation_error("incorrect_code"))
        if self.is_bound and self.errors:
            self.data = {**dict(self.data.items()), "credential": ""}


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


class PasskeySignInForm(Answer, LoginWebAuthnForm):  # type: ignore[misc]
    """Takes the answer of a device instead of a name and a password. Anybody may send one."""


class PasskeyFactorForm(Answer, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """Takes the answer of a device after the password."""


class PasskeyConfirmForm(Answer, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Takes the answer of a device as a confirmation."""


def _encoded(text: str) -> str:
    """Return encoded bytes without the other characters that were between them."""
    return websafe_encode(websafe_decode(text))
