"""The list of panels and its export."""

from __future__ import annotations

from operator import attrgetter

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from panels.filters import PanelFilter
from panels.lists.panels import PANELS, PanelRow, total_balance
from panels.orders.queue import count_open
from panels.pages.downloads import back_to_list, files_of, send_rows
from panels.pages.filter_bar import FilterBar, render_list, without_empty
from panels.pages.limits import limited
from panels.pages.paging import Page
from panels.pages.polling import nothing_new, take_tag
from panels.pages.table import TablePage, tag_of_page


@permission_required("panels.view_panel", raise_exception=True)
@require_safe
@without_empty
def panel_list(request: HttpRequest) -> HttpResponse:
    """Show the panels and their states. A poll of a page that has not changed is answered 204."""
    shown_tag = take_tag(request)
    found, sort = PanelFilter(request.GET, request.user), PANELS.sort_of(request.GET)
    page = _find(found, sort)
    poll = poll_seconds(page)
    tag = tag_of_page(PANELS, request, page, poll)
    if shown_tag == tag:
        return nothing_new()
    bar = FilterBar(found, request, list_name="panels", target="panels")
    context = {
        "filter": found,
        "bar": bar,
        "page": page,
        "total": len(page),
        "table": TablePage(PANELS, request, page, sort=sort, is_filtered=bar.is_active),
        "totals": total_balance(page),
        "poll": poll,
        "tag": tag,
        "exports": list(files_of(request, "panel_export", len(page))),
    }
    return render_list(request, "panels/providers/panel_list.html", context, partial="results")


def _find(found: PanelFilter, sort: str) -> Page[PanelRow]:
    """Return all panels that match as one page, because nobody has many."""
    opened, _ = count_open()
    panels = found.rows.select_related("record").defer("api_key", "record__tally", "record__numbers")
    panels = panels.order_by("-name" if sort == "-name" else "name")
    rows = [PanelRow(panel, opened[panel.pk]) for panel in panels]
    if sort.removeprefix("-") == "open":
        rows.sort(key=attrgetter("open_count"), reverse=sort.startswith("-"))
    return Page(rows, before="", after="", is_first=True, is_last=True)


def poll_seconds(page: Page[PanelRow]) -> int:
    """Return the seconds between two polls of a page with these panels, 0 for no polling."""
    if any(row.panel.is_asked for row in page):
        return 2
    return 10 if any(row.open_count for row in page) else 0


@permission_required("panels.view_panel", raise_exception=True)
@require_safe
@limited("files")
def panel_export(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """Send the list under the same query as a file."""
    found = PanelFilter(request.GET, request.user)
    if not found.is_valid():
        return back_to_list(request)
    return send_rows(PANELS, _find(found, PANELS.sort_of(request.GET)), suffix)
