"""The forms with which a manager invites people, gives them a role, and limits their orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError

from panels.models.fields import PlainDecimalField
from panels.people import mails
from panels.people.order_limits import Amounts, Limits
from panels.people.roles import GROUPS, grantable_groups

TAKEN = "There is a person with this name. Choose another one."


class RoleForm(forms.Form):
    """Offers the roles that the manager may give, the one with the fewest rights first."""

    role = forms.ModelChoiceField(Group.objects.none(), empty_label=None)

    def __init__(self, manager: Any, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["role"]
        field.queryset = grantable_groups(manager)
        field.choices = sorted(field.choices, key=lambda choice: GROUPS.index(choice[1]))


class InvitationForm(RoleForm, forms.ModelForm):  # type: ignore[type-arg]
    """Takes the name, the mail address and the role of a new person. The person chooses the password."""

    class Meta:
        model = User
        fields = ("username", "email")
        labels: ClassVar = {"username": "Name", "email": "Mail address"}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["username"].help_text = "To sign in with. Letters, digits and @ . + - _ without spaces."
        self.fields["username"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        self.fields["email"].help_text = (
            "The link is sent there. Without an address, you see the link and hand it over yourself."
            if mails.are_set()
            else "No mail server is set up, so you see the link and hand it over yourself."
        )

    def clean_username(self) -> str:
        """Refuse a name that differs from another one only in its case, because people would mistake them."""
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(TAKEN, code="taken")
        return name


class LimitsForm(forms.Form):
    """The limits of a person: for each currency the largest order, and the most for a day. Empty is no limit."""

    def __init__(self, currencies: list[str], limits: Limits, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.currencies = currencies
        labels = {"largest": "Largest order", "per_day": "Most per day"}
        for currency in currencies:
            for name, label in labels.items():
                self.fields[f"{name}_{currency}"] = PlainDecimalField(
                    label=f"{label} in {currency}",
                    required=False,
                    min_value=0,
                    max_digits=18,
                    decimal_places=6,
                    initial=getattr(limits.get(currency), name, None),
                    widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "placeholder": "No limit"}),
                )

    @property
    def wanted(self) -> dict[str, Amounts]:
        """The limits that were entered, by currency."""
        found = self.cleaned_data
        return {name: Amounts(found[f"largest_{name}"], found[f"per_day_{name}"]) for name in self.currencies}
