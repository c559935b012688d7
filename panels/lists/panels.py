"""The list of panels: its columns, its export and its total, and the fields that its cells depend on.

The key of a panel is in none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from operator import attrgetter
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join, strip_tags

from panels.attention.sentences import trouble
from panels.lists.cells import BARE, aside, main_link, time_column, words
from panels.lists.totals import Sum, Totals, add_up
from panels.models import Panel, ServiceRecord
from panels.pages import numbers, states
from panels.pages.icons import icon_of_word
from panels.pages.numbers import NO_VALUE
from panels.pages.records import draw_record
from panels.pages.table import Column, Table


@dataclass(frozen=True)
class PanelRow:
    """A panel, and the number of its open orders."""

    panel: Panel
    open_count: int

    @property
    def pk(self) -> int:
        """The id of the row."""
        return self.panel.pk

    @property
    def record(self) -> ServiceRecord | None:
        """What the own orders at the panel show."""
        return getattr(self.panel, "record", None)


# Panels that are compared by these fields are drawn alike. The states depend on the time too.
WATCHED = attrgetter(
    "pk",
    "name",
    "api_url",
    "is_active",
    "state",
    "is_asked",
    "paused_reason",
    "paused_until",
    "quiet_until",
    "last_error",
    "failures",
    "turned_away",
    "unanswered_orders",
    "unreadable_since",
    "unreadable_text",
    "balance",
    "currency",
    "low_balance",
    "balance_checked_at",
    "balance_requested_at",
    "balance_error",
    "answered_at",
    "catalog_synced_at",
    "sync_requested_at",
    "catalog_error",
)
# The fields of its record that a row shows.
RECORDED = attrgetter(
    "finish_minutes", "finish_orders", "delivered", "delivered_orders", "price", "price_orders", "currency"
)
EXPORTED: Mapping[str, Callable[[PanelRow], Any]] = {
    "Panel": lambda row: row.panel.name,
    "Panel ID": lambda row: row.pk,
    "Address": lambda row: row.panel.host,
    "State": lambda row: row.panel.state,
    "Paused because": lambda row: row.panel.get_paused_reason_display() if row.panel.is_paused() else "",
    "Paused until": lambda row: row.panel.pause_ends_at if row.panel.is_paused() else None,
    "Trouble": lambda row: _trouble_words(row.panel),
    "Balance": lambda row: row.panel.balance,
    "Currency": lambda row: row.panel.currency,
    "Warn below": lambda row: row.panel.low_balance,
    "Balance read": lambda row: row.panel.balance_checked_at,
    "Last answer": lambda row: row.panel.last_answer_at,
    "Finished in minutes (90 %)": lambda row: getattr(row.record, "finish_minutes", None),
    "Delivered share": lambda row: getattr(row.record, "delivered", None),
    "Paid per 1000 delivered": lambda row: getattr(row.record, "price", None),
    "Catalog synced": lambda row: row.panel.catalog_synced_at,
}


def total_balance(rows: Iterable[PanelRow]) -> Totals:
    """Return the balances by currency, and the number of panels whose balance is not known."""
    panels = [row.panel for row in rows]
    known = [Sum(panel.currency, panel.balance) for panel in panels if panel.balance is not None]
    return add_up(known, missing=len(panels) - len(known))


def _name(row: PanelRow) -> str:
    return main_link(row.panel.get_absolute_url(), row.panel.name, f"{row.panel.name} · {row.panel.host}")


def _state(row: PanelRow) -> str:
    panel = row.panel
    marks = [states.panel_badge(panel)]
    if panel.is_balance_low:
        marks.append(states.badge("low", label="Low balance"))
    if panel.is_active and panel.balance_requested_at:
        marks.append(aside("checking…"))
    if panel.is_active and panel.sync_requested_at:
        marks.append(aside("syncing…"))
    return format_html_join(" ", "{}", ((mark,) for mark in marks))


def _trouble(row: PanelRow) -> str:
    full = _trouble_words(row.panel)
    return format_html('<span title="{}">{}</span>', full, trouble(row.panel)) if full else ""


def _trouble_words(panel: Panel) -> str:
    # An inactive panel is not called, so its last errors no longer matter.
    return " ".join(unescape(strip_tags(trouble(panel))).split()) if panel.is_active else ""


def _open_orders(row: PanelRow) -> str:
    number = numbers.count(row.open_count)
    if not row.open_count:
        return number
    return format_html('<a href="{}?panel={}">{}</a>', reverse("order_list"), row.pk, number)


def _record(row: PanelRow) -> str:
    numbers_of_orders = draw_record(row.record)
    if not numbers_of_orders:
        return NO_VALUE
    return format_html('<a href="{}">{}</a>', reverse("panel_record", args=[row.pk]), numbers_of_orders)


def _watched(row: PanelRow) -> tuple[object, ...]:
    record = RECORDED(row.record) if row.record else None
    return WATCHED(row.panel), row.panel.is_probe_due(), row.open_count, record


def _read(row: PanelRow) -> str:
    is_possible = row.panel.is_active and not row.panel.balance_requested_at
    return _button(row, "panel_balance", "refresh-cw", "Read the balance of") if is_possible else ""


def _actions(row: PanelRow) -> str:
    panel = row.panel
    buttons = []
    if panel.is_active and not panel.sync_requested_at:
        buttons.append(_button(row, "panel_sync", "library", "Sync the catalog of"))
    if panel.is_paused():
        buttons.append(_button(row, "panel_resume", "circle-play", "Resume"))
    elif panel.is_active:
        buttons.append(_button(row, "panel_pause", "circle-pause", "Pause"))
    return format_html_join(" ", "{}", ((each,) for each in buttons))


def _button(row: PanelRow, view: str, icon: str, verb: str) -> str:
    """Write a button of the form panel-actions, because no form can be in the table."""
    return format_html(
        '<button class="button button--small button--icon" form="panel-actions" formaction="{}" title="{} {}">'
        '{}<span class="sr">{} {}</span></button>',
        reverse(view, args=[row.pk]),
        verb,
        row.panel.name,
        icon_of_word(icon),
        verb,
        row.panel.name,
    )


PANELS: Table[PanelRow] = Table(
    name="panels",
    row="panel",
    exported=EXPORTED,
    watched=_watched,
    rights=("panels.view_order", "panels.add_order", "panels.change_panel"),
    sorts={"name": "name", "open": "open_count"},
    sort="name",
    columns=(
        Column(name="number", title="Panel ID", cell=lambda row: str(row.pk), css="w-id", shown="extra"),
        Column(name="name", title="Panel", cell=_name, css="w-link", shown="always", place="title", sort="name"),
        Column(name="host", title="Address", cell=lambda row: words(row.panel.host), css="w-link", shown="wide"),
        Column(name="state", title="State", cell=_state, css="w-state", shown="always", place="badge"),
        Column(name="trouble", title="Trouble", cell=_trouble, css="table__main", place="remark"),
        Column(
            name="balance",
            title="Balance",
            cell=lambda row: numbers.total(row.panel.balance, row.panel.currency, is_aligned=True),
            bare=lambda row: numbers.total(row.panel.balance, row.panel.currency, **BARE),
            currency=lambda row: None if row.panel.balance is None else row.panel.currency,
            css="num",
            place="figure",
        ),
        Column(
            name="open",
            title="Open orders",
            cell=_open_orders,
            css="num",
            sort="-open",
            needs="panels.view_order",
        ),
        Column(name="record", title="Own orders", cell=_record, shown="wide", needs="panels.view_order"),
        time_column("answered", "Last answer", lambda row: row.panel.last_answer_at, never="not yet", place="figure"),
        time_column("catalog", "Catalog", lambda row: row.panel.catalog_synced_at, never="not yet"),
        time_column("checked", "Balance read", lambda row: row.panel.balance_checked_at, never="not yet", shown="wide"),
        Column(
            name="read",
            title="Read the balance",
            cell=_read,
            css="table__actions",
            shown="always",
            needs="panels.add_order",
        ),
        Column(
            name="actions",
            title="Actions",
            cell=_actions,
            css="table__actions",
            shown="always",
            needs="panels.change_panel",
        ),
    ),
)
