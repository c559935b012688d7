"""The list of products: each with its cheapest offer, the number of panels that sell it, and how far prices differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from panels.lists.cells import BARE, main_link, words
from panels.lists.services import OF_ORDERS
from panels.models import ProductGrade
from panels.money.exchange import Converted, Converter
from panels.pages import numbers
from panels.pages.numbers import NO_VALUE
from panels.pages.records import draw_record
from panels.pages.table import Column, Table
from panels.templatetags.catalog import is_flat
from panels.templatetags.exchange import converted_price

# The relations that the cells show.
RELATED = ("product__record", "cheapest__panel", "cheapest__record")
# What the cells do not need of them.
UNREAD = (
    *("cheapest__description", "cheapest__panel__api_key"),
    *(f"{of}__record__{name}" for of in ("product", "cheapest") for name in ("tally", "numbers")),
)
EXPORTED: Mapping[str, Callable[[Row], Any]] = {
    "Product": lambda row: row.grade.product.title,
    "Platform": lambda row: row.grade.product.platform,
    "What": lambda row: row.grade.product.metric,
    "For": lambda row: row.grade.product.object,
    "Kind": lambda row: row.grade.product.variant,
    "Country": lambda row: row.grade.product.geo,
    "Gender": lambda row: row.grade.product.gender,
    "Refill": lambda row: row.grade.get_refill_display() if row.grade.refill else "",
    "Cheapest from": lambda row: row.grade.price,
    "Currency": lambda row: row.grade.currency,
    "Cheapest panel": lambda row: row.grade.cheapest and row.grade.cheapest.panel.name,
    "Cheapest service ID": lambda row: row.grade.cheapest and row.grade.cheapest.remote_id,
    "Dearest": lambda row: row.grade.dearest,
    "Panels": lambda row: row.grade.panels,
    "Offers": lambda row: row.grade.offers,
}


def _title(row: Row) -> str:
    grade = row.grade
    title = grade.product.title
    refill = f"?refill_class={grade.refill}" if grade.refill else ""
    return main_link(f"{grade.product.get_absolute_url()}{refill}", title, title)


@dataclass(frozen=True)
class Row:
    """A grade of a product, and the price of its cheapest offer as it is compared."""

    grade: ProductGrade
    price: Converted | None

    @property
    def record(self) -> str:
        """What the own orders of the cheapest service show."""
        return draw_record(getattr(self.grade.cheapest, "record", None)) or NO_VALUE

    @property
    def pk(self) -> int:
        """The pk of the grade."""
        return self.grade.pk


def priced(grades: Iterable[ProductGrade], converter: Converter) -> list[Row]:
    """Return grades with the prices of their cheapest offers."""
    return [Row(grade, _compared(grade, converter)) for grade in grades]


def _compared(grade: ProductGrade, converter: Converter) -> Converted | None:
    if grade.cheapest is None:
        return None
    rate, currency = grade.cheapest.rate_per_1000, grade.cheapest.panel.currency
    return converter.convert(rate, currency) or Converted(rate, currency, (), is_stale=False)


def _price(row: Row, **how: Any) -> str:
    if row.price is None or row.grade.cheapest is None:
        return format_html('<span class="muted" title="{}">{}</span>', not_compared(row.grade), NO_VALUE)
    price = converted_price(row.price, **({"is_aligned": True} | how))
    if is_flat(row.grade.cheapest):
        return format_html('<span class="muted" title="For the whole order">flat</span> {}', price)
    return price


def _bare_price(row: Row) -> str:
    return _price(row, **BARE)


def not_compared(grade: ProductGrade) -> str:
    """Say why a product has no cheapest offer."""
    if not grade.offers:
        return "No offer"
    return "The offers have different currencies. To compare them, set a reporting currency and rates"


def _panel(row: Row) -> str:
    grade = row.grade
    return words(grade.cheapest.panel.name) if grade.cheapest else NO_VALUE


def _spread(row: Row) -> str:
    """Write how many times as much the dearest offer costs."""
    grade = row.grade
    if grade.spread is None or grade.offers < 2:
        return NO_VALUE
    title = f"From {numbers.exact(grade.price, grade.currency)} to {numbers.exact(grade.dearest, grade.currency)}"
    return format_html('<span title="{}">× {}</span>', title, f"{grade.spread:,.1f}")


def _record(row: Row) -> str:
    """Write what the own orders of all its services show: time to finish, delivered share, price."""
    return draw_record(getattr(row.grade.product, "record", None)) or NO_VALUE


def _offers(row: Row) -> str:
    grade = row.grade
    return numbers.count(grade.offers)


def _order(row: Row) -> str:
    grade = row.grade
    if not grade.cheapest:
        return ""
    address = f"{reverse('order_new')}?service={grade.cheapest.pk}"
    link = '<a class="button button--small" href="{}">Order<span class="sr"> {} at {}</span></a>'
    return format_html(link, address, grade.product.title, grade.cheapest.panel.name)


PRODUCTS: Table[Row] = Table(
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
            currency=lambda row: row.price.currency if row.price else None,
            css="num",
            shown="always",
            place="figure",
            sort="price",
        ),
        Column(name="cheapest", title="Cheapest at", cell=_panel, css="w-name", place="remark"),
        Column(name="panels", title="Panels", cell=lambda row: numbers.count(row.grade.panels), css="num"),
        Column(name="offers", title="Offers", cell=_offers, css="num", sort="-offers"),
        Column(name="spread", title="Dearest", cell=_spread, css="num", shown="medium"),
        Column(name="record", title="Own orders", cell=_record, place="remark", needs=OF_ORDERS),
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
