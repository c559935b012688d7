"""The page of a change of the labels of many orders: the new labels, the confirmation, and how far it has come."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from panels.bell import ring
from panels.forms.many_labels import ManyLabelsForm
from panels.models import LabelChange, OrderAction
from panels.orders.labels import confirm_labels, count_losing_campaign, labels_of, set_values
from panels.pages.htmx import render_page, wants_fragment
from panels.tables.columns import LABELS

TEMPLATE = "panels/orders/label_action.html"


def label_action(request: HttpRequest, action: OrderAction, *, may_confirm: bool) -> HttpResponse:
    """Ask for the new labels, then for a yes, and then show the progress."""
    change = LabelChange.objects.get(pk=action.pk)
    if request.method == "POST":
        if not may_confirm:
            raise PermissionDenied
        return _confirm(request, action) if "shown" in request.POST else _choose(request, action, change)
    is_asking = not action.confirmed_at and (not change.values or "again" in request.GET)
    form = ManyLabelsForm(request.user) if is_asking and may_confirm else None
    return _show(request, action, change, form, may_confirm=may_confirm)


def _choose(request: HttpRequest, action: OrderAction, change: LabelChange) -> HttpResponse:
    form = ManyLabelsForm(request.user, request.POST)
    if not form.is_valid():
        return _show(request, action, change, form, may_confirm=True, status=422)
    if not set_values(change, form.values()):
        messages.info(request, "This was confirmed already. Nothing else was changed.")
    return redirect(action)


def _confirm(request: HttpRequest, action: OrderAction) -> HttpResponse:
    if confirm_labels(action, request.POST["shown"]):
        ring("act", action.pk)
    else:
        messages.info(request, "The new labels have changed since, or were confirmed already. See what is shown now.")
    if not wants_fragment(request):
        return redirect(action)
    action.refresh_from_db()
    return _show(request, action, LabelChange.objects.get(pk=action.pk), None, may_confirm=True)


def _show(
    request: HttpRequest,
    action: OrderAction,
    change: LabelChange,
    form: ManyLabelsForm | None,
    *,
    may_confirm: bool,
    status: int = 200,
) -> HttpResponse:
    new = labels_of(change.values)
    context: dict[str, Any] = {
        "action": action,
        "change": change,
        "labels": form,
        "may_confirm": may_confirm,
        "new": [
            (name.capitalize(), str(getattr(new[name], "name", new[name]) or "")) for name in LABELS if name in new
        ],
        "shown": json.dumps(change.values, sort_keys=True),
        "losing": 0 if form or action.confirmed_at else count_losing_campaign(change),
        "poll": 1 if action.confirmed_at and not action.finished_at else 0,
    }
    return render_page(request, TEMPLATE, context, partial="action", status=status)
