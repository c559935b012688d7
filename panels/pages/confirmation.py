"""Asks people to confirm that it is them before they change keys, people or limits.

A sign-in is a confirmation, because all its steps were done just then. Later a person is asked for their second factor,
or for their password while they have none.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from panels.pages.htmx import page_before, wants_fragment

# In seconds. A form that was opened in this time may be sent for as long again.
CONFIRMED_FOR = 10 * 60
CONFIRMED_AT = "confirmed_at"
# The parameter for the page to which Cancel leads. Without it, that is the page that the browser names.
BACK = "back"


def on_sign_in(request: HttpRequest, **_: Any) -> None:
    """Note the time, as a receiver of Django's signal about a sign-in."""
    request.session[CONFIRMED_AT] = time.time()


def on_step(request: HttpRequest, *, reauthenticated: bool = False, **_: Any) -> None:
    """Note the time of a confirmation, as a receiver of allauth's signal about each step of a person."""
    if reauthenticated:
        request.session[CONFIRMED_AT] = time.time()


def is_confirmed(request: HttpRequest) -> bool:
    """Return whether the person signed in or confirmed in the last minutes."""
    at: float = request.session.get(CONFIRMED_AT, 0)
    return time.time() - at < (CONFIRMED_FOR if request.method in ("GET", "HEAD") else 2 * CONFIRMED_FOR)


def confirmed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Run the view only for a person who has confirmed. Others are led to the page for it, and then back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs) if is_confirmed(request) else _ask(request)

    return guarded


def _ask(request: HttpRequest) -> HttpResponse:
    """Lead to the page for it. A form is not kept for later, because it may contain a key."""
    where = {"next": request.get_full_path()}
    if request.method not in ("GET", "HEAD"):
        messages.warning(request, "Nothing was changed, because you must confirm first that it is you. Then try again.")
        where["next"] = page_before(request)
        # A form that is sent to its own page is on a page that would ask again.
        if urlsplit(where["next"]).path != request.path:
            where[BACK] = where["next"]
    address = f"{reverse('account_reauthenticate')}?{urlencode(where)}"
    return HttpResponseClientRedirect(address) if wants_fragment(request) else redirect(address)
