"""Bulk orders: a person uploads a table, checks the draft, confirms it once, and watches its progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from panels.bell import ring
from panels.bulk import confirming, drafts, results
from panels.bulk.adoption import to_adopt
from panels.bulk.columns import create_from_table, find_table
from panels.bulk.examples import example_rows, offered_services, service_rows
from panels.bulk.labels import find_missing_names
from panels.bulk.progress import BatchProgress, find_progress, pause, resume, withdraw_unsent
from panels.forms.bulk import AdoptionForm, TableForm
from panels.forms.labels import LabelsForm
from panels.models import Batch, BatchLine, Order, Panel
from panels.orders.queue import queued
from panels.pages.downloads import TEXT, WORKBOOK, as_download, send_table
from panels.pages.htmx import page_before, render_page
from panels.pages.limits import limited
from panels.pages.paging import Page, paginate
from panels.pages.undo import say_with_undo
from panels.tables import reading
from panels.tables.template import generic_rows, template_csv, template_xlsx
from panels.views.approval import about_batch
from panels.views.bulk_columns import MAY_CHOOSE, MAY_ORDER
from panels.views.bulk_labels import ring_for_adoption
from panels.views.bulk_lines import draft_context, draft_lines, get_batch
from panels.views.bulk_list import poll_seconds

# -- a new table


@permission_required(MAY_ORDER, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
@limited("tables", "POST")
def bulk_new(request: HttpRequest) -> HttpResponse:
    """Store pasted lines or a file as a draft. Nothing is ordered."""
    form, labels = TableForm(*_sent(request)), _labels(request)
    if not all((form.is_valid(), labels.is_valid())):
        return _show_form(request, "panels/bulk/bulk_new.html", form, labels)
    return _store(request, form, labels)


@permission_required(MAY_ORDER, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
@limited("tables", "POST")
def bulk_adopt(request: HttpRequest) -> HttpResponse:
    """Store the IDs of orders that were placed elsewhere. The worker asks the panels about them."""
    form, labels = AdoptionForm(*_sent(request)), _labels(request)
    if not all((form.is_valid(), labels.is_valid())):
        return _show_form(request, "panels/bulk/bulk_adopt.html", form, labels)
    return _store(request, form, labels)


def _sent(request: HttpRequest) -> tuple[Any, ...]:
    return (request.POST, request.FILES) if request.method == "POST" else ()


def _labels(request: HttpRequest) -> LabelsForm:
    return LabelsForm(request.user, request.POST if request.method == "POST" else None)


def _show_form(request: HttpRequest, template: str, form: TableForm, labels: LabelsForm) -> HttpResponse:
    form.drop_long_lines()
    context = {
        "form": form,
        "labels": labels,
        "most": reading.MAX_LINES,
        "megabytes": reading.MAX_BYTES // 1024 // 1024,
    }
    return render_page(request, template, context, partial="form", status=422 if form.is_bound else 200)


def _store(request: HttpRequest, form: TableForm, labels: LabelsForm) -> HttpResponse:
    """Store a table, and go to its batch, or to the choice of its columns."""
    batch, is_new = create_from_table(
        form.source,
        form.sheet,
        panel=form.cleaned_data["panel"],
        labels=labels.save(),
        created_by=request.user,
        token=form.cleaned_data["token"],
    )
    if batch.is_adoption:
        ring_for_adoption(batch)
    if is_new and form.sheet and form.sheet.note:
        messages.warning(request, form.sheet.note)
    return redirect(batch)


@permission_required(MAY_ORDER, raise_exception=True)
@require_safe
@limited("files")
def bulk_template(_: HttpRequest, suffix: str) -> HttpResponse:
    """Send the template file for orders, with services of the team."""
    services = offered_services()
    rows = example_rows(services) or generic_rows()
    if suffix == "xlsx":
        content, kind = template_xlsx(rows, service_rows(services)), WORKBOOK
    else:
        content, kind = template_csv(rows), TEXT
    return as_download(HttpResponse(content, content_type=kind), f"orders-template.{suffix}")


# -- one batch


@permission_required("panels.view_batch", raise_exception=True)
@require_safe
def bulk_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a draft with its lines, or the progress of a confirmed batch."""
    batch = get_batch(pk)
    return _show_draft(request, batch) if batch.is_unconfirmed else _show_progress(request, batch)


