"""Pauses and resumes a panel. A pause of more weight replaces a pause of less weight."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from panels.bell import WorkKind, ring
from panels.models import Panel
from panels.models.panel_pause import PauseReason

logger = logging.getLogger(__name__)
LONGEST_PAUSE = timedelta(hours=1)
# A panel that takes no orders gets one order after this time. Each further no doubles it.
FIRST_TURNED_AWAY = timedelta(minutes=5)
# A 429 leaves so many percent of the calls a minute, but not fewer calls than that. A panel without a limit gets one.
LEFT_PERCENT, FEWEST_CALLS, FIRST_LIMIT = 75, 10, 60
# Calls that were under way together get a 429 together. It lowers the calls once.
LOWER_EVERY = timedelta(minutes=2)
# What may wait for the end of a pause. Orders come first.
AT_END: tuple[WorkKind, ...] = ("submit", "confirm", "poll", "requests")
# A pause of more weight replaces a pause of less weight. The pauses that end by themselves have the least weight.
_WEIGHT = {
    Panel.Pause.RATE_LIMIT: 0,
    Panel.Pause.UNREACHABLE: 0,
    Panel.Pause.EVERYBODY: 0,
    Panel.Pause.FUNDS: 1,
    # Funds do not end it.
    Panel.Pause.UNCLEAR: 2,
    Panel.Pause.AUTH: 3,
    Panel.Pause.BY_HAND: 4,
}


def pause(panel: Panel, reason: PauseReason, text: str, until: datetime | None = None) -> None:
    """Pause a panel, unless a weightier pause is in force, or a longer pause of the same weight.

    The worker asks nothing by itself before `until`, unless the pause stops only orders. It looks again right then.
    """
    with transaction.atomic():
        current = Panel.objects.select_for_update(no_key=True).filter(pk=panel.pk).first()
        if current is None:
            return
        fields: dict[str, Any] = {}
        if until is not None and reason not in Panel.STOPS_ONLY_ORDERS:
            until = max(until, current.quiet_until or until)
            fields["quiet_until"] = until
        gives_way = _gives_way(current, reason, until)
        if gives_way:
            # The balance was read before the refusal, so it proves little. No better one exists until the next reading.
            balance = current.balance if reason == Panel.Pause.FUNDS else None
            fields |= {
                "paused_reason": reason,
                "paused_until": until,
                "paused_balance": balance,
                "last_error": text,
            }
        if fields:
            Panel.objects.filter(pk=panel.pk).update(**fields)
    if fields and until is not None:
        _ring_at(panel, until)
    if gives_way:
        logger.warning("Panel %s is paused (%s).", panel.pk, reason)


def _gives_way(current: Panel, reason: PauseReason, until: datetime | None) -> bool:
    """Return whether a new pause replaces the present pause. True if the panel has no pause."""
    if not current.paused_reason:
        return True
    weight = _WEIGHT[Panel.Pause(current.paused_reason)]
    if weight != _WEIGHT[reason]:
        return weight < _WEIGHT[reason]
    if current.paused_until is None or until is None:
        return False
    return current.paused_until <= timezone.now() or current.paused_until < until


def _ring_at(panel: Panel, until: datetime) -> None:
    """Ring for the work of a panel when its pause ends. Otherwise the next sweep finds it, up to a minute later."""
    # A little later, because clocks are read before and after.
    delay = (until - timezone.now()).total_seconds() + 0.5
    for kind in AT_END:
        ring(kind, panel.pk, delay=max(delay, 0.5))


def slow_down(panel: Panel, now: datetime) -> None:
    """Lower the calls a minute of a panel that answered 429. The row of the panel is locked.

    The number of before stays in the row, and a person can set it again.
    """
    lowered_at, calls = panel.calls_lowered_at, panel.calls_per_minute
    if lowered_at is not None and timedelta() <= now - lowered_at < LOWER_EVERY:
        return
    fewer = FIRST_LIMIT if calls is None else max(calls * LEFT_PERCENT // 100, FEWEST_CALLS)
    if calls is not None and fewer >= calls:
        return
    before = calls if lowered_at is None else panel.calls_lowered_from
    Panel.objects.filter(pk=panel.pk).update(calls_per_minute=fewer, calls_lowered_at=now, calls_lowered_from=before)
    logger.warning("Panel %s answered 429 and gets %s calls a minute from now on, not %s.", panel.pk, fewer, calls)


def turn_away(panel: Panel, text: str, now: datetime) -> None:
    """Pause the sending to a panel that takes no orders at all. Each such answer in a row doubles the pause.

    The row of the panel is locked. Nothing changes during such a pause, because the call began before it.
    """
    if panel.paused_reason == Panel.Pause.EVERYBODY and panel.is_paused(now):
        return
    turned_away = panel.turned_away + 1
    Panel.objects.filter(pk=panel.pk).update(turned_away=turned_away, balance_requested_at=now)
    wait = min(FIRST_TURNED_AWAY * 2 ** min(turned_away - 1, 10), LONGEST_PAUSE)
    pause(panel, Panel.Pause.EVERYBODY, text, now + wait)


def resume(panel: Panel) -> bool:
    """End the pause of a panel; return False if it has got a pause with another reason meanwhile, which stays.

    If the panel refused the last orders, one order is tried first.
    """
    as_seen = Panel.objects.filter(pk=panel.pk, paused_reason=panel.paused_reason)
    return bool(
        as_seen.update(
            paused_reason="", paused_until=None, quiet_until=None, paused_balance=None, last_error="", failures=0
        )
    )
