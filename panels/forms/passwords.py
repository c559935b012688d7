"""What all forms that ask for a password have: its greatest length, and our words.

A longer password takes the server's time.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator

MAX_PASSWORD = 4096
# Instead of Django's words.
LABELS = {
    "old_password": "Present password",
    "new_password1": "New password",
    "new_password2": "New password again",
}
ERRORS = {
    "password_mismatch": "The two new passwords are not the same.",
    "password_incorrect": "Wrong password. Nothing was changed.",
}


def limit(field: forms.Field, most: int) -> None:
    """Refuse a longer text in this field. Django only tells the browser how long it may be."""
    field.validators.append(MaxLengthValidator(most, f"This has more than {most:,} characters."))


class LimitedPasswords(forms.BaseForm):
    """Refuses passwords that are too long, before the rules for passwords read them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.error_messages = getattr(self, "error_messages", {}) | ERRORS
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            if isinstance(field.widget, forms.PasswordInput):
                limit(field, MAX_PASSWORD)

    def validate_password_for_user(self, user: Any, password_field_name: str = "password2", **_: Any) -> None:  # noqa: S107
        """Apply the rules, and say what is wrong at the field that was typed first. Django says it at the second."""
        first = f"{password_field_name.removesuffix('2')}1"
        super().validate_password_for_user(user, password_field_name=first)  # type: ignore[misc]
