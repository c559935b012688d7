"""The balances that panels told."""

from __future__ import annotations

from django.db import models

from panels.models.fields import MoneyField
from panels.models.panel import Panel


class BalanceReading(models.Model):
    class Why(models.TextChoices):
        SCHEDULE = "schedule", "on schedule"
        REQUEST = "request", "asked for"
        REFUSAL = "refusal", "after a refusal about the account"

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="balance_readings")
    at = models.DateTimeField()
    balance = MoneyField()
    currency = models.CharField(max_length=8, blank=True)
    why = models.CharField(max_length=20, choices=Why)

    class Meta:
        ordering = ("-at",)
        indexes = (models.Index(fields=("panel", "-at"), name="balance_by_panel"),)

    def __str__(self) -> str:
        return f"{self.panel_id} {self.at:%Y-%m-%d %H:%M} {self.balance}"
