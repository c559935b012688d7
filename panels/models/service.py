"""A service in the catalog of a panel, and its changes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from panels.models.fields import RateField
from panels.models.panel import Panel
from panels.protocol.order_types import Offer, OrderType, order_type, type_choices


def distance(ratio: Decimal) -> str:
    """Write a ratio as a distance: "31 % above" or "2 % below"."""
    digits = 0 if ratio > Decimal("0.1") else 1
    return f"{abs(ratio - 1) * 100:.{digits}f}\u00a0% {'above' if ratio > 1 else 'below'}"


class Service(models.Model):
    # So many charges teach the expected cost of new orders.
    ENOUGH_CHARGES = 5

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="services", db_index=False)
    remote_id = models.CharField("panel service ID", max_length=64)
    name = models.CharField(max_length=500)
    # A slug of order_types.ORDER_TYPES. "" if the panel's type is not known and no person has set one. Then it is
    # ordered as Default.
    type = models.CharField(max_length=40, blank=True, choices=type_choices)
    # The type that a person has set. It is also in `type`, and a sync keeps it. "" if the panel's type counts.
    own_type = models.CharField(
        "type set by a person",
        max_length=40,
        blank=True,
        choices=type_choices,
        default="",
        db_default="",
        editable=False,
    )
    raw_type = models.CharField("panel type", max_length=100, blank=True)
    category = models.CharField(max_length=300, blank=True)
    # The price of the whole order for packages.
    rate_per_1000 = RateField()
    min_quantity = models.PositiveIntegerField(null=True)
    max_quantity = models.PositiveIntegerField(null=True)
    # None if the panel does not report it.
    refill = models.BooleanField(null=True)
    cancel = models.BooleanField(null=True)
    dripfeed = models.BooleanField(null=True)
    description = models.TextField(blank=True)
    # The average time of an order as the panel wrote it, and in minutes. "" and None if the panel tells no time.
    average_time = models.CharField(max_length=100, blank=True, db_default="", default="")
    average_minutes = models.PositiveIntegerField(null=True)
    is_listed = models.BooleanField("listed", default=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    # The service waits while its panel refuses its orders in words about our account that are not true of it, because
    # these words are its supplier's. Until `waits_until` no order is sent. Then one order is tried.
    waits_until = models.DateTimeField(null=True, editable=False)
    # The length of the wait. It doubles after each trial. None if the service does not wait.
    wait_minutes = models.PositiveSmallIntegerField(null=True, editable=False)
    waits_since = models.DateTimeField(null=True, editable=False)
    waits_because = models.TextField(blank=True, default="", db_default="", editable=False)
    # The charges of its latest orders as a multiple of the listed price. None if no charge could be compared.
    charge_ratio = models.DecimalField(max_digits=12, decimal_places=6, null=True, editable=False)
    # The number of these orders.
    charges_compared = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    # How many of its latest orders were charged beyond what was agreed, and when the newest of them was created.
    overcharged_orders = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    overcharged_at = models.DateTimeField(null=True, editable=False)
    overcharge_seen_at = models.DateTimeField(null=True, editable=False)
    # The text that a search looks in: the panel's id, the name and the category in lower case.
    search_text = models.TextField(blank=True, editable=False)
    # Its name says that there is no refill (protocol/refill_words.py), whatever the panel's own flag says.
    says_no_refill = models.BooleanField("name says no refill", default=False, db_default=False, editable=False)
    # The search texts from before the last renames. Orders keep the name as ordered, and are found by it.
    former_text = models.TextField(blank=True, default="", db_default="", editable=False)

    class Meta:
        ordering = ("panel", "pk")
        constraints = (models.UniqueConstraint(fields=("panel", "remote_id"), name="one_row_per_service"),)
        indexes = (
            models.Index(fields=("rate_per_1000", "id"), name="service_by_rate"),
            models.Index(fields=("name", "id"), name="service_by_name"),
            models.Index(fields=("panel", "is_listed", "rate_per_1000"), name="service_by_panel_rate"),
            models.Index(fields=("panel",), condition=Q(overcharged_at__isnull=False), name="service_overcharged"),
            models.Index(fields=("category", "is_listed", "panel"), name="service_by_category"),
            models.Index(fields=("waits_since",), condition=Q(waits_since__isnull=False), name="service_waiting"),
            models.Index(fields=("id",), condition=Q(former_text__gt=""), name="service_renamed"),
        )

    def __str__(self) -> str:
        return f"{self.remote_id} · {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("service_detail", args=[self.pk])

    @property
    def order_type(self) -> OrderType:
        """The type with the fields and the billing of this service, Default if the panel's type is not known."""
        return order_type(self.type)

    @property
    def is_waiting(self) -> bool:
        """Whether the service waits because its panel refuses its orders in words that are not true of our account."""
        return self.wait_minutes is not None

    @property
    def charge_factor(self) -> Decimal:
        """What the panel charges as a multiple of the listed price, 1 until some orders have shown it."""
        is_known = self.charge_ratio is not None and self.charges_compared >= self.ENOUGH_CHARGES
        return self.charge_ratio or Decimal(1) if is_known else Decimal(1)

    @property
    def charged_as(self) -> str:
        """How the expected cost of new orders differs from the listed price, such as "31 % above the list"."""
        return "as listed" if self.charge_factor == 1 else f"{distance(self.charge_factor)} the list"

    @property
    def charges_text(self) -> str:
        """What the panel charges, such as "charges 31 % above its list (34 orders)"; "" if it charges as listed."""
        ratio = self.charge_ratio
        if not ratio or ratio == 1:
            return ""
        orders = "1 order" if self.charges_compared == 1 else f"{self.charges_compared} orders"
        return f"charges {distance(ratio)} its list ({orders})"

    @property
    def refill_doubt(self) -> str:
        """The reason to doubt the refill: the name says that there is none. "" if there is no such reason."""
        is_doubtful = self.says_no_refill and self.refill is not False
        return "No refill by its name" if is_doubtful else ""

    @property
    def cancel_doubt(self) -> str:
        """The reason to doubt the offered cancels: the panel refused all of them. "" if there is no such reason."""
        is_doubtful = self.cancel is not False and self.panel.takes_cancels is False
        return "Cancels refused so far" if is_doubtful else ""

    def terms(self) -> dict[str, Any]:
        """Return what an order keeps of its service besides type and rate (`Order.as_ordered`)."""
        return {
            "service": self.remote_id,
            "name": self.name,
            "category": self.category,
            "minimum": self.min_quantity,
            "maximum": self.max_quantity,
            "refill": self.refill,
            "cancel": self.cancel,
        }

    def offer(self, rate_per_1000: Decimal | None = None) -> Offer:
        """Return the terms to check and price orders, at the current rate or at the given rate."""
        return Offer(
            type=self.type,
            rate_per_1000=self.rate_per_1000 if rate_per_1000 is None else rate_per_1000,
            min_quantity=self.min_quantity,
            max_quantity=self.max_quantity,
            bills_package_per_line=self.panel.bills_package_per_line,
            dripfeed=self.dripfeed,
            charge_factor=self.charge_factor,
            name=self.name,
            category=self.category,
        )


