"""Names the person of a change in the history, and deletes old history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from panels.people.visitors import network_of

JOB = "delete old history"
READS = ("GET", "HEAD", "OPTIONS")


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


def delete_old() -> None:
    """Delete the history of before HISTORY_DAYS."""
    LogEntry.objects.filter(timestamp__lt=timezone.now() - timedelta(days=settings.HISTORY_DAYS)).delete()
