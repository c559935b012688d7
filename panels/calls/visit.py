"""What a panel may be asked right now: its pace, and the client that keeps to both."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from panels.models import Panel
from panels.models.encryption import KeyUnreadableError
from panels.protocol.client import PanelClient
from panels.protocol.errors import Deferred, NotSent, OutcomeUnknown, PanelError, Reason, Refused, Unreadable
from panels.providers.pauses import LONGEST_PAUSE, pause

logger = logging.getLogger(__name__)
# Calls in a row that find no panel before it is paused; then 30 s, 1 min, 2 min … up to an hour.
FAILURES_BEFORE_PAUSE = 3
FIRST_PAUSE = timedelta(seconds=30)
RATE_LIMIT_PAUSE = timedelta(seconds=60)
# A call that would have to wait longer than this for its turn is left to a later visit.
LONGEST_WAIT = timedelta(seconds=30)
# Rows in one visit where a panel takes one id a call: a hundred would take longer than their lease.
CHUNK_OF_SINGLES = 10
# Longer than any call may take: a row that is leased and never answered is due again after it.
LEASE = timedelta(minutes=5)


class PanelClosedError(Exception):
    """The panel must not, or cannot, be called now; it says why on its own page."""


@contextmanager
def open_client(panel: Panel, stopping: threading.Event) -> Iterator[PanelClient]:
    """Give a client that keeps to the panel's pace, and store what it learns about the panel's dialect.

    Raises PanelClosedError, after pausing the panel, if its key cannot be decrypted.
    """
    try:
        panel.api_key.reveal()
    except KeyUnreadableError as error:
        pause(panel, Panel.Pause.AUTH, f"{error} Enter the key again, or bring back the old CREDENTIAL_KEYS.")
        raise PanelClosedError(panel.name) from error
    with PanelClient(panel.account(), pace=pace(panel.pk, stopping), sleep=stopping.wait) as client:
        try:
            yield client
        finally:
            if client.learned:
                Panel.objects.filter(pk=panel.pk).update(**client.learned)


def pace(panel_pk: int, stopping: threading.Event) -> Callable[[], None]:
    """Return what a client calls before each exchange: it waits for the panel's next free call, and counts it."""

    def wait_for_turn() -> None:
        if stopping.is_set():
            raise Deferred("The worker was to stop; this panel is asked again later.")
        while (wait := _take_turn(panel_pk)) > timedelta():
            if wait > LONGEST_WAIT or stopping.wait(wait.total_seconds()):
                raise Deferred("This panel's calls per minute are used up; it is asked again later.")
        if not connection.in_atomic_block:
            # Panels that hang must not hold connections that others need.
            connection.close()

    return wait_for_turn


def shared_now() -> datetime:
    """Return the time by a clock that all workers share, as far as there is one: that of PostgreSQL."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def _take_turn(panel_pk: int) -> timedelta:
    """Count a call if one is free now; else return how long to wait."""
    with transaction.atomic():
        panel = Panel.objects.select_for_update(no_key=True).get(pk=panel_pk)
        now = shared_now()
        wait = panel.call_slot(now) - now
        if wait <= timedelta() and (fields := panel.take_call_slot(now)):
            Panel.objects.filter(pk=panel_pk).update(**fields)
        return wait


def note_answer(panel_pk: int, *, placing: bool = False) -> None:
    """The panel answered: end what only its silence had begun. `placing` says that it answered about an order.

    Where orders went unanswered, an answer to a question ends no pause before its time: it would be lost orders that
    follow each other.
    """
    panels = Panel.objects.filter(pk=panel_pk)
    if placing:
        panels.filter(unanswered_orders__gt=0).update(unanswered_orders=0)
    has_waited = Q(paused_reason=Panel.Pause.RATE_LIMIT, paused_until__lte=timezone.now())
    is_back = Q(unanswered_orders=0) | Q(paused_until__lte=timezone.now())
    panels.filter(Q(paused_reason=Panel.Pause.UNREACHABLE) & is_back | has_waited).update(
        paused_reason="", paused_until=None, quiet_until=None, last_error="", failures=0
    )
    panels.filter(failures__gt=0, paused_reason="").update(failures=0, last_error="")
    # It was silent while something else pauses it.
    panels.filter(failures__gt=0, paused_until=None).update(failures=0, quiet_until=None)
    panels.filter(failures__gt=0).update(failures=0)


def note_error(called: Panel, error: PanelError, *, placing: bool = False) -> None:
    """Draw the conclusions that a failed call allows about the whole panel.

    `called` is the row that the call was made with: what an old key was told says nothing about a new one.
    `placing` says that it was an order: there an answer that cannot be read weighs as much as none.
    """
    panel = Panel.objects.get(pk=called.pk)
    if isinstance(error, Deferred) or not panel.is_same_account(called):
        return
    now = timezone.now()
    if isinstance(error, Refused):
        if error.reason == Reason.AUTH:
            pause(panel, Panel.Pause.AUTH, error.text)
        elif error.reason == Reason.FUNDS:
            pause(panel, Panel.Pause.FUNDS, error.text)
            Panel.objects.filter(pk=panel.pk).update(balance_requested_at=now)
        elif error.reason == Reason.RATE_LIMIT:
            pause(panel, Panel.Pause.RATE_LIMIT, error.text, now + _asked_wait(error.retry_after))
        else:
            note_answer(panel.pk, placing=placing)
    elif isinstance(error, NotSent) and error.is_rate_limit:
        pause(panel, Panel.Pause.RATE_LIMIT, error.text, now + _asked_wait(error.retry_after))
    elif isinstance(error, Unreadable) and not error.is_fault and not placing:
        # Somebody is there: that one answer makes no sense to us is no reason to stop placing.
        note_answer(panel.pk)
    else:
        _note_failure(panel, error, now, is_order_lost=placing and isinstance(error, OutcomeUnknown))


def _note_failure(panel: Panel, error: PanelError, now: datetime, *, is_order_lost: bool) -> None:
    with transaction.atomic():
        # One after the other: several calls fail together when a panel goes.
        panel = Panel.objects.select_for_update(no_key=True).get(pk=panel.pk)
        if is_order_lost:
            panel.unanswered_orders += 1
            Panel.objects.filter(pk=panel.pk).update(unanswered_orders=panel.unanswered_orders)
        if panel.is_quiet(now):
            # It was called before that: one outage lengthens the wait once.
            return
        failures = panel.failures + 1
        Panel.objects.filter(pk=panel.pk).update(failures=failures, last_error=error.text)
        # A panel that answers questions and no orders would otherwise never be left alone for longer.
        silent = max(failures, panel.unanswered_orders if is_order_lost else 0)
        if silent >= FAILURES_BEFORE_PAUSE:
            doublings = min(silent - FAILURES_BEFORE_PAUSE, 10)
            pause(panel, Panel.Pause.UNREACHABLE, error.text, now + min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE))


def _asked_wait(retry_after: float | None) -> timedelta:
    """Return how long to leave the panel alone: as long as it asked for, within reason."""
    if retry_after is None:
        return RATE_LIMIT_PAUSE
    return min(max(timedelta(seconds=retry_after), timedelta(seconds=1)), LONGEST_PAUSE)