def _show_draft(request: HttpRequest, batch: Batch, *, status: int = 200, **extra: Any) -> HttpResponse:
    summary, table = confirming.summary(batch), find_table(batch)
    if table and batch.is_draft and not summary.lines and request.user.has_perms(MAY_CHOOSE):
        return redirect("bulk_columns", batch.pk)
    draft = draft_context(batch, summary, request.user)
    context = {
        "batch": batch,
        "table": table,
        "kept_until": batch.checked_at and batch.checked_at + drafts.DRAFTS_LIVE_FOR,
        **draft,
        **draft_lines(request, batch, draft["numbers"]),
        **extra,
    }
    return render_page(request, "panels/bulk/bulk_draft.html", context, partial="lines", status=status)


def _show_progress(request: HttpRequest, batch: Batch) -> HttpResponse:
    progress = find_progress(batch)
    shown = request.GET.get("show", "")
    lines = _followed(batch, shown).select_related("service", "panel", "order__panel", "order__service")
    seconds = poll_seconds(batch, progress)
    panels = list(_waited_for(batch)) if seconds == 2 else []
    closed = [panel for panel in panels if _is_closed(panel, batch)]
    context = {
        "batch": batch,
        "progress": progress,
        "stages": _stages(progress),
        "shown": shown if shown in SHOWN else "",
        "failed": progress.refused + progress.unfit,
        "adopted": progress.total - progress.waiting - progress.unfit,
        "left_out": batch.lines.filter(is_left_out=True).count(),
        "undated": batch.orders.filter(placed_at=None).count() if batch.is_adoption else 0,
        "page": _page(lines, request),
        **(_missing_names(batch) if batch.is_adoption and progress.unfit else {}),
        "closed": closed,
        "poll": 10 if closed and closed == panels and not progress.sending else seconds,
    }
    if progress.asked:
        context |= about_batch(batch, request.user)
    return render_page(request, "panels/bulk/bulk_detail.html", context, partial="progress")


def _missing_names(batch: Batch) -> dict[str, Any]:
    return {"names": find_missing_names(batch), "fingerprint": confirming.fingerprint(batch)}


def _waited_for(batch: Batch) -> QuerySet[Panel]:
    """Return the panels at which lines or orders of a batch wait."""
    waiting: QuerySet[Any] = to_adopt() if batch.is_adoption else queued()
    return Panel.objects.filter(pk__in=waiting.filter(batch=batch).values("panel"))


def _is_closed(panel: Panel, batch: Batch) -> bool:
    """Say whether a panel is closed for the lines or orders of a batch."""
    return not (panel.takes_questions() if batch.is_adoption else panel.takes_orders())


SHOWN = {
    "failed": Q(order__state=Order.State.REFUSED) | Q(order__isnull=True, has_errors=True, is_left_out=False),
    "out": Q(is_left_out=True),
}


def _followed(batch: Batch, shown: str) -> QuerySet[BatchLine]:
    return batch.lines.filter(SHOWN.get(shown, Q())).defer("service__description", "service__search_text")


def _page(lines: QuerySet[BatchLine], request: HttpRequest) -> Page[BatchLine]:
    return paginate(lines, request.GET, sort="number")


def _stages(progress: BatchProgress) -> list[tuple[str, int, str]]:
    """Return for each stage its state, the number of its orders, and the query string of their list."""
    found = (
        ("asked", progress.asked, "state=asked"),
        ("queued", progress.queued, "state=queued"),
        ("sending", progress.sending, "state=sending"),
        ("held", progress.held, "state=held"),
        ("running", progress.placed, "progress=running"),
        ("finished", progress.finished, "progress=finished"),
        ("refused", progress.refused, "state=refused"),
        ("unknown", progress.unknown, "state=unknown"),
        ("withdrawn", progress.withdrawn, "state=withdrawn"),
        ("written_off", progress.written_off, "state=written_off"),
    )
    return [stage for stage in found if stage[1]]


