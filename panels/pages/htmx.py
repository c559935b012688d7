"""What pages and fragments share: the one predicate, the login that htmx survives, and how forms look."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of the page: not for a boosted link, nor to restore its history."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, partial: str, status: int = 200
) -> HttpResponse:
    """Render the page, or only its named partial where a fragment is wanted, from one context."""
    name = f"{template}#{partial}" if wants_fragment(request) else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ("HX-Request",))
    return response


class LoginRequired(LoginRequiredMiddleware):
    """Every view needs a login; an htmx request is told to go to the login page instead of swapping it in."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if request.method in ("GET", "HEAD") and not wants_fragment(request):
            return super().handle_no_permission(request, view_func)
        login = _login_address(request)
        return HttpResponseClientRedirect(login) if wants_fragment(request) else redirect(login)


def page_too_old(request: HttpRequest, **_: str) -> HttpResponse:
    """Refuse what comes from a page of another session, and lead whoever is signed out to the login page."""
    if request.user.is_authenticated:
        return render(request, "403_csrf.html", status=403)
    login = _login_address(request)
    if wants_fragment(request):
        return HttpResponseClientRedirect(login)
    return render(request, "403_csrf.html", {"login": login}, status=403)


def _login_address(request: HttpRequest) -> str:
    """Return where to sign in and be led back to the page that one was on, as a fragment or an action shows none."""
    page = urlsplit(request.htmx.current_url or request.headers.get("Referer", ""))  # type: ignore[attr-defined]
    back = f"{page.path}?{page.query}" if page.query else page.path
    # The login page leads on by itself.
    return back if page.path == resolve_url(settings.LOGIN_URL) else redirect_to_login(back or "/").url


class FormRenderer(TemplatesSetting):
    """Renders form fields with our own template."""

    field_template_name = "forms/field.html"
