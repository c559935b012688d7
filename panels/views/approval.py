"""A manager approves or refuses an order that waits for it, or all orders of a batch."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from panels.attention.buttons import approve_label
from panels.bell import ring
from panels.bulk.progress import panels_of
from panels.forms.orders import ApprovalForm
from panels.models import Batch, Order
from panels.orders import approval
from panels.pages.htmx import page_before
from panels.pages.undo import say_with_undo
from panels.people.order_limits import limits_of
from panels.views.bulk_lines import get_batch

# Another person decides, so the page of the person who asked refreshes itself.
SECONDS_WHILE_ASKED = 10


def about_approval(order: Order, user: Any) -> dict[str, Any]:
    """Return the context of an order that waits for approval, nothing for another order."""
    if order.state != Order.State.ASKED:
        return {}
    if order.batch:
        found = approval.look_at("batch", [order.batch.pk])
        return {"case": found.get(order.batch.pk), "poll": SECONDS_WHILE_ASKED}
    found = approval.look_at("pk", [order.pk])
    return _about(found.get(order.pk), user, order.placed_by) | {"address": reverse("order_approval", args=[order.pk])}


def about_batch(batch: Batch, user: Any) -> dict[str, Any]:
    """Return the context of a batch with orders that wait for approval."""
    found = approval.look_at("batch", [batch.pk]).get(batch.pk)
    address = reverse("bulk_approval", args=[batch.pk])
    return _about(found, user, batch.confirmed_by) | {"address": address, "batch_waits": True}


def _about(case: approval.Case | None, user: Any, asked_by: Any) -> dict[str, Any]:
    """Return the context of a decision. The page does not refresh itself while a manager writes a word."""
    is_manager = user.has_perm(approval.MAY_APPROVE)
    is_own = is_manager and bool(case and case.person == user.pk and limits_of(user))
    may_approve = is_manager and not is_own
    return {
        "case": case,
        "asked_by": asked_by,
        "is_own": is_own,
        "may_approve": may_approve,
        "approve": approve_label(case) if case else "",
        "poll": 0 if may_approve else SECONDS_WHILE_ASKED,
    }


@permission_required(approval.MAY_APPROVE, raise_exception=True)
@require_POST
def order_approval(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse an order. An approved order can be taken back for some seconds, as a new one can."""
    order = get_object_or_404(Order.objects.select_related("panel"), pk=pk)
    seconds = settings.TAKE_BACK_SECONDS if request.user.has_perm("panels.change_order") else 0
    if _decide(request, order, f"Order {pk}", wait=timedelta(seconds=seconds)):
        order.refresh_from_db(fields=("send_after",))
        ring("submit", order.panel_id, delay=seconds)
        text = f"Order {pk} is approved, and queued for {order.panel}."
        if seconds:
            say_with_undo(request, text, "order_withdraw", pk, until=order.send_after)
        else:
            messages.success(request, text)
    return redirect(page_before(request) if request.POST.get("list") else order)


@permission_required(approval.MAY_APPROVE, raise_exception=True)
@require_POST
def bulk_approval(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse the orders of a batch that wait for approval, all together."""
    batch = get_batch(pk)
    if _decide(request, batch, str(batch)):
        for panel_pk in panels_of(batch):
            ring("submit", panel_pk)
        messages.success(request, f"{batch} is approved. Its orders are queued.")
    return redirect(page_before(request) if request.POST.get("list") else batch)


def _decide(request: HttpRequest, asked: Order | Batch, name: str, *, wait: timedelta = timedelta()) -> bool:
    """Carry out the decision of the form. Return whether the orders are queued now. All else is said already."""
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"{form.problem} Nothing was changed.")
        return False
    decision, word = form.cleaned_data["decision"], form.cleaned_data["word"]
    if decision == ApprovalForm.APPROVE:
        problem = approval.approve(asked, request.user, form.cleaned_data["shown"], word, wait=wait)
    else:
        problem = approval.refuse(asked, request.user, word)
    if problem:
        messages.error(request, problem)
    elif decision == ApprovalForm.REFUSE:
        messages.success(request, f"{name} was not approved. Nothing is sent.")
    return decision == ApprovalForm.APPROVE and not problem
