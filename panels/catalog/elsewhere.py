"""Finds the same as a service at another panel: the cheapest offer of its product with at least its refill."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import F
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from panels.models import ProductGrade, Service
from panels.models.product import OF_KNOWN
from panels.pages import numbers
from panels.templatetags.catalog import price

# What the words about an offer read of it.
_READ = (
    *("id", "panel", "remote_id", "name", "type", "own_type", "rate_per_1000"),
    *("panel__name", "panel__currency_override", "panel__reported_currency", "panel__bills_package_per_line"),
)


class Elsewhere(NamedTuple):
    """The cheapest equivalent offer at another panel, and the product of both."""

    product: int
    offer: Service

    @property
    def address(self) -> str:
        """The address of the page of the product."""
        return reverse("product_detail", args=[self.product])

    @property
    def words(self) -> str:
        """Its price in words, as HTML."""
        return format_html("The same elsewhere, from {}", price(self.offer))

    @property
    def link(self) -> str:
        """Its price in words as a link to the page of the product."""
        return self._link_with(f"{self.offer.panel.name}: {self.offer.name}", self.words)

    @property
    def short_link(self) -> SafeString:
        """The text of the link for a row of a list, in few words."""
        amount = numbers.price(self.offer.rate_per_1000, self.offer.panel.currency)
        title = f"The same at {self.offer.panel.name}: {self.offer.name}"
        return self._link_with(title, format_html("elsewhere from {}", amount))

    def _link_with(self, title: str, text: str) -> SafeString:
        return format_html('<a class="small" href="{}" title="{}">{}</a>', self.address, title, text)


def elsewhere_of(services: Iterable[int | None]) -> dict[int, Elsewhere]:
    """Return the same elsewhere by the pks of services, with one query. It is as of the last count of the offers.

    A service whose product is not known, or that no other panel offers with a comparable price, is not in the result.
    """
    pks = {pk for pk in services if pk}
    if not pks:
        return {}
    grades = ProductGrade.objects.filter(
        OF_KNOWN, product__facts__in=pks, refill=F("product__facts__refill_class"), cheapest__isnull=False
    ).annotate(of=F("product__facts__service"), at=F("product__facts__service__panel"))
    offers = ("cheapest", "elsewhere")
    rows = grades.select_related(*(f"{name}__panel" for name in offers)).only(
        "product_id", *(f"{name}__{field}" for name in offers for field in _READ)
    )
    found = {}
    for row in rows:
        offer = row.elsewhere if row.cheapest and row.cheapest.panel_id == row.at else row.cheapest
        if offer:
            found[row.of] = Elsewhere(row.product_id, offer)
    return found
