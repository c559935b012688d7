"""The page of a panel: its state, its settings, and the actions of a manager."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from panels.attention.finding import find_in, mark
from panels.attention.subjects import PANELS
from panels.bulk.progress import paused_at
from panels.catalog import falls
from panels.catalog.offers import mark_panel_stale
from panels.forms.panels import PanelForm
from panels.models import Order, Panel, Service, ServiceChange
from panels.orders import pace
from panels.orders.queue import open_at
from panels.pages.confirmation import confirmed
from panels.pages.htmx import page_before, render_page, wants_fragment
from panels.pages.limits import limited
from panels.pages.numbers import money_text
from panels.pages.paging import count_each
from panels.pages.records import delivered_cell, finish_cell, price_cell
from panels.pages.undo import say_with_undo
from panels.providers import history, requests
from panels.providers.deletion import KeptError, delete_panel

MAX_CHANGES = 20
MAX_BATCHES = 5
MAX_REFUSALS = 8
MAX_WORDS = 8


@permission_required("panels.view_panel", raise_exception=True)
@require_safe
def panel_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one panel: its state, its catalog, its changes and its settings."""
    panel = _find(pk)
    response = _show(request, panel)
    # The page polls its fragment only while a request is waiting.
    return _announce(response, panel) if wants_fragment(request) and not panel.is_asked else response


