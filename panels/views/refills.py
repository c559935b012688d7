"""The list of refills and its export."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from panels.filters import RefillFilter
from panels.lists.refills import REFILLS, RELATED, WATCHED
from panels.models import Refill
from panels.models.order_states import RequestState
from panels.pages.downloads import back_to_list, files_of, send_list
from panels.pages.filter_bar import FilterBar, render_list, without_empty
from panels.pages.limits import limited
from panels.pages.paging import Page, count_with, paginate
from panels.pages.polling import nothing_new, take_tag
from panels.pages.table import TablePage, tag_of_page


@permission_required("panels.view_refill", raise_exception=True)
@require_safe
@without_empty
def refill_list(request: HttpRequest) -> HttpResponse:
    """List refills, the newest first. A poll of a page that has not changed is answered 204."""
    shown_tag = take_tag(request)
    found = RefillFilter(request.GET, request.user)
    refills, sort = found.rows, REFILLS.sort_of(request.GET)
    if shown_tag:
        page = paginate(refills.only(*WATCHED), request.GET, sort=REFILLS.field_of(sort))
        if shown_tag == _tag(request, page, count_with(page, refills)):
            return nothing_new()
    page = paginate(refills.select_related(*RELATED), request.GET, sort=REFILLS.field_of(sort))
    total = count_with(page, refills)
    bar = FilterBar(found, request, list_name="refills", target="refills")
    context = {
        "filter": found,
        "bar": bar,
        "page": page,
        "total": total,
        "table": TablePage(REFILLS, request, page, sort=sort, is_filtered=bar.is_active),
        "poll": poll_seconds(page),
        "tag": _tag(request, page, total),
        "exports": list(files_of(request, "refill_export", total)),
    }
    return render_list(request, "panels/refills/refill_list.html", context, partial="results")


def _tag(request: HttpRequest, page: Page[Refill], total: int) -> str:
    return tag_of_page(REFILLS, request, page, total, poll_seconds(page))


def poll_seconds(page: Page[Refill]) -> int:
    """Return the seconds between two polls of a page with these refills, 0 for no polling."""
    if any(refill.state in (RequestState.QUEUED, RequestState.SENDING) for refill in page):
        return 2
    return 10 if any(refill.is_open for refill in page) else 0


@permission_required("panels.view_refill", raise_exception=True)
@require_safe
@limited("files")
def refill_export(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """Send all pages of the list under the same query as a file."""
    found = RefillFilter(request.GET, request.user)
    if not found.is_valid():
        return back_to_list(request)
    sort = REFILLS.field_of(REFILLS.sort_of(request.GET))
    return send_list(request, REFILLS, found.qs.select_related(*RELATED), suffix=suffix, sort=sort)
