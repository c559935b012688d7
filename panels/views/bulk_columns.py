"""The columns of a draft's table: a person says which column is which."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from panels.bulk.columns import (
    DraftChangedError,
    choose_columns,
    find_table,
    kind_of,
    known_services,
    layout_of,
    learned_titles,
    open_source,
)
from panels.bulk.confirming import fingerprint
from panels.bulk.drafts import NotADraftError
from panels.forms.columns import ColumnsForm
from panels.models import Batch, SourceTable
from panels.pages.limits import limited
from panels.tables.layout import Proposal
from panels.tables.reading import UnreadableError, find_proposal
from panels.views.bulk_labels import ring_for_adoption
from panels.views.bulk_lines import get_batch

# A confirmed batch places orders, and an import adds orders, so both need both permissions.
MAY_ORDER = ("panels.add_batch", "panels.add_order")
MAY_CHOOSE = ("panels.change_batch", *MAY_ORDER)


@permission_required(MAY_CHOOSE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
@limited("columns")
def bulk_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the columns of a draft's table, and read its lines by the columns that the person chooses."""
    batch = get_batch(pk)
    table = find_table(batch)
    if table is None or not batch.is_draft:
        messages.error(request, f"The columns of {batch} can no longer be changed. Nothing was changed.")
        return redirect(batch)
    try:
        proposal = _propose(request, table)
    except UnreadableError as error:
        messages.error(request, f"{error.text} Nothing was changed.")
        return redirect("bulk_columns", batch.pk) if request.GET else redirect("bulk_new")
    form = ColumnsForm(proposal, kind_of(batch), batch.panel, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            return _choose(request, batch, form)
        except (DraftChangedError, UnreadableError) as error:
            form.add_error(None, str(error))
    context = {
        "batch": batch,
        "form": form,
        "proposal": proposal,
        "has_lines": batch.lines.exists(),
        "fingerprint": fingerprint(batch),
    }
    return render(request, "panels/bulk/bulk_columns.html", context, status=422 if form.is_bound else 200)


def _propose(request: HttpRequest, table: SourceTable) -> Proposal:
    """Return the chosen columns of a draft, or a proposal, also for another row with the titles."""
    source, kind = open_source(table), kind_of(table.batch)
    chosen, text = layout_of(table), request.POST.get("titles", request.GET.get("titles", ""))
    at = int(text) if text.isdecimal() and len(text) < 9 else chosen.titles_at if chosen else None
    proposal = find_proposal(source, learned_titles(kind), known=known_services(table.batch.panel), titles_at=at)
    if chosen and chosen.titles_at == at:
        return replace(proposal, layout=chosen, problem=None)
    return proposal


def _choose(request: HttpRequest, batch: Batch, form: ColumnsForm) -> HttpResponse:
    panel, shown = form.cleaned_data["panel"], request.POST.get("fingerprint", "")
    try:
        sheet = choose_columns(batch, form.layout, panel=panel, user=request.user, shown=shown)
    except NotADraftError as error:
        messages.error(request, str(error))
        return redirect(batch)
    if batch.is_adoption:
        ring_for_adoption(batch)
    if sheet:
        messages.success(request, "The columns were read. The next table with these titles is read like this one.")
        if sheet.note:
            messages.warning(request, sheet.note)
    return redirect(batch)
