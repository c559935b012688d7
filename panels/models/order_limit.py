"""How much one person may order in one currency before a manager must approve it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from panels.models.fields import MoneyField


class OrderLimit(models.Model):
    """The limits of a person in a currency. A currency without a row has no limits."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="order_limits", db_index=False
    )
    currency = models.CharField(max_length=8)
    # None is no limit.
    largest = MoneyField("largest order", null=True, blank=True)
    per_day = MoneyField("most per day", null=True, blank=True)

    class Meta:
        ordering = ("person", "currency")
        constraints = (
            models.UniqueConstraint(fields=("person", "currency"), name="one_limit_per_currency"),
            models.CheckConstraint(
                condition=Q(largest__isnull=False) | Q(per_day__isnull=False), name="limit_limits_something"
            ),
        )

    def __str__(self) -> str:
        return f"Limits of {self.person} in {self.currency}"
