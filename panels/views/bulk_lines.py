"""The lines of a draft: show, correct, skip and include them."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh, trigger_client_event

from panels.bulk.confirming import Summary, find_reasons, fingerprint, summary
from panels.bulk.drafts import LineChangedError, NotADraftError, change_line, include, leave_out_wrong
from panels.bulk.labels import find_missing_names
from panels.bulk.lookup import CatalogLookup
from panels.bulk.mistakes import find_groups
from panels.catalog.elsewhere import elsewhere_of
from panels.clients.naming import known_names
from panels.forms.bulk import LineForm
from panels.forms.cells import CellFields, MistakeForm, label_of
from panels.models import Batch, BatchLine, Panel
from panels.pages.htmx import render_page, wants_fragment
from panels.pages.paging import paginate
from panels.pages.spans import read_spans, write_spans
from panels.pages.undo import say_with_undo
from panels.views.order_new import find_choices

TEMPLATE = "panels/bulk/bulk_line.html"
SHOWN = {
    "wrong": Q(has_errors=True, is_left_out=False),
    # Also lines with errors, because each row shows its warnings.
    "warned": Q(is_left_out=False) & ~Q(warnings=[]),
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
# The mistakes of several lines that are offered at once, those of most lines first.
MOST_MISTAKES = 5


class Stop(NamedTuple):
    """The part of a draft's page that a person needs next, and the address of a page that has it."""

    part: str
    address: str
    words: str


def get_batch(pk: int) -> Batch:
    """Return a batch together with its panel and its people."""
    rows = ("panel", "client", "campaign", "created_by", "confirmed_by")
    return get_object_or_404(Batch.objects.select_related(*rows), pk=pk)


def draft_context(batch: Batch, totals: Summary, user: Any) -> dict[str, Any]:
    """Return the context of a draft's summary. `approval`: why this person's orders would wait for it."""
    costs: dict[str, Decimal] = defaultdict(Decimal)
    for total in totals.totals:
        costs[total.currency] += total.cost
    return {
        "batch": batch,
        "summary": totals,
        "costs": sorted(costs.items()),
        "approval": find_reasons(batch, user) if batch.is_draft else [],
        "numbers": _numbers(batch, totals),
        "names": find_missing_names(batch) if batch.is_draft and totals.wrong else None,
        **(_mistakes(batch) if batch.is_draft and totals.wrong > 1 else {}),
        "fingerprint": totals.fingerprint,
    }


def _mistakes(batch: Batch) -> dict[str, Any]:
    """Return the forms for the mistakes that several lines share, and the number of further mistakes."""
    groups, fields = find_groups(batch), CellFields(batch)
    shown = [MistakeForm(group, fields) for group in groups[:MOST_MISTAKES]]
    return {"mistakes": shown, "more_mistakes": len(groups) - len(shown)}


def next_stop(batch: Batch, number: int) -> Stop:
    """Return the next line with errors after this line, or else the first one, or else the confirmation."""
    address = reverse("bulk_detail", args=[batch.pk])
    wrong = batch.lines.filter(SHOWN["wrong"]).order_by("number").values_list("number", flat=True)
    if following := wrong.filter(number__gt=number).first():
        # The cursor of a place right before this line.
        return Stop(f"change-{following}", f"{address}?show=wrong&after=0~{following - 1}", f"Next: line {following}.")
    if first := wrong.first():
        return Stop(f"change-{first}", f"{address}?show=wrong", f"Next: line {first}.")
    return Stop("confirm", f"{address}?show=all", "No line has errors. Next: the confirmation.")


def _numbers(batch: Batch, totals: Summary) -> dict[str, int]:
    """Return the number of lines in each tab."""
    every = totals.count + totals.wrong + totals.left_out
    warned = batch.lines.filter(SHOWN["warned"]).count() if totals.wrong else totals.warned
    return {"wrong": totals.wrong, "warned": warned, "all": every, "out": totals.left_out}


def draft_lines(request: HttpRequest, batch: Batch, numbers: dict[str, int]) -> dict[str, Any]:
    """Return a page of a draft's lines: the lines with errors, or all lines if no line has errors."""
    shown = request.GET.get("show", "")
    if shown not in SHOWN:
        shown = "wrong" if numbers["wrong"] else "all"
    page = paginate(_with_service(batch.lines.filter(SHOWN[shown])), request.GET, sort="number")
    return {
        "shown": shown,
        "total": numbers[shown],
        "page": page,
        "elsewhere": elsewhere_of(line.service_id for line in page),
        "can_change": batch.is_draft and request.user.has_perm("panels.change_batch"),
        "known": known_names(),
    }


