"""The changes of services, and their export."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from panels.catalog import watch
from panels.filters import ChangeFilter
from panels.lists.service_changes import CHANGES, RELATED
from panels.models import PersonalSettings, ServiceChange
from panels.pages.downloads import back_to_list, files_of, send_list
from panels.pages.filter_bar import FilterBar, render_list, without_empty
from panels.pages.htmx import wants_fragment
from panels.pages.limits import limited
from panels.pages.paging import find_page
from panels.pages.table import TablePage


@permission_required("panels.view_service", raise_exception=True)
@require_safe
@without_empty
def change_list(request: HttpRequest) -> HttpResponse:
    """List the changes of services, the newest first."""
    found = ChangeFilter(request.GET, request.user)
    bar = FilterBar(found, request, list_name="service_changes", target="service-changes")
    sort = CHANGES.sort_of(request.GET)
    shown = ServiceChange.objects.select_related(*RELATED).defer(
        "service__description", "service__search_text", "service__former_text", "service__panel__api_key"
    )
    is_narrowed = bar.is_active or bar.is_wrong
    page, total = find_page(found.rows, request.GET, sort=CHANGES.field_of(sort), shown=shown, is_narrowed=is_narrowed)
    seen_at = _look(request, bar)
    for change in page:
        change.is_unseen = watch.is_unseen(change, seen_at)
    context = {
        "filter": found,
        "bar": bar,
        "page": page,
        "total": total,
        "table": TablePage(CHANGES, request, page, sort=sort, is_filtered=bar.is_active),
        "exports": list(files_of(request, "change_export", total)),
    }
    return render_list(request, "panels/catalog/change_list.html", context, partial="results")


def _look(request: HttpRequest, bar: FilterBar) -> datetime | None:
    """Return when the person last looked, and note that they look now if the page shows all that is new.

    That is the first page, without a filter but that of the services in use.
    """
    seen_at = PersonalSettings.of(request.user).changes_seen_at
    is_all = {name for name, _ in bar.filters} <= {"used"} and not bar.is_later_page
    if is_all and request.method == "GET" and not wants_fragment(request):
        watch.mark_seen(request.user)
    return seen_at


@permission_required("panels.view_service", raise_exception=True)
@require_safe
@limited("files")
def change_export(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """Send all pages of the list under the same query as a file."""
    found = ChangeFilter(request.GET, request.user)
    if not found.is_valid():
        return back_to_list(request)
    sort = CHANGES.field_of(CHANGES.sort_of(request.GET))
    rows = found.qs.select_related(*RELATED).defer("service__description", "service__panel__api_key")
    return send_list(request, CHANGES, rows, suffix=suffix, sort=sort)
