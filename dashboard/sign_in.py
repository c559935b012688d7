"""Signs people in by name and password, reads them with their settings, and lets them change their password."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.stagekit import clear_login
from allauth.account.utils import perform_login
from django.contrib.auth import authenticate
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.models import Permission, User
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from panels.forms.passwords import MAX_PASSWORD, LimitedPasswords, limit
from panels.models import PersonalSettings, compiled


class Backend(ModelBackend):
    """Django's own backend, with two queries fewer for each page."""

    def get_user(self, user_id: Any) -> User | None:
        """Return an active person with their `PersonalSettings`, or None."""
        user = User.objects.select_related("personal").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return the person's own permissions and those of their groups. They are read once for each request."""
        if user_obj.is_anonymous or user_obj.is_superuser or not user_obj.is_active or obj is not None:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            rows = compiled.fetch(_permissions_of, str(user_obj.pk))
            user_obj._perm_cache = {f"{app}.{codename}" for app, codename in rows}
        found: set[str] = user_obj._perm_cache
        return found


def _permissions_of(pk: str) -> QuerySet[Any, Any]:
    own, of_groups = Permission.objects.filter(user=int(pk)), Permission.objects.filter(group__user=int(pk))
    names = "content_type__app_label", "codename"
    return own.order_by().values_list(*names).union(of_groups.order_by().values_list(*names))


class SignInForm(AuthenticationForm):
    """Asks for name and password. Longer ones than anybody can have are neither looked up, stored nor shown again."""

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": "Wrong username or password. Capital and small letters differ in both.",
    }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        longest = {"username": self.username_field.max_length or 0, "password": MAX_PASSWORD}
        for name, most in longest.items():
            limit(self.fields[name], most)
            if len(self.data.get(name, "")) > most:
                self.data = {**dict(self.data.items()), name: self.data[name][: most + 1]}


class SignIn(LoginView):
    """Asks for the second factor of a person who has one, and signs others in at once."""

    authentication_form = SignInForm
    redirect_authenticated_user = True
    MAX_ADDRESS = 2000

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:  # noqa: ARG002
        """Return the address that a person asked for, or "". A very long one is no address of ours."""
        wanted = super().get_redirect_url()
        return wanted if len(wanted) <= self.MAX_ADDRESS else ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form. A sign-in that stopped before its second factor begins anew."""
        clear_login(request)
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Go on after the right password."""
        answer: HttpResponse = perform_login(self.request, form.get_user(), redirect_url=self.get_redirect_url())
        return answer

    def get_success_url(self) -> str:
        """Return the page for a person who is signed in already."""
        return page_after(self.request, self.get_redirect_url())


def page_after(request: HttpRequest, wanted: str | None) -> str:
    """Return the page that a person asked for, or their start page. The address of the site alone asks for no page."""
    return wanted if wanted and _is_page(wanted) else PersonalSettings.of(request.user).start_address


def _is_page(wanted: str) -> bool:
    """Return whether this is a path on this site. The pages of the sign-in would lead on without an end."""
    is_path = wanted.startswith("/") and not wanted.startswith("//")
    return is_path and wanted != "/" and not wanted.startswith(reverse("login"))


sign_in = login_not_required(SignIn.as_view())


class PasswordForm(LimitedPasswords, PasswordChangeForm):
    """Checks the old password by a sign-in, so the limits on guessing hold here too."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        """Return the old password if it is right. A wrong one counts as a failure."""
        old: str = self.cleaned_data["old_password"]
        if authenticate(self.request, username=self.user.get_username(), password=old) is None:
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return old


class ChangePassword(PasswordChangeView):
    """Changes the password of the person who is signed in."""

    form_class = PasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Add the request, by which failures are counted."""
        return super().get_form_kwargs() | {"request": self.request}