@permission_required(MAY_ORDER, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def bulk_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Order all lines of a draft, or order nothing and show the reason. A reload of that page shows the draft."""
    if request.method != "POST":
        return redirect(get_batch(pk))
    outcome = confirming.confirm(get_batch(pk), request.user, request.POST.get("fingerprint", ""))
    if outcome.problem:
        batch = get_batch(pk)
        if batch.is_draft:
            return _show_draft(request, batch, status=422, problem=outcome.problem, changes=outcome.changes)
        messages.error(request, outcome.problem)
    if outcome.is_asked:
        messages.success(request, f"{outcome.batch} waits for approval. Nothing is sent before a manager approves it.")
    for panel_pk in outcome.panels:
        ring("submit", panel_pk)
    return redirect(outcome.batch)


# For each change of a batch: the call, the message after a change, and the message if nothing changed.
CHANGES: dict[str, tuple[Callable[[Batch], bool], str, str]] = {
    "discard": (
        drafts.discard,
        "{} was discarded. Nothing was ordered.",
        "{} is no longer a draft, so it was not discarded.",
    ),
    "restore": (
        drafts.restore,
        "{} is a draft again. Nothing was ordered.",
        "{} is not discarded. Nothing was changed.",
    ),
    "pause": (
        pause,
        "{} is paused. Orders that are being sent are completed. No more orders are sent.",
        "{} is not being sent, so it was not paused.",
    ),
    "resume": (resume, "{} was resumed.", "{} is not paused."),
}
# The changes that can be undone, with the URL of the undo. A pause and a discarded draft have sent nothing.
UNDO = {"discard": "bulk_restore", "pause": "bulk_resume"}


@permission_required("panels.change_batch", raise_exception=True)
@require_POST
def bulk_change(request: HttpRequest, pk: int, change: str) -> HttpResponse:
    """Discard or restore a draft, or pause or resume a batch."""
    batch = get_batch(pk)
    call, done, not_done = CHANGES[change]
    if not call(batch):
        messages.error(request, not_done.format(batch))
        return _to_page(request, batch)
    if change in UNDO:
        say_with_undo(request, done.format(batch), UNDO[change], batch.pk)
    else:
        messages.success(request, done.format(batch))
    return redirect("bulk_list") if change == "discard" else _to_page(request, batch)


def _to_page(request: HttpRequest, batch: Batch) -> HttpResponse:
    """Lead back to the page whose button asks for that, else to the batch."""
    return redirect(page_before(request) if request.POST.get("list") else batch)


@permission_required("panels.change_batch", raise_exception=True)
@require_POST
def bulk_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw the unsent orders of a batch."""
    batch = get_batch(pk)
    number = withdraw_unsent(batch, request.user)
    if number:
        orders = "1 order was" if number == 1 else f"{number:,} orders were"
        messages.success(request, f"{orders} withdrawn before they were sent. Orders at the panels continue.")
    else:
        messages.error(request, "No order of this batch is waiting, so nothing was withdrawn.")
    return redirect(batch)


# -- downloads


@permission_required("panels.view_batch", raise_exception=True)
@require_safe
@limited("files")
def bulk_results(_: HttpRequest, pk: int, suffix: str) -> HttpResponseBase:
    """Send every line with its result."""
    batch = get_batch(pk)
    return send_table(f"batch-{pk}-results", suffix, results.results_header(batch), results.results(batch))


@permission_required("panels.view_batch", raise_exception=True)
@require_safe
@limited("files")
def bulk_refused(_: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the refused lines as a file that can be corrected and uploaded again."""
    batch = get_batch(pk)
    return send_table(f"batch-{pk}-refused", "csv", results.refused_header(batch), results.refused(batch))
