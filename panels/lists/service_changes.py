"""The list of the changes of services: its columns and its export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from django.utils.html import format_html

from panels.lists.cells import aside, main_link, name_column, time_column, words
from panels.models import ServiceChange
from panels.pages.states import badge
from panels.pages.table import Column, Table
from panels.templatetags.catalog import change_words, rise

# The relations that the cells show.
RELATED = ("service__panel",)
Kind = ServiceChange.Kind
# The looks of the kinds that are better or worse. The others are neutral.
LOOKS = {
    Kind.DEARER: ("warn", "trending-up"),
    Kind.CHEAPER: ("good", "trending-down"),
    Kind.GONE: ("warn", "circle-off"),
    Kind.BACK: ("good", "circle-check"),
    Kind.NEW: ("info", "plus"),
    Kind.REFILL_LOST: ("warn", "rotate-ccw"),
    Kind.CANCEL_LOST: ("warn", "ban"),
    Kind.THING: ("bad", "replace"),
    Kind.CONTRADICTION: ("warn", "circle-question-mark"),
}


def said(change: ServiceChange) -> tuple[str, str, str]:
    """Return what has changed, and the value before and after it, in words."""
    return change_words(change, change.service.panel.currency)


def _kind(change: ServiceChange) -> str:
    kind, icon = LOOKS.get(Kind(change.kind), ("neutral", "pencil"))
    shown = badge(change.kind, label=change.get_kind_display(), kind=kind, icon=icon)
    is_unseen = getattr(change, "is_unseen", False)
    return format_html("{} {}", shown, aside("new", "Since you last looked")) if is_unseen else shown


def _service(change: ServiceChange) -> str:
    service = change.service
    return main_link(service.get_absolute_url(), service.name, str(service))


def _change(change: ServiceChange) -> str:
    """Write a change: "Price: 0.90 USD → 1.10 USD"."""
    what, old, new = said(change)
    return words(f"{what}: {old} → {new}" if old or new else what)


def _currency(change: ServiceChange) -> str:
    return change.service.panel.currency if change.field == "rate_per_1000" else ""


EXPORTED: Mapping[str, Callable[[ServiceChange], Any]] = {
    "Time": attrgetter("at"),
    "Panel": lambda change: change.service.panel.name,
    "Service ID": lambda change: change.service.remote_id,
    "Service": lambda change: change.service.name,
    "Kind": lambda change: change.get_kind_display(),
    "What": lambda change: said(change)[0],
    "Old": attrgetter("old"),
    "New": attrgetter("new"),
    "Currency": _currency,
    "Change of the price": rise,
    "In use": attrgetter("is_used"),
}

CHANGES: Table[ServiceChange] = Table(
    name="service_changes",
    row="service change",
    exported=EXPORTED,
    sorts={"time": "at"},
    sort="-time",
    columns=(
        time_column("time", "When", attrgetter("at"), shown="always", place="figure", sort="-time"),
        Column(name="kind", title="Kind", cell=_kind, css="w-state", shown="always", place="badge"),
        Column(name="service", title="Service", cell=_service, css="table__main", shown="always", place="title"),
        Column(
            name="remote_id",
            title="ID",
            cell=lambda change: words(change.service.remote_id),
            css="w-id mono",
            shown="medium",
        ),
        name_column("panel", "Panel", lambda change: change.service.panel.name, place="figure"),
        Column(name="change", title="Change", cell=_change, css="w-link", shown="always", place="remark"),
        Column(name="rise", title="Price", cell=rise, css="num", place="figure"),
        Column(
            name="used", title="In use", cell=lambda change: "Yes" if change.is_used else "No", css="w-id", shown="wide"
        ),
    ),
)
