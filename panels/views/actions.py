"""Actions on selected orders: a person selects the orders, sees number and cost, confirms, and sees each outcome."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from panels.bell import ring
from panels.bulk.again import draft_again
from panels.bulk.elsewhere import draft_elsewhere
from panels.lists.order_actions import AGAIN, ELSEWHERE
from panels.lists.orders import ORDERS, RELATED
from panels.models import ActionLine, Order, OrderAction, Panel
from panels.money.costs import sum_costs
from panels.orders.action_results import Result, Results, label_of, sum_results, with_results
from panels.orders.actions import MOST, carry_out, confirm_action, draft_action
from panels.orders.following import request_check
from panels.orders.labels import MOST as MOST_LABELED
from panels.orders.labels import draft_labels
from panels.pages.downloads import send_list
from panels.pages.htmx import render_page, wants_fragment
from panels.pages.limits import limited
from panels.pages.paging import paginate
from panels.views.bulk_columns import MAY_ORDER
from panels.views.bulk_lines import lines_are
from panels.views.label_actions import label_action
from panels.views.order_list import filter_orders

Kind = OrderAction.Kind
# An outcome that is not there after this time is asked for less often.
OUTCOME_IS_QUICK = timedelta(minutes=5)
# What a row shows of the order of a line.
ROWS = ("order__panel", "order__service")
CAN = {Kind.REFRESH: "can_refresh", Kind.REFILL: "can_refill", Kind.CANCEL: "can_cancel", Kind.WITHDRAW: "can_withdraw"}


class NotChosenError(Exception):
    """The selection cannot be acted on. The text gives the reason."""


# -- choosing


@permission_required("panels.change_order", raise_exception=True)
@require_POST
def order_actions(request: HttpRequest) -> HttpResponse:
    """Store an action with its orders. A refresh of selected rows starts at once, and all other actions need a yes.

    To order again or elsewhere is no action on the orders. It makes a draft, which a person checks and confirms.
    """
    if "only" in request.POST:
        return _refresh_one(request, request.POST["only"])
    kind = request.POST.get("action", "")
    try:
        pks = _chosen(request, MOST_LABELED if kind == Kind.LABEL else MOST)
        if kind not in (*CAN, *DRAFTS, Kind.LABEL):
            raise NotChosenError("Choose an action. Nothing was changed.")
    except NotChosenError as error:
        return _back(request, str(error), kind="bad")
    _check_rights(request, kind)
    if kind in DRAFTS:
        return DRAFTS[kind](request, pks)
    query = QueryDict(request.POST.get("query", "")).urlencode()
    if kind == Kind.LABEL:
        return _lead_to(request, draft_labels(pks, request.user, query).get_absolute_url())
    action = draft_action(kind, pks, request.user, query)
    if kind == Kind.REFRESH and "all" not in request.POST:
        return _refresh_now(request, action, len(pks))
    return _lead_to(request, action.get_absolute_url())


def _lead_to(request: HttpRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if wants_fragment(request) else redirect(address)


def _order_again(request: HttpRequest, pks: list[int]) -> HttpResponse:
    batch, skipped = draft_again(pks, request.user)
    _warn_of_skipped(request, skipped)
    return _lead_to(request, batch.get_absolute_url())


def _send_elsewhere(request: HttpRequest, pks: list[int]) -> HttpResponse:
    batch, skipped, left_out = draft_elsewhere(pks, request.user)
    reasons = ", ".join(f"{number:,} {reason}" for reason, number in left_out.items())
    if batch is None:
        return _back(request, f"No order can be sent elsewhere: {reasons}. Nothing was changed.", kind="bad")
    _warn_of_skipped(request, skipped)
    if reasons:
        number = sum(left_out.values())
        messages.warning(request, f"{number:,} order{' is' if number == 1 else 's are'} left out: {reasons}.")
    return _lead_to(request, reverse("bulk_elsewhere", args=[batch.pk]))


def _warn_of_skipped(request: HttpRequest, skipped: int) -> None:
    if skipped:
        text = f"{lines_are(skipped)} skipped, so that nothing is bought twice. Each skipped line says why."
        messages.warning(request, text)


# The actions that make a draft.
DRAFTS: dict[str, Callable[[HttpRequest, list[int]], HttpResponse]] = {AGAIN: _order_again, ELSEWHERE: _send_elsewhere}


@permission_required("panels.view_order", raise_exception=True)
@require_POST
@limited("files")
def order_export_selected(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """Send the selected orders as a file, the newest first."""
    try:
        pks = _chosen(request, MOST)
    except NotChosenError as error:
        return _back(request, str(error), kind="bad")
    orders = Order.objects.filter(pk__in=pks).select_related(*RELATED)
    return send_list(request, ORDERS, orders, suffix=suffix, sort=ORDERS.field_of(ORDERS.sort))


def _chosen(request: HttpRequest, most: int) -> list[int]:
    """Return the selected orders, or all orders of the list's query string; more than `most` are an error."""
    if "all" in request.POST:
        found = filter_orders(QueryDict(request.POST.get("query", "")), request.user)
        if not found.is_valid():
            raise NotChosenError("The filter is not valid. Nothing was changed.")
        orders = found.qs
    else:
        ticked = {int(pk) for pk in request.POST.getlist("order") if pk.isdecimal() and len(pk) <= 18}
        orders = Order.objects.filter(pk__in=ticked)
    pks = list(orders.order_by("pk").values_list("pk", flat=True)[: most + 1])
    if not pks:
        raise NotChosenError("No order is selected. Nothing was changed.")
    if len(pks) > most:
        raise NotChosenError(f"An action takes at most {most:,} orders. Nothing was changed. Filter for fewer orders.")
    return pks


