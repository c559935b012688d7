"""Leads people who must have a second factor to its page, until they have one (FACTOR_REQUIRED_FOR)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from panels.pages.htmx import wants_fragment

# The session remembers a factor, so that it is not looked up for each page.
HAS_FACTOR = "has_factor"
# The addresses at which a factor is set up, and the one that confirms who sets it up.
SETS_UP = ("mfa_", "account_reauthenticate")
MANAGES = ("panels.change_panel", "auth.change_user")


class RequiredFactor:
    """Shows only the pages that set up a factor to a person who must have one and has none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Return a redirect, or None if the person may see the page."""
        match = request.resolver_match
        is_free = not getattr(view, "login_required", True) or (match and match.view_name.startswith(SETS_UP))
        return None if is_free or not is_missing(request) else _lead(request)


def is_required_of(user: User | AnonymousUser) -> bool:
    """Return whether this person must have a second factor."""
    if settings.FACTOR_REQUIRED_FOR == "managers":
        return user.is_staff or any(user.has_perm(permission) for permission in MANAGES)
    return user.is_authenticated and bool(settings.FACTOR_REQUIRED_FOR == "everybody")


def factors_of(user_pk: Any) -> QuerySet[Any]:
    """Return the second factors of a person. Recovery codes alone are no factor."""
    found: QuerySet[Any] = Authenticator.objects.filter(user=user_pk).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return found


def is_missing(request: HttpRequest) -> bool:
    """Return whether this person must have a second factor and has none."""
    if not is_required_of(request.user) or HAS_FACTOR in request.session:
        return False
    if not factors_of(request.user.pk).exists():
        return True
    request.session[HAS_FACTOR] = True
    return False


def on_removal(request: HttpRequest, **_: Any) -> None:
    """Look again after a factor was removed, as a receiver of allauth's signal."""
    request.session.pop(HAS_FACTOR, None)


def _lead(request: HttpRequest) -> HttpResponse:
    if request.resolver_match and request.resolver_match.url_name == "status":
        # The pages that set up a factor poll the status too, and they must not be loaded anew.
        return HttpResponse(status=204)
    messages.warning(request, "You need a second factor for this dashboard. Set one up to go on.")
    address = reverse("mfa_index")
    return HttpResponseClientRedirect(address) if wants_fragment(request) else redirect(address)
