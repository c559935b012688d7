"""What a service, a product or a panel really delivered, by the team's own orders of the last days."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q

from panels.models.fields import RateField
from panels.models.panel import Panel
from panels.models.product import Product
from panels.models.service import Service


class ServiceRecord(models.Model):
    """The numbers of one service, or of the orders of all services of a product or of a panel.

    `panels.catalog.records` keeps it equal to the orders. The columns are what lists show and sort by. A number of few
    orders is an estimate there: it is moved towards the number of the product, but for the price. `numbers` has all
    numbers as they are.
    """

    # Below so many orders, a number is an estimate.
    FEW = 20
    # The columns that lists sort by, with the columns of the numbers of orders behind them.
    COLUMNS: ClassVar = {"finish_minutes": "finish_orders", "delivered": "delivered_orders", "price": "price_orders"}

    # Exactly one of these is set.
    service = models.OneToOneField(Service, null=True, on_delete=models.CASCADE, related_name="record")
    product = models.OneToOneField(Product, null=True, on_delete=models.CASCADE, related_name="record")
    panel = models.OneToOneField(Panel, null=True, on_delete=models.CASCADE, related_name="record")
    # The first day of its orders, by the time when they were created.
    since = models.DateField(null=True)
    # The accepted and the refused orders.
    orders = models.PositiveIntegerField(default=0, db_default=0)
    # 90 % of the orders finished within this time.
    finish_minutes = models.PositiveIntegerField(null=True)
    finish_orders = models.PositiveIntegerField(default=0, db_default=0)
    # The share of the ordered quantity, from 0 to 1.
    delivered = models.DecimalField(max_digits=7, decimal_places=6, null=True)
    delivered_orders = models.PositiveIntegerField(default=0, db_default=0)
    # For 1000 delivered units.
    price = RateField(null=True)
    price_orders = models.PositiveIntegerField(default=0, db_default=0)
    currency = models.CharField(max_length=10, blank=True, default="", db_default="")
    # All numbers, and the counts from which they follow (catalog/tallies.py).
    numbers = models.JSONField(default=dict, db_default={})
    tally = models.JSONField(default=dict, db_default={})
    # The pk of the product that has the orders of this service in its record, 0 for none.
    pooled_in = models.PositiveBigIntegerField(default=0, db_default=0)
    computed_at = models.DateTimeField(null=True)
    # Since when its orders have changed. None if the numbers are those of the orders.
    stale_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(service__isnull=False, product=None, panel=None)
                | Q(service=None, product__isnull=False, panel=None)
                | Q(service=None, product=None, panel__isnull=False),
                name="record_of_one_thing",
            ),
        )
        indexes = (
            models.Index(fields=("id",), condition=Q(stale_at__isnull=False), name="record_stale"),
            *(
                models.Index(
                    fields=(name, "service"), condition=Q(**{f"{name}__isnull": False}), name=f"record_by_{at}"
                )
                for name, at in (("finish_minutes", "finish"), ("delivered", "delivered"), ("price", "price"))
            ),
        )

    def __str__(self) -> str:
        return f"Record of {self.subject}"

    @property
    def subject(self) -> Service | Product | Panel | None:
        """What the record is about."""
        return self.service or self.product or self.panel

    @property
    def is_counted(self) -> bool:
        """Whether it has numbers: there are orders, and they were counted."""
        return self.orders > 0 and self.computed_at is not None

    def is_few(self, column: str) -> bool:
        """Whether a number of the columns is an estimate, because few orders show it."""
        return bool(getattr(self, self.COLUMNS[column]) < self.FEW)

    def own(self, name: str) -> Decimal | None:
        """Return one of the numbers as the orders alone show it, None if they do not."""
        value = self.numbers.get(name)
        return None if value is None else Decimal(str(value))
