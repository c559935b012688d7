"""The list of orders: its columns, and the fields that its cells depend on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from operator import attrgetter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.db.models import Case, F, QuerySet, When
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from panels.catalog.elsewhere import Elsewhere, elsewhere_of
from panels.lists.cells import BARE, aside, lasting_aside, linked_column, main_link, name_column, time_column, words
from panels.lists.order_actions import possible_actions
from panels.lists.order_export import EXPORTED
from panels.models import Batch, Order, Panel, compiled
from panels.models.order_states import RequestState, is_held, is_held_for_funds
from panels.models.order_values import OrderValues
from panels.models.panel_pause import IS_PAUSED
from panels.money.costs import cost_of
from panels.pages import links, numbers, states, times
from panels.pages.icons import icon_of_word
from panels.pages.table import Column, Table

# The relations of an order that a person can see.
RELATED = ("panel", "service", "placed_by", "client", "campaign")
# Rows that are equal in these fields are drawn alike, unless a panel, a client or a person was renamed meanwhile. The
# amounts to sort by are the charge and the expected cost.
WATCHED = (
    "pk",
    "state",
    "progress",
    "remote_id",
    "remote_status",
    "is_word_unknown",
    "held_reason",
    "held_for_funds_at",
    "alarm",
    "start_count",
    "remains",
    "given_back",
    "given_back_source",
    "currency",
    "client_id",
    "campaign_id",
    "reference",
    "note",
    "checked_at",
    "check_requested_at",
    "next_check_at",
    "finished_at",
    "refill_until",
    "cancel_state",
    "cancel_requested_at",
    "created_at",
    "charge_sort",
    "cost_sort",
    "panel_id",
    "paused_batch",
)
# What the cells read of an order. Each further field, and each further object, would cost time for each row.
READ = (
    *WATCHED,
    "charge",
    "expected_cost",
    "batch_id",
    "placed_by_id",
    "service_id",
    "as_ordered",
    "link",
    "quantity",
    "params",
)
# The names of other rows that the cells show, by the column that shows each.
NAMES = {
    "service": {"service_now": F("service__name")},
    "panel": {"panel_name": F("panel__name")},
    "client": {"client_name": F("client__name")},
    "campaign": {"campaign_name": F("campaign__name")},
    "placed_by": {"person_name": F("placed_by__username")},
    "batch": {"batch_name": F("batch__name")},
}

# What the present offer adds to the actions that are possible for an order.
OFFERS = {"refill_now": F("service__refill"), "cancel_now": F("service__cancel")}
# The name of the paused batch in which an order waits, "" if the batch has none, and None if it waits in no such batch.
PAUSED_BATCH = Case(When(state=Order.State.QUEUED, batch__state=Batch.State.PAUSED, then=F("batch__name")))

if TYPE_CHECKING:

    class ListedOrder(Order):
        """An order with the names of other rows. A name is None where there is no row."""

        service_now: str | None
        panel_name: str
        client_name: str | None
        campaign_name: str | None
        person_name: str | None
        batch_name: str | None
        paused_batch: str | None
        waits_for_panel: bool
        elsewhere: Elsewhere | None
else:

    class ListedOrder(OrderValues, SimpleNamespace):
        """The values of an order that its cells read. To make an order of each row takes twice as long."""

        def offered_now(self, name: str) -> bool | None:
            return getattr(self, f"{name}_now")


def watched_orders() -> QuerySet[Any, Any]:
    """Return the fields WATCHED of orders."""
    return Order.objects.annotate(paused_batch=PAUSED_BATCH).values_list(*WATCHED, named=True)


def shown_orders(user: Any) -> QuerySet[Any, Any]:
    """Return the values of orders with everything that the cells show to this person, for `listed`."""
    names: dict[str, Any] = dict(OFFERS)
    for column in ORDERS.columns_of(user):
        names |= NAMES.get(column.name, {})
    return Order.objects.annotate(paused_batch=PAUSED_BATCH, **names).values_list(*READ, *names, named=True)


def paused_panels(rows: Iterable[Any]) -> set[int]:
    """Return the pks of the paused panels for which rows with the fields WATCHED wait."""
    waiting = {row.panel_id for row in rows if _waits(row)}
    return waiting & {pk for (pk,) in compiled.fetch(_all_paused)} if waiting else set()


def _all_paused() -> QuerySet[Any, Any]:
    return Panel.objects.filter(IS_PAUSED).values_list("pk")


def _waits(row: Any) -> bool:
    """Return whether an order waits to be sent. A held order and an order of a paused batch wait for something else."""
    is_queued = row.state == Order.State.QUEUED and row.paused_batch is None
    return is_queued and not (is_held(row) or is_held_for_funds(row))


def _has_failed(row: Any) -> bool:
    """Return whether an order was refused, or waits for a person or for money."""
    return row.state == Order.State.REFUSED or is_held(row) or is_held_for_funds(row)


def listed(rows: Iterable[Any], asked: Mapping[int, Panel], paused: Collection[int] = ()) -> list[ListedOrder]:
    """Return the rows of `shown_orders` as the cells read them.

    `asked` has the panels of orders that are checked, and `paused` is from `paused_panels`. If an order was refused or
    is on hold, one query finds the same elsewhere.
    """
    rows = list(rows)
    found = elsewhere_of(row.service_id for row in rows if _has_failed(row))
    return [
        ListedOrder(
            **row._asdict(),
            panel=asked.get(row.panel_id),
            waits_for_panel=row.panel_id in paused and _waits(row),
            elsewhere=found.get(row.service_id) if _has_failed(row) else None,
        )
        for row in rows
    ]


def _number(order: ListedOrder) -> str:
    return f"#{order.pk}"


def _service(order: ListedOrder) -> str:
    """Write the name as ordered in full."""
    now = order.service_now or "Unknown service"
    name = order.as_ordered["name"] if order.as_ordered else now
    title = name if now == name or not order.service_now else f"{name} · now called {now}"
    return main_link(links.address_of("order_detail", order.pk), name, title)


def _state(order: ListedOrder) -> str:
    badge = states.order_badge(order)
    remarks = _remarks(order)
    if not (order.alarm or remarks):
        return badge
    marks = [badge]
    if order.alarm:
        marks.append(states.badge("alarm", label="Alarm", kind="bad"))
    return format_html_join(" ", "{}", ((mark,) for mark in [*marks, *remarks]))


def _remarks(order: ListedOrder) -> list[SafeString]:
    remarks = []
    if order.paused_batch is not None:
        remarks.append(lasting_aside("paused", order.paused_batch or f"batch {order.batch_id}"))
    elif order.waits_for_panel:
        remarks.append(lasting_aside("panel paused"))
    if order.elsewhere:
        remarks.append(order.elsewhere.short_link)
    if order.is_word_unknown:
        remarks.append(aside(f"“{order.remote_status}”"))
    if order.check_requested_at and order.panel.takes_questions(timezone.now()):
        remarks.append(aside("checking…"))
    elif order.check_requested_at:
        remarks.append(aside("check waits", "The check waits until the panel can be asked"))
    if order.cancel_state and not order.is_finished:
        remarks.append(aside(f"cancel: {RequestState(order.cancel_state).label.lower()}"))
    return remarks


def _quantity(order: ListedOrder) -> str:
    number = numbers.count(order.quantity)
    runs = order.params.get("runs")
    return format_html('{} <span class="muted">× {}</span>', number, runs) if runs else number


def _delivered(order: ListedOrder) -> str:
    done = order.delivered
    if done is None:
        return numbers.NO_VALUE
    parts = [f"{done:,} delivered"]
    if order.remains is not None:
        parts.append(f"{order.remains:,} left")
    if order.start_count is not None:
        parts.append(f"from {order.start_count:,}")
    return mark_safe(f'<span title="{" · ".join(parts)}">{states.delivered_bar(order)}</span>')  # noqa: S308


def _batch(order: ListedOrder) -> str:
    if not order.batch_id:
        return numbers.NO_VALUE
    name = order.batch_name or f"#{order.batch_id}"
    address = links.address_of("bulk_detail", order.batch_id)
    return format_html('<a href="{}" title="Batch {}">{}</a>', address, order.batch_id, name)


def _refill_until(order: ListedOrder) -> str:
    return "lifetime" if order.has_lifetime_refill else times.ago(order.refill_until, numbers.NO_VALUE)


def _gone(order: ListedOrder) -> str:
    return f"Order {order.pk} has changed. It no longer matches this list." if order.check_requested_at else ""


def _actions(order: ListedOrder) -> str:
    if not order.can_refresh:
        return ""
    return mark_safe(  # noqa: S308
        f'<button class="button button--small button--icon" type="submit" name="only" value="{order.pk}"'
        f' title="Refresh from the panel now">{icon_of_word("refresh-cw")}'
        f'<span class="sr">Refresh order {order.pk}</span></button>'
    )


ORDERS: Table[Any] = Table(
    name="orders",
    row="order",
    select="panels.change_order",
    possible=possible_actions,
    gone=_gone,
    exported=EXPORTED,
    watched=attrgetter(*WATCHED),
    rights=("panels.add_order", "panels.change_order", "panels.add_refill"),
    sorts={"created": "created_at", "charge": "charge_sort", "cost": "cost_sort"},
    sort="-created",
    columns=(
        Column(name="number", title="Order", cell=_number, css="w-id", shown="always"),
        Column(name="service", title="Service", cell=_service, css="table__main", shown="always", place="title"),
        Column(
            name="link",
            title="Link",
            cell=lambda order: links.external_link(order.link),
            css="w-link",
            shown="wide",
        ),
        linked_column("client", "Client", lambda order: (order.client_id, order.client_name), shown="wide"),
        linked_column("campaign", "Campaign", lambda order: (order.campaign_id, order.campaign_name), shown="extra"),
        name_column("reference", "Reference", lambda order: order.reference, shown="extra"),
        Column(name="note", title="Note", cell=lambda order: words(order.note[:200]), css="w-link", shown="extra"),
        Column(name="state", title="State", cell=_state, css="w-state", shown="always", place="badge"),
        Column(name="quantity", title="Quantity", cell=_quantity, css="num", place="figure"),
        Column(name="delivered", title="Delivered", cell=_delivered, css="w-bar", shown="medium"),
        Column(
            name="start",
            title="Start count",
            cell=lambda order: numbers.count(order.start_count),
            css="num",
            shown="extra",
        ),
        Column(
            name="remains", title="Remains", cell=lambda order: numbers.count(order.remains), css="num", shown="extra"
        ),
        Column(
            name="cost",
            title="Cost",
            cell=lambda order: numbers.cost(cost_of(order), order.currency, is_aligned=True),
            bare=lambda order: numbers.cost(cost_of(order), order.currency, **BARE),
            currency=lambda order: order.currency,
            css="num",
            place="figure",
            sort="-charge",
        ),
        Column(
            name="expected",
            title="Expected cost",
            cell=lambda order: numbers.money(order.expected_cost, order.currency, is_expected=True, is_aligned=True),
            bare=lambda order: numbers.money(order.expected_cost, order.currency, is_expected=True, **BARE),
            currency=lambda order: order.currency,
            css="num",
            shown="extra",
            sort="-cost",
        ),
        Column(
            name="given_back",
            title="Given back",
            cell=lambda order: numbers.money(order.given_back, order.currency, is_aligned=True),
            bare=lambda order: numbers.money(order.given_back, order.currency, **BARE),
            currency=lambda order: order.currency,
            css="num",
            shown="extra",
        ),
        name_column("panel", "Panel", lambda order: order.panel_name, shown="medium"),
        Column(
            name="remote_id",
            title="Panel order ID",
            cell=lambda order: words(order.remote_id),
            css="w-name mono",
            shown="extra",
        ),
        Column(
            name="batch",
            title="Batch",
            cell=_batch,
            css="w-name",
            shown="extra",
        ),
        time_column("created", "Created", lambda order: order.created_at, place="figure", sort="-created"),
        name_column("placed_by", "Placed by", lambda order: order.person_name, shown="extra"),
        time_column("checked", "Checked", lambda order: order.checked_at, never="not yet", shown="extra"),
        time_column("finished", "Finished", lambda order: order.finished_at, shown="extra"),
        Column(name="refill_until", title="Refill until", cell=_refill_until, css="w-time", shown="extra"),
        Column(
            name="actions",
            title="Actions",
            cell=_actions,
            css="table__actions",
            shown="always",
            needs="panels.change_order",
        ),
    ),
)
