"""The cost of the orders of one day at a panel. It is stored, because summing the orders is too slow for a page."""

from __future__ import annotations

from django.db import models

from panels.models.fields import MoneyField
from panels.models.panel import Panel


class DayTotal(models.Model):
    """The sum of one day, panel and currency. `panels.money.totals` keeps it equal to the sum of the orders."""

    # The day in the site's time zone on which the panel accepted the orders.
    day = models.DateField()
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=8, blank=True)
    cost = MoneyField()
    orders = models.PositiveIntegerField()
    # The number of these orders whose expected cost is in the sum, because no charge is known yet.
    expected = models.PositiveIntegerField()
    # The number of these orders without a charge and without an expected cost.
    unpriced = models.PositiveIntegerField()
    # The time when the orders were summed.
    summed_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-day", "panel", "currency")
        constraints = (
            models.UniqueConstraint(fields=("day", "panel", "currency"), name="one_total_per_day_panel_currency"),
        )

    def __str__(self) -> str:
        return f"{self.day} at panel {self.panel_id}: {self.cost} {self.currency}"
