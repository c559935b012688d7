"""The history of an order: each event with its time and the person who caused it."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class OrderEvent(models.Model):
    class What(models.TextChoices):
        CREATED = "created", "Created"
        ASKED = "asked", "Approval asked for"
        APPROVED = "approved", "Approved"
        NOT_APPROVED = "not_approved", "Not approved"
        ADOPTED = "adopted", "Imported"
        SENT = "sent", "Sent to the panel"
        PLACED = "placed", "Placed"
        REFUSED = "refused", "Refused by the panel"
        NOT_SENT = "not_sent", "Not sent, will be retried"
        UNKNOWN = "unknown", "Outcome unknown"
        HELD = "held", "On hold"
        RELEASED = "released", "Released"
        WITHDRAWN = "withdrawn", "Withdrawn"
        SEARCHED = "searched", "Searched at the panel"
        RESOLVED = "resolved", "Resolved"
        PROGRESS = "progress", "Progress"
        CHARGE = "charge", "Charge changed"
        GIVEN_BACK = "given_back", "Money back"
        FLAGGED = "flagged", "Flagged"
        REFILL = "refill", "Refill"
        CANCEL = "cancel", "Cancel"
        FOLLOW = "follow", "Tracking"
        ALARM = "alarm", "Alarm"
        LABELED = "labeled", "Labels changed"

    order = models.ForeignKey("panels.Order", on_delete=models.PROTECT, related_name="events", db_index=False)
    at = models.DateTimeField()
    # None if the worker caused the event.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    what = models.CharField(max_length=20, choices=What)
    detail = models.TextField(blank=True)

    class Meta:
        ordering = ("at", "pk")
        indexes = (models.Index(fields=("order", "at", "id"), name="event_by_order"),)

    def __str__(self) -> str:
        return f"{self.order_id}: {self.what}"
