"""The greatest length of passwords, in every form that asks for one. A longer one takes the server's time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator

MAX_PASSWORD = 4096


def limit(field: forms.Field, most: int) -> None:
    """Refuse a longer text in this field. Django only tells the browser how long it may be."""
    field.validators.append(MaxLengthValidator(most, f"This has more than {most:,} characters."))


class LimitedPasswords(forms.BaseForm):
    """Refuses passwords that are too long, before the rules for passwords read them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field.widget, forms.PasswordInput):
                limit(field, MAX_PASSWORD)
