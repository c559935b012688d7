"""Fragments for htmx: when one is wanted, how it is rendered, and how the login works with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect


def wants_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of the page. A boosted link and a restored history need the whole page."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, partial: str, status: int = 200
) -> HttpResponse:
    """Render the page, or only its named partial if a fragment is wanted, from the same context."""
    name = f"{template}#{partial}" if wants_fragment(request) else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ("HX-Request",))
    return response


def page_before(request: HttpRequest) -> str:
    """Return the page on which a form was used, or the overview if that page is not known."""
    page = request.headers.get("Referer", "")
    return page if is_ours(request, page) else reverse("overview")


def is_ours(request: HttpRequest, page: str) -> bool:
    """Say whether an address is one of this site."""
    return url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())


class LoginRequired(LoginRequiredMiddleware):
    """Requires a login for every view. An htmx request is redirected to the login page as a whole."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if request.method in ("GET", "HEAD") and not wants_fragment(request):
            return super().handle_no_permission(request, view_func)
        login = _login_address(request)
        return HttpResponseClientRedirect(login) if wants_fragment(request) else redirect(login)


def page_too_old(request: HttpRequest, **_: str) -> HttpResponse:
    """Refuse a form of another session, and lead a person who is signed out to the login page."""
    if request.user.is_authenticated:
        return render(request, "403_csrf.html", status=403)
    login = _login_address(request)
    if wants_fragment(request):
        return HttpResponseClientRedirect(login)
    return render(request, "403_csrf.html", {"login": login}, status=403)


def _login_address(request: HttpRequest) -> str:
    """Return the address of the login page, which leads back to the current page.

    It does not lead to the requested address, because a fragment or an action is no page.
    """
    page = urlsplit(request.htmx.current_url or request.headers.get("Referer", ""))  # type: ignore[attr-defined]
    back = f"{page.path}?{page.query}" if page.query else page.path
    # The login page already has the address to which it leads.
    return back if page.path == resolve_url(settings.LOGIN_URL) else redirect_to_login(back or "/").url


class FormRenderer(TemplatesSetting):
    """Renders form fields with the template of this project."""

    field_template_name = "forms/field.html"
