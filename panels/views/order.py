"""The page of one order: its state, its history, the actions on it, and the decisions about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import F, FilteredRelation, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from panels.bell import WorkKind, ring
from panels.catalog.elsewhere import elsewhere_of
from panels.forms.orders import ANSWERS, ResolveForm
from panels.id_search import findings
from panels.id_search.evidence import collect_evidence, find_around
from panels.models import Order, OrderEvent, Refill
from panels.models.order_states import RequestState, is_replaceable
from panels.money import charges, given_back
from panels.orders import aftercare, following, funds, resolution
from panels.orders.delivery import delivered_over_time
from panels.pages.htmx import page_before, render_page, wants_fragment
from panels.pages.numbers import count
from panels.protocol.order_types import ALL_FIELDS
from panels.views.approval import about_approval
from panels.views.bulk_columns import MAY_ORDER
from panels.views.order_list import poll_seconds

LONGEST_HISTORY = 200
MAY_SEND_ELSEWHERE = ("panels.change_order", *MAY_ORDER)
# No search and no question makes progress while its panel is closed for questions, and that may take days.
SECONDS_WHILE_HELD_UP = 20
What = OrderEvent.What
EVENT_LOOKS = {
    What.PLACED: "good",
    What.REFUSED: "bad",
    What.NOT_SENT: "warn",
    What.UNKNOWN: "warn",
    What.HELD: "warn",
    What.ASKED: "warn",
    What.APPROVED: "good",
    What.NOT_APPROVED: "bad",
    What.FLAGGED: "warn",
    What.ALARM: "bad",
    What.GIVEN_BACK: "info",
    What.PROGRESS: "info",
}


@permission_required("panels.view_order", raise_exception=True)
@require_safe
def order_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an order with its evidence and its history. The page updates while the order is open."""
    return _show(request, pk)


def _show(request: HttpRequest, pk: int, *, status: int = 200) -> HttpResponse:
    order = _get(pk)
    events = list(order.events.select_related("actor").order_by("-at", "-pk")[:LONGEST_HISTORY])
    # Only an order at the panel can have refills.
    refills = list(order.refills.select_related("requested_by")) if order.remote_id else []
    decision = about_approval(order, request.user) or _decision(order, events, request.POST)
    elsewhere = elsewhere_of([order.service_id]).get(order.service_id or 0)
    context = {
        "order": order,
        "history": [(event, EVENT_LOOKS.get(What(event.what), "")) for event in events],
        "refills": refills,
        "can_refill": order.can_refill and not any(refill.is_open for refill in refills),
        "fields": _fields(order),
        "elsewhere": elsewhere,
        "can_send_elsewhere": elsewhere and is_replaceable(order) and request.user.has_perms(MAY_SEND_ELSEWHERE),
        "delivered": delivered_over_time(order),
        "is_overcharged": charges.is_overcharged(order, order.panel),
        "full_charge": charges.full_charge(order),
        "can_state_given_back": given_back.can_state(order),
        "as_ordered": _compare_terms(order),
        "is_held_up": not order.panel.takes_questions(),
        "poll": _page_seconds(order, refills, decision.get("findings")),
        **decision,
    }
    return render_page(request, "panels/orders/order_detail.html", context, partial="order", status=status)


def _get(pk: int) -> Order:
    people = ("placed_by", "cancel_requested_by", "candidate_by", "id_search__requested_by")
    of_this_attempt = FilteredRelation("id_searches", condition=Q(id_searches__attempt=F("attempt")))
    orders = Order.objects.annotate(id_search=of_this_attempt)
    rows = ("panel", "service__panel", "batch", "client", "campaign", "refused_in")
    return get_object_or_404(orders.select_related(*rows, *people), pk=pk)


def _fields(order: Order) -> list[dict[str, Any]]:
    """Return the labels and values of the other fields of the order's type, and lists as lines."""
    shown = []
    for name, value in order.params.items():
        field = ALL_FIELDS.get(name)
        label = dict(field.choices).get(value, value) if field else value
        lines = value.splitlines() if field and field.has_lines else []
        shown.append({"name": field.label if field else name, "value": label, "lines": lines})
    return shown


