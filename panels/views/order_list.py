"""The list of orders and its export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from panels.filters import OrderFilter
from panels.lists.order_totals import can_total, total_cost
from panels.lists.orders import ORDERS, RELATED, SORTS, WATCHED, shown_orders
from panels.models import Order, PersonalSettings
from panels.models.order_states import RequestState, Stage
from panels.pages.downloads import send_table
from panels.pages.filter_bar import FilterBar, render_list, without_empty
from panels.pages.htmx import wants_fragment
from panels.pages.paging import COUNT_UP_TO, CURSORS, Page, find_page, paginate
from panels.pages.polling import nothing_new, tag_of, take_tag
from panels.pages.table import TablePage
from panels.tables.writing import MOST_ROWS

EXPORT_CHUNK = 1000
# After these times the page polls less often, because a change is not expected soon.
CHECK_IS_QUICK = timedelta(minutes=1)
SENDING_IS_QUICK = timedelta(minutes=5)
# What a person may do changes the page.
RIGHTS = ("panels.add_order", "panels.change_order", "panels.add_refill")


def filter_orders(query: Mapping[str, Any], user: Any) -> OrderFilter:
    """Return the filter of a list's query string. An invalid filter must not be acted on."""
    return OrderFilter(query, user)


@permission_required("panels.view_order", raise_exception=True)
@require_safe
@without_empty
def order_list(request: HttpRequest) -> HttpResponse:
    """List orders, filtered, searched and sorted. A poll of a page that has not changed is answered 204."""
    shown_tag = take_tag(request)
    found = filter_orders(request.GET, request.user)
    if shown_tag:
        page, total = _find(found, request.GET, Order.objects.only(*WATCHED))
        if shown_tag == _tag(request, page, total):
            return nothing_new()
    page, total = _find(found, request.GET, shown_orders(request.user))
    sort = _sort(request.GET)
    context = {
        "filter": found,
        "bar": FilterBar(found, request, list_name="orders", target="orders"),
        "is_fragment": wants_fragment(request),
        "table": TablePage(ORDERS, request, page, sort=sort, is_filtered=_is_filtered(found, request.GET)),
        "page": page,
        "total": total,
        "sort": sort,
        "is_filtered": _is_filtered(found, request.GET),
        "poll": poll_seconds(page.rows),
        "tag": _tag(request, page, total),
        "exports": list(_exports(request.GET, total)),
        **_totals(found, request.GET, total),
    }
    return render_list(request, "panels/orders/order_list.html", context, partial="results")


def _find(found: OrderFilter, query: Mapping[str, str], shown: QuerySet[Order]) -> tuple[Page[Order], int]:
    # An invalid filter shows no orders, because all orders would be mistaken for its result.
    page, total = find_page(
        found.qs if found.is_valid() else Order.objects.none(),
        query,
        sort=_field(_sort(query), query),
        shown=shown,
        is_narrowed=_is_filtered(found, query),
    )
    # The panels of the orders that are being checked say how long that may take. No other order needs its panel.
    prefetch_related_objects([order for order in page if order.check_requested_at], "panel")
    return page, total


def _is_filtered(found: OrderFilter, query: Mapping[str, str]) -> bool:
    return any(value for name, value in query.items() if name in found.filters)


def _totals(found: OrderFilter, query: Mapping[str, str], total: int) -> dict[str, Any]:
    """Return the total cost, or whether a person can ask for it, because the kept totals take longer than a page."""
    used = {name for name, value in query.items() if value and name in found.filters}
    if not found.is_valid() or not can_total(total, used):
        return {}
    if total > COUNT_UP_TO and "total" not in query:
        return {"can_total": True}
    return {"totals": total_cost(found.qs, total, int(found.form.cleaned_data["panel"] or 0))}


def _exports(query: QueryDict, total: int) -> Iterator[tuple[str, str, str]]:
    """Yield the files of the list: the label, the address, and the reason why there is none."""
    kept = query.copy()
    for name in CURSORS:
        kept.pop(name, None)
    for suffix in ("csv", "xlsx"):
        too_many = f"up to {MOST_ROWS:,} rows" if suffix == "xlsx" and total > MOST_ROWS else ""
        yield suffix.upper(), f"{reverse('order_export', args=[suffix])}?{kept.urlencode()}", too_many


def _tag(request: HttpRequest, page: Page[Order], total: int) -> str:
    """Return the tag of a page. It is made from the rows themselves, so that nothing else has to be written."""
    now = timezone.now()
    rows = [[getattr(order, name) for name in WATCHED] for order in page]
    asked = [order.panel.takes_questions(now) for order in page if order.check_requested_at]
    rights = [request.user.has_perm(each) for each in RIGHTS]
    columns = [column.name for column in ORDERS.columns_of(request.user)]
    personal = PersonalSettings.of(request.user)
    looks = (rights, columns, personal.density, personal.time_zone)
    return tag_of(rows, asked, page.is_first, page.is_last, total, poll_seconds(page.rows), looks)


def _sort(query: Mapping[str, str]) -> str:
    sort = query.get("sort", "")
    return sort if sort.removeprefix("-") in SORTS else "-created"


def _field(sort: str, query: Mapping[str, str]) -> str:
    name = SORTS[sort.removeprefix("-")]
    is_unplaced = query.get("state", Order.State.PLACED) not in ("", Order.State.PLACED)
    if name == "charge_sort" and (is_unplaced or query.get("stage") in (Stage.WAITING, Stage.SENDING)):
        # Orders in these states have no charge, so they are sorted by age. That avoids reading all charged orders.
        name = "created_at"
    return ("-" if sort.startswith("-") else "") + name


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


@permission_required("panels.view_order", raise_exception=True)
@require_safe
def order_export(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """Send all pages of the list under the same query as a file. A workbook has at most MOST_ROWS rows."""
    found = filter_orders(request.GET, request.user)
    back = redirect(f"{reverse('order_list')}?{request.GET.urlencode()}")
    if not found.is_valid():
        return back
    if suffix == "xlsx" and len(found.qs.order_by()[: MOST_ROWS + 1].values_list("pk")) > MOST_ROWS:
        messages.error(request, f"XLSX holds up to {MOST_ROWS:,} orders. Narrow the filter, or export CSV.")
        return back
    orders = _in_chunks(found.qs.select_related(*RELATED), _field(_sort(request.GET), request.GET))
    rows = ([read(order) for read in ORDERS.exported.values()] for order in orders)
    return send_table(f"orders-{timezone.localdate():%Y-%m-%d}", suffix, ORDERS.exported, rows)


def _in_chunks(orders: QuerySet[Order], sort: str) -> Iterator[Order]:
    """Read a long list in chunks, so that no transaction stays open during a slow download."""
    after = ""
    while True:
        page = paginate(orders, {"after": after}, sort=sort, size=EXPORT_CHUNK)
        yield from page
        if page.is_last:
            return
        after = page.after
