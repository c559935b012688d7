"""The accounts at panels: how they are, and what a manager does with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from panels import attention
from panels.forms.panels import PanelForm
from panels.models import Panel, Service, ServiceChange
from panels.orders.queue import count_open
from panels.pages.formats import money
from panels.pages.htmx import render_page, wants_fragment
from panels.providers import requests

MAX_READINGS = 8
MAX_CHANGES = 20


@permission_required("panels.view_panel", raise_exception=True)
@require_safe
def panel_list(request: HttpRequest) -> HttpResponse:
    """Show every panel and how it is."""
    panels = list(Panel.objects.defer("api_key"))
    opened, _ = count_open()
    context = {
        "rows": [(panel, opened[panel.pk]) for panel in panels],
        "is_waiting": any(_is_waiting(panel) for panel in panels),
        "is_moving": bool(opened),
    }
    return render_page(request, "panels/providers/panel_list.html", context, partial="panels")


@permission_required("panels.view_panel", raise_exception=True)
@require_safe
def panel_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one panel: how it is, what it offers, what has changed, and its settings."""
    panel = _find(pk)
    response = _show(request, panel)
    # The page asks for its fragment only while something is under way.
    return _announce(response, panel) if wants_fragment(request) and not _is_waiting(panel) else response


@permission_required("panels.add_panel", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def panel_new(request: HttpRequest) -> HttpResponse:
    """Add a panel, which is tested at once."""
    form = PanelForm(_data(request))
    if not form.is_valid():
        return _show_form(request, form)
    panel = _store(form)
    messages.success(request, f"{panel.name} was added. It is being tested, and its catalog fetched: see below.")
    return redirect(panel)


@permission_required("panels.change_panel", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def panel_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a panel; with a new address or key it is tested at once."""
    form = PanelForm(_data(request), instance=_find(pk))
    if not form.is_valid():
        return _show_form(request, form)
    panel = _store(form)
    messages.success(request, f"{panel.name} was saved.{_consequence(form)}")
    return redirect(panel)


@permission_required("panels.change_panel", raise_exception=True)
@require_POST
def panel_ask(request: HttpRequest, pk: int, question: requests.Question) -> HttpResponse:
    """Have the balance read, which also tests address and key, or the catalog fetched."""
    panel = _find(pk)
    if not panel.is_active:
        messages.warning(request, f"{panel.name} is inactive, so it is not called. Make it active first (Edit).")
    requests.request_answer(question, [pk])
    return _show(request, _find(pk)) if wants_fragment(request) else redirect(panel)


# Each change of a pause: the call, what to say if it changed anything, and what if it did not.
PAUSES: dict[str, tuple[Callable[[list[Panel]], list[Panel]], str, str]] = {
    "pause": (
        requests.pause_by_hand,
        "{name} is paused. Orders for it wait here; placed ones are still followed.",
        "{name} was paused before: {reason}.",
    ),
    "resume": (
        requests.resume,
        "{name} is no longer paused. Orders that wait for it go out now.",
        "{name} was not paused.",
    ),
}


@permission_required("panels.change_panel", raise_exception=True)
@require_POST
def panel_pause(request: HttpRequest, pk: int, change: str) -> HttpResponse:
    """Pause a panel or resume it; a pause that lasts already keeps its own reason."""
    panel = _find(pk)
    call, done, not_done = PAUSES[change]
    words = {"name": panel.name, "reason": panel.get_paused_reason_display()}
    if call([panel]):
        messages.success(request, done.format(**words))
    else:
        messages.info(request, not_done.format(**words))
    return redirect(panel)


# -- what they share


def _find(pk: int) -> Panel:
    panel: Panel = get_object_or_404(attention.mark(attention.PANELS, Panel.objects.defer("api_key")), pk=pk)
    return panel


def _data(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _is_waiting(panel: Panel) -> bool:
    """Tell whether a balance or a catalog has been asked for and is not there yet."""
    return panel.is_active and bool(panel.balance_requested_at or panel.sync_requested_at)


def _show(request: HttpRequest, panel: Panel) -> HttpResponse:
    services = Service.objects.filter(panel=panel)
    changes = ServiceChange.objects.filter(service__panel=panel).select_related("service")
    context: dict[str, Any] = {
        "panel": panel,
        "is_waiting": _is_waiting(panel),
        "needs": attention.find_in([panel], attention.PANELS, request.user.has_perm),
        "open_count": count_open()[0][panel.pk],
        "services": services.aggregate(
            listed=Count("pk", filter=Q(is_listed=True)),
            gone=Count("pk", filter=Q(is_listed=False)),
            strange=Count("pk", filter=Q(is_listed=True, type="")),
        ),
        "readings": panel.balance_readings.all()[:MAX_READINGS],
        "changes": changes[:MAX_CHANGES],
    }
    return render_page(request, "panels/providers/panel_detail.html", context, partial="panel")


def _announce(response: HttpResponse, panel: Panel) -> HttpResponse:
    """Say aloud what came of a test or a sync."""
    if problem := panel.balance_error or panel.catalog_error:
        return trigger_client_event(response, "toast", {"text": f"{panel.name}: {problem}", "kind": "bad"})
    text = f"{panel.name} answered. Its balance is {money(panel.balance, panel.currency)}."
    return trigger_client_event(response, "toast", {"text": text, "kind": "good"})


def _show_form(request: HttpRequest, form: PanelForm) -> HttpResponse:
    return render(request, "panels/providers/panel_form.html", {"form": form}, status=422 if form.is_bound else 200)


def _store(form: PanelForm) -> Panel:
    """Save a panel together with what follows from its changes."""
    with transaction.atomic():
        panel = form.store()
        requests.settle_change(panel, has_new_key=form.has_new_key, needs_test=form.needs_test)
    return panel


def _consequence(form: PanelForm) -> str:
    if "is_active" in form.changed_data and not form.instance.is_active:
        return " It is inactive now: it is not called any more. Its orders, services and history are kept."
    return " It is being tested: see below." if form.instance.is_active and form.needs_test else ""
