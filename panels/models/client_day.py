"""What was spent and delivered for a client on one day, stored because reading the orders is too slow for a page.

The day is the site's day on which the panel accepted the orders, as in `DayTotal`. 0 stands for no client and for no
campaign, because a unique key with NULL is not unique. `panels.clients.days` keeps the rows equal to the orders.
"""

from __future__ import annotations

from django.db import models

from panels.models.fields import MoneyField
from panels.models.panel import Panel


class OfClient(models.Model):
    """A row about the orders of one day, panel, client and campaign."""

    day = models.DateField()
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="+")
    client_pk = models.PositiveBigIntegerField(default=0)
    campaign_pk = models.PositiveBigIntegerField(default=0)

    class Meta:
        abstract = True


class ClientDay(OfClient):
    """The cost of these orders in one currency. The amounts are those of a `DayTotal`."""

    currency = models.CharField(max_length=8, blank=True)
    cost = MoneyField()
    orders = models.PositiveIntegerField()
    expected = models.PositiveIntegerField()
    unpriced = models.PositiveIntegerField()

    KEY = ("day", "panel_id", "client_pk", "campaign_pk", "currency")
    AMOUNTS = ("cost", "orders", "expected", "unpriced")

    class Meta:
        ordering = ("-day", "client_pk", "campaign_pk", "panel", "currency")
        constraints = (
            models.UniqueConstraint(
                fields=("day", "panel", "client_pk", "campaign_pk", "currency"), name="one_day_per_client"
            ),
        )
        indexes = (
            models.Index(fields=("client_pk", "day"), name="client_day"),
            models.Index(fields=("campaign_pk", "day"), condition=models.Q(campaign_pk__gt=0), name="campaign_day"),
        )

    def __str__(self) -> str:
        return f"{self.day} for client {self.client_pk}: {self.cost} {self.currency}"


class ClientUnits(OfClient):
    """The units that these orders delivered of one metric, such as the followers of Instagram."""

    # As the product of the service has them. "" if the name of the service does not say it.
    platform = models.CharField(max_length=60, blank=True)
    metric = models.CharField(max_length=120, blank=True)
    units = models.PositiveBigIntegerField()
    orders = models.PositiveIntegerField()

    KEY = ("day", "panel_id", "client_pk", "campaign_pk", "platform", "metric")
    AMOUNTS = ("units", "orders")

    class Meta:
        ordering = ("-day", "client_pk", "campaign_pk", "panel", "platform", "metric")
        verbose_name_plural = "client units"
        constraints = (
            models.UniqueConstraint(
                fields=("day", "panel", "client_pk", "campaign_pk", "platform", "metric"), name="one_metric_per_client"
            ),
        )
        indexes = (
            models.Index(fields=("client_pk", "day"), name="client_units"),
            models.Index(fields=("campaign_pk", "day"), condition=models.Q(campaign_pk__gt=0), name="campaign_units"),
        )

    def __str__(self) -> str:
        return f"{self.day} for client {self.client_pk}: {self.units} {self.platform} {self.metric}"


class Recount(models.Model):
    """A day of a panel whose orders must be summed anew for their clients.

    It is written in the transaction that changes an order. The same day may be named several times: a run that sums it
    may not see a change that is not committed yet, and deletes only the rows that it has read.
    """

    day = models.DateField()
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.day} at panel {self.panel_id}"
