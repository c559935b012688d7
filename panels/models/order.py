"""An order, from the moment when a person placed it until it cannot change any more.

    asked ────▶ withdrawn
      │           ▲
      ▼           │
    queued ───▶ sending ───▶ placed ───▶ progress, as the panel reports it
      ▲           │ ├──────▶ refused ───▶ queued   a person sends it again
      └───────────┘ └──────▶ unknown ───▶ placed | queued | refused | written_off

An order is asked while it waits for approval, and only `orders.approval` lets it go to queued.

Every change of state goes through `advance`, `move`, or orders/moves.py for many orders. They know the allowed pairs of
states, and write by compare and swap.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from panels.models.batch import MAX_REFERENCE, Batch
from panels.models.client import Campaign, Client
from panels.models.event import OrderEvent
from panels.models.fields import MoneyField, RateField
from panels.models.order_indexes import INDEXES
from panels.models.order_states import (
    OrderProgress,
    OrderState,
    RequestState,
    check_move,
    is_held,
    is_held_for_funds,
    is_open,
)
from panels.models.order_text import OrderText, write_texts
from panels.models.order_values import OrderValues
from panels.models.panel import Panel
from panels.models.refusal import RefusalWords
from panels.models.service import Service
from panels.protocol.order_types import OrderType, lacks_quantity, order_type, type_choices
from panels.protocol.wording import says_missing


class Order(OrderValues, models.Model):
    class GivenBack(models.TextChoices):
        """How it is known that a panel gave money back. `panels.money.given_back` has the rule."""

        TOLD = "told", "the panel lowered the charge"
        BALANCE = "balance", "computed; the balance of this panel has shown that it pays back"
        COMPUTED = "computed", "computed; not confirmed"
        PERSON = "person", "stated by a person"

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The foreign keys need no index of their own. An index below begins with the key, or no query uses the key.
    batch = models.ForeignKey(
        Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="orders", db_index=False)
    # None if the order was placed elsewhere and its service is not known.
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    # The service as it was when a person agreed to it (`Service.terms`). None if the service is not known.
    as_ordered = models.JSONField(null=True, blank=True, editable=False)
    # The service's type when the order was placed. It determines the fields of the order.
    type = models.CharField(max_length=40, blank=True, choices=type_choices, editable=False)
    link = models.TextField(blank=True)
    # The result of links.normalise_link, to search and to find duplicates.
    link_key = models.CharField(max_length=500, blank=True, editable=False)
    # The quantity of one run, or the number of lines. None for packages and subscriptions.
    quantity = models.PositiveIntegerField(null=True, blank=True)
    # The other fields of the type, by their API names.
    params = models.JSONField(default=dict, blank=True)

    # The team's own labels. No panel gets them. A person can change them at any time.
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    reference = models.CharField(max_length=MAX_REFERENCE, blank=True, default="", db_default="")
    # The result of client.fold_name, to search.
    reference_key = models.CharField(
        max_length=4 * MAX_REFERENCE, blank=True, default="", db_default="", editable=False
    )
    note = models.TextField(blank=True, default="", db_default="")

    state = models.CharField(max_length=20, choices=OrderState, default=OrderState.QUEUED)
    attempt = models.PositiveIntegerField(default=0, editable=False)
    send_after = models.DateTimeField(default=timezone.now, editable=False)
    send_deadline = models.DateTimeField(null=True, editable=False)
    # Why the order needs approval, a reason in each line (`orders.approval`). "" if it needs none, or has got it.
    asked_because = models.TextField(blank=True, default="", db_default="", editable=False)
    # The reason why a queued order is on hold. "" if it may be sent.
    held_reason = models.CharField(max_length=300, blank=True, editable=False)
    # Since when a queued order waits for money, because the balance does not cover it. None if it does not.
    held_for_funds_at = models.DateTimeField(null=True, editable=False)
    # True if a person sends the order although the balance does not cover it.
    may_exceed_balance = models.BooleanField(null=True, editable=False)
    # A problem that a person must see although the order continues, such as a second order at the panel.
    alarm = models.CharField(max_length=300, blank=True, editable=False)

    remote_id = models.CharField("panel order ID", max_length=64, blank=True)
    progress = models.CharField(max_length=20, choices=OrderProgress, blank=True)
    remote_status = models.CharField("panel status", max_length=100, blank=True)
    # Whether the panel's status is a word that we do not know. Then `progress` is the earlier progress.
    is_word_unknown = models.BooleanField(default=False, editable=False)
    start_count = models.BigIntegerField(null=True, blank=True)
    remains = models.BigIntegerField(null=True, blank=True)
    charge = MoneyField(null=True, blank=True)
    # The money that the panel paid back. Where the panel lowered the charge, the charge is without it already.
    given_back = MoneyField(null=True, blank=True)
    given_back_source = models.CharField(max_length=10, choices=GivenBack, blank=True, db_default="", default="")
    currency = models.CharField(max_length=8, blank=True)
    # None if the order was placed elsewhere.
    rate_agreed = RateField(null=True, blank=True)
    expected_cost = MoneyField(null=True, blank=True)
    error_class = models.CharField(max_length=20, blank=True)
    error_text = models.TextField(blank=True)
    # The words that refused this order and other orders in a row. A person says what they mean.
    refused_in = models.ForeignKey(
        RefusalWords, null=True, on_delete=models.PROTECT, related_name="orders", editable=False, db_index=False
    )
    # The refused or failed order that this order repeats, at the same panel or at another.
    again_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="repeats", editable=False, db_index=False
    )

    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    placed_at = models.DateTimeField(null=True, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)
    # Set by a person. Cleared when the panel has answered.
    check_requested_at = models.DateTimeField(null=True, editable=False)
    # None if the worker does not ask about this order any more.
    next_check_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    # When the panel last told a status that we know.
    status_at = models.DateTimeField(null=True, editable=False)
    # The order first moved, and ended, between the last such answer that did not say so and the first one that did.
    # None if there was no such answer before, or if the order had moved before anybody looked.
    moved_after = models.DateTimeField(null=True, editable=False)
    moved_before = models.DateTimeField(null=True, editable=False)
    finished_after = models.DateTimeField(null=True, editable=False)
    finished_before = models.DateTimeField(null=True, editable=False)
    # Until when it is refilled, LIFETIME for a lifetime. None if it is not refilled, or if that is not known.
    refill_until = models.DateTimeField(null=True, editable=False)
    # The number of stored readings, and the remains in the last one (orders/readings.py). None before the first one.
    reading_count = models.PositiveSmallIntegerField(null=True, editable=False)
    read_remains = models.BigIntegerField(null=True, editable=False)
    # Since when no answer shows the status of this order. None if the last answer showed it, or if the order has ended.
    unreadable_since = models.DateTimeField(null=True, editable=False)

    # The panel's id of an unknown order, named by a person and not confirmed by the panel yet.
    candidate_id = models.CharField(max_length=64, blank=True, editable=False)
    candidate_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
        db_index=False,
    )
    candidate_error = models.TextField(blank=True, editable=False)

    # Amounts to sort by, with the same order on both databases. Unknown amounts are below all known amounts.
    charge_sort = models.GeneratedField(
        expression=Coalesce("charge", Value(Decimal(-1))), output_field=MoneyField(), db_persist=True
    )
    cost_sort = models.GeneratedField(
        expression=Coalesce("expected_cost", Value(Decimal(-1))), output_field=MoneyField(), db_persist=True
    )

    cancel_state = models.CharField(max_length=20, choices=RequestState, blank=True, editable=False)
    cancel_requested_at = models.DateTimeField(null=True, editable=False)
    cancel_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
        db_index=False,
    )
    cancel_deadline = models.DateTimeField(null=True, editable=False)
    cancel_error = models.TextField(blank=True, editable=False)

    class Meta:
        ordering = ("-created_at", "-pk")
        permissions = (("approve_order", "Can approve order"),)
        constraints = (
            models.UniqueConstraint(
                fields=("panel", "remote_id"), condition=~Q(remote_id=""), name="one_order_per_remote_id"
            ),
            # An order that may be sent needs a service and a rate. An imported order was placed before.
            models.CheckConstraint(
                condition=Q(service__isnull=False, rate_agreed__isnull=False) | Q(state="placed"),
                name="only_placed_without_service",
            ),
        )
        indexes = INDEXES

    def __str__(self) -> str:
        return f"Order {self.pk}"

    def save(self, *args: Any, **options: Any) -> None:
        """Save the order, and its text for the search with it."""
        names = options.get("update_fields")
        with transaction.atomic(savepoint=False):
            super().save(*args, **options)
            if names is None or not set(names).isdisjoint(OrderText.SOURCES):
                write_texts([(self.pk, self)])

    def get_absolute_url(self) -> str:
        return reverse("order_detail", args=[self.pk])

    @classmethod
    def with_remote_ids(cls, panel_pk: int, remote_ids: Sequence[str]) -> models.QuerySet[Order]:
        """Find the orders of a panel by their ids there. No id may be empty. The result is not sorted."""
        # SQLite uses the partial index only if the query repeats its condition.
        return cls.objects.filter(panel=panel_pk, remote_id__in=remote_ids).exclude(remote_id="").order_by()

    # -- changes of state

    def advance(self, to: OrderState, **fields: Any) -> bool:
        """Write the state and `fields` in one statement, if the row still has the state and attempt of this object.

        Returns False if nothing was written, because the row has changed.
        """
        return self._change(to, fields)

    def move(
        self,
        to: OrderState,
        *,
        what: OrderEvent.What,
        detail: str = "",
        actor: Any = None,
        by: str = "",
        **fields: Any,
    ) -> bool:
        """Advance and add an event, in one transaction. by: the module that may make this move (`ALLOWED_TO`)."""
        return self._change(to, fields, self.event(what, detail, actor=actor), by)

    def _change(self, to: OrderState, fields: dict[str, Any], event: OrderEvent | None = None, by: str = "") -> bool:
        check_move(self.state, to, by)
        mine = Order.objects.filter(pk=self.pk, state=self.state, attempt=self.attempt)
        with transaction.atomic():
            is_written = bool(mine.update(state=to, **fields))
            if is_written and event:
                event.save()
        # After the commit. If the commit fails, this object must not differ from the row.
        if is_written:
            self.show(to, fields)
        return is_written

    def show(self, to: OrderState, fields: dict[str, Any]) -> None:
        """Set the values that were written into the row on this object too."""
        for name, value in {**fields, "state": to}.items():
            setattr(self, name, value)

    def add_event(self, what: OrderEvent.What, detail: str = "", *, actor: Any = None) -> None:
        """Add an event to the order's history."""
        self.event(what, detail, actor=actor).save()

    def event(self, what: OrderEvent.What, detail: str = "", *, actor: Any = None) -> OrderEvent:
        """Return a new event of the order. It is not saved."""
        return OrderEvent(order=self, what=what, detail=detail, actor=actor, at=timezone.now())

    # -- properties

    @property
    def values(self) -> dict[str, str]:
        """The fields of the order's type by their API names, as the person entered them."""
        values = dict(self.params)
        if self.link:
            values["link"] = self.link
        if self.quantity is not None and any(field.name == "quantity" for field in order_type(self.type).fields):
            values["quantity"] = str(self.quantity)
        return values

    @property
    def may_want_quantity(self) -> bool:
        """Whether the order may be refused because its panel wants a quantity with every type."""
        is_refused = self.state == self.State.REFUSED and lacks_quantity(self.type)
        return is_refused and not self.panel.always_send_quantity and says_missing(self.error_text)

    @property
    def order_type(self) -> OrderType:
        """The type with the fields and the billing of this order, Default if the panel's type was not known."""
        return order_type(self.type)

    @property
    def is_adopted(self) -> bool:
        """Whether the order was placed elsewhere: it has an id, and nobody agreed to a price here."""
        return self.state == self.State.PLACED and self.rate_agreed is None

    @property
    def is_held(self) -> bool:
        return is_held(self)

    @property
    def is_held_for_funds(self) -> bool:
        """Whether the order waits until the balance covers it."""
        return is_held_for_funds(self)

    @property
    def is_open(self) -> bool:
        """Whether the order may change without a person. Pages with open orders refresh themselves."""
        return is_open(self)

    @property
    def ordered(self) -> Mapping[str, Any]:
        """The service as ordered. Empty if the order was placed elsewhere and its service is not known."""
        return self.as_ordered or (self.service.terms() if self.service else {})

    @property
    def service_name(self) -> str:
        """The name of the service when it was ordered."""
        return str(self.ordered.get("name", "Unknown service"))

    @property
    def service_remote_id(self) -> str:
        """The panel's ID of the service, "" if the service is not known."""
        return str(self.ordered.get("service", ""))

    @property
    def now_called(self) -> str:
        """The present name of the service, "" if the name has not changed since the order."""
        return self.service.name if self.service and self.service.name != self.service_name else ""

    @property
    def service_title(self) -> str:
        """The name of the service when it was ordered, and its present name if that differs."""
        return f"{self.service_name} · now called {self.now_called}" if self.now_called else self.service_name

    def offered_now(self, name: str) -> bool | None:
        return getattr(self.service, name, None)
