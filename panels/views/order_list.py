"""The list of orders and its export."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from panels.filters import OrderFilter
from panels.lists.order_actions import offered_for_all
from panels.lists.order_totals import can_total, total_cost
from panels.lists.orders import ORDERS, RELATED, listed, paused_panels, shown_orders, watched_orders
from panels.models import Order, Panel
from panels.models.order_states import RequestState, Stage, is_held, is_held_for_funds, is_open
from panels.money.totals import is_summed
from panels.pages.downloads import back_to_list, files_of, send_list
from panels.pages.filter_bar import FilterBar, render_list, without_empty
from panels.pages.limits import limited
from panels.pages.paging import COUNT_UP_TO, Page, find_page
from panels.pages.polling import nothing_new, take_tag
from panels.pages.table import TablePage, tag_of_page

# After these times the page polls less often, because a change is not expected soon.
CHECK_IS_QUICK = timedelta(minutes=1)
SENDING_IS_QUICK = timedelta(minutes=5)


def filter_orders(query: Mapping[str, Any], user: Any) -> OrderFilter:
    """Return the filter of a list's query string. An invalid filter must not be acted on."""
    return OrderFilter(query, user)


@permission_required("panels.view_order", raise_exception=True)
@require_safe
@without_empty
def order_list(request: HttpRequest) -> HttpResponse:
    """List orders, filtered, searched and sorted. A poll of a page that has not changed is answered 204."""
    shown_tag = take_tag(request)
    if shown_tag and shown_tag == _present_tag(request):
        return nothing_new()
    found = filter_orders(request.GET, request.user)
    is_filtered = _is_filtered(request.GET)
    rows, total = _find(found, request.GET, shown_orders(request.user))
    asked, paused = _asked_panels(rows), paused_panels(rows)
    page = rows.with_rows(listed(rows, asked, paused))
    context = {
        "filter": found,
        "bar": FilterBar(found, request, list_name="orders", target="orders"),
        "table": TablePage(ORDERS, request, page, sort=ORDERS.sort_of(request.GET), is_filtered=is_filtered),
        "page": page,
        "total": total,
        "is_filtered": is_filtered,
        "offered": offered_for_all(request.GET),
        "poll": poll_seconds(page.rows, _answering(asked)),
        "tag": _tag(request, page, total, asked, paused),
        "exports": list(files_of(request, "order_export", total)),
        **_totals(found, request.GET, page, total),
    }
    return render_list(request, "panels/orders/order_list.html", context, partial="results")


def _find(found: OrderFilter | None, query: Mapping[str, str], shown: QuerySet[Any, Any]) -> tuple[Page[Any], int]:
    orders = found.rows if found else Order.objects.all()
    is_long = bool(found and found.is_long)
    return find_page(orders, query, sort=_field(query), shown=shown, is_narrowed=_is_filtered(query), is_long=is_long)


def _is_filtered(query: Mapping[str, str]) -> bool:
    return any(value for name, value in query.items() if name in OrderFilter.base_filters)


def _present_tag(request: HttpRequest) -> str:
    """Return the tag that the page has at present. Nothing is built that only the page itself needs."""
    found = filter_orders(request.GET, request.user) if _is_filtered(request.GET) else None
    page, total = _find(found, request.GET, watched_orders())
    return _tag(request, page, total, _asked_panels(page), paused_panels(page))


def _tag(request: HttpRequest, page: Page[Any], total: int, asked: Mapping[int, Panel], paused: Collection[int]) -> str:
    answering = _answering(asked)
    seconds = poll_seconds(page.rows, answering)
    return tag_of_page(ORDERS, request, page, total, sorted(answering), sorted(paused), seconds)


def _asked_panels(page: Page[Any]) -> dict[int, Panel]:
    """Return the panels of the orders that are being checked, by pk. No other order needs its panel."""
    pks = {order.panel_id for order in page if order.check_requested_at}
    return Panel.objects.defer("api_key").in_bulk(pks) if pks else {}


def _answering(asked: Mapping[int, Panel]) -> set[int]:
    now = timezone.now()
    return {pk for pk, panel in asked.items() if panel.takes_questions(now)}


def _totals(found: OrderFilter, query: Mapping[str, str], page: Page[Any], total: int) -> dict[str, Any]:
    """Return the total cost, or whether a person can ask for it, because the kept totals take longer than a page."""
    used = {name for name, value in query.items() if value and name in found.filters}
    if not found.is_valid() or not can_total(total, used):
        return {}
    if total > COUNT_UP_TO and "total" not in query:
        return {"can_total": True}
    if total > COUNT_UP_TO and not is_summed():
        return {}
    orders = found.qs if page.few is None else page.few
    return {"totals": total_cost(orders, total, int(found.form.cleaned_data["panel"] or 0))}


def _field(query: Mapping[str, str]) -> str:
    sort = ORDERS.sort_of(query)
    is_unplaced = query.get("state", Order.State.PLACED) not in ("", Order.State.PLACED)
    if sort.removeprefix("-") == "charge" and (is_unplaced or query.get("stage") in (Stage.WAITING, Stage.SENDING)):
        # Orders in these states have no charge, so they are sorted by age. That avoids reading all charged orders.
        sort = sort.replace("charge", "created")
    return ORDERS.field_of(sort)


def poll_seconds(orders: Iterable[Any], answering: Collection[int]) -> int:
    """Return the seconds between two polls of a page with these orders, 0 for no polling.

    answering: the pks of the panels that can be asked at present. An order is any row with the fields WATCHED.
    """
    now = timezone.now()
    if any(_is_being_checked(order, now) and order.panel_id in answering for order in orders):
        return 1
    if any(_is_on_its_way(order, now) for order in orders):
        return 2
    return 10 if any(is_open(order) for order in orders) else 0


def _is_being_checked(order: Any, now: datetime) -> bool:
    return order.check_requested_at is not None and now - order.check_requested_at < CHECK_IS_QUICK


def _is_on_its_way(order: Any, now: datetime) -> bool:
    if order.state == Order.State.QUEUED:
        return not (is_held(order) or is_held_for_funds(order)) and now - order.created_at < SENDING_IS_QUICK
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
@limited("files")
def order_export(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """Send all pages of the list under the same query as a file."""
    found = filter_orders(request.GET, request.user)
    if not found.is_valid():
        return back_to_list(request)
    orders = found.qs.select_related(*RELATED)
    return send_list(request, ORDERS, orders, suffix=suffix, sort=_field(request.GET))
