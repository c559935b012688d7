"""The forms for passkeys."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from django import forms


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """Names a passkey. It signs its person in alone, unless they want it beside the password."""

    name = forms.CharField(required=False, max_length=60, help_text="For example, the device that keeps it.")
    passwordless = forms.BooleanField(
        required=False,
        initial=True,
        label="Sign in with this passkey alone",
        help_text="Your device then asks for your fingerprint, your face or a PIN, and no password is needed.",
    )


class PasskeySignInForm(LoginWebAuthnForm):  # type: ignore[misc]
    """Takes the answer of a device. Anybody may send one, so an incomplete answer is refused like a wrong one."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except (AttributeError, KeyError):
            raise get_adapter().validation_error("incorrect_code") from None
