"""The list of products: each with its cheapest offer, the number of panels that sell it, and how far prices differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from panels.lists.cells import BARE, main_link, words
from panels.models import ProductGrade
from panels.pages import numbers
from panels.pages.numbers import NO_VALUE
from panels.pages.table import Column, Table
from panels.templatetags.catalog import is_flat

# The relations that the cells show.
RELATED = ("product", "cheapest__panel")
EXPORTED: Mapping[str, Callable[[ProductGrade], Any]] = {
    "Product": lambda grade: grade.product.title,
    "Platform": lambda grade: grade.product.platform,
    "What": lambda grade: grade.product.metric,
    "For": lambda grade: grade.product.object,
    "Kind": lambda grade: grade.product.variant,
    "Country": lambda grade: grade.product.geo,
    "Gender": lambda grade: grade.product.gender,
    "Refill": lambda grade: grade.get_refill_display() if grade.refill else "",
    "Cheapest from": lambda grade: grade.price,
    "Currency": lambda grade: grade.currency,
    "Cheapest panel": lambda grade: grade.cheapest and grade.cheapest.panel.name,
    "Cheapest service ID": lambda grade: grade.cheapest and grade.cheapest.remote_id,
    "Dearest": lambda grade: grade.dearest,
    "Panels": lambda grade: grade.panels,
    "Offers": lambda grade: grade.offers,
}


def _title(grade: ProductGrade) -> str:
    title = grade.product.title
    refill = f"?refill={grade.refill}" if grade.refill else ""
    return main_link(f"{grade.product.get_absolute_url()}{refill}", title, title)


def _price(grade: ProductGrade, **how: Any) -> str:
    if grade.price is None:
        return format_html('<span class="muted" title="{}">{}</span>', not_compared(grade), NO_VALUE)
    price = numbers.price(grade.price, grade.currency, **({"is_aligned": True} | how))
    if grade.cheapest and is_flat(grade.cheapest):
        return format_html('<span class="muted" title="For the whole order">flat</span> {}', price)
    return price


def _bare_price(grade: ProductGrade) -> str:
    return _price(grade, **BARE)


def not_compared(grade: ProductGrade) -> str:
    """Say why a product has no cheapest offer."""
    if not grade.offers:
        return "No offer"
    return "The offers have different currencies, which cannot be compared"


def _panel(grade: ProductGrade) -> str:
    return words(grade.cheapest.panel.name) if grade.cheapest else NO_VALUE


def _spread(grade: ProductGrade) -> str:
    """Write how many times as much the dearest offer costs."""
    if grade.spread is None or grade.offers < 2:
        return NO_VALUE
    title = f"From {numbers.exact(grade.price, grade.currency)} to {numbers.exact(grade.dearest, grade.currency)}"
    return format_html('<span title="{}">× {}</span>', title, f"{grade.spread:,.1f}")


def _offers(grade: ProductGrade) -> str:
    return numbers.count(grade.offers)


def _order(grade: ProductGrade) -> str:
    if not grade.cheapest:
        return ""
    address = f"{reverse('order_new')}?service={grade.cheapest.pk}"
    link = '<a class="button button--small" href="{}">Order<span class="sr"> {} at {}</span></a>'
    return format_html(link, address, grade.product.title, grade.cheapest.panel.name)


PRODUCTS: Table[ProductGrade] = Table(
    name="products",
    row="product",
    exported=EXPORTED,
    sorts={"offers": "offers", "price": "sort_price"},
    sort="-offers",
    columns=(
        Column(name="title", title="Product", cell=_title, css="table__main", shown="always", place="title"),
        Column(
            name="price",
            title="Cheapest per 1000",
            cell=_price,
            bare=_bare_price,
            currency=lambda grade: grade.currency if grade.price is not None else None,
            css="num",
            shown="always",
            place="figure",
            sort="price",
        ),
        Column(name="cheapest", title="Cheapest at", cell=_panel, css="w-name", place="remark"),
        Column(name="panels", title="Panels", cell=lambda grade: numbers.count(grade.panels), css="num"),
        Column(name="offers", title="Offers", cell=_offers, css="num", sort="-offers"),
        Column(name="spread", title="Dearest", cell=_spread, css="num"),
        Column(
            name="actions",
            title="Order",
            cell=_order,
            css="table__actions",
            shown="always",
            needs="panels.add_order",
            place="control",
        ),
    ),
)
