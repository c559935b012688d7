"""The list of panels and its export."""

from __future__ import annotations

from operator import attrgetter

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from panels.lists.panels import PANELS, PanelRow, total_balance
from panels.models import Panel
from panels.orders.queue import count_open
from panels.pages.downloads import files_of, send_rows
from panels.pages.htmx import render_page
from panels.pages.paging import Page
from panels.pages.polling import nothing_new, take_tag
from panels.pages.table import TablePage, tag_of_page


@permission_required("panels.view_panel", raise_exception=True)
@require_safe
def panel_list(request: HttpRequest) -> HttpResponse:
    """Show every panel and its state. A poll of a page that has not changed is answered 204."""
    shown_tag = take_tag(request)
    sort = PANELS.sort_of(request.GET)
    page = _find(sort)
    poll = poll_seconds(page)
    tag = tag_of_page(PANELS, request, page, poll)
    if shown_tag == tag:
        return nothing_new()
    context = {
        "page": page,
        "total": len(page),
        "table": TablePage(PANELS, request, page, sort=sort),
        "totals": total_balance(page),
        "poll": poll,
        "tag": tag,
        "exports": list(files_of(request, "panel_export", len(page))),
    }
    return render_page(request, "panels/providers/panel_list.html", context, partial="panels")


def _find(sort: str) -> Page[PanelRow]:
    """Return all panels as one page, because nobody has many."""
    opened, _ = count_open()
    panels = Panel.objects.defer("api_key").order_by("-name" if sort == "-name" else "name")
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
def panel_export(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """Send the list as a file."""
    return send_rows(PANELS, _find(PANELS.sort_of(request.GET)), suffix)
