"""The admin site. It is open to staff and to users who manage users, and it uses the login page of the dashboard."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator


class DashboardAdmin(AdminSite):
    """The admin of this project."""

    site_header = "Panel Dashboard"
    site_title = "Panel Dashboard"
    index_title = "Administration"

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether this is staff or a Manager, because Managers manage users."""
        return request.user.is_active and (request.user.is_staff or request.user.has_perm("auth.change_user"))

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002
        """Redirect to the login of the dashboard, because Django's admin login refuses Managers who are not staff."""
        if request.user.is_authenticated:
            raise PermissionDenied
        # Imported here, because this module is loaded before the models.
        from django.contrib.auth.views import redirect_to_login  # noqa: PLC0415

        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))

    def password_change(self, *_: Any, **__: Any) -> Any:
        """Redirect to the page of the dashboard, which limits guesses and asks people to confirm that it is them."""
        return redirect("password_change")


class DashboardAdminConfig(AdminConfig):
    """Replaces the admin site of Django by ours."""

    default_site = "dashboard.admin_site.DashboardAdmin"