def _compare_terms(order: Order) -> list[tuple[str, str, str]]:
    """Return label, value as ordered and present value of the service's terms; "" where the value has not changed."""
    then = _terms_in_words(order.ordered) if order.ordered else {}
    now = _terms_in_words(order.service.terms()) if order.service else then
    return [(label, text or "–", now[label] if now[label] != text else "") for label, text in then.items()]


def _terms_in_words(terms: Mapping[str, Any]) -> dict[str, str]:
    return {
        "Category": terms.get("category", ""),
        "Limits": f"{count(terms.get('minimum'))} to {count(terms.get('maximum'))}",
        "Refill offered": ANSWERS[terms.get("refill")].capitalize(),
        "Cancel offered": ANSWERS[terms.get("cancel")].capitalize(),
    }


def _page_seconds(order: Order, refills: list[Refill], findings: findings.Findings | None) -> int:
    seconds = poll_seconds([order], {order.panel_id} if order.panel.takes_questions() else ())
    if findings and not resolution.may_resolve(order):
        return 2
    if findings and (order.candidate_id or findings.is_open):
        return 2 if order.panel.takes_questions() else SECONDS_WHILE_HELD_UP
    if any(refill.state in (RequestState.QUEUED, RequestState.SENDING) for refill in refills):
        return seconds or 2
    if seconds:
        return min(seconds, 5)
    return 10 if any(refill.is_open for refill in refills) else 0


def _decision(order: Order, events: list[OrderEvent], posted: Mapping[str, str]) -> dict[str, Any]:
    """Return the facts for the decision about an unknown or a held order."""
    if order.state == Order.State.UNKNOWN:
        around = find_around(order, events)
        return {
            "may_resolve": resolution.may_resolve(order),
            "around": around,
            "evidence": collect_evidence(order, around),
            # The query does not set it if there is no search.
            "findings": findings.collect_findings(order, getattr(order, "id_search", None), around),
            "form": ResolveForm(initial={"remote_id": posted.get("remote_id", "")}),
        }
    if order.is_held or order.is_held_for_funds:
        shortage = funds.explain(order, order.panel.free_balance) if order.is_held_for_funds else ""
        return {"release": resolution.check_now(order), "shortage": shortage}
    return {}


# -- actions on one order


@permission_required("panels.change_order", raise_exception=True)
@require_POST
def order_refresh(request: HttpRequest, pk: int) -> HttpResponse:
    """Request a status check of an order."""
    order = _get(pk)
    if not following.request_check(Order.objects.filter(pk=pk)):
        return _answer(request, pk, "Only a placed order can be refreshed.")
    ring("poll", order.panel_id)
    return _answer(request, pk)


@permission_required(("panels.change_order", "panels.add_refill"), raise_exception=True)
@require_POST
def order_refill(request: HttpRequest, pk: int) -> HttpResponse:
    """Request a refill of an order."""
    order = _get(pk)
    problem = aftercare.request_refill(order, request.user)
    ring("requests", order.panel_id)
    return _answer(request, pk, problem, "The refill is requested. The panel's answer is shown here.")


# For each request: the call, the work to ring for, and the message.
REQUESTS: dict[str, tuple[Callable[[Order, Any], str], WorkKind | None, str]] = {
    "cancel": (
        aftercare.request_cancel,
        "requests",
        "The cancel is requested. The status shows later whether the order was canceled.",
    ),
    "withdraw": (resolution.withdraw, None, "The order is withdrawn. It is not sent."),
    "search": (findings.request_search, "search", "The ID of order {pk} is being searched for."),
}