def _check_rights(request: HttpRequest, kind: str) -> None:
    if kind == Kind.REFILL and not request.user.has_perm("panels.add_refill"):
        raise PermissionDenied
    if kind in DRAFTS and not request.user.has_perms(MAY_ORDER):
        raise PermissionDenied


def _refresh_one(request: HttpRequest, text: str) -> HttpResponse:
    order = Order.objects.filter(pk=int(text)).first() if text.isdecimal() and len(text) <= 18 else None
    if order is None or not request_check(Order.objects.filter(pk=order.pk)):
        return _back(request, "Only a placed order can be refreshed.", kind="bad")
    ring("poll", order.panel_id)
    return _back(request, f"Order {order.pk} is being checked.")


def _refresh_now(request: HttpRequest, action: OrderAction, number: int) -> HttpResponse:
    """Mark the rows at once, so that the list shows them as being checked. The worker asks the panels."""
    confirm_action(action)
    for panel_pk in carry_out(action.pk, threading.Event()):
        ring("poll", panel_pk)
    done = action.lines.filter(outcome=ActionLine.Outcome.DONE).count()
    if not done:
        return _back(request, "No selected order is at its panel, so nothing can be refreshed.", kind="bad")
    skipped = f" {number - done} cannot be refreshed." if done < number else ""
    text = f"{done} order{'s are' if done > 1 else ' is'} being checked.{skipped}"
    return _back(request, text, kind="info" if skipped else "")


def _back(request: HttpRequest, text: str, kind: str = "") -> HttpResponse:
    """Show the result on the list. With htmx, the list stays and loads itself again."""
    if wants_fragment(request):
        response = trigger_client_event(HttpResponse(status=204), "refreshed", {})
        # The rows themselves show that they are being checked.
        return trigger_client_event(response, "toast", {"text": text, "kind": kind}) if kind else response
    messages.add_message(request, messages.ERROR if kind == "bad" else messages.SUCCESS, text)
    query = QueryDict(request.POST.get("query", "")).urlencode()
    return redirect(f"{reverse('order_list')}?{query}" if query else "order_list")


# -- confirming and following


