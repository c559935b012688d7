"""The list of orders: its columns, and the fields that its cells depend on."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from panels.lists.order_export import EXPORTED
from panels.models import Order
from panels.money.costs import cost_of
from panels.pages import links, numbers, states, times
from panels.pages.icons import icon_of_word
from panels.pages.table import Column, Table

# How an amount is written below a head that has its currency.
BARE: dict[str, Any] = {"with_currency": False, "is_aligned": True}
# The relations of an order that a person can see.
RELATED = ("panel", "service", "placed_by", "client", "campaign")
SORTS = {"created": "created_at", "charge": "charge_sort", "cost": "cost_sort"}
# Rows that are compared by these fields are drawn alike, unless a panel, a client or a person was renamed meanwhile.
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
    "charge",
    "given_back",
    "given_back_source",
    "currency",
    "expected_cost",
    "client_id",
    "campaign_id",
    "reference",
    "note",
    "sent_at",
    "placed_at",
    "checked_at",
    "check_requested_at",
    "next_check_at",
    "finished_at",
    "cancel_state",
    "cancel_requested_at",
    "created_at",
    "charge_sort",
    "cost_sort",
    "panel_id",
)
# What the cells read of an order and of its relations. All other fields would cost time for each row.
READ = (
    *WATCHED,
    "service_id",
    "placed_by_id",
    "batch_id",
    "as_ordered",
    "link",
    "quantity",
    "params",
    "panel__name",
    "panel__is_active",
    "panel__paused_reason",
    "panel__paused_until",
    "panel__quiet_until",
    "service__remote_id",
    "service__name",
    "service__category",
    "service__min_quantity",
    "service__max_quantity",
    "service__refill",
    "service__cancel",
    "client__name",
    "campaign__name",
    "placed_by__username",
)


def shown_orders(user: Any) -> QuerySet[Order]:
    """Return orders with everything that the cells show to this person."""
    columns = {column.name for column in ORDERS.columns_of(user)}
    # The columns of these relations have their names. The cells of other columns read panel and service too.
    related = {"panel", "service", *(columns & {"client", "campaign", "placed_by"})}
    read = [name for name in READ if "__" not in name or name.partition("__")[0] in related]
    return Order.objects.select_related(*related).only(*read)


def _text(text: str, title: str = "") -> str:
    return format_html('<span title="{}">{}</span>', title or text, text) if text else numbers.NO_VALUE


def _number(order: Order) -> str:
    return f"#{order.pk}"


def _service(order: Order) -> str:
    """Write the name as ordered in full. It is the main link of the row, so a click on the row follows it."""
    return format_html(
        '<a class="table__open" href="{}" title="{}">{}</a>',
        order.get_absolute_url(),
        order.service_title,
        order.service_name,
    )


def _state(order: Order) -> str:
    marks = [states.order_badge(order)]
    if order.alarm:
        marks.append(states.badge("alarm", label="Alarm", kind="bad"))
    marks += [_aside(text) for text in _remarks(order)]
    return format_html_join(" ", "{}", ((mark,) for mark in marks))


def _remarks(order: Order) -> list[str]:
    remarks = []
    if order.is_word_unknown:
        remarks.append(f"“{order.remote_status}”")
    if order.check_requested_at:
        remarks.append("checking…" if order.panel.takes_questions(timezone.now()) else "waiting for the panel")
    if order.cancel_state and not order.is_finished:
        remarks.append(f"cancel: {order.get_cancel_state_display().lower()}")
    return remarks


def _aside(text: str) -> SafeString:
    return format_html('<span class="small muted" title="{}">{}</span>', text, text)


def _quantity(order: Order) -> str:
    number = numbers.count(order.quantity)
    runs = order.params.get("runs")
    return format_html('{} <span class="muted">× {}</span>', number, runs) if runs else number


def _delivered(order: Order) -> str:
    if order.delivered is None:
        return numbers.NO_VALUE
    return format_html('<span title="{}">{}</span>', _delivered_words(order), states.delivered_bar(order))


def _delivered_words(order: Order) -> str:
    words = [f"{order.delivered:,} delivered"]
    if order.remains is not None:
        words.append(f"{order.remains:,} left")
    if order.start_count is not None:
        words.append(f"from {order.start_count:,}")
    return " · ".join(words)


def _batch(order: Order) -> str:
    if not order.batch_id:
        return numbers.NO_VALUE
    return format_html('<a href="{}">#{}</a>', reverse("bulk_detail", args=[order.batch_id]), order.batch_id)


def _gone(order: Order) -> str:
    return f"Order {order.pk} has changed. It no longer matches this list." if order.check_requested_at else ""


def _actions(order: Order) -> str:
    if not order.can_refresh:
        return ""
    return format_html(
        '<button class="button button--small button--icon" type="submit" name="only" value="{}"'
        ' title="Refresh from the panel now">{}<span class="sr">Refresh order {}</span></button>',
        order.pk,
        icon_of_word("refresh-cw"),
        order.pk,
    )


ORDERS: Table[Order] = Table(
    name="orders",
    row="order",
    select="panels.change_order",
    gone=_gone,
    exported=EXPORTED,
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
        Column(
            name="client",
            title="Client",
            cell=lambda order: _text(order.client.name if order.client else ""),
            css="w-name",
            shown="wide",
        ),
        Column(
            name="campaign",
            title="Campaign",
            cell=lambda order: _text(order.campaign.name if order.campaign else ""),
            css="w-name",
            shown="extra",
        ),
        Column(
            name="reference",
            title="Reference",
            cell=lambda order: _text(order.reference),
            css="w-name",
            shown="extra",
        ),
        Column(name="note", title="Note", cell=lambda order: _text(order.note[:200]), css="w-link", shown="extra"),
        Column(name="state", title="State", cell=_state, css="w-state", shown="always", place="badge"),
        Column(name="quantity", title="Quantity", cell=_quantity, css="num", place="figure"),
        Column(name="delivered", title="Delivered", cell=_delivered, css="w-bar"),
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
        Column(name="panel", title="Panel", cell=lambda order: _text(order.panel.name), css="w-name"),
        Column(
            name="remote_id",
            title="Panel order ID",
            cell=lambda order: _text(order.remote_id),
            css="w-name mono",
            shown="extra",
        ),
        Column(
            name="batch",
            title="Batch",
            cell=_batch,
            css="w-id",
            shown="extra",
        ),
        Column(
            name="created",
            title="Created",
            cell=lambda order: times.ago(order.created_at),
            css="w-time",
            place="figure",
            sort="-created",
        ),
        Column(
            name="placed_by",
            title="Placed by",
            cell=lambda order: _text(order.placed_by.get_username() if order.placed_by else ""),
            css="w-name",
            shown="extra",
        ),
        Column(
            name="checked",
            title="Checked",
            cell=lambda order: times.ago(order.checked_at, "not yet"),
            css="w-time",
            shown="extra",
        ),
        Column(
            name="finished",
            title="Finished",
            cell=lambda order: times.ago(order.finished_at, numbers.NO_VALUE),
            css="w-time",
            shown="extra",
        ),
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
