"""The clients for whom a team orders, and their campaigns."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from panels.models.fields import MoneyField


def fold_name(name: str) -> str:
    """Return the key by which names are compared: without case, outer spaces and repeated spaces.

    A column has the key, because SQLite ignores the case of ASCII letters only.
    """
    return unicodedata.normalize("NFC", " ".join(name.split()).casefold())


def label_columns(client_id: int | None, campaign_id: int | None, reference: str, note: str) -> dict[str, Any]:
    """Return the labels of an order as values of its columns."""
    return {
        "client_id": client_id,
        "campaign_id": campaign_id,
        "reference": reference,
        "reference_key": fold_name(reference),
        "note": note,
    }


class Named(models.Model):
    """A row with a name that people type. It is found by the key of its name."""

    MAX_NAME = 100

    name = models.CharField(max_length=MAX_NAME)
    # The result of fold_name. A folded name can be longer than the name.
    name_key = models.CharField(max_length=4 * MAX_NAME, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class Client(Named):
    """Somebody for whom orders are placed."""

    # The price of a client is the cost and so many percent of it. None if the client has no prices.
    markup_percent = models.DecimalField("mark-up", max_digits=6, decimal_places=2, null=True, blank=True)
    # Prices are rounded to multiples of this, in the currency of the cost. None if they are not rounded.
    markup_step = MoneyField("round to", null=True, blank=True)

    class Meta:
        ordering = ("name_key",)
        constraints = (models.UniqueConstraint(fields=("name_key",), name="one_client_per_name"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("client_detail", args=[self.pk])


class Campaign(Named):
    """A campaign of one client, or a campaign that belongs to no client.

    Orders of a campaign are orders of its client. So an order without a client can only have a campaign without one.
    """

    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="campaigns", db_index=False
    )

    class Meta:
        ordering = ("client__name_key", "name_key")
        constraints = (
            models.UniqueConstraint(fields=("client", "name_key"), name="one_campaign_per_client_and_name"),
            # For a unique constraint, no client differs from no client.
            models.UniqueConstraint(
                fields=("name_key",), condition=Q(client__isnull=True), name="one_campaign_per_name_without_client"
            ),
        )

    def __str__(self) -> str:
        return f"{self.client} · {self.name}" if self.client else self.name

    def get_absolute_url(self) -> str:
        return reverse("campaign_detail", args=[self.pk])
