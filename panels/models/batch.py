"""Orders that are placed together, and the lines of the table that they come from.

    draft ──▶ confirmed ◀──▶ paused
      ▲
      └─────▶ discarded

A batch of imported orders begins as confirmed. None of its orders is ever sent.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from panels.models.client import Campaign, Client, label_columns
from panels.models.fields import MoneyField, RateField
from panels.models.order_text import searchable
from panels.models.panel import Panel
from panels.models.service import Service

MAX_REFERENCE = 200
MAX_NOTE = 2000


def name_columns(name: str, filename: str, *, is_proposed: bool = False) -> dict[str, Any]:
    """Return the name of a batch as values of its columns. It is found by its words and those of its file."""
    return {"name": name, "search_text": searchable(name, filename), "is_name_proposed": is_proposed}


def target_column(cells: Mapping[str, str]) -> str:
    """Return the column of a line's target: the link, or the account of a subscription. Doubts about it are there."""
    return "link" if cells.get("link") or "username" not in cells else "username"


class Batch(models.Model):
    MAX_NAME = 100

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        CONFIRMED = "confirmed", "Confirmed"
        PAUSED = "paused", "Paused"
        DISCARDED = "discarded", "Discarded"

    class Source(models.TextChoices):
        PASTE = "paste", "Pasted"
        FILE = "file", "File"
        COMMAND = "command", "Command"
        ADOPTED = "adopted", "Imported"
        AGAIN = "again", "Order again"
        ELSEWHERE = "elsewhere", "Send elsewhere"

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    source = models.CharField(max_length=20, choices=Source)
    name = models.CharField(max_length=MAX_NAME, blank=True, default="", db_default="")
    filename = models.CharField(max_length=255, blank=True)
    # The result of name_columns. A column has it, because the databases do not fold letters alike.
    search_text = models.TextField(blank=True, default="", db_default="", editable=False)
    is_name_proposed = models.BooleanField(default=False, db_default=False, editable=False)
    # The panel of the lines that name no panel.
    panel = models.ForeignKey(Panel, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The labels of the lines that have no own label (`BatchLine.labels`).
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reference = models.CharField(max_length=MAX_REFERENCE, blank=True, default="", db_default="")
    note = models.TextField(blank=True, default="", db_default="")
    # The columns of the person's table, in their order.
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
        indexes = (
            models.Index(fields=("-created_at", "-id"), name="batch_by_created"),
            models.Index(fields=("state",), name="batch_by_state"),
        )

    def __str__(self) -> str:
        return f"Batch {self.pk} “{self.name}”" if self.name else f"Batch {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("bulk_detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the batch has lines but no orders."""
        return self.state in (self.State.DRAFT, self.State.DISCARDED)

    @property
    def replaces_orders(self) -> bool:
        """Whether its lines take the place of orders that were not sent, at other panels."""
        return self.source == self.Source.ELSEWHERE

    @property
    def is_adoption(self) -> bool:
        """Whether the lines of the batch name orders that were placed elsewhere."""
        return self.source == self.Source.ADOPTED


class BatchLine(models.Model):
    """A line as a person wrote it, and the results of its check. In a confirmed batch it has an order."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="lines")
    # The number of the row in the person's table.
    number = models.PositiveIntegerField()
    # The token of its order. It comes from the token of the batch, so repeated confirmations make only one order.
    token = models.UUIDField(unique=True, editable=False)
    # The person's own values by column.
    cells = models.JSONField(default=dict)
    # Messages by column. Messages about the whole line are under "".
    errors = models.JSONField(default=dict, blank=True)
    has_errors = models.BooleanField("has errors", default=False)
    warnings = models.JSONField(default=list, blank=True)
    is_left_out = models.BooleanField("skipped", default=False)
    # A person orders it although another line or an active order has the same service and link.
    is_repeat_ok = models.BooleanField("order anyway", default=False)

    panel = models.ForeignKey(Panel, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The line's own client and campaign, or those of its batch.
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The target in one spelling (`orders.placing.target_of`), to find repeats.
    link_key = models.CharField(max_length=500, blank=True, editable=False)
    # The price and the other conditions of the service when the line was checked.
    rate = RateField(null=True, blank=True)
    terms = models.JSONField(default=dict, blank=True, editable=False)
    cost = MoneyField(null=True, blank=True)
    currency = models.CharField(max_length=8, blank=True)
    # The id of an order to import.
    remote_id = models.CharField("panel order ID", max_length=64, blank=True)
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
        """Whether the line prevents the confirmation of its batch."""
        return self.has_errors and not self.is_left_out

    @property
    def target_column(self) -> str:
        return target_column(self.cells)

    @property
    def mark(self) -> str:
        """A short text that changes with the line: a part for a person's values, and one for the check's result."""
        parts = (self.cells, self.is_left_out), (self.errors, self.warnings, self.is_repeat_ok)
        return ".".join(hashlib.sha256(json.dumps(each, sort_keys=True).encode()).hexdigest()[:20] for each in parts)

    @property
    def is_doubtful(self) -> bool:
        """Whether all errors of the line are doubts about a repeat. Only a valid target has a key."""
        return bool(self.link_key) and list(self.errors) == [self.target_column]

    @property
    def labels(self) -> dict[str, Any]:
        """The labels of the line's order, as values of its columns. An own value of the line wins over the batch's."""
        reference = self.cells.get("reference") or self.batch.reference
        return label_columns(self.client_id, self.campaign_id, reference, self.cells.get("note") or self.batch.note)

    @cached_property
    def accepted(self) -> set[str]:
        """The doubts that a person has accepted. A check takes them from the warnings of the stored check."""
        return set()

    @property
    def messages(self) -> list[str]:
        """The errors of all columns."""
        return [text for texts in self.errors.values() for text in texts]
