"""The first page: how the panels are, what needs a person, what was spent, and what was ordered last."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from panels import attention
from panels.models import Order, Panel
from panels.money.totals import is_summed, spend
from panels.orders.queue import count_open
from panels.pages.htmx import render_page

MAX_RECENT = 10


@permission_required(("panels.view_panel", "panels.view_order"), raise_exception=True)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show how everything is at a glance."""
    panels = list(attention.mark(attention.PANELS, Panel.objects.defer("api_key")))
    spent = spend(timezone.now())
    context = {
        "cards": _cards(panels),
        "attention": attention.find_attention(request.user.has_perm, {attention.PANELS: panels}),
        "spend": spent,
        "is_summed": bool(spent) or is_summed(),
        "recent": Order.objects.select_related("panel", "service")[:MAX_RECENT],
    }
    return render_page(request, "panels/overview.html", context, partial="live")


# -- panels


@dataclass(frozen=True)
class Card:
    """A panel and how many orders are at it, or on their way to it."""

    panel: Panel
    open_count: int
    waiting_count: int

    @property
    def answered_at(self) -> dt.datetime | None:
        """When the panel last gave its balance or its catalog."""
        times = (self.panel.balance_checked_at, self.panel.catalog_synced_at)
        return max((at for at in times if at), default=None)


def _cards(panels: list[Panel]) -> list[Card]:
    opened, queued = count_open()
    return [Card(panel, opened[panel.pk], queued[panel.pk]) for panel in panels]