@permission_required("panels.view_order", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def order_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the number and cost of an action until it is confirmed, and the outcome of each order afterwards."""
    action = get_object_or_404(OrderAction.objects.select_related("created_by"), pk=pk)
    may_confirm = _may_confirm(request, action)
    if action.kind == Kind.LABEL:
        return label_action(request, action, may_confirm=may_confirm)
    if request.method == "POST":
        if not may_confirm:
            raise PermissionDenied
        if confirm_action(action):
            ring("act", action.pk)
        if not wants_fragment(request):
            return redirect(action)
        action.refresh_from_db()
    context = {"action": action, "may_confirm": may_confirm, **_report(request, action)}
    return render_page(request, "panels/orders/order_action.html", context, partial="action")


def _may_confirm(request: HttpRequest, action: OrderAction) -> bool:
    """Say whether this person may confirm the action: its author, or a manager of panels."""
    user: Any = request.user
    is_theirs = action.created_by_id == user.pk or user.has_perm("panels.change_panel")
    needed = ["panels.change_order"] + (["panels.add_refill"] if action.kind == Kind.REFILL else [])
    return is_theirs and bool(user.has_perms(needed))


def _report(request: HttpRequest, action: OrderAction) -> dict[str, Any]:
    return _outcomes(request, action) if action.confirmed_at else _choice(request, action)


def _choice(request: HttpRequest, action: OrderAction) -> dict[str, Any]:
    lines, possible = action.lines.all(), _find_possible(action)
    return {
        "total": lines.count(),
        "costs": sum_costs(Order.objects.filter(pk__in=lines.order_by().values("order"))),
        "possible": len(possible),
        "not_stated": sum(_is_not_stated(action.kind, order) for order in possible),
        "refusing": _panels_that_refuse(action),
        "page": paginate(lines.select_related(*ROWS), request.GET, sort="id"),
    }


def _outcomes(request: HttpRequest, action: OrderAction) -> dict[str, Any]:
    lines, results = with_results(action), sum_results(action)
    outcome = request.GET.get("outcome", "")
    if outcome in Result.values:
        lines = lines.filter(result=outcome)
    elif outcome == ActionLine.Outcome.DONE:
        # An address of version 0.1.0.
        lines = lines.filter(outcome=outcome)
    closed = _closed_panels(action) if results.waiting else []
    return {
        "total": results.total,
        "results": results,
        "accepted": label_of(action.kind, Result.ACCEPTED),
        "verdict": _judge(action.kind, results),
        "refusing": _panels_that_refuse(action) if results.numbers.get(Result.REFUSED) else [],
        "closed": closed,
        "outcome": outcome,
        "page": paginate(lines.select_related(*ROWS), request.GET, sort="id"),
        "poll": _poll_seconds(action, results, is_closed=bool(closed)),
    }


def _judge(kind: str, results: Results) -> tuple[str, str]:
    """Return the state and the label of the badge that sums up all results."""
    if results.numbers.get(Result.ACCEPTED):
        return "done", "Done"
    if results.numbers.get(Result.UNKNOWN):
        return "unknown", "Outcome unknown"
    return "refused", f"Nothing {label_of(kind, Result.ACCEPTED).lower()}"


def _closed_panels(action: OrderAction) -> list[Panel]:
    """Return the panels of orders without an outcome that cannot be asked at present."""
    waiting = with_results(action).filter(result=Result.WAITING).order_by()
    panels = Panel.objects.defer("api_key").filter(pk__in=waiting.values("order__panel"))
    return [panel for panel in panels if not panel.takes_questions()]


def _poll_seconds(action: OrderAction, results: Results, *, is_closed: bool) -> int:
    """Return the seconds between two polls of the report, 0 once all outcomes are there."""
    if not results.waiting:
        return 0
    if not action.finished_at:
        return 1
    is_quick = not is_closed and timezone.now() - action.finished_at < OUTCOME_IS_QUICK
    return 2 if is_quick else 10


def _find_possible(action: OrderAction) -> list[Order]:
    """Return the orders for which the action is possible in their present state."""
    orders = Order.objects.filter(pk__in=action.lines.values("order")).select_related("service")
    if action.kind == Kind.REFILL:
        orders = orders.prefetch_related("refills")
    return [order for order in orders if _is_possible(action.kind, order)]


def _is_not_stated(kind: str, order: Order) -> bool:
    """Tell whether a refill or a cancel may be refused because the service never stated that it takes one."""
    if kind not in (Kind.REFILL, Kind.CANCEL):
        return False
    was = (order.as_ordered or {}).get(kind)
    return not was and (order.service is None or getattr(order.service, kind) is None)


def _panels_that_refuse(action: OrderAction) -> list[tuple[str, int]]:
    """Return the panels that have refused every cancel so far, each with the number of orders to cancel there."""
    if action.kind != Kind.CANCEL:
        return []
    orders = Order.objects.filter(pk__in=action.lines.order_by().values("order"), panel__takes_cancels=False)
    return list(orders.order_by("panel__name").values_list("panel__name").annotate(number=Count("pk")))


def _is_possible(kind: str, order: Order) -> bool:
    is_under_way = kind == Kind.REFILL and any(refill.is_open for refill in order.refills.all())
    return bool(getattr(order, CAN[Kind(kind)])) and not is_under_way
