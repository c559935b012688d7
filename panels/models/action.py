"""One action on many orders, which a person confirmed, and the outcome for each order."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse

from panels.models.order import Order


class OrderAction(models.Model):
    class Kind(models.TextChoices):
        REFRESH = "refresh", "Refresh"
        REFILL = "refill", "Refill"
        CANCEL = "cancel", "Cancel"
        WITHDRAW = "withdraw", "Withdraw"
        SEND_AGAIN = "send_again", "Send again"
        LABEL = "label", "Change labels"

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=Kind)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    # The query string of the list on which the orders were selected, to lead back to it.
    query = models.TextField(blank=True, default="", db_default="", editable=False)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("order_action", args=[self.pk])

    @property
    def list_address(self) -> str:
        """The address of the list on which the orders were selected."""
        return f"{reverse('order_list')}?{self.query}" if self.query else reverse("order_list")


class ActionLine(models.Model):
    class Outcome(models.TextChoices):
        WAITING = "", "Waiting"
        DONE = "done", "Requested"
        SKIPPED = "skipped", "Not possible"

    action = models.ForeignKey(OrderAction, on_delete=models.CASCADE, related_name="lines")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="")
    detail = models.TextField(blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("action", "order"), name="one_line_per_order"),)
        indexes = (models.Index(fields=("action", "outcome"), name="line_by_outcome"),)

    def __str__(self) -> str:
        return f"{self.action_id}: {self.order_id}"
