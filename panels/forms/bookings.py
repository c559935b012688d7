"""The form in which a manager books what moved at an account."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from panels.models import Entry
from panels.models.fields import PlainDecimalField
from panels.money.ledger import BOOKABLE
from panels.protocol.order_price import SIX_PLACES

Kind = Entry.Kind
_NUMBER = {"inputmode": "decimal", "autocomplete": "off"}
_BONUS = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*(%?)")
MOST_PERCENT = 1000


class BookingForm(forms.Form):
    """A deposit with its bonus, a bonus alone, or an adjustment."""

    kind = forms.ChoiceField(choices=[(kind.value, kind.label) for kind in BOOKABLE])
    amount = PlainDecimalField(
        max_digits=18,
        decimal_places=6,
        widget=forms.TextInput(_NUMBER),
        help_text="As the account sees it. Only an adjustment may be below zero.",
    )
    bonus = forms.CharField(
        label="Bonus of a deposit",
        required=False,
        max_length=20,
        widget=forms.TextInput(_NUMBER),
        help_text="An amount, such as 5, or percent of the deposit, such as 10%.",
    )
    at = forms.DateTimeField(
        label="When",
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
        help_text="When the money moved, in your time zone. Empty: now.",
    )
    note = forms.CharField(required=False, max_length=300, help_text="Such as the number of the payment.")

    def clean_bonus(self) -> Decimal | None:
        """Return the bonus as an amount, None for none. Percent need the amount before."""
        text = self.cleaned_data["bonus"].strip()
        if not text:
            return None
        found = _BONUS.fullmatch(text)
        if found is None:
            raise ValidationError("Enter an amount, such as 5, or percent, such as 10%.")
        number = Decimal(found[1])
        if not found[2]:
            return number
        if number > MOST_PERCENT:
            raise ValidationError(f"At most {MOST_PERCENT:,} %.")
        amount: Decimal = self.cleaned_data.get("amount", Decimal(0))
        return (amount * number / 100).quantize(SIX_PLACES)

    def clean(self) -> dict[str, Any]:
        """Check that a bonus is one of a deposit."""
        if self.cleaned_data.get("bonus") is not None and self.cleaned_data.get("kind") != Kind.DEPOSIT:
            self.add_error("bonus", "Only a deposit has a bonus here. Choose the kind “Bonus” to book one alone.")
        return self.cleaned_data

    @property
    def amounts(self) -> list[tuple[str, Decimal]]:
        """The kinds and amounts to book. The form must be valid."""
        bonus = self.cleaned_data["bonus"]
        return [
            (self.cleaned_data["kind"], self.cleaned_data["amount"]),
            *([] if bonus is None else [(Kind.BONUS.value, bonus)]),
        ]

    @property
    def time(self) -> dt.datetime:
        """When the money moved. The form must be valid."""
        return self.cleaned_data["at"] or timezone.now()
