"""Orders that were placed together."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


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
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"Batch {self.pk}"
