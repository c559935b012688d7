"""The first page: how the panels are, what needs a person, what was spent, and what was ordered last."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from panels.models import Order, Panel
from panels.models.order import NEEDS_A_PERSON
from panels.money.totals import is_summed, spend
from panels.pages.htmx import render_page
from panels.pages.paging import count_each
from panels.views.panels import count_open

MAX_RECENT = 10
MAX_WAITING = 8
MAX_WORDS = 5
DAY = dt.timedelta(days=1)
# What is placed later than this after its creation is left out: the index is by creation.
LONGEST_QUEUE = dt.timedelta(days=7)


@permission_required(("panels.view_panel", "panels.view_order"), raise_exception=True)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show how everything is at a glance."""
    panels = list(Panel.objects.defer("api_key"))
    spent = spend(timezone.now())
    context = {
        "cards": _cards(panels),
        "attention": _attention(panels),
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


# -- what needs a person


@dataclass(frozen=True)
class Attention:
    """Everything that somebody should look at, each with where it is settled."""

    unknown: int
    held: int
    alarms: int
    orders: list[Order]
    refused: int
    panels: list[Panel]
    words: list[Any]

    @property
    def total(self) -> int:
        """How many orders wait for a person; one may do so for two reasons."""
        return self.unknown + self.held + self.alarms

    def __bool__(self) -> bool:
        return bool(self.orders or self.refused or self.panels or self.words)


def _attention(panels: list[Panel]) -> Attention:
    orders = Order.objects.filter(NEEDS_A_PERSON)
    unknown, held, alarms, refused = count_each(
        orders.filter(state=Order.State.UNKNOWN),
        orders.filter(state=Order.State.QUEUED, held_reason__gt=""),
        orders.filter(alarm__gt=""),
        _refused_lately(),
    )
    return Attention(
        unknown=unknown,
        held=held,
        alarms=alarms,
        # Found first and sorted then: SQLite would rather walk all orders by age than sort the few that are found.
        orders=list(
            Order.objects.filter(pk__in=orders.order_by().values("pk"))
            .select_related("panel", "service")
            .order_by("created_at", "pk")[:MAX_WAITING]
        ),
        refused=refused,
        panels=[each for each in panels if each.is_active and (_is_in_trouble(each) or each.is_balance_low)],
        words=_unknown_words(),
    )


def _is_in_trouble(panel: Panel) -> bool:
    return panel.state in ("paused", "failing") or panel.failures > 0


def _refused_lately() -> Any:
    since = timezone.now() - DAY
    return Order.objects.filter(
        state=Order.State.REFUSED, created_at__gte=since - LONGEST_QUEUE, finished_at__gte=since
    )


def _unknown_words() -> list[Any]:
    """Return the panels' words that we do not know, of orders that are still followed, each with its newest order."""
    followed = Order.objects.filter(is_word_unknown=True, next_check_at__isnull=False)
    groups = followed.order_by().values("remote_status", "panel__name")
    return list(groups.annotate(number=Count("pk"), newest=Max("pk")).order_by("-number")[:MAX_WORDS])
