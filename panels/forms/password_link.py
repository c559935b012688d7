"""The link with which a person sets a password, and the form on its page.

The link has its code behind "#". No browser sends that part, so no log of a server or proxy has it.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from panels.forms.passwords import LimitedPasswords

INVALID = "This link is not valid. A link works once, and for a day. Ask a manager for a new one."


def make_link(request: HttpRequest, user: User) -> str:
    """Return a link for this person. It ends with its first use, with the person's next sign-in, or after a day."""
    code = f"{user.pk}-{default_token_generator.make_token(user)}"
    return request.build_absolute_uri(f"{reverse('password_link')}#{code}")


def find_person(code: str) -> User | None:
    """Return the active person for whom a valid code was made."""
    pk, _, token = code.partition("-")
    user = User.objects.filter(pk=pk, is_active=True).first() if pk.isascii() and pk.isdigit() else None
    return user if user and default_token_generator.check_token(user, token) else None


class PasswordLinkForm(LimitedPasswords, SetPasswordForm):  # type: ignore[type-arg]
    """Sets the password of the person for whom the code was made."""

    code = forms.CharField(
        label="Code of the link",
        max_length=100,
        widget=forms.TextInput(attrs={"data-from-address": True, "autocomplete": "off", "spellcheck": "false"}),
        help_text="The part of the link behind “#”. It is filled in by itself where scripts run.",
    )
    field_order = ("code", "new_password1", "new_password2")

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(None, *args)
        # A script fills the code in, so a person begins with the password.
        self.fields["new_password1"].widget.attrs["autofocus"] = True
        self.request = request

    def clean_code(self) -> str:
        """Find the person. A wrong code counts as a wrong password from this network."""
        code: str = self.cleaned_data["code"]
        self.user = find_person(code.strip())
        if self.user is None:
            user_login_failed.send(sender=__name__, credentials={"username": None}, request=self.request)
            raise ValidationError(INVALID, code="invalid_link")
        return code
