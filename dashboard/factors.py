"""Adapts allauth, which asks for second factors: its accounts are closed, and its secrets are stored encrypted."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import get_next_redirect_url
from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from dashboard.sign_in import page_after
from panels.models.encryption import KeyUnreadableError, Secret
from panels.pages.confirmation import is_confirmed

# The messages of allauth in our words. It shows no other messages.
WORDS = {
    "mfa/messages/totp_activated.txt": "The authenticator app is your second factor from now on.",
    "mfa/messages/totp_deactivated.txt": "The authenticator app was removed.",
    "mfa/messages/webauthn_added.txt": "The passkey was added.",
    "mfa/messages/webauthn_removed.txt": "The passkey was removed.",
    "mfa/messages/recovery_codes_generated.txt": "You have new recovery codes. Keep them in a safe place.",
}
# The ways to confirm, the quickest first, and the links to them.
WAYS = {
    "mfa_reauthenticate:webauthn": "Use a passkey instead",
    "mfa_reauthenticate": "Use a code instead",
    "reauthenticate": "Use your password instead",
}


# A person with no more recovery codes is asked to make new ones.
FEW_CODES = 3


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signs people in after the second factor, and lets them confirm. Nobody signs up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_password": "Wrong password.",
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Refuse, because managers add people."""
        return False

    def get_login_stages(self) -> list[str]:
        """Return the only step after the password."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def post_login(
        self, request: HttpRequest, _user: User, *, redirect_url: str | None = None, **_: Any
    ) -> HttpResponse:
        """Lead to the page that was asked for, or to the start page."""
        return HttpResponseRedirect(page_after(request, redirect_url or get_next_redirect_url(request)))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the start page of the person."""
        return page_after(request, None)

    def respond_user_inactive(self, request: HttpRequest, _user: User) -> HttpResponse:
        """Refuse a passkey of somebody who may no longer sign in."""
        messages.error(request, "This account is inactive. Ask a manager.")
        return redirect("login")

    def is_reauthentication_required(self, **_: Any) -> bool:
        """Apply the rule of this project, so that every page asks at the same time."""
        return not is_confirmed(context.request)

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Return the ways to confirm. A person with a second factor needs it, and the password is not enough."""
        known = {way["id"]: way for way in super().get_reauthentication_methods(user)}
        ways = [known[name] | {"description": text} for name, text in WAYS.items() if name in known]
        return [way for way in ways if way["id"] != "reauthenticate"] or ways

    def add_message(
        self, request: HttpRequest, level: int, message_template: str = "", message: str = "", **_: Any
    ) -> None:
        """Show a message in our words."""
        if text := message or WORDS.get(message_template):
            messages.add_message(request, level, text)


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Encrypts the secrets of second factors with CREDENTIAL_KEYS, and names passkeys."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This was not accepted. Try again.",
        "unreadable": "Your codes cannot be checked, because CREDENTIAL_KEYS cannot decrypt their secret. "
        "Ask whoever runs this dashboard.",
    }

    def encrypt(self, text: str) -> str:
        """Return the text that is stored."""
        return Secret.conceal(text).token

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret. Without its key nothing is accepted, and the form says why."""
        try:
            return Secret(encrypted_text).reveal()
        except KeyUnreadableError:
            raise self.validation_error("unreadable") from None

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002
        """Propose a name for a new passkey."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {count + 1}" if count else "Passkey"


def tell_codes_left(request: HttpRequest, authenticator: Authenticator, **_: Any) -> None:
    """Tell a person who used a recovery code how many are left, as a receiver of allauth's signal."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        return
    # It has another object than the one that noted the use.
    authenticator.refresh_from_db()
    left = len(authenticator.wrap().get_unused_codes())
    text = f"You used a recovery code. You have {left} of {app_settings.RECOVERY_CODE_COUNT} left."
    if left <= FEW_CODES:
        messages.warning(request, f"{text} Make new ones under Your account, Second factor.")
    else:
        messages.info(request, text)
