"""The ledger of our accounts at panels: what came in, what was charged, and what was given back.

An entry never changes and is never deleted. What was wrong is put right by another entry. `panels.money.ledger` writes
entries, and `panels.money.books` compares them with the orders.
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q

from panels.models.balance_reading import BalanceReading
from panels.models.fields import MoneyField
from panels.models.order import Order
from panels.models.panel import Panel


class ImmutableError(TypeError):
    """An entry was to be changed or deleted."""


class EntryQuerySet(models.QuerySet["Entry"]):
    def update(self, *_: Any, **__: Any) -> NoReturn:
        raise ImmutableError("Entries never change. Book another entry.")

    def delete(self) -> NoReturn:
        raise ImmutableError("Entries are never deleted. Book another entry.")

    def forget_openings(self, panel: Panel) -> None:
        """Delete the openings of a panel that is deleted itself. It has no orders, so they are all it has."""
        self.filter(panel=panel, kind=Entry.Kind.OPENING)._raw_delete(self.db)

    bulk_update = update_or_create = update


class Entry(models.Model):
    """One movement of an account. The amount has the sign that the account sees, and never changes its currency."""

    class Kind(models.TextChoices):
        OPENING = "opening", "Opening balance"
        DEPOSIT = "deposit", "Deposit"
        BONUS = "bonus", "Bonus"
        CHARGE = "charge", "Charge"
        GIVEN_BACK = "given_back", "Given back"
        ADJUSTMENT = "adjustment", "Adjustment"

    OF_ORDERS = (Kind.CHARGE, Kind.GIVEN_BACK)

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="entries", db_index=False)
    currency = models.CharField(max_length=8, blank=True)
    # When it was booked, which for the entries of orders is when the panel told it.
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind)
    amount = MoneyField()
    # The money moved between these times. A panel takes the money of an order while it accepts the order.
    value_after = models.DateTimeField()
    value_at = models.DateTimeField()
    # Set for charges and for what was given back, and for no other entry.
    order = models.ForeignKey(
        Order, null=True, blank=True, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    # The reading of the balance that the entry follows from.
    reading = models.ForeignKey(
        BalanceReading, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The person who booked it. A deleted person keeps their name here.
    by_id = models.IntegerField(null=True, blank=True)
    by_name = models.CharField("by", max_length=150, blank=True)
    note = models.CharField(max_length=300, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("-value_at", "-pk")
        verbose_name_plural = "entries"
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=("charge", "given_back"), order__isnull=False)
                | (~Q(kind__in=("charge", "given_back")) & Q(order__isnull=True)),
                name="entry_of_order_has_order",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0) | ~Q(kind__in=("deposit", "bonus")), name="deposit_above_zero"
            ),
            models.UniqueConstraint(
                fields=("panel", "currency"), condition=Q(kind="opening"), name="one_opening_per_account"
            ),
        )
        indexes = (
            # The last columns are summed. With them in the index, a sum need not read the rows.
            models.Index(fields=("panel", "currency", "-value_at", "-id", "kind", "amount"), name="entry_by_account"),
            models.Index(
                fields=("value_at", "currency", "kind", "amount"),
                condition=Q(kind__in=("deposit", "bonus", "given_back")),
                name="entry_received",
            ),
            models.Index(fields=("order",), condition=Q(order__isnull=False), name="entry_by_order"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} {self.currency} at panel {self.panel_id}"

    def save(self, *args: Any, **options: Any) -> None:
        """Add the entry. Raises ImmutableError if it is stored already."""
        if self.pk is not None:
            raise ImmutableError("Entries never change. Book another entry.")
        super().save(*args, **options)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Raise ImmutableError."""
        raise ImmutableError("Entries are never deleted. Book another entry.")