@permission_required("panels.add_panel", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
@limited("questions", "POST")
def panel_new(request: HttpRequest) -> HttpResponse:
    """Add a panel and request its test."""
    form = PanelForm(_data(request), user=request.user)
    if not form.is_valid():
        return _show_form(request, form)
    panel = _store(form)
    messages.success(request, f"{panel.name} was added. It is being tested, and its catalog is being loaded.")
    return redirect(panel)


@permission_required("panels.change_panel", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
@limited("questions", "POST")
def panel_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a panel. Request its test if the address or the key is new."""
    form = PanelForm(_data(request), instance=_find(pk), user=request.user)
    if not form.is_valid():
        return _show_form(request, form)
    panel = _store(form)
    messages.success(request, f"{panel.name} was saved.{_consequence(form)}")
    return redirect(panel)


# For each question: the message on a list. The page of the panel itself shows that it is being asked.
ASKED: dict[requests.Question, str] = {
    "balance": "The balance of {name} is being checked.",
    "sync": "The catalog of {name} is being loaded.",
}


@permission_required("panels.view_panel", raise_exception=True)
@require_POST
@limited("questions", "POST")
def panel_ask(request: HttpRequest, pk: int, question: requests.Question) -> HttpResponse:
    """Request the balance, which also tests address and key, or the catalog."""
    if not (request.user.has_perm("panels.change_panel") or (question == "balance" and _orders(request))):
        raise PermissionDenied
    panel = _find(pk)
    if not panel.is_active:
        messages.warning(request, f"{panel.name} is inactive, so it is not called. Activate it first under Edit.")
    elif request.POST.get("list"):
        messages.success(request, ASKED[question].format(name=panel.name))
    requests.request_answer(question, [pk])
    is_here = wants_fragment(request) and not request.POST.get("list")
    return _show(request, _find(pk)) if is_here else _back(request, panel)


# For each change of a pause: the call, the message after a change, and the message if nothing changed.
PAUSES: dict[str, tuple[Callable[[list[Panel]], list[Panel]], str, str]] = {
    "pause": (
        requests.pause_by_hand,
        "{name} is paused. Orders for it wait here. Placed orders are still tracked.",
        "{name} was already paused: {reason}.",
    ),
    "resume": (
        requests.resume,
        "{name} is no longer paused. Its waiting orders can be sent again.",
        "{name} was not paused, or has another pause by now. Nothing was changed.",
    ),
}


@permission_required("panels.view_panel", raise_exception=True)
@require_POST
def panel_pause(request: HttpRequest, pk: int, change: str) -> HttpResponse:
    """Pause or resume a panel. An earlier pause keeps its own reason."""
    panel = _find(pk)
    if not (request.user.has_perm("panels.change_panel") or (change == "resume" and _may_resume(request, panel))):
        raise PermissionDenied
    call, done, not_done = PAUSES[change]
    words = {"name": panel.name, "reason": panel.get_paused_reason_display()}
    # An undo ends only the pause that it was offered for.
    is_other = request.GET.get("reason", panel.paused_reason) != panel.paused_reason
    if not is_other and call([panel]):
        _say_done(request, panel, change, done.format(**words))
    else:
        messages.info(request, not_done.format(**words))
    return _back(request, panel)


def _say_done(request: HttpRequest, panel: Panel, change: str, text: str) -> None:
    # A pause that this one has replaced does not come back, so the change cannot be undone.
    if change == "pause" and not panel.paused_reason:
        say_with_undo(request, text, "panel_resume", panel.pk, reason=Panel.Pause.BY_HAND)
    else:
        messages.success(request, text)


@permission_required("panels.change_panel", raise_exception=True)
@require_POST
def panel_catalog_seen(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark as seen that a panel took away much of its catalog at once, as `fell_at` was shown."""
    panel = _find(pk)
    if falls.mark_seen(panel, request.POST.get("fell_at", "")):
        messages.success(request, f"Marked as seen. The next fall of the catalog of {panel.name} is reported again.")
    else:
        messages.info(request, "This was marked as seen already, or has changed since. Nothing was changed.")
    return _back(request, panel)


@permission_required("panels.change_panel", raise_exception=True)
@require_POST
@confirmed
def panel_parallel(request: HttpRequest, pk: int) -> HttpResponse:
    """Set how many orders are sent to a panel at the same time, as the panel's page offers it."""
    panel = _find(pk)
    number = request.POST.get("at_a_time", "")
    if not (number.isdecimal() and 1 <= int(number) <= PanelForm.MOST["parallel_calls"]):
        messages.error(request, "Choose a number of orders at a time. Nothing was changed.")
        return redirect(panel)
    requests.send_at_a_time(panel, int(number))
    how = "one at a time" if number == "1" else f"{number} at a time"
    messages.success(request, f"Orders are sent to {panel.name} {how} from now on.")
    return redirect(panel)


@permission_required("panels.change_panel", raise_exception=True)
@require_POST
@confirmed
def panel_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a panel without orders, with its catalog and its history."""
    panel = _find(pk)
    try:
        is_done = delete_panel(panel, request.user)
    except KeptError as kept:
        messages.error(request, str(kept))
        return redirect(panel)
    if not is_done:
        text = f"A part of the catalog of {panel} is deleted, and the panel is inactive. Delete it again to go on."
        messages.warning(request, text)
        return redirect(panel)
    messages.success(request, f"{panel} was deleted with its key, its catalog and its history.")
    return redirect("panel_list")


# -- shared by the pages


def _back(request: HttpRequest, panel: Panel) -> HttpResponse:
    """Lead back to the list of panels if an action was used there, else to the panel."""
    return redirect(page_before(request) if request.POST.get("list") else panel)


def _orders(request: HttpRequest) -> bool:
    """Return whether the person may place orders. Who may do that may also look after the money for them."""
    return request.user.has_perm("panels.add_order")


def _may_resume(request: HttpRequest, panel: Panel) -> bool:
    return panel.paused_reason == Panel.Pause.FUNDS and _orders(request)


def _find(pk: int) -> Panel:
    panels = Panel.objects.select_related("record").defer("api_key", "record__tally", "record__numbers")
    panel: Panel = get_object_or_404(mark(PANELS, panels), pk=pk)
    return panel


def _data(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _show(request: HttpRequest, panel: Panel) -> HttpResponse:
    services = Service.objects.filter(panel=panel)
    changes = ServiceChange.objects.filter(service__panel=panel).select_related("service")
    now = timezone.now()
    month = history.last_month(panel, now)
    listed, gone, strange, *opened = count_each(
        services.filter(is_listed=True),
        services.filter(is_listed=False),
        services.filter(is_listed=True, type=""),
        *open_at(panel),
    )
    context: dict[str, Any] = {
        "panel": panel,
        "is_waiting": panel.is_asked,
        "offer": pace.offer(panel),
        "paused_batches": list(paused_at(panel)[:MAX_BATCHES]),
        "needs": find_in([panel], PANELS, request.user.has_perm),
        "open_count": sum(opened),
        "numbers": _numbers(panel) if request.user.has_perm("panels.view_order") else None,
        "services": {"listed": listed, "gone": gone, "strange": strange},
        "balances": history.balances(panel, now),
        "month": month,
        "uptime": history.uptime(month.calls),
        "status_words": panel.status_words.all()[:MAX_WORDS],
        "refusals": panel.refusal_words.all()[:MAX_REFUSALS],
        "changes": changes[:MAX_CHANGES],
        "all_services": listed + gone,
        "has_orders": any(opened) or Order.objects.filter(panel=panel).exists(),
    }
    return render_page(request, "panels/providers/panel_detail.html", context, partial="panel")


def _numbers(panel: Panel) -> dict[str, str] | None:
    """Return the three numbers that stand for a record, None without own orders."""
    record = getattr(panel, "record", None)
    if record is None or not record.is_counted:
        return None
    return {"finish": finish_cell(record), "delivered": delivered_cell(record), "price": price_cell(record)}


def _announce(response: HttpResponse, panel: Panel) -> HttpResponse:
    """Add a toast with the result of a test or a sync."""
    outcome = {
        "text": f"{panel.name} answered. Its balance is {money_text(panel.balance, panel.currency)}.",
        "kind": "good",
    }
    if problem := panel.balance_error or panel.catalog_error:
        outcome = {"text": f"{panel.name}: {problem}", "kind": "bad"}
    return trigger_client_event(response, "toast", outcome | {"about": f"panel {panel.pk}"})


def _show_form(request: HttpRequest, form: PanelForm) -> HttpResponse:
    return render(request, "panels/providers/panel_form.html", {"form": form}, status=422 if form.is_bound else 200)


def _store(form: PanelForm) -> Panel:
    """Save a panel and settle the consequences of its changes in one transaction."""
    with transaction.atomic():
        panel = form.store()
        requests.settle_change(
            panel,
            has_new_key=form.has_new_key,
            needs_test=form.needs_test,
            is_called_otherwise=form.is_called_otherwise,
        )
        if {"is_active", "currency_override"} & set(form.changed_data):
            mark_panel_stale(panel)
    return panel


def _consequence(form: PanelForm) -> str:
    if "is_active" in form.changed_data and not form.instance.is_active:
        return " It is inactive now, so it is no longer called. Its orders, services and history are kept."
    return " It is being tested." if form.instance.is_active and form.needs_test else ""
