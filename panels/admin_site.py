"""The admin site: open to those who manage users, whatever their staff flag."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest


class DashboardAdmin(AdminSite):
    """The admin of this project."""

    site_header = "Panel Dashboard"
    site_title = "Panel Dashboard"
    index_title = "Administration"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in staff, and Managers, who look after users and panels."""
        return request.user.is_active and (request.user.is_staff or request.user.has_perm("auth.change_user"))


class DashboardAdminConfig(AdminConfig):
    """Puts our site in the place of Django's."""

    default_site = "panels.admin_site.DashboardAdmin"
