"""Tags for the price and the type of a service, and for its changes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django import template
from django.utils.html import format_html

from panels.models import RefillClass, Service, ServiceChange
from panels.pages import numbers
from panels.pages.facts import draw_chips, draw_marks
from panels.pages.numbers import NBSP, NO_VALUE
from panels.pages.records import draw_record
from panels.pages.states import badge
from panels.protocol.order_types import Billing

register = template.Library()

ANSWERS = {"True": "yes", "False": "no", "": "not stated"}
# By whether the name promises a refill (catalog/watch.py).
CONTRADICTIONS = {
    "refill": "The name promises a refill, and the panel's flag says no",
    "no refill": "The name says no refill, and the panel's flag says yes",
}
ABOUT_LISTING = {("", "True"): "New", ("False", "True"): "Listed again", ("True", "False"): "No longer listed"}


class ChangeWords(NamedTuple):
    """A change in words; old and new are empty where `what` says it all."""

    what: str
    old: str = ""
    new: str = ""


@register.simple_tag
def price(service: Service) -> str:
    """Write the price of a service: for 1000 units, or flat for packages."""
    amount, currency = service.rate_per_1000, service.panel.currency
    if is_flat(service):
        return format_html("{} flat", numbers.money(amount, currency))
    return numbers.rate(amount, currency)


@register.simple_tag
def price_unit(service: Service) -> str:
    """Write the unit of the price of a service, such as "USD per 1000"."""
    return f"{service.panel.currency} {'flat' if is_flat(service) else 'per 1000'}".strip()


def is_flat(service: Service) -> bool:
    """Return whether the price is for the whole order, not for 1000 units."""
    kind = service.order_type
    return kind.billing is Billing.FLAT and not (kind.counted_field and service.panel.bills_package_per_line)


@register.simple_tag
def elsewhere_link(found: Mapping[int, Any] | str, service: int | None) -> str:
    """Write the link to the same as a service elsewhere, if it was found (`catalog.elsewhere.elsewhere_of`)."""
    offer = found.get(service or 0) if isinstance(found, Mapping) else None
    return offer.link if offer else ""


@register.simple_tag
def type_badge(service: Service) -> str:
    """Show the type of a service. An unknown type is highlighted, with the panel's own name."""
    if service.own_type:
        return badge(service.type, label=f"{service.order_type.label} (set by hand)", kind="neutral", icon="tag")
    if service.type:
        return badge(service.type, label=service.order_type.label, kind="neutral", icon="tag")
    return badge("unknown", label=f"Unknown type: {service.raw_type}" if service.raw_type else "No type", kind="warn")


@register.simple_tag
def record_line(service: Service) -> str:
    """Write the three numbers of the record of a service in one line, "" without a record."""
    return draw_record(getattr(service, "record", None))


@register.simple_tag
def team_mark(service: Service) -> str:
    """Write what the team says about a service that was read with its mark: a favourite, and the note."""
    drawn, note = draw_marks(service), getattr(getattr(service, "mark", None), "note", "")
    return format_html("{} {}", drawn, note) if drawn and note else drawn or note


@register.simple_tag
def average_time(service: Service) -> str:
    """Write the average time of a service in days, hours and minutes, or in the panel's words if they name no time."""
    if service.average_minutes is None:
        return service.average_time or ANSWERS[""]
    return minutes_text(service.average_minutes)


@register.simple_tag
def fact_chips(service: Service) -> str:
    """Write what the name of a service says, as chips."""
    return draw_chips(service) or NO_VALUE


def minutes_text(minutes: int) -> str:
    """Write a time in days, hours and minutes."""
    days, rest = divmod(minutes, 1440)
    parts = zip((days, *divmod(rest, 60)), ("d", "h", "min"), strict=True)
    return " ".join(f"{number}{NBSP}{unit}" for number, unit in parts if number) or f"0{NBSP}min"


@register.simple_tag
def change_words(change: ServiceChange, currency: str) -> ChangeWords:
    """Put a change of a service into words."""
    if change.field == "is_listed":
        return ChangeWords(ABOUT_LISTING.get((change.old, change.new), "Listing changed"))
    if change.field == ServiceChange.CONTRADICTION:
        return ChangeWords(CONTRADICTIONS.get(change.new, "Name and flag contradict"))
    if change.field == ServiceChange.PRODUCT:
        return ChangeWords("By its name it is another product", change.old, change.new)
    if change.field == ServiceChange.REFILL_CLASS:
        return ChangeWords("Refill by its name", *(RefillClass(int(each)).label for each in (change.old, change.new)))
    field: Any = Service._meta.get_field(change.field)
    what = "Price" if change.field == "rate_per_1000" else str(field.verbose_name).capitalize()
    return ChangeWords(what, _value(change.field, change.old, currency), _value(change.field, change.new, currency))


def rise(change: ServiceChange) -> str:
    """Write how much a price has changed, such as "+22 %". "" if that says nothing."""
    ratio = change.ratio
    if ratio is None:
        return ""
    percent = (ratio - 1) * 100
    digits = 0 if abs(percent) >= 10 else 1
    return f"{'+' if percent > 0 else '−'}{abs(percent):,.{digits}f}{NBSP}%"


def _value(field: str, text: str, currency: str) -> str:
    if field in ("refill", "cancel", "dripfeed"):
        return ANSWERS.get(text, text)
    if field == "rate_per_1000":
        # Two prices that are nearly equal must differ here.
        return numbers.exact(Decimal(text), currency)
    return f"{int(text):,}" if text.isdecimal() and field.endswith("_quantity") else text or NO_VALUE
