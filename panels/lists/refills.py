"""The list of refills: its columns, its export, and the fields that its cells depend on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from django.utils.html import format_html

from panels.lists.cells import aside, main_link, name_column, time_column, words
from panels.models import Refill
from panels.pages import states, times
from panels.pages.table import Column, Table

# The relations that the cells show.
RELATED = ("order__panel", "order__service", "requested_by")
# Rows that are compared by these fields are drawn alike, unless a panel, a service or a person was renamed meanwhile.
WATCHED = (
    "pk",
    "state",
    "progress",
    "remote_id",
    "remote_status",
    "error",
    "requested_at",
    "requested_by_id",
    "sent_at",
    "checked_at",
    "next_check_at",
    "finished_at",
    "unreadable_since",
)
EXPORTED: Mapping[str, Callable[[Refill], Any]] = {
    "Refill": lambda refill: refill.pk,
    "Order": lambda refill: refill.order_id,
    "Panel order ID": lambda refill: refill.order.remote_id,
    "Service ID": lambda refill: refill.order.service_remote_id,
    "Service": lambda refill: refill.order.service_name,
    "Panel": lambda refill: refill.order.panel.name,
    "Request": lambda refill: refill.get_state_display(),
    "Progress": lambda refill: refill.get_progress_display(),
    "Panel status": lambda refill: refill.remote_status,
    "Panel refill ID": lambda refill: refill.remote_id,
    "Error": lambda refill: refill.error,
    "Not followed since": lambda refill: refill.unreadable_since,
    "Requested": lambda refill: refill.requested_at,
    "Requested by": lambda refill: refill.requested_by and refill.requested_by.get_username(),
    "Sent": lambda refill: refill.sent_at,
    "Checked": lambda refill: refill.checked_at,
    "Finished": lambda refill: refill.finished_at,
}


def _service(refill: Refill) -> str:
    order = refill.order
    return main_link(order.get_absolute_url(), order.service_name, order.service_title)


def _state(refill: Refill) -> str:
    badge = states.badge(refill.status_word)
    return format_html("{} {}", badge, aside("not followed")) if refill.error and refill.unreadable_since else badge


def _error(refill: Refill) -> str:
    if not refill.error or not refill.unreadable_since:
        return words(refill.error) if refill.error else ""
    since = times.moment(refill.unreadable_since)
    return format_html('<span title="{}">Not followed since {}: {}</span>', refill.error, since, refill.error)


REFILLS: Table[Refill] = Table(
    name="refills",
    row="refill",
    exported=EXPORTED,
    watched=attrgetter(*WATCHED),
    sorts={"requested": "requested_at"},
    sort="-requested",
    columns=(
        Column(name="number", title="Refill", cell=lambda refill: str(refill.pk), css="w-id", shown="extra"),
        Column(name="order", title="Order", cell=lambda refill: f"#{refill.order_id}", css="w-id", shown="always"),
        Column(name="service", title="Service", cell=_service, css="table__main", shown="always", place="title"),
        Column(name="state", title="State", cell=_state, css="w-state", shown="always", place="badge"),
        Column(name="error", title="Error", cell=_error, css="w-link", place="remark"),
        name_column("remote_status", "Panel status", lambda refill: refill.remote_status),
        Column(
            name="remote_id",
            title="Refill ID",
            cell=lambda refill: words(refill.remote_id),
            css="w-name mono",
        ),
        name_column("panel", "Panel", lambda refill: refill.order.panel.name, shown="medium", place="figure"),
        time_column("requested", "Requested", lambda refill: refill.requested_at, place="figure", sort="-requested"),
        name_column(
            "requested_by",
            "By",
            lambda refill: refill.requested_by.get_username() if refill.requested_by else "",
            shown="wide",
        ),
        time_column("sent", "Sent", lambda refill: refill.sent_at, shown="extra"),
        time_column("checked", "Checked", lambda refill: refill.checked_at, never="not yet"),
        time_column("finished", "Finished", lambda refill: refill.finished_at, shown="extra"),
    ),
)
