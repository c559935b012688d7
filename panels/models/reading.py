"""What a panel said of an order at one time. The readings of an order show how it went."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from panels.models.order import Order


class OrderReading(models.Model):
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="readings")
    at = models.DateTimeField()
    progress = models.CharField(max_length=20, choices=Order.Progress, blank=True)
    # None if the panel has not told it.
    remains = models.BigIntegerField(null=True)
    start_count = models.BigIntegerField(null=True)
    # Whether the reading is kept for good. Other readings are deleted after some months (orders/readings.py).
    is_lasting = models.BooleanField("lasting")

    class Meta:
        ordering = ("order", "pk")
        indexes = (models.Index(fields=("at",), condition=Q(is_lasting=False), name="reading_to_thin"),)

    def __str__(self) -> str:
        return f"{self.order_id} {self.at:%Y-%m-%d %H:%M} {self.progress}"
