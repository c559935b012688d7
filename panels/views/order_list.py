"""The list of orders and its export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from panels.filters import OrderFilter
from panels.models import Order
from panels.models.order_states import RequestState
from panels.money.costs import cost_of
from panels.pages.htmx import render_page, wants_fragment
from panels.pages.paging import find_page, paginate
from panels.tables.cells import csv_lines

SHOWN = ("panel", "service", "placed_by", "client", "campaign")
SORTS = {"created": "created_at", "charge": "charge_sort", "cost": "cost_sort"}
EXPORT_CHUNK = 1000
NOT_ENOUGH = "Not enough balance"
# After these times the page polls less often, because a change is not expected soon.
CHECK_IS_QUICK = timedelta(minutes=1)
SENDING_IS_QUICK = timedelta(minutes=5)


def filter_orders(query: Mapping[str, Any]) -> OrderFilter:
    """Return the filter of a list's query string. An invalid filter must not be acted on."""
    return OrderFilter(query)


@permission_required("panels.view_order", raise_exception=True)
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """List orders, filtered, searched and sorted."""
    found = filter_orders(request.GET)
    sort = _sort(request.GET)
    # An invalid filter shows no orders, because all orders would be mistaken for its result.
    is_filtered = any(value for name, value in request.GET.items() if name in found.filters)
    page, total = find_page(
        found.qs if found.is_valid() else Order.objects.none(),
        request.GET,
        sort=_field(sort, request.GET),
        shown=Order.objects.select_related(*SHOWN),
        is_narrowed=is_filtered,
    )
    context = {
        "filter": found,
        "is_fragment": wants_fragment(request),
        "page": page,
        "total": total,
        "sort": sort,
        "sorts": {name: _sort_link(name, sort) for name in SORTS},
        "is_filtered": is_filtered,
        "poll": poll_seconds(page.rows),
    }
    return render_page(request, "panels/orders/order_list.html", context, partial="results")


def _sort(query: Mapping[str, str]) -> str:
    sort = query.get("sort", "")
    return sort if sort.removeprefix("-") in SORTS else "-created"


def _field(sort: str, query: Mapping[str, str]) -> str:
    name = SORTS[sort.removeprefix("-")]
    if name == "charge_sort" and query.get("state", Order.State.PLACED) not in ("", Order.State.PLACED):
        # Orders in these states have no charge, so they are sorted by age. That avoids reading all charged orders.
        name = "created_at"
    return ("-" if sort.startswith("-") else "") + name


def _sort_link(name: str, sort: str) -> dict[str, str]:
    """Return the present sorting by a column, and the sorting after a click: the newest or largest first."""
    current = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
    return {"current": current, "next": name if current == "descending" else f"-{name}"}


def poll_seconds(orders: list[Order]) -> int:
    """Return the seconds between two polls of a page with these orders, 0 for no polling."""
    now = timezone.now()
    if any(_is_being_checked(order, now) for order in orders):
        return 1
    if any(_is_on_its_way(order, now) for order in orders):
        return 2
    return 10 if any(order.is_open for order in orders) else 0


def _is_being_checked(order: Order, now: datetime) -> bool:
    return (
        order.check_requested_at is not None
        and now - order.check_requested_at < CHECK_IS_QUICK
        and order.panel.takes_questions(now)
    )


def _is_on_its_way(order: Order, now: datetime) -> bool:
    if order.state == Order.State.QUEUED:
        is_held = order.is_held or order.is_held_for_funds
        return not is_held and now - order.created_at < SENDING_IS_QUICK
    return (
        order.state == Order.State.SENDING
        or order.cancel_state == RequestState.SENDING
        or bool(
            order.cancel_state == RequestState.QUEUED
            and order.cancel_requested_at
            and now - order.cancel_requested_at < SENDING_IS_QUICK
        )
    )


EXPORTED: dict[str, Any] = {
    "Order": lambda order: order.pk,
    "Created": lambda order: order.created_at,
    "Panel": lambda order: order.panel.name,
    "Service id": lambda order: order.service_remote_id,
    "Service": lambda order: order.service_name,
    "Service is now called": lambda order: order.now_called,
    "Category": lambda order: order.ordered.get("category"),
    "Type": lambda order: order.type,
    "Minimum": lambda order: order.ordered.get("minimum"),
    "Maximum": lambda order: order.ordered.get("maximum"),
    "Refill": lambda order: order.ordered.get("refill"),
    "Cancel offered": lambda order: order.ordered.get("cancel"),
    "Link": lambda order: order.link,
    "Quantity": lambda order: order.quantity,
    "Runs": lambda order: _whole(order.params.get("runs")),
    "Interval": lambda order: _whole(order.params.get("interval")),
    "State": lambda order: order.get_state_display(),
    "Progress": lambda order: order.get_progress_display(),
    "Panel's word": lambda order: order.remote_status,
    "Panel's id": lambda order: order.remote_id,
    "Start count": lambda order: order.start_count,
    "Remains": lambda order: order.remains,
    "Delivered": lambda order: order.delivered,
    "Charge": lambda order: order.charge,
    "Given back": lambda order: order.given_back,
    "Given back, known by": lambda order: order.get_given_back_source_display(),
    "Expected cost": lambda order: order.expected_cost,
    "Cost": lambda order: (cost := cost_of(order)) and cost.amount,
    "Cost is expected": lambda order: (cost := cost_of(order)) and cost.is_expected,
    "Currency": lambda order: order.currency,
    "Rate agreed": lambda order: order.rate_agreed,
    "Held because": lambda order: order.held_reason or (order.is_held_for_funds and NOT_ENOUGH) or "",
    "Alarm": lambda order: order.alarm,
    "Error": lambda order: order.error_text,
    "Cancel": lambda order: order.get_cancel_state_display(),
    "Cancel error": lambda order: order.cancel_error,
    "Batch": lambda order: order.batch_id,
    "Placed by": lambda order: order.placed_by and order.placed_by.get_username(),
    "Sent": lambda order: order.sent_at,
    "Placed": lambda order: order.placed_at,
    "Checked": lambda order: order.checked_at,
    "Finished": lambda order: order.finished_at,
    "Client": lambda order: order.client and order.client.name,
    "Campaign": lambda order: order.campaign and order.campaign.name,
    "Reference": lambda order: order.reference,
    "Note": lambda order: order.note,
}


@permission_required("panels.view_order", raise_exception=True)
@require_safe
def order_export(request: HttpRequest) -> HttpResponseBase:
    """Send all pages of the list under the same query as CSV."""
    found = filter_orders(request.GET)
    if not found.is_valid():
        return redirect(f"{reverse('order_list')}?{request.GET.urlencode()}")
    sort = _field(_sort(request.GET), request.GET)
    orders = _in_chunks(found.qs.select_related(*SHOWN), sort)
    rows = ([read(order) for read in EXPORTED.values()] for order in orders)
    return StreamingHttpResponse(
        csv_lines(EXPORTED, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="orders-{timezone.localdate():%Y-%m-%d}.csv"'},
    )


def _in_chunks(orders: QuerySet[Order], sort: str) -> Iterator[Order]:
    """Read a long list in chunks, so that no transaction stays open during a slow download."""
    after = ""
    while True:
        page = paginate(orders, {"after": after}, sort=sort, size=EXPORT_CHUNK)
        yield from page
        if page.is_last:
            return
        after = page.after


def _whole(text: Any) -> Any:
    return int(text) if str(text).isdecimal() else text
