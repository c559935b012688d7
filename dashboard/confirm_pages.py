"""The pages on which people confirm that it is them. Their Cancel leads back to the page from which somebody came."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.views import ReauthenticateView
from allauth.core.internal.httpkit import add_query_params
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from panels.pages.confirmation import BACK
from panels.pages.htmx import is_ours


class Cancelable:
    """Keeps the page from which somebody came while they choose another way or try again."""

    request: HttpRequest

    def passthrough_next_url(self, url: str) -> str:
        """Return the address of another way to confirm, with what the addresses of all ways have."""
        address: str = super().passthrough_next_url(url)  # type: ignore[misc]
        return str(add_query_params(address, {BACK: page_to_go_back_to(self.request)}))

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """Add the address of Cancel."""
        found: dict[str, Any] = super().get_context_data(**context)  # type: ignore[misc]
        return found | {"cancel": page_to_go_back_to(self.request)}


class ConfirmByPassword(Cancelable, ReauthenticateView):  # type: ignore[misc]
    """Asks for the password."""


class ConfirmByCode(Cancelable, ReauthenticateByCodeView):  # type: ignore[misc]
    """Asks for a code."""


class ConfirmByPasskey(Cancelable, ReauthenticateWebAuthnView):  # type: ignore[misc]
    """Asks for a passkey, and asks again after a wrong one."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say so on the same page. allauth leads to the sign-in."""
        super().form_invalid(form)
        return redirect(self.request.get_full_path())


def page_to_go_back_to(request: HttpRequest) -> str:
    """Return the page from which somebody came, or the start page if that page would ask for a confirmation again."""
    back = request.GET.get(BACK, "")
    if not back:
        back = request.headers.get("Referer", "")
        wanted = request.POST.get("next") or request.GET.get("next", "")
        if urlsplit(back).path == urlsplit(wanted).path:
            back = ""
    asks = urlsplit(back).path.startswith(reverse("account_reauthenticate"))
    return back if is_ours(request, back) and not asks else reverse("start")