def _with_service(lines: QuerySet[BatchLine]) -> QuerySet[BatchLine]:
    found = lines.select_related("panel", "service__panel", "service__record")
    unread = ("record__tally", "record__numbers", "description", "search_text")
    return found.defer(*(f"service__{name}" for name in unread))


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
    # The list of another tab, or of before somebody else's change, has outdated rows.
    is_outdated = request.POST.get("draft", fingerprint(batch)) != fingerprint(batch)
    try:
        changed = change_line(line, cells=cells, seen=request.POST.get("seen"), **CHANGES.get(choice, {}))
    except NotADraftError as error:
        return _not_a_draft(request, batch, str(error))
    except LineChangedError:
        return _show_changed(request, batch, line.number, cells)
    was_wrong = line.is_wrong
    line = _get_line(batch, line.number)
    is_still_wrong = cells is not None and line.is_wrong
    stop = next_stop(batch, line.number) if was_wrong and not line.is_wrong else None
    if not wants_fragment(request) and not is_still_wrong:
        messages.success(request, f"Line {line.number} was changed.")
        return redirect(f"{_address(batch, request)}#{stop.part}" if stop else _address(batch, request))
    form = LineForm(line) if is_still_wrong else None
    response = _show(request, batch, line, form, is_changed=True, is_outdated=is_outdated, stop=stop)
    if is_outdated:
        return trigger_client_event(response, "outdated", {}, after="settle")
    if stop:
        trigger_client_event(response, "go-on", {"to": stop.part, "at": stop.address}, after="settle")
    # Rows of other lines with the same service and link reload themselves, because their errors may have changed.
    others = [other.number for other in changed if other.number != line.number]
    for other in others[:MOST_RELOADED]:
        trigger_client_event(response, f"line-{other}", {})
    return response


def _show_changed(request: HttpRequest, batch: Batch, number: int, typed: dict[str, str] | None) -> HttpResponse:
    """Show a line as it is now, because it has changed since the person saw it. What they typed is named."""
    line = _get_line(batch, number)
    text = f"Line {number} was changed meanwhile, in another tab or by somebody else. Your change was not saved."
    if not wants_fragment(request):
        messages.error(request, f"{text} The page shows the line as it is now.")
        return redirect(_address(batch, request))
    others = [
        f"{label_of(name).lower()} “{Truncator(text).chars(80)}”"
        for name, text in (typed or {}).items()
        if text != line.cells.get(name, "")
    ]
    form = None if typed is None else LineForm(line)
    response = _show(request, batch, line, form, is_changed=True, is_outdated=True, overtaken=others)
    return response if form else trigger_client_event(response, "toast", {"text": text, "kind": "bad"})


def _show(
    request: HttpRequest,
    batch: Batch,
    line: BatchLine,
    form: LineForm | None,
    *,
    is_changed: bool = False,
    **more: Any,
) -> HttpResponse:
    """Show a line or its form. After a change, add the new summary of its batch."""
    context = {"batch": batch, "line": line, "form": form, "can_change": batch.is_draft, **more}
    context["elsewhere"] = elsewhere_of([line.service_id])
    if is_changed and wants_fragment(request):
        context |= draft_context(batch, summary(batch), request.user) | {"is_out_of_band": True}
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
    text = f"{lines_were(len(numbers))} skipped. Skipped lines stay in the batch and are not ordered."
    if numbers:
        say_with_undo(request, text, "bulk_include", batch.pk, lines=write_spans(numbers))
    else:
        messages.info(request, text)
    return redirect(batch)


@permission_required("panels.change_batch", raise_exception=True)
@require_POST
def bulk_include(request: HttpRequest, pk: int) -> HttpResponse:
    """Include skipped lines of a draft again: those of the undo of skipping them, or all with `?all`."""
    batch = get_batch(pk)
    skipped = batch.lines.filter(is_left_out=True).values_list("number", flat=True)
    try:
        included = include(batch, skipped if "all" in request.GET else read_spans(request.GET.get("lines", "")))
    except NotADraftError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{lines_were(included)} included again. All lines were checked.")
    return redirect(batch)


def lines_are(number: int) -> str:
    """Begin a sentence about some lines."""
    return "1 line is" if number == 1 else f"{number:,} lines are"


def lines_were(number: int) -> str:
    """Begin a sentence about what was done to some lines."""
    return "1 line was" if number == 1 else f"{number:,} lines were"


@permission_required(("panels.change_batch", "panels.add_order"), raise_exception=True)
@require_safe
def bulk_services(request: HttpRequest, pk: int) -> HttpResponse:
    """List the services that match the words in the field of a line, at the chosen panel or else at that of the batch.

    If no panel has the name of the line's panel, the services of all panels are searched.
    """
    batch = get_batch(pk)
    typed = request.GET.get("service", "").replace("\0", "").strip()[:200]
    panel = CatalogLookup(batch.panel, ()).panel({"panel": request.GET.get("panel", "").replace("\0", "")})
    at = panel if isinstance(panel, Panel) else None
    found = find_choices(typed, request.user, at) if typed else {}
    return render(request, "panels/bulk/_services.html", {**found, "panel": at})
