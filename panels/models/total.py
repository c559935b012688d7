"""What the orders that a panel took on one day cost: kept, since adding them up takes too long for a page."""

from __future__ import annotations

from django.db import models

from panels.models.fields import MoneyField
from panels.models.panel import Panel


class DayTotal(models.Model):
    """The sum of one day, panel and currency; `panels.money.totals` keeps it equal to what the orders say."""

    # Of the site's time zone, by when the panel took the orders.
    day = models.DateField()
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=8, blank=True)
    cost = MoneyField()
    orders = models.PositiveIntegerField()
    # Of these, how many count with their expected cost, because no charge is known yet.
    expected = models.PositiveIntegerField()
    # Of these, how many have neither a charge nor an expected cost.
    unpriced = models.PositiveIntegerField()
    # When the orders were looked at.
    summed_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-day", "panel", "currency")
        constraints = (
            models.UniqueConstraint(fields=("day", "panel", "currency"), name="one_total_per_day_panel_currency"),
        )

    def __str__(self) -> str:
        return f"{self.day} at panel {self.panel_id}: {self.cost} {self.currency}"
