"""The history of settings and people, and its export."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from panels.filters import HistoryFilter
from panels.lists.history import HISTORY, RELATED
from panels.pages.downloads import back_to_list, files_of, send_list
from panels.pages.filter_bar import FilterBar, render_list, without_empty
from panels.pages.limits import limited
from panels.pages.paging import count_with, paginate
from panels.pages.table import TablePage


@permission_required("auditlog.view_logentry", raise_exception=True)
@require_safe
@without_empty
def history_list(request: HttpRequest) -> HttpResponse:
    """List who changed which setting or person, the newest change first."""
    found = HistoryFilter(request.GET, request.user)
    entries, sort = found.rows, HISTORY.sort_of(request.GET)
    page = paginate(entries.select_related(*RELATED), request.GET, sort=HISTORY.field_of(sort))
    total = count_with(page, entries)
    bar = FilterBar(found, request, list_name="changes", target="history")
    context = {
        "filter": found,
        "bar": bar,
        "page": page,
        "total": total,
        "table": TablePage(HISTORY, request, page, sort=sort, is_filtered=bar.is_active),
        "exports": list(files_of(request, "history_export", total)),
    }
    return render_list(request, "panels/people/history_list.html", context, partial="results")


@permission_required("auditlog.view_logentry", raise_exception=True)
@require_safe
@limited("files")
def history_export(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """Send all pages of the list under the same query as a file."""
    found = HistoryFilter(request.GET, request.user)
    if not found.is_valid():
        return back_to_list(request)
    sort = HISTORY.field_of(HISTORY.sort_of(request.GET))
    return send_list(request, HISTORY, found.qs.select_related(*RELATED), suffix=suffix, sort=sort)
