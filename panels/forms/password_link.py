"""The form with which a person sets a password by a link."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from dashboard.guessing import A_LINK, count_failure
from panels.forms.passwords import LimitedPasswords
from panels.people.links import find_person

INVALID = "This link is not valid. A link works once, and only for a while. Ask for a new one."


class PasswordLinkForm(LimitedPasswords, SetPasswordForm):  # type: ignore[type-arg]
    """Sets the password of the person for whom the code was made."""

    code = forms.CharField(
        label="Code of the link",
        max_length=300,
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
        code: str = self.cleaned_data["code"].strip()
        self.user = find_person(code)
        if self.user is None:
            count_failure(self.request, what=A_LINK)
            raise ValidationError(INVALID, code="invalid_link")
        return code

    def store(self) -> bool:
        """Save the password. Return False if the link stopped working meanwhile, because it works once."""
        # Before the transaction, because the hash of a password takes long.
        self.user.set_password(self.cleaned_data["new_password1"])
        with transaction.atomic():
            # Of two clicks at once, the second one waits here.
            User.objects.select_for_update().filter(pk=self.user.pk).first()
            if find_person(self.cleaned_data["code"]) is None:
                self.add_error("code", ValidationError(INVALID, code="invalid_link"))
                return False
            self.user.save(update_fields=("password",))
        return True
