"""The page of what the team's own orders show of a panel."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from panels.lists.records import record_page
from panels.models import Panel


@permission_required(("panels.view_panel", "panels.view_order"), raise_exception=True)
@require_safe
def panel_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the record of a panel: the numbers over all its services, each with its orders, and the charts."""
    panel = get_object_or_404(Panel.objects.select_related("record").defer("api_key"), pk=pk)
    record = getattr(panel, "record", None)
    shown = record_page(record, {"panel": panel.pk}) if record and record.is_counted else None
    return render(request, "panels/providers/panel_record.html", {"panel": panel, "record": shown})
