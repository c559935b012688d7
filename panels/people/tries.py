"""Counts the tries of visitors who say no name of their own, by their network: codes of links, and asked resets."""

from __future__ import annotations

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_lockout_response
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse

# Such a try counts for no name. The visitor's form must not choose another one.
NOBODY = {"username": None}


def count(request: HttpRequest) -> None:
    """Count a try like a wrong password from this network."""
    user_login_failed.send(sender=__name__, credentials=NOBODY, request=request)


def refusal(request: HttpRequest) -> HttpResponse | None:
    """Return the answer to a visitor whose network is locked, else None."""
    if AxesProxyHandler.is_allowed(request, NOBODY):
        return None
    locked: HttpResponse = get_lockout_response(request, credentials=NOBODY)
    return locked
