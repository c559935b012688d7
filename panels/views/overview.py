"""The overview: the state of the panels, everything that needs a person, the spend, and the latest orders."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from panels.attention.finding import find_attention, mark
from panels.attention.subjects import PANELS
from panels.models import Order, Panel
from panels.money.totals import is_summed, spend
from panels.orders.queue import count_open
from panels.pages.htmx import render_page

MAX_RECENT = 10


@permission_required(("panels.view_panel", "panels.view_order"), raise_exception=True)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the state of everything at a glance."""
    panels = list(mark(PANELS, Panel.objects.defer("api_key")))
    spent = spend(timezone.now())
    context = {
        "cards": _cards(panels),
        "attention": find_attention(request.user.has_perm, {PANELS: panels}, is_all=bool(request.GET.get("all"))),
        "spend": spent,
        "is_summed": bool(spent) or is_summed(),
        "recent": Order.objects.select_related("panel", "service")[:MAX_RECENT],
    }
    return render_page(request, "panels/overview.html", context, partial="live")


# -- panels


@dataclass(frozen=True)
class Card:
    """A panel, and the numbers of its open and its waiting orders."""

    panel: Panel
    open_count: int
    waiting_count: int


def _cards(panels: list[Panel]) -> list[Card]:
    opened, queued = count_open()
    return [Card(panel, opened[panel.pk], queued[panel.pk]) for panel in panels]
