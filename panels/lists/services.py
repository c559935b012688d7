"""The list of services, which is the catalog of all panels: its columns and its export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Context, Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from panels.lists.cells import BARE, main_link, name_column, time_column, words
from panels.models import Product, Service, ServiceFacts, ServiceRecord
from panels.money.exchange import Converted, Converter
from panels.pages import numbers, states
from panels.pages.facts import chips_of, draw_chips, draw_marks
from panels.pages.numbers import NO_VALUE
from panels.pages.records import delivered_cell, draw_record, finish_cell, price_cell
from panels.pages.table import Column, Table
from panels.templatetags.catalog import average_time, is_flat, type_badge
from panels.templatetags.exchange import converted_price

# The relations that the cells show, and the large columns that they do not.
RELATED = ("panel", "facts__product", "mark", "record")
UNREAD = ("record__tally", "record__numbers", "search_text", "panel__api_key")
# What orders show is for those who may see orders.
OF_ORDERS = "panels.view_order"
EXPORTED: Mapping[str, Callable[[Service], Any]] = {
    "Panel": lambda service: service.panel.name,
    "Service ID": lambda service: service.remote_id,
    "Service": lambda service: service.name,
    "Category": lambda service: service.category,
    "Type": lambda service: service.get_type_display(),
    "Panel type": lambda service: service.raw_type,
    "Price": lambda service: service.rate_per_1000,
    "Price is flat": is_flat,
    "Currency": lambda service: service.panel.currency,
    "Minimum": lambda service: service.min_quantity,
    "Maximum": lambda service: service.max_quantity,
    "Refill": lambda service: service.refill,
    "Cancel": lambda service: service.cancel,
    "Drip-feed": lambda service: service.dripfeed,
    "Average time": lambda service: service.average_time,
    "Average minutes": lambda service: service.average_minutes,
    "Charged": lambda service: service.charges_text,
    "Finished in minutes (90 %)": lambda service: _recorded(service, "finish_minutes"),
    "Finished orders": lambda service: _recorded(service, "finish_orders"),
    "Delivered share": lambda service: _recorded(service, "delivered"),
    "Paid per 1000 delivered": lambda service: _recorded(service, "price"),
    "Product": lambda service: str(product_of(service) or ""),
    "Name says": lambda service: ", ".join(chip.text for chip in chips_of(service)),
    "Favourite": lambda service: _mark(service, "is_favourite"),
    "Blocked": lambda service: _mark(service, "is_blocked"),
    "Note": lambda service: _mark(service, "note"),
    "Description": lambda service: service.description,
    "Listed": lambda service: service.is_listed,
    "First seen": lambda service: service.first_seen_at,
    "Last seen": lambda service: service.last_seen_at,
}

# A file has them if there is a reporting currency. They are empty without a rate.
CONVERTED: Mapping[str, Callable[[Converted], Any]] = {
    "Converted price": lambda found: plain_number(found.amount),
    "Converted to": lambda found: found.currency,
    "Exchange rate": lambda found: plain_number(found.rate),
    "Rate of": lambda found: found.day,
}
_TWELVE = Context(prec=12)


def plain_number(number: Decimal) -> Decimal:
    """Return a converted number with as many digits as rates can be trusted with."""
    return _TWELVE.plus(number)


def _name(service: Service) -> str:
    link = main_link(service.get_absolute_url(), service.name, service.name)
    marks = draw_marks(service)
    return format_html("{} {}", link, marks) if marks else link


def product_of(service: Service) -> Product | None:
    """Return the product of a service, None while its name has not been read."""
    facts: ServiceFacts | None = getattr(service, "facts", None)
    return facts.product if facts else None


def record_of(service: Service) -> ServiceRecord | None:
    """Return the record of a service, None without one."""
    return getattr(service, "record", None)


def _recorded(service: Service, name: str) -> Any:
    return getattr(record_of(service), name, None)


def _paid(service: Service) -> str:
    return price_cell(record_of(service), is_aligned=True)


def _mark(service: Service, name: str) -> Any:
    return getattr(getattr(service, "mark", None), name, None)


def _facts(service: Service) -> str:
    return draw_chips(service) or NO_VALUE


def _product(service: Service) -> str:
    product = product_of(service)
    if product is None:
        return NO_VALUE
    return format_html('<a href="{}" title="{}">{}</a>', product.get_absolute_url(), product.title, product.title)


def _type(service: Service) -> str:
    """Write the type. It is a badge only if it is not known, because a known type is no state."""
    label = f"{service.order_type.label} (set by hand)" if service.own_type else service.order_type.label
    unknown = format_html('<span title="{}">{}</span>', service.raw_type, type_badge(service))
    kind = words(label) if service.type else unknown
    return kind if service.is_listed else format_html("{} {}", states.badge("not_listed"), kind)


def _price(service: Service) -> str:
    return _with_unit(service, numbers.price(service.rate_per_1000, service.panel.currency, is_aligned=True))


def _bare_price(service: Service) -> str:
    return _with_unit(service, numbers.price(service.rate_per_1000, service.panel.currency, **BARE))


def _with_unit(service: Service, price: str) -> str:
    """Say that a price is flat, because the head of the column says "per 1000"."""
    if not is_flat(service):
        return price
    return format_html('<span class="muted" title="For the whole order">flat</span> {}', price)


def _limits(service: Service) -> str:
    return f"{numbers.count(service.min_quantity)} – {numbers.count(service.max_quantity)}"


def _answer(value: bool | None, name: str, doubt: str = "") -> str:  # noqa: FBT001
    """Write in a word whether the panel offers something. The full words are on hover."""
    if doubt:
        return format_html('<span class="muted" title="{}">Doubtful</span>', doubt)
    if value is None:
        return format_html('<span class="muted" title="{} not stated">–</span>', name)
    return format_html('<span title="{}">{}</span>', name if value else f"No {name.lower()}", "Yes" if value else "No")


def _order(service: Service) -> str:
    if not service.is_listed or not service.panel.is_active or _mark(service, "is_blocked"):
        return ""
    address = f"{reverse('order_new')}?service={service.pk}"
    words = '<a class="button button--small" href="{}">Order<span class="sr"> {}</span></a>'
    return format_html(words, address, service.name)


SERVICES: Table[Service] = Table(
    name="services",
    row="service",
    exported=EXPORTED,
    sorts={
        "name": "name",
        "price": "rate_per_1000",
        "finish": "record__finish_minutes",
        "delivered": "record__delivered",
        "paid": "record__price",
    },
    sort="name",
    columns=(
        Column(
            name="remote_id", title="ID", cell=lambda service: words(service.remote_id), css="w-id mono", shown="always"
        ),
        Column(name="name", title="Service", cell=_name, css="table__main", shown="always", place="title", sort="name"),
        name_column("panel", "Panel", lambda service: service.panel.name, place="remark"),
        Column(name="facts", title="Name says", cell=_facts, css="w-link", shown="wide"),
        Column(name="product", title="Product", cell=_product, css="w-link", shown="extra"),
        Column(
            name="category",
            title="Category",
            cell=lambda service: words(service.category),
            css="w-link",
            shown="wide",
        ),
        Column(name="type", title="Type", cell=_type, css="w-name", shown="medium", place="badge"),
        Column(
            name="price",
            title="Price per 1000",
            cell=_price,
            bare=_bare_price,
            currency=lambda service: service.panel.currency,
            css="num",
            place="figure",
            sort="price",
        ),
        Column(name="limits", title="Min – max", cell=_limits, css="num"),
        Column(name="refill", title="Refill", cell=lambda service: _answer(service.refill, "Refill")),
        Column(
            name="cancel", title="Cancel", cell=lambda service: _answer(service.cancel, "Cancel", service.cancel_doubt)
        ),
        Column(
            name="dripfeed",
            title="Drip-feed",
            cell=lambda service: _answer(service.dripfeed, "Drip-feed"),
            shown="extra",
        ),
        Column(
            name="record",
            title="Own orders",
            cell=lambda service: draw_record(record_of(service)) or NO_VALUE,
            shown="wide",
            needs=OF_ORDERS,
        ),
        Column(
            name="finish",
            title="Finished in",
            cell=lambda service: finish_cell(record_of(service)),
            css="num",
            shown="extra",
            sort="finish",
            needs=OF_ORDERS,
        ),
        Column(
            name="delivered",
            title="Delivered",
            cell=lambda service: delivered_cell(record_of(service)),
            css="num",
            shown="extra",
            sort="-delivered",
            needs=OF_ORDERS,
        ),
        Column(
            name="paid",
            title="Paid per 1000 delivered",
            cell=_paid,
            css="num",
            shown="extra",
            sort="paid",
            needs=OF_ORDERS,
        ),
        Column(name="average", title="Average time", cell=lambda service: words(average_time(service)), shown="extra"),
        Column(
            name="charges",
            title="Charged",
            cell=lambda service: words(service.charges_text),
            css="w-link",
            shown="extra",
        ),
        time_column("first_seen", "First seen", lambda service: service.first_seen_at, shown="extra"),
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


def services_table(converter: Converter) -> Table[Service]:
    """Return the list with a column of the prices in the reporting currency, after the prices themselves."""

    def convert(service: Service) -> Converted | None:
        return converter.convert(service.rate_per_1000, service.panel.currency)

    column: Column[Service] = Column(
        name="converted",
        title="Converted",
        cell=lambda service: converted_price(convert(service)),
        bare=lambda service: converted_price(convert(service), **BARE),
        currency=lambda service: converter.currency if convert(service) else None,
        css="num",
        shown="always",
    )
    place = 1 + next(number for number, each in enumerate(SERVICES.columns) if each.name == "price")
    return replace(SERVICES, columns=(*SERVICES.columns[:place], column, *SERVICES.columns[place:]))


def with_converted(converter: Converter) -> Table[Service]:
    """Return the list with columns of its export for the prices in the reporting currency, if there is one."""

    def read(cell: Callable[[Converted], Any]) -> Callable[[Service], Any]:
        def value(service: Service) -> Any:
            found = converter.convert(service.rate_per_1000, service.panel.currency)
            return None if found is None else cell(found)

        return value

    if not converter.is_set:
        return SERVICES
    return replace(SERVICES, exported={**EXPORTED, **{title: read(cell) for title, cell in CONVERTED.items()}})
