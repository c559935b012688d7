"""Finds what waits, runs or is due, from the rows alone: a lost queue loses nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from panels.adoption import to_adopt
from panels.aftercare import expire_requests
from panels.models import Batch, Order, OrderAction, Panel
from panels.models.order import RequestState
from panels.submission import expire_sends

SYNC_EVERY, SYNC_AGAIN_AFTER = timedelta(hours=6), timedelta(minutes=30)
BALANCE_EVERY, BALANCE_AGAIN_AFTER = timedelta(minutes=15), timedelta(minutes=5)


def expire() -> int:
    """Turn what is past its deadline into unknown; returns how many rows that were."""
    return expire_sends() + expire_requests()


def waiting() -> dict[str, list[int]]:
    """Return, for each kind of work, the pks of the panels (for `act`: of the actions) that have some."""
    now = timezone.now()
    open_panels = Panel.objects.filter(is_active=True).exclude(
        Q(paused_reason__gt="") & (Q(paused_until__isnull=True) | Q(paused_until__gt=now))
    )
    reading = Panel.objects.filter(is_active=True).exclude(Q(paused_reason=Panel.Pause.AUTH) | Q(paused_until__gt=now))
    confirmed = OrderAction.objects.filter(confirmed_at__isnull=False, finished_at__isnull=True)
    return {
        "submit": _with(
            open_panels,
            Order.objects.filter(state=Order.State.QUEUED, held_reason="", send_after__lte=now).exclude(
                batch__state=Batch.State.PAUSED
            ),
        ),
        "poll": _with(
            reading,
            Order.objects.filter(state=Order.State.PLACED, next_check_at__lte=now),
            Order.objects.filter(state=Order.State.UNKNOWN, candidate_id__gt=""),
        ),
        "care": _with(
            reading,
            Order.objects.filter(cancel_state=RequestState.QUEUED),
            Order.objects.filter(refills__state=RequestState.QUEUED),
            Order.objects.filter(refills__next_check_at__lte=now),
        ),
        "sync": _due(reading, "sync_requested_at", "catalog", SYNC_EVERY, SYNC_AGAIN_AFTER),
        "balance": _due(reading, "balance_requested_at", "balance", BALANCE_EVERY, BALANCE_AGAIN_AFTER),
        "adopt": _with(reading, to_adopt()),
        "act": list(confirmed.values_list("pk", flat=True)),
    }


def _with(panels: QuerySet[Panel], *kinds: QuerySet[Any]) -> list[int]:
    """Return the panels that have rows of any of these kinds."""
    found = Q()
    for rows in kinds:
        found |= Q(pk__in=rows.values("panel"))
    return list(panels.filter(found).values_list("pk", flat=True))


def _due(panels: QuerySet[Panel], requested: str, what: str, every: timedelta, again_after: timedelta) -> list[int]:
    """Return the panels where a person asked, whatever their pause, or the last success and try are long ago."""
    now = timezone.now()
    done = "catalog_synced_at" if what == "catalog" else "balance_checked_at"
    is_old = Q(**{f"{done}__isnull": True}) | Q(**{f"{done}__lt": now - every})
    is_rested = Q(**{f"{what}_tried_at__isnull": True}) | Q(**{f"{what}_tried_at__lt": now - again_after})
    asked = Panel.objects.filter(is_active=True, **{f"{requested}__isnull": False})
    return list((panels.filter(is_old, is_rested) | asked).values_list("pk", flat=True))
