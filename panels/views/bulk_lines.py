"""The lines of a draft: show, correct, skip and include them."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh, trigger_client_event

from panels.bulk.confirming import Summary, summary
from panels.bulk.drafts import NotADraftError, change_line, include, leave_out_wrong
from panels.bulk.labels import find_missing_names
from panels.clients.naming import known_names
from panels.forms.bulk import LineForm
from panels.models import Batch, BatchLine
from panels.pages.htmx import render_page, wants_fragment
from panels.pages.paging import paginate
from panels.pages.undo import say_with_undo

TEMPLATE = "panels/bulk/bulk_line.html"
SHOWN = {
    "wrong": Q(has_errors=True, is_left_out=False),
    "all": Q(),
    "out": Q(is_left_out=True),
}
CHANGES: dict[str, dict[str, bool]] = {
    "leave_out": {"is_left_out": True},
    "take_back": {"is_left_out": False},
    "repeat": {"is_repeat_ok": True},
    "no_repeat": {"is_repeat_ok": False},
}
# A page has at most this many rows, so no more rows are reloaded.
MOST_RELOADED = 50


def get_batch(pk: int) -> Batch:
    """Return a batch together with its panel and its people."""
    rows = ("panel", "client", "campaign", "created_by", "confirmed_by")
    return get_object_or_404(Batch.objects.select_related(*rows), pk=pk)


def draft_context(batch: Batch, totals: Summary) -> dict[str, Any]:
    """Return the context of a draft's summary."""
    costs: dict[str, Decimal] = defaultdict(Decimal)
    for total in totals.totals:
        costs[total.currency] += total.cost
    return {
        "batch": batch,
        "summary": totals,
        "costs": sorted(costs.items()),
        "numbers": _numbers(totals),
        "names": find_missing_names(batch) if batch.is_draft and totals.wrong else None,
        "fingerprint": totals.fingerprint,
    }


def _numbers(totals: Summary) -> dict[str, int]:
    """Return the number of lines in each tab."""
    every = totals.count + totals.wrong + totals.left_out
    return {"wrong": totals.wrong, "all": every, "out": totals.left_out}


def draft_lines(request: HttpRequest, batch: Batch, totals: Summary) -> dict[str, Any]:
    """Return a page of a draft's lines: the lines with errors, or all lines if no line has errors."""
    shown = request.GET.get("show", "")
    if shown not in SHOWN:
        shown = "wrong" if totals.wrong else "all"
    return {
        "shown": shown,
        "total": _numbers(totals)[shown],
        "page": paginate(_with_service(batch.lines.filter(SHOWN[shown])), request.GET, sort="number"),
        "can_change": batch.is_draft and request.user.has_perm("panels.change_batch"),
        "known": known_names(),
    }


def _with_service(lines: QuerySet[BatchLine]) -> QuerySet[BatchLine]:
    found = lines.select_related("panel", "service__panel")
    return found.defer("service__description", "service__search_text")


@permission_required("panels.change_batch", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def bulk_line(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Show the form of a draft's line, or the line itself with ?row. Correct, skip or include the line."""
    batch = get_batch(pk)
    line = _get_line(batch, number)
    if request.method == "POST":
        return _change(request, batch, line)
    if not batch.is_draft:
        return _not_a_draft(request, batch, f"{batch} is no longer a draft. Its lines can no longer be changed.")
    return _show(request, batch, line, None if "row" in request.GET else LineForm(line))


def _get_line(batch: Batch, number: int) -> BatchLine:
    line = get_object_or_404(_with_service(batch.lines.all()), number=number)
    line.batch = batch
    return line


def _change(request: HttpRequest, batch: Batch, line: BatchLine) -> HttpResponse:
    choice = request.POST.get("do", "")
    # Every button of the form sends the cells of the line. The buttons of the row send no cells.
    is_form = choice not in CHANGES or "service" in request.POST
    cells = LineForm(line, request.POST).cells if is_form else None
    try:
        changed = change_line(line, cells=cells, **CHANGES.get(choice, {}))
    except NotADraftError as error:
        return _not_a_draft(request, batch, str(error))
    line = _get_line(batch, line.number)
    is_still_wrong = cells is not None and line.is_wrong
    if not wants_fragment(request) and not is_still_wrong:
        messages.success(request, f"Line {line.number} was changed.")
        return redirect(_address(batch, request))
    response = _show(request, batch, line, LineForm(line) if is_still_wrong else None, is_changed=True)
    # Rows of other lines with the same service and link reload themselves, because their errors may have changed.
    others = [other.number for other in changed if other.number != line.number]
    for other in others[:MOST_RELOADED]:
        trigger_client_event(response, f"line-{other}", {})
    return response


def _show(
    request: HttpRequest, batch: Batch, line: BatchLine, form: LineForm | None, *, is_changed: bool = False
) -> HttpResponse:
    """Show a line or its form. After a change, add the new summary of its batch."""
    context = {"batch": batch, "line": line, "form": form, "can_change": batch.is_draft}
    if is_changed and wants_fragment(request):
        context |= draft_context(batch, summary(batch)) | {"is_out_of_band": True}
    status = 422 if is_changed and form else 200
    return render_page(request, TEMPLATE, context, partial="row", status=status)


def _address(batch: Batch, request: HttpRequest) -> str:
    query = request.GET.urlencode()
    address = reverse("bulk_detail", args=[batch.pk])
    return f"{address}?{query}" if query else address


def _not_a_draft(request: HttpRequest, batch: Batch, text: str) -> HttpResponse:
    messages.error(request, text)
    return HttpResponseClientRefresh() if wants_fragment(request) else redirect(batch)


@permission_required("panels.change_batch", raise_exception=True)
@require_POST
def bulk_leave_out_wrong(request: HttpRequest, pk: int) -> HttpResponse:
    """Skip every line with errors in a draft."""
    batch = get_batch(pk)
    try:
        numbers = leave_out_wrong(batch)
    except NotADraftError as error:
        messages.error(request, str(error))
        return redirect(batch)
    text = f"{_lines_were(len(numbers))} skipped. Skipped lines stay in the batch and are not ordered."
    if numbers:
        say_with_undo(request, text, "bulk_include", batch.pk, lines=",".join(map(str, numbers)))
    else:
        messages.info(request, text)
    return redirect(batch)


@permission_required("panels.change_batch", raise_exception=True)
@require_POST
def bulk_include(request: HttpRequest, pk: int) -> HttpResponse:
    """Include skipped lines of a draft again, as the undo of skipping them."""
    batch = get_batch(pk)
    numbers = [text for text in request.GET.get("lines", "").split(",") if text.isdecimal() and len(text) <= 9]
    try:
        included = include(batch, map(int, numbers))
    except NotADraftError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{_lines_were(included)} included again. All lines were checked.")
    return redirect(batch)


def _lines_were(number: int) -> str:
    return "1 line was" if number == 1 else f"{number:,} lines were"
