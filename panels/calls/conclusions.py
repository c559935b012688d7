"""Draws the conclusions about a whole panel that an answer, or a call without one, allows (models/panel_pause.py)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from panels.models import Panel
from panels.protocol.errors import Deferred, NotSent, OutcomeUnknown, PanelError, Reason, Refused, Unreadable
from panels.providers.pauses import LONGEST_PAUSE, pause, slow_down, turn_away

# A panel is paused after so many failed calls in a row: for 30 s, then 1 min, 2 min … up to an hour.
FAILURES_BEFORE_PAUSE = 3
FIRST_PAUSE = timedelta(seconds=30)
RATE_LIMIT_PAUSE = timedelta(seconds=60)


def note_answer(panel_pk: int, *, placing: bool = False, taken: bool = False) -> None:
    """Note that the panel answered, and end the pause that its silence began.

    `placing` means that it answered an order. If orders went unanswered, an answer to a question ends no pause before
    its time, because each order that follows might be lost too. `taken` means that it took the order.
    """
    is_in_trouble = Q(failures__gt=0) | Q(unanswered_orders__gt=0) | Q(paused_reason__gt="")
    is_in_trouble |= Q(turned_away__gt=0) | Q(refused_words__gt="")
    with transaction.atomic():
        panel = Panel.objects.select_for_update(no_key=True).filter(is_in_trouble, pk=panel_pk).first()
        if panel is None:
            return
        fields = _ended_by_answer(panel, placing=placing or taken)
        if taken:
            fields = _ended_by_taken_order(panel) | fields
        if fields:
            Panel.objects.filter(pk=panel_pk).update(**fields)


def _ended_by_taken_order(panel: Panel) -> dict[str, Any]:
    """Return the fields of a panel that change because it takes orders again."""
    fields: dict[str, Any] = {"turned_away": 0} if panel.turned_away else {}
    if panel.refused_words:
        fields |= {"refused_words": "", "refused_targets": []}
    if panel.paused_reason == Panel.Pause.EVERYBODY:
        fields |= {"paused_reason": "", "paused_until": None, "quiet_until": None, "last_error": ""}
    return fields


def _ended_by_answer(panel: Panel, *, placing: bool) -> dict[str, Any]:
    """Return the fields of a panel that an answer changes."""
    fields: dict[str, Any] = {"failures": 0} if panel.failures else {}
    if placing and panel.unanswered_orders:
        fields["unanswered_orders"] = 0
    is_over = panel.paused_until is not None and panel.paused_until <= timezone.now()
    may_be_lost = panel.unanswered_orders > 0 and not placing
    if panel.paused_reason == Panel.Pause.UNREACHABLE:
        ends_pause = is_over or not may_be_lost
    else:
        ends_pause = is_over and panel.paused_reason == Panel.Pause.RATE_LIMIT
    if ends_pause:
        fields |= {"paused_reason": "", "paused_until": None, "quiet_until": None, "last_error": "", "failures": 0}
    elif panel.failures and not panel.paused_reason:
        fields["last_error"] = ""
    elif panel.failures and panel.paused_until is None:
        # The panel was silent during a pause with another reason.
        fields["quiet_until"] = None
    return fields


def note_unanswered(called: Panel, text: str, *, error_field: str, request_field: str) -> str:
    """Note why a panel gave no answer to a request of a person, and end the request; return the text.

    A panel with a new address or key, or another way of calling, has a request of its own and stays as it is. A newer
    request stays too.
    """
    alike = {name: getattr(called, name) for name in Panel.CALLED_WITH}
    as_called = Panel.objects.filter(pk=called.pk, **alike)
    as_called.update(**{error_field: text})
    as_called.filter(**{request_field: getattr(called, request_field)}).update(**{request_field: None})
    return text


def note_error(called: Panel, error: PanelError, *, placing: bool = False) -> None:
    """Draw the conclusions about the whole panel that a failed call allows.

    `called` is the row that the call was made with, because an answer to an old key says nothing about a new key. The
    same holds for another User-Agent or kind of body.
    `placing` means that the call was an order. Then an unreadable answer counts as no answer.
    """
    if isinstance(error, Deferred):
        return
    with transaction.atomic():
        # One call after the other, because several calls fail together when a panel goes away.
        panel = Panel.objects.select_for_update(no_key=True).get(pk=called.pk)
        if panel.is_called_alike(called):
            _conclude_from(panel, error, timezone.now(), placing=placing)


def _conclude_from(panel: Panel, error: PanelError, now: datetime, *, placing: bool) -> None:
    if isinstance(error, Refused):
        if placing and error.reason in (Reason.AUTH, Reason.FUNDS):
            # The panel may have taken over these words from a supplier. The balance tells (account_refusals.py).
            note_answer(panel.pk, placing=True)
        elif error.reason == Reason.AUTH:
            pause(panel, Panel.Pause.AUTH, error.text)
        elif error.reason == Reason.FUNDS:
            pause(panel, Panel.Pause.FUNDS, error.text)
            Panel.objects.filter(pk=panel.pk).update(balance_requested_at=now)
        elif error.reason == Reason.RATE_LIMIT:
            _rest(panel, error, now)
        elif error.reason == Reason.EVERYBODY and placing:
            turn_away(panel, error.text, now)
        else:
            note_answer(panel.pk, placing=placing)
    elif isinstance(error, NotSent) and error.is_rate_limit:
        _rest(panel, error, now)
    elif isinstance(error, Unreadable) and not error.is_fault and not placing:
        # The panel is there. One answer that we cannot read is no reason to stop orders.
        note_answer(panel.pk)
    else:
        _count_failure(panel, error, now, is_order_lost=placing and isinstance(error, OutcomeUnknown))


def _rest(panel: Panel, error: NotSent | Refused, now: datetime) -> None:
    """Leave a panel alone that got too many calls, and make fewer from then on."""
    slow_down(panel, now)
    pause(panel, Panel.Pause.RATE_LIMIT, error.text, now + _wait_asked_for(error.retry_after))


def _count_failure(panel: Panel, error: PanelError, now: datetime, *, is_order_lost: bool) -> None:
    """Count a failure of a panel whose row is locked, and pause the panel after several failures in a row."""
    if is_order_lost:
        panel.unanswered_orders += 1
        Panel.objects.filter(pk=panel.pk).update(unanswered_orders=panel.unanswered_orders)
    if panel.is_quiet(now):
        # The call began before the pause. One outage must lengthen the wait only once.
        return
    failures = panel.failures + 1
    Panel.objects.filter(pk=panel.pk).update(failures=failures, last_error=error.text)
    # Without this, the pauses of a panel that answers only questions would never become longer.
    silent = max(failures, panel.unanswered_orders if is_order_lost else 0)
    if silent >= FAILURES_BEFORE_PAUSE:
        doublings = min(silent - FAILURES_BEFORE_PAUSE, 10)
        pause(panel, Panel.Pause.UNREACHABLE, error.text, now + min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE))


def _wait_asked_for(retry_after: float | None) -> timedelta:
    """Return how long to leave the panel alone: as long as it asked for, but between a second and the longest pause."""
    if retry_after is None:
        return RATE_LIMIT_PAUSE
    return min(max(timedelta(seconds=retry_after), timedelta(seconds=1)), LONGEST_PAUSE)