@permission_required("panels.change_order", raise_exception=True)
@require_POST
def order_request(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Request a cancel of an order, withdraw an unsent order, or request the search for an unknown order."""
    order = _get(pk)
    ask, work, done = REQUESTS[what]
    problem = ask(order, request.user)
    if work and not problem:
        ring(work, order.panel_id)
    # The page of the order itself shows the progress of a search.
    is_shown = what == "search" and not request.POST.get("list")
    return _answer(request, pk, problem, "" if is_shown else done.format(pk=pk))


@permission_required("panels.change_order", raise_exception=True)
@require_POST
def order_resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out a decision about an order."""
    order = _get(pk)
    form = ResolveForm(request.POST)
    if not form.is_valid():
        problem = "Enter an amount." if "amount" in form.errors else "Choose a decision."
        return _answer(request, pk, f"{problem} Nothing was changed.")
    decide, work, done = DECISIONS[form.cleaned_data["decision"]]
    problem = decide(order, request.user, form.cleaned_data)
    if work and not problem:
        ring(work, order.panel_id)
    return _answer(request, pk, problem, done)


def _exists(order: Order, actor: Any, data: Mapping[str, Any]) -> str:
    return resolution.name_candidate(order, data["remote_id"], actor)


def _send_again(order: Order, actor: Any, _: Mapping[str, Any]) -> str:
    return resolution.send_again(order, actor)


def _write_off(order: Order, actor: Any, _: Mapping[str, Any]) -> str:
    return resolution.write_off(order, actor)


def _release(order: Order, actor: Any, data: Mapping[str, Any]) -> str:
    now = resolution.check_now(order)
    # A browser may send the line breaks of a name in another way.
    if not now.problem and now.mark.split() != data["shown"].split():
        return "The price or the terms have changed again. Nothing was sent. Check them before you send the order."
    return resolution.release(order, actor)


def _dismiss(order: Order, actor: Any, data: Mapping[str, Any]) -> str:
    if data["alarm"].split() != order.alarm.split():
        return "There is a new alarm. Check it before you mark it as seen."
    resolution.dismiss_alarm(order, actor)
    return ""


def _state_given_back(order: Order, actor: Any, data: Mapping[str, Any]) -> str:
    return given_back.state_given_back(order.pk, data["amount"], actor)


def _stop(order: Order, actor: Any, _: Mapping[str, Any]) -> str:
    following.stop_following(order, actor)
    return ""


def _follow(order: Order, actor: Any, _: Mapping[str, Any]) -> str:
    if not following.request_check(Order.objects.filter(pk=order.pk)):
        return "Only a placed order can be tracked."
    order.add_event(What.FOLLOW, "Tracked again.", actor=actor)
    return ""


# For each decision: the call, the work to ring for, and the message.
DECISIONS: dict[str, tuple[Callable[[Order, Any, Mapping[str, Any]], str], WorkKind | None, str]] = {
    ResolveForm.EXISTS: (_exists, "confirm", "This ID is being checked at the panel. The answer is shown here."),
    ResolveForm.SEND_AGAIN: (_send_again, "submit", "The order is queued to be sent again."),
    ResolveForm.WRITE_OFF: (
        _write_off,
        None,
        "The order is marked as lost. If a panel order ID arrives later, it is saved.",
    ),
    ResolveForm.RELEASE: (_release, "submit", "The order is queued on the present terms."),
    ResolveForm.SEEN: (_dismiss, None, "Marked as seen."),
    ResolveForm.STOP: (_stop, None, "The order is no longer tracked. Its last known values are kept."),
    ResolveForm.GIVEN_BACK: (_state_given_back, None, "The money given back is saved, and the cost with it."),
    ResolveForm.FOLLOW: (_follow, "poll", "The order is tracked again."),
}


def _answer(request: HttpRequest, pk: int, problem: str = "", done: str = "") -> HttpResponse:
    """Show the order as it is now, with a message: `problem` if nothing was done, else `done`.

    An action that was used on a list leads back to the list.
    """
    if problem:
        messages.error(request, problem)
    elif done:
        messages.success(request, done)
    if request.POST.get("list"):
        return redirect(page_before(request))
    if wants_fragment(request):
        return _show(request, pk, status=422 if problem else 200)
    return redirect("order_detail", pk)
