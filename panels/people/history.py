"""Names the person of a change in the history, records changes of second factors, and deletes old history."""

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

from panels.models.history import note
from panels.people.visitors import network_of

JOB = "delete old history"
READS = ("GET", "HEAD", "OPTIONS")
FACTORS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


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


def on_factor_removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    """Record that a second factor was removed, as a receiver of allauth's signal."""
    note(user, f"second factor: {FACTORS[authenticator.type]} removed")


def on_codes_renewed(user: User, **_: Any) -> None:
    """Record new recovery codes, as a receiver of allauth's signal."""
    note(user, "second factor: new recovery codes made")


def delete_old() -> None:
    """Delete the history of before HISTORY_DAYS."""
    LogEntry.objects.filter(timestamp__lt=timezone.now() - timedelta(days=settings.HISTORY_DAYS)).delete()
