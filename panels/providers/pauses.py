"""Pauses a panel and resumes it; a weightier pause outlasts a lighter one."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from panels.models import Panel

logger = logging.getLogger(__name__)
LONGEST_PAUSE = timedelta(hours=1)
# What a pause gives way to: a person's word to none, and what ends by itself to all others.
_WEIGHT = {
    Panel.Pause.RATE_LIMIT: 0,
    Panel.Pause.UNREACHABLE: 0,
    Panel.Pause.FUNDS: 1,
    Panel.Pause.AUTH: 2,
    Panel.Pause.BY_HAND: 3,
}


def pause(panel: Panel, reason: Panel.Pause, text: str, until: datetime | None = None) -> None:
    """Pause a panel, unless a weightier pause is in force, or one like it that lasts longer.

    Until the time that is given it is asked nothing at all, whichever pause is in force.
    """
    if until is not None:
        ends_sooner = Q(quiet_until=None) | Q(quiet_until__lt=until)
        Panel.objects.filter(ends_sooner, pk=panel.pk).update(quiet_until=until)
    weaker = [other for other, weight in _WEIGHT.items() if weight < _WEIGHT[reason]]
    alike = [other for other, weight in _WEIGHT.items() if weight == _WEIGHT[reason]]
    gives_way = Q(paused_reason__in=["", *weaker]) | Q(paused_until__lte=timezone.now())
    if until is not None:
        gives_way |= Q(paused_reason__in=alike, paused_until__lt=until)
    # A balance read before is no proof of what was there, and yet all there is if the next reading comes late.
    balance = F("balance") if reason == Panel.Pause.FUNDS else None
    if Panel.objects.filter(gives_way, pk=panel.pk).update(
        paused_reason=reason, paused_until=until, paused_balance=balance, last_error=text
    ):
        logger.warning("Panel %s is paused (%s).", panel.pk, reason)


def resume(panel: Panel) -> None:
    """Lift whatever pause is in force."""
    Panel.objects.filter(pk=panel.pk).update(
        paused_reason="", paused_until=None, quiet_until=None, paused_balance=None, last_error="", failures=0
    )
