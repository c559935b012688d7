"""The search for the id that an unknown order may have at its panel, and the ids that answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from panels.models.fields import MoneyField
from panels.models.order import Order


class IdSearch(models.Model):
    """One for each attempt that nothing was heard of; a person may have it continued again and again."""

    # A call may ask about a hundred, and one of them is known to be ours: its answer shows that the panel tells about
    # each.
    IDS_A_CALL = 99
    # What one request may cost: less than following a few hundred orders for a minute does. Where each call tells about
    # one id only, it is as many calls as such a panel gets at once from polling.
    CALLS, SINGLE_CALLS = 3, 10
    # Of those, what it takes to find out that each call tells about one id: the panel's objection to several, and its
    # answer about one that is known to be ours.
    CALLS_TO_LEARN = 2

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="id_searches")
    attempt = models.PositiveIntegerField()
    # Set by a person, cleared once the calls that one request may cost were made.
    requested_at = models.DateTimeField(null=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # How many calls the last request has cost.
    calls = models.PositiveSmallIntegerField(default=0)
    # Set while a worker asks: past it, that worker is gone.
    leased_until = models.DateTimeField(null=True)
    # Each call asks about one id: the panel does not take more, or has objected to more.
    is_single = models.BooleanField(default=False)

    # Where the search began; from there it goes both ways, and has asked about all from asked_from to asked_to.
    start = models.BigIntegerField(null=True)
    asked_from = models.BigIntegerField(null=True)
    asked_to = models.BigIntegerField(null=True)
    # How many those are without the ids of our own orders, and when the last of them were asked about.
    asked = models.PositiveIntegerField(default=0)
    searched_at = models.DateTimeField(null=True)
    # Why the last request ended early.
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = "search for an id"
        verbose_name_plural = "searches for ids"
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
        """How many calls one request may cost."""
        return self.SINGLE_CALLS if self.is_single else self.CALLS

    @property
    def ids_a_call(self) -> int:
        return 1 if self.is_single else self.IDS_A_CALL

    @property
    def ids_a_request(self) -> int:
        """How many ids one request asks about at most."""
        return self.most_calls * self.ids_a_call


class FoundId(models.Model):
    """An id that was in no row of ours, and what the panel said about it."""

    search = models.ForeignKey(IdSearch, on_delete=models.CASCADE, related_name="found")
    remote_id = models.CharField("panel's id", max_length=64)
    remote_status = models.CharField("panel's word", max_length=100)
    progress = models.CharField(max_length=20, choices=Order.Progress, blank=True)
    charge = MoneyField(null=True)
    currency = models.CharField(max_length=8, blank=True)
    start_count = models.BigIntegerField(null=True)
    remains = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        verbose_name = "found id"
        constraints = (models.UniqueConstraint(fields=("search", "remote_id"), name="one_found_id_per_search"),)

    def __str__(self) -> str:
        return f"{self.remote_id} ({self.remote_status})"

    @property
    def is_untold(self) -> bool:
        """Whether a later answer may tell a charge: some panels learn it late."""
        return not self.charge and self.progress not in Order.FINISHED