class ServiceChange(models.Model):
    class Kind(models.TextChoices):
        DEARER = "dearer", "Dearer"
        CHEAPER = "cheaper", "Cheaper"
        GONE = "gone", "Gone"
        BACK = "back", "Back"
        NEW = "new", "New"
        REFILL_LOST = "refill_lost", "Refill lost"
        CANCEL_LOST = "cancel_lost", "Cancel lost"
        LIMITS = "limits", "Limits"
        TYPE = "type", "Type"
        THING = "thing", "Another thing"
        CONTRADICTION = "contradiction", "Name and flag contradict"
        RENAMED = "renamed", "Renamed"
        OTHER = "other", "Other terms"

    # These are no fields of a service, but what its name says (catalog/facts.py): the title of the product, the class
    # of refill, and that name and flag say opposite things about refills.
    PRODUCT, REFILL_CLASS, CONTRADICTION = "product", "refill_class", "contradiction"

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="changes", db_index=False)
    # The panel of the service, for the list of changes. None in a row from before 0.2.0 until the migration fills it.
    panel = models.ForeignKey(
        Panel, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, editable=False
    )
    at = models.DateTimeField()
    # A field's name. "is_listed" for services that appeared, disappeared or came back.
    field = models.CharField(max_length=40)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    # What the change means (catalog/watch.py).
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.OTHER, db_default=Kind.OTHER, editable=False)
    # The team used the service when it changed: it was ordered lately, a favourite, or in a draft.
    is_used = models.BooleanField("in use", default=False, db_default=False, editable=False)
    # It makes a service that is used worse.
    is_serious = models.BooleanField("serious", default=False, db_default=False, editable=False)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=("service", "-at"), name="change_by_service"),
            models.Index(fields=("-at",), name="change_by_time"),
            # The last columns are filters. With them in the index, a query need not read the rows.
            models.Index(fields=("panel", "-at", "-id", "kind", "is_used"), name="change_of_panel"),
            models.Index(fields=("kind", "-at", "-id", "is_used"), name="change_of_kind"),
            models.Index(fields=("-at", "-id", "panel", "kind"), condition=Q(is_used=True), name="change_in_use"),
            models.Index(fields=("-at",), condition=Q(is_used=True, is_serious=True), name="change_to_look_at"),
        )

    def __str__(self) -> str:
        return f"{self.service_id} {self.field}: {self.old} → {self.new}"

    @property
    def ratio(self) -> Decimal | None:
        """The new price as a multiple of the old one, None if this is no change of a price or the old one was 0."""
        if self.field != "rate_per_1000" or not (old := Decimal(self.old)):
            return None
        return Decimal(self.new) / old
