"""The page of words that refused several orders: what they mean, and the orders that can be sent again."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from panels.bell import ring
from panels.models import Order, OrderAction, RefusalWords
from panels.money.costs import estimate
from panels.orders import refused
from panels.orders.actions import start_action
from panels.pages.htmx import render_page
from panels.pages.paging import paginate

Meaning = RefusalWords.Meaning
# The most orders that are sent again by one click.
MOST = 10_000
DECIDED = {
    Meaning.PANEL: "Orders refused in these words are put back from now on. One order is tried first.",
    Meaning.ORDERS: "The refused orders stay refused, and these words do not pause the panel again. Sending goes on.",
}


@permission_required("panels.view_order", raise_exception=True)
@require_safe
def refusal_words(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the words, their meaning, and the orders that they refused."""
    words = _find(pk)
    orders = refused.with_repeat(refused.marked(words))
    sendable = refused.to_send_again(words)
    total = refused.marked(words).count()
    number = sendable.count()
    first = Order.objects.filter(pk__in=_first(sendable))
    context = {
        "words": words,
        "total": total,
        "number": number,
        "left_out": total - number,
        "first": estimate(first),
        "later": max(number - MOST, 0),
        "seen": words.asked_at.isoformat(),
        "token": uuid.uuid4(),
        "balance": refused.balance_since(words),
        "page": paginate(orders.select_related("panel", "service"), request.GET, sort="id"),
    }
    return render_page(request, "panels/providers/refusal_words.html", context, partial="words")


@permission_required("panels.change_panel", raise_exception=True)
@require_POST
def refusal_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Store what the words mean, and let the panel take orders again."""
    words = _find(pk)
    meaning = request.POST.get("meaning", "")
    is_as_seen = request.POST.get("seen") == words.asked_at.isoformat() and request.POST.get("was") == words.meaning
    if meaning not in DECIDED:
        messages.error(request, "Choose what the words mean. Nothing was changed.")
    elif not is_as_seen:
        messages.error(request, refused.DECIDED_MEANWHILE)
    elif problem := refused.decide(words, meaning, request.user):
        messages.error(request, problem)
    else:
        messages.success(request, DECIDED[Meaning(meaning)])
        ring("submit", words.panel_id)
    return redirect(words)


@permission_required("panels.change_order", raise_exception=True)
@require_POST
def refusal_send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the orders of the page again, each once, although the form may be sent twice."""
    words = _find(pk)
    try:
        token = uuid.UUID(request.POST.get("token", ""))
    except ValueError:
        messages.error(request, "The form was not complete. Nothing was sent.")
        return redirect(words)
    if earlier := OrderAction.objects.filter(token=token).first():
        return redirect(earlier)
    pks = list(_first(refused.to_send_again(words)))
    is_as_shown = request.POST.get("shown") == estimate(Order.objects.filter(pk__in=pks)).fingerprint
    if words.meaning != Meaning.PANEL or not is_as_shown:
        messages.error(request, "The list has changed since it was shown. Nothing was sent. Check it and send again.")
        return redirect(words)
    action = start_action(OrderAction.Kind.SEND_AGAIN, pks, request.user, token)
    ring("act", action.pk)
    return redirect(action)


def _find(pk: int) -> RefusalWords:
    return get_object_or_404(RefusalWords.objects.select_related("panel", "decided_by").defer("panel__api_key"), pk=pk)


def _first(orders: QuerySet[Order]) -> QuerySet[Order, int]:
    """Return the pks of the orders that one click sends."""
    return orders.order_by("pk").values_list("pk", flat=True)[:MOST]
