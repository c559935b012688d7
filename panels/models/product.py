"""Products, and what the offers of each product cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from panels.models.fields import RateField
from panels.models.service import Service

MOST_PRICE = Decimal(9_999_999_999)
# Rows with a foreign key to a product that is known (`Product.is_known`).
OF_KNOWN = Q(product__platform__gt="", product__metric__gt="")


class RefillClass(models.IntegerChoices):
    """How long an offer is refilled, by what is worse: its name or the panel's own flag."""

    NONE = 0, "No refill"
    MONTH = 1, "Any refill"
    QUARTER = 2, "More than 31 days"
    LONG = 3, "More than 99 days"
    LIFETIME = 4, "A year or a lifetime"


class Product(models.Model):
    """One thing that several panels may sell. Its services differ in refill, quality, speed and drop.

    A service whose platform or metric is not known is a product of its own. Its platform or metric is "".
    """

    MAX_KEY, MAX_TITLE = 200, 200

    # The result of catalog.names.product_key, or its hash if that is longer.
    key = models.CharField(max_length=MAX_KEY, unique=True, editable=False)
    platform = models.CharField(max_length=60, blank=True)
    metric = models.CharField(max_length=120, blank=True)
    object = models.CharField(max_length=120, blank=True)
    delivery = models.CharField(max_length=10, blank=True)
    variant = models.CharField(max_length=120, blank=True)
    geo = models.CharField(max_length=120, blank=True)
    gender = models.CharField(max_length=20, blank=True)
    # How long viewers stay in minutes, and how long a view lasts in seconds.
    minutes = models.PositiveIntegerField(null=True)
    watch_seconds = models.PositiveIntegerField(null=True)
    # How it is counted: unit, package, comments or package+comments.
    kind = models.CharField(max_length=20, blank=True)
    # Written from the facts, and the title that a person has set. "" if the first one counts.
    facts_title = models.CharField(max_length=500)
    own_title = models.CharField("title set by a person", max_length=MAX_TITLE, blank=True, default="", db_default="")
    search_text = models.TextField(blank=True, editable=False)
    # The best class of refill that an offer has, None without offers. Kept for filters and their counts.
    best_refill = models.PositiveSmallIntegerField(null=True, editable=False)
    # The grades must be counted anew, because an offer has come, gone or changed.
    is_stale = models.BooleanField(default=True, db_default=True, editable=False)

    class Meta:
        ordering = ("pk",)
        indexes = (
            # All facts that are filters, so that their counts read the index alone.
            models.Index(
                fields=("best_refill", "platform", "metric", "object", "geo", "variant", "gender", "delivery"),
                name="product_by_facts",
            ),
            models.Index(fields=("id",), condition=Q(is_stale=True), name="product_stale"),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("product_detail", args=[self.pk])

    @property
    def title(self) -> str:
        """What it is called: as a person has set it, or as its facts say."""
        return self.own_title or self.facts_title

    @property
    def is_known(self) -> bool:
        """Whether its platform and its metric are known, so that services of several panels can belong to it."""
        return bool(self.platform and self.metric)


class ProductGrade(models.Model):
    """What the offers of a product cost that have at least one class of refill. Kept for lists and sorting.

    Offers are listed services of active panels that the team has not blocked. Prices are those of the catalogs, for
    1000 units or, for packages, for the whole order. They are compared in one currency (`currency`): the reporting
    currency, or the currency of all offers. Without either, and for offers without a fresh rate, there is no price.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="grades", db_index=False)
    refill = models.PositiveSmallIntegerField("refill at least", choices=RefillClass)
    offers = models.PositiveIntegerField()
    panels = models.PositiveIntegerField()
    # The number of offers that could be compared.
    compared = models.PositiveIntegerField(default=0)
    # The cheapest offer, and the cheapest offer of the other panels. None without an offer that can be compared.
    cheapest = models.ForeignKey(Service, null=True, on_delete=models.SET_NULL, related_name="+")
    elsewhere = models.ForeignKey(Service, null=True, on_delete=models.SET_NULL, related_name="+")
    price = RateField(null=True)
    dearest = RateField(null=True)
    currency = models.CharField(max_length=10, blank=True)
    # The price to sort by. Without a price it is the highest.
    sort_price = RateField(default=MOST_PRICE)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("product", "refill"), name="one_row_per_product_and_refill"),)
        indexes = (
            models.Index(fields=("refill", "sort_price", "id"), name="grade_by_price"),
            models.Index(fields=("refill", "offers", "id"), name="grade_by_offers"),
        )

    def __str__(self) -> str:
        return f"{self.product_id} {self.get_refill_display()}"

    @property
    def spread(self) -> Any:
        """How many times as much as the cheapest offer the dearest one costs, None if that says nothing."""
        return self.dearest / self.price if self.price and self.dearest is not None else None
