"""The admin of users, of their second factors, their settings and their saved views.

Nobody can change or create a user who has more permissions than they have themselves.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from auditlog.models import LogEntry
from axes.admin import AccessAttemptAdmin, AccessFailureLogAdmin, AccessLogAdmin
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

from panels.admin.base import Confirmed, OwnFilters, RowAdmin
from panels.forms.passwords import LimitedPasswords
from panels.models import Mail, OrderLimit, PersonalSettings, SavedView, Session
from panels.pages.confirmation import confirmed
from panels.people.roles import grantable_groups, reachable_people

# Nothing writes the mail addresses of allauth.
admin.site.unregister((User, Group, LogEntry, AccessAttempt, AccessFailureLog, AccessLog, Authenticator, EmailAddress))


class NewPersonForm(LimitedPasswords, AdminUserCreationForm):  # type: ignore[type-arg]
    pass


class NewPasswordForm(LimitedPasswords, AdminPasswordChangeForm):  # type: ignore[type-arg]
    pass


@admin.register(User)
class PeopleAdmin(Confirmed, OwnFilters, UserAdmin):  # type: ignore[type-arg]
    """Users. Only a superuser reaches users with more permissions than their own."""

    actions = None
    add_form = NewPersonForm
    change_password_form = NewPasswordForm
    list_display = ("username", "first_name", "last_name", "email", "is_active", "last_login")
    rights = ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")
    plain_fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Personal info", {"fields": ("first_name", "last_name", "email")}),
        ("Permissions", {"fields": ("is_active", "groups")}),
        ("Important dates", {"fields": ("last_login", "date_joined")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(pk__in=reachable_people(request.user))

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None or request.user.is_superuser:
            return super().get_fieldsets(request, obj)
        return self.plain_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        # Nobody takes their own rights away, so a person with these rights is always left.
        own = self.rights if obj is not None and obj.pk == request.user.pk else ()
        return ("last_login", "date_joined", *own)

    def get_list_filter(self, request: HttpRequest) -> Any:
        return super().get_list_filter(request) if request.user.is_superuser else ("is_active",)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups" and not request.user.is_superuser:
            kwargs["queryset"] = grantable_groups(request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse, because the history of orders names users. Make a user inactive instead."""
        return False

    @method_decorator(confirmed)
    def user_change_password(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().user_change_password(*args, **kwargs)


@admin.register(Group)
class SuperuserGroupAdmin(Confirmed, OwnFilters, GroupAdmin):
    """Groups, which give permissions. Only superusers see and change them."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser

    has_change_permission = has_view_permission
    has_add_permission = has_module_permission
    has_delete_permission = has_view_permission


@admin.register(Authenticator)
class FactorAdmin(RowAdmin):
    """Second factors, without their secrets. `manage.py remove_factors` removes those of a person."""

    hidden = ("data",)
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__username",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(user__in=reachable_people(request.user))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("auth.view_user")

    has_module_permission = has_view_permission


@admin.register(PersonalSettings)
class PersonalSettingsAdmin(RowAdmin):
    list_display = ("user", "time_zone", "density")
    # The start page may be a view that its owner saved for nobody else.
    exclude = ("start_view",)
    search_fields = ("user__username",)
    list_select_related = ("user",)
    ordering = ("user__username",)


@admin.register(Session)
class SessionAdmin(RowAdmin):
    """Where people are signed in, without the data of the sessions."""

    list_display = ("user", "device", "network", "signed_in_at", "seen_at", "expire_date")
    hidden = ("session_data",)
    exclude = hidden
    search_fields = ("user__username",)
    list_select_related = ("user",)
    ordering = ("-seen_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(user__in=reachable_people(request.user))


@admin.register(Mail)
class MailAdmin(RowAdmin):
    """Mails, without their texts, because nothing stores them."""

    list_display = ("kind", "person", "created_at", "tries", "sent_at", "given_up_at", "error")
    list_filter = ("kind",)
    list_select_related = ("person",)
    search_fields = ("person__username",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mail]:
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(person__in=reachable_people(request.user))


@admin.register(OrderLimit)
class OrderLimitAdmin(RowAdmin):
    """How much people may order without approval."""

    list_display = ("person", "currency", "largest", "per_day")
    list_filter = ("currency",)
    list_select_related = ("person",)
    search_fields = ("person__username",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderLimit]:
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(person__in=reachable_people(request.user))


@admin.register(SavedView)
class SavedViewAdmin(RowAdmin):
    """Saved views. Only a superuser sees views that other people have saved for themselves."""

    list_display = ("name", "list_name", "owner", "is_shared", "query")
    list_filter = ("list_name", "is_shared")
    list_select_related = ("owner",)
    search_fields = ("name_key", "owner__username")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SavedView]:
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(pk__in=SavedView.visible_to(request.user))


@admin.register(AccessAttempt)
class AttemptAdmin(OwnFilters, AccessAttemptAdmin):  # type: ignore[misc]
    """Failed attempts to sign in, which lock a name for a while."""


@admin.register(AccessFailureLog)
class FailureAdmin(OwnFilters, AccessFailureLogAdmin):  # type: ignore[misc]
    """The failures of all attempts to sign in."""


@admin.register(AccessLog)
class SignInAdmin(OwnFilters, AccessLogAdmin):  # type: ignore[misc]
    """The times at which people signed in and out."""


@admin.register(LogEntry)
class HistoryAdmin(RowAdmin):
    list_display = ("timestamp", "actor", "content_type", "object_repr", "action")
    list_select_related = ("actor", "content_type")
    search_fields = ("object_repr",)
