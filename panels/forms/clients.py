"""The forms for clients and campaigns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator

from panels.clients.naming import find_unfit_name
from panels.models import Campaign, Client
from panels.models.client import fold_name

# A mark-up below zero is a discount.
PERCENTS = (MinValueValidator(Decimal(-99)), MaxValueValidator(Decimal(1000)))
STEPS = (MinValueValidator(Decimal("0.000001")), MaxValueValidator(Decimal(1_000_000)))


class NamedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name that nothing else of its kind has, in any spelling."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].widget.attrs |= {"autocomplete": "off", "autofocus": True}

    def clean_name(self) -> str:
        """Refuse a name that another row has, or that cannot be read."""
        name = " ".join(self.cleaned_data["name"].split())
        word = self._meta.model._meta.verbose_name
        if problem := find_unfit_name(str(word), name):
            raise ValidationError(problem)
        if self._others().filter(name_key=fold_name(name)).exclude(pk=self.instance.pk).exists():
            raise ValidationError(f"There is a {word} with this name. Choose another one.", code="taken")
        return name

    def _others(self) -> Any:
        """Return the rows whose names must differ from this one."""
        return self._meta.model._default_manager.all()

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002
        """Save the row with the key of its name."""
        self.instance.name_key = fold_name(self.cleaned_data["name"])
        return super().save(commit)


class ClientForm(NamedForm):
    """The name of a client, and the prices that the client pays."""

    class Meta:
        model = Client
        fields = ("name", "markup_percent", "markup_step")
        labels: ClassVar = {"markup_percent": "Mark-up in percent", "markup_step": "Round prices to"}
        help_texts: ClassVar = {
            "markup_percent": "Added to the costs for the price in reports and exports. Empty for no prices.",
            "markup_step": "Such as 0.01 or 0.5, in the currency of the cost. Empty for no rounding.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["markup_percent"].validators.extend(PERCENTS)
        self.fields["markup_step"].validators.extend(STEPS)


class CampaignForm(NamedForm):
    """The name of a campaign."""

    class Meta:
        model = Campaign
        fields = ("name",)

    def _others(self) -> Any:
        return Campaign.objects.filter(client=self.instance.client_id)
