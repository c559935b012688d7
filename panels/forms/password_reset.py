"""The form with which a visitor asks for a mail with a link to set a password."""

from __future__ import annotations

from django import forms


class PasswordResetForm(forms.Form):
    """Takes a name or a mail address. It does not say whether anybody has it."""

    who = forms.CharField(
        label="Name or mail address",
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
