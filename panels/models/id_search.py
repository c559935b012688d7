"""The search for the id of an unknown order at its panel, and the ids that were found."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from panels.models.fields import MoneyField
from panels.models.order import Order


class IdSearch(models.Model):
    """The search for one attempt of an order. A person may continue it several times."""

    # A call may ask about 100 ids. One of them is an id of our own orders. The answer for that id shows that the panel
    # answers about each id of a call.
    IDS_A_CALL = 99
    # The most calls of one request: fewer than the polling of a few hundred orders takes in a minute. If each call asks
    # about one id, there are as many calls as one round of polling makes at such a panel.
    CALLS, SINGLE_CALLS = 3, 10
    # The calls that show that a panel takes one id a call: the call with several ids that it refuses, and a call about
    # one id of our own orders.
    CALLS_TO_LEARN = 2

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="id_searches")
    attempt = models.PositiveIntegerField()
    # Set by a person. Cleared when the calls of one request were made.
    requested_at = models.DateTimeField(null=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # The number of calls that the last request has made.
    calls = models.PositiveSmallIntegerField(default=0)
    # The end of the lease of the worker that asks. After this time another worker may take over.
    leased_until = models.DateTimeField(null=True)
    # Whether each call asks about one id, because the panel refuses several ids in a call.
    is_single = models.BooleanField(default=False)

    # The search begins at `start` and goes in both directions. It has asked about all ids from asked_from to asked_to.
    start = models.BigIntegerField(null=True)
    asked_from = models.BigIntegerField(null=True)
    asked_to = models.BigIntegerField(null=True)
    # The number of these ids without the ids of our own orders, and the time of the last call.
    asked = models.PositiveIntegerField(default=0)
    searched_at = models.DateTimeField(null=True)
    # The reason why the last request ended early.
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = "search for an ID"
        verbose_name_plural = "searches for IDs"
        constraints = (models.UniqueConstraint(fields=("order", "attempt"), name="one_search_per_attempt"),)
        indexes = (
            models.Index(
                fields=("requested_at",), condition=models.Q(requested_at__isnull=False), name="search_requested"
            ),
        )

    def __str__(self) -> str:
        return f"Search for order {self.order_id}, attempt {self.attempt}"

    @property
    def most_calls(self) -> int:
        """The most calls of one request."""
        return self.SINGLE_CALLS if self.is_single else self.CALLS

    @property
    def ids_a_call(self) -> int:
        return 1 if self.is_single else self.IDS_A_CALL

    @property
    def ids_a_request(self) -> int:
        """The most ids that one request asks about."""
        return self.most_calls * self.ids_a_call


class FoundId(models.Model):
    """An id that no row of ours had, and the answer of the panel about it."""

    search = models.ForeignKey(IdSearch, on_delete=models.CASCADE, related_name="found")
    remote_id = models.CharField("panel order ID", max_length=64)
    remote_status = models.CharField("panel status", max_length=100)
    progress = models.CharField(max_length=20, choices=Order.Progress, blank=True)
    charge = MoneyField(null=True)
    currency = models.CharField(max_length=8, blank=True)
    start_count = models.BigIntegerField(null=True)
    remains = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        verbose_name = "found ID"
        constraints = (models.UniqueConstraint(fields=("search", "remote_id"), name="one_found_id_per_search"),)

    def __str__(self) -> str:
        return f"{self.remote_id} ({self.remote_status})"

    @property
    def awaits_charge(self) -> bool:
        """Whether a later answer may have a charge, because some panels report it late."""
        return not self.charge and self.progress not in Order.FINISHED
