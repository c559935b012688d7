"""Orders that are placed together, and the lines that they are made from.

    draft ──▶ confirmed ◀──▶ paused
      └─────▶ discarded

A batch of adopted orders begins as confirmed: nothing of it is ever sent.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from panels.models.fields import MoneyField, RateField
from panels.models.panel import Panel
from panels.models.service import Service


class Batch(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        CONFIRMED = "confirmed", "Confirmed"
        PAUSED = "paused", "Paused"
        DISCARDED = "discarded", "Discarded"

    class Source(models.TextChoices):
        PASTE = "paste", "Pasted"
        FILE = "file", "File"
        COMMAND = "command", "Command"
        ADOPTED = "adopted", "Adopted"

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    source = models.CharField(max_length=20, choices=Source)
    filename = models.CharField(max_length=255, blank=True)
    # For the lines that name none.
    panel = models.ForeignKey(Panel, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # What the person's table had, in its order.
    columns = models.JSONField(default=list, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    confirmed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-created_at",)
        verbose_name_plural = "batches"
        indexes = (models.Index(fields=("-created_at", "-id"), name="batch_by_created"),)

    def __str__(self) -> str:
        return f"Batch {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("bulk_detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_adoption(self) -> bool:
        """Whether its lines name orders that were placed elsewhere."""
        return self.source == self.Source.ADOPTED


class BatchLine(models.Model):
    """A line as a person gave it, and what the check has found; of a confirmed batch, also its order."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="lines")
    # As the person's table counts its rows.
    number = models.PositiveIntegerField()
    # The token of its order, made from the batch's: however often it is confirmed, there is one order.
    token = models.UUIDField(unique=True, editable=False)
    # The person's own values by column.
    cells = models.JSONField(default=dict)
    # Messages by column, under "" those about the line as a whole.
    errors = models.JSONField(default=dict, blank=True)
    has_errors = models.BooleanField("wrong", default=False)
    warnings = models.JSONField(default=list, blank=True)
    is_left_out = models.BooleanField("left out", default=False)
    # A person wants it although the same service and link are in the batch or active already.
    is_repeat_ok = models.BooleanField("order all the same", default=False)

    panel = models.ForeignKey(Panel, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    link_key = models.CharField(max_length=500, blank=True, editable=False)
    # The service's price and other conditions when the line was checked.
    rate = RateField(null=True, blank=True)
    terms = models.JSONField(default=dict, blank=True, editable=False)
    cost = MoneyField(null=True, blank=True)
    currency = models.CharField(max_length=8, blank=True)
    # Of an order to be adopted.
    remote_id = models.CharField("panel's id", max_length=64, blank=True)
    order = models.OneToOneField(
        "panels.Order", null=True, blank=True, on_delete=models.PROTECT, related_name="batch_line"
    )

    class Meta:
        ordering = ("batch", "number")
        constraints = (models.UniqueConstraint(fields=("batch", "number"), name="one_line_per_number"),)
        indexes = (
            models.Index(fields=("batch", "-has_errors", "number"), name="line_wrong_first"),
            models.Index(fields=("batch", "service", "link_key"), name="line_by_service_link"),
            models.Index(
                fields=("panel", "remote_id"),
                condition=Q(order__isnull=True, has_errors=False, remote_id__gt=""),
                name="line_to_adopt",
            ),
        )

    def __str__(self) -> str:
        return f"{self.batch_id}: line {self.number}"

    @property
    def is_wrong(self) -> bool:
        """Whether it stands in the way of confirming its batch."""
        return self.has_errors and not self.is_left_out

    @property
    def messages(self) -> list[str]:
        """All its errors, whatever column they are about."""
        return [text for texts in self.errors.values() for text in texts]
