"""Pauses a panel and resumes it; a weightier pause outlasts a lighter one."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
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
    """Pause a panel, unless a weightier pause is in force, or a pause of the same weight that lasts longer.

    Nothing is asked before `until`, whichever pause is in force.
    """
    with transaction.atomic():
        current = Panel.objects.select_for_update(no_key=True).filter(pk=panel.pk).first()
        if current is None:
            return
        fields: dict[str, Any] = {}
        if until is not None:
            until = max(until, current.quiet_until or until)
            fields["quiet_until"] = until
        gives_way = _gives_way(current, reason, until)
        if gives_way:
            # The balance was read before the refusal, so it proves little. It is the only measure if the next is late.
            balance = current.balance if reason == Panel.Pause.FUNDS else None
            fields |= {
                "paused_reason": reason,
                "paused_until": until,
                "paused_balance": balance,
                "last_error": text,
            }
        if fields:
            Panel.objects.filter(pk=panel.pk).update(**fields)
    if gives_way:
        logger.warning("Panel %s is paused (%s).", panel.pk, reason)


def _gives_way(current: Panel, reason: Panel.Pause, until: datetime | None) -> bool:
    """Tell whether the pause of a panel, if it has any, is replaced by a new one."""
    if not current.paused_reason:
        return True
    weight = _WEIGHT[Panel.Pause(current.paused_reason)]
    if weight != _WEIGHT[reason]:
        return weight < _WEIGHT[reason]
    if current.paused_until is None or until is None:
        return False
    return current.paused_until <= timezone.now() or current.paused_until < until


def resume(panel: Panel) -> None:
    """Lift whatever pause is in force."""
    Panel.objects.filter(pk=panel.pk).update(
        paused_reason="", paused_until=None, quiet_until=None, paused_balance=None, last_error="", failures=0
    )
