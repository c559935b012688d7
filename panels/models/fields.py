"""The fields for amounts and rates. Their digits are limited, because SQLite stores decimals as floats."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db import models


def plain(amount: Decimal | int) -> str:
    """Write an amount without zeros at its end: 50, not 50.000000."""
    return f"{Decimal(amount).normalize():f}"


class PlainDecimalField(forms.DecimalField):
    """Shows a stored amount without zeros at its end. What a person typed stays as it is."""

    def prepare_value(self, value: Any) -> Any:
        return plain(value) if isinstance(value, Decimal) and value.is_finite() else value


class MoneyField(models.DecimalField):  # type: ignore[type-arg]
    """An amount in a panel's currency."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": PlainDecimalField} | kwargs)


class RateField(models.DecimalField):  # type: ignore[type-arg]
    """A price per 1000 units, in a panel's currency."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 8)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": PlainDecimalField} | kwargs)
