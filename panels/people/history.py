"""Names the person of a change in the history, records and mails changes of the sign-in, and deletes old history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from panels.models import Mail
from panels.models.history import note
from panels.people import mails
from panels.people.visitors import network_of

JOB = "delete old history"
READS = ("GET", "HEAD", "OPTIONS")
FACTORS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}
# In mails. Recovery codes come and go with a factor, so they have no mail of their own.
MAILED = {Authenticator.Type.TOTP: "An authenticator app", Authenticator.Type.WEBAUTHN: "A passkey"}


class Actors:
    """Middleware that names the signed-in person as the one who makes the changes of a request.

    A request that only reads makes none, so it costs nothing there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in READS or not request.user.is_authenticated:
            return self.get_response(request)
        with set_actor(request.user, remote_addr=network_of(request)):
            return self.get_response(request)


def on_factor_added(user: User, authenticator: Authenticator, **_: Any) -> None:
    """Record a new second factor, as a receiver of allauth's signal. Its name and its secret are not recorded."""
    note(user, f"second factor: {FACTORS[authenticator.type]} added")
    if factor := MAILED.get(authenticator.type):
        mails.write(user, Mail.Kind.CHANGE, f"{factor} was added to your account.")


def on_factor_removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    """Record that a second factor was removed, as a receiver of allauth's signal."""
    note(user, f"second factor: {FACTORS[authenticator.type]} removed")
    if factor := MAILED.get(authenticator.type):
        mails.write(user, Mail.Kind.CHANGE, f"{factor} was removed from your account.")


def on_codes_renewed(user: User, **_: Any) -> None:
    """Record new recovery codes, as a receiver of allauth's signal."""
    note(user, "second factor: new recovery codes made")
    mails.write(user, Mail.Kind.CHANGE, "New recovery codes were made for your account.")


def on_password_set(instance: User, created: bool, **_: Any) -> None:  # noqa: FBT001
    """Mail the person, as a receiver of post_save. Django keeps `_password` from set_password to the end of save."""
    if getattr(instance, "_password", None) is not None and not created:
        mails.write(instance, Mail.Kind.CHANGE, "A password was set for your account.")


def delete_old() -> None:
    """Delete the history of before HISTORY_DAYS."""
    LogEntry.objects.filter(timestamp__lt=timezone.now() - timedelta(days=settings.HISTORY_DAYS)).delete()
