"""Visits a panel: a visit begins if the panel may be asked, keeps to its pace, and ends with conclusions about it.

find       the panel, if it may be asked now; pause it if its key cannot be decrypted
ask        with a client that waits for the next free call of the panel
conclude   once: a failure at once, an answer at the end; then store the findings of the client about the API's dialect,
           and the number of its calls
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import Error, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from panels.calls.conclusions import note_answer, note_error
from panels.models import Panel, PanelDay
from panels.models.encryption import KeyUnreadableError
from panels.protocol.client import PanelClient
from panels.protocol.errors import (
    Deferred,
    NotSent,
    PanelError,
    Refused,
    is_answer,
    visit_failure_in,
)
from panels.providers.pauses import pause

logger = logging.getLogger(__name__)
# A call that would have to wait longer than this for its turn is left to a later visit.
LONGEST_WAIT = timedelta(seconds=30)
# Rows that are taken at once if a panel takes one id a call. A hundred calls would take longer than the lease.
CHUNK_OF_SINGLES = 10
# Longer than any call may take. A leased row without an answer is due again after it.
LEASE = timedelta(minutes=5)
# Seconds. The calls of a long visit are counted in the database no more often than this.
COUNT_EVERY = 10.0


class PanelClosedError(Exception):
    """The panel must not be called now. `panel` and `text` are set only if its key cannot be decrypted."""

    def __init__(self, panel: Panel | None = None, text: str = "") -> None:
        super().__init__(text)
        self.panel = panel
        self.text = text


class Visit:
    """Gives the work at a panel its row and a client, and collects how the panel answered."""

    def __init__(self, panel: Panel, client: PanelClient) -> None:
        self.panel, self.client = panel, client
        self._lock = threading.Lock()
        self._has_answered = False
        self._failure: PanelError | None = None
        self._count_at = time.monotonic() + COUNT_EVERY

    @property
    def has_failed(self) -> bool:
        """Whether a call failed or was kept back by ourselves. Then the visit asks the panel nothing more."""
        return self._failure is not None

    def note_answer(self) -> None:
        """Remember that the panel answered, if the client counted an answered call."""
        self._has_answered = self.client.tally.has_answers
        self.count_calls()

    def count_calls(self) -> None:
        """Store the number of calls of a long visit now and then. The end of the visit stores the rest."""
        with self._lock:
            is_due = time.monotonic() >= self._count_at
            if is_due:
                self._count_at = time.monotonic() + COUNT_EVERY
        if is_due:
            _store_calls(self.panel.pk, self.client)

    def note_error(self, error: PanelError) -> None:
        """Draw the conclusions of a failed call at once. Calls that fail together count once.

        A refusal of the account and a rate limit always count, because they say how long to leave the panel alone.
        """
        with self._lock:
            is_first = self._failure is None or isinstance(self._failure, Deferred)
            self._failure = error if is_first else self._failure
        if is_first and self._has_answered and not isinstance(error, Deferred):
            # The answers came before, so this failure is the first one in a row.
            note_answer(self.panel.pk)
        if is_first or _is_about_account(error):
            note_error(self.panel, error)

    def note_answers(self, answers: Mapping[str, object]) -> PanelError | None:
        """Note the answers of a call about several ids, and return the failure that ended it early, if there is one."""
        failure = visit_failure_in(answers)
        if failure is None or any(is_answer(answer) for answer in answers.values()):
            self.note_answer()
        if failure is not None:
            self.note_error(failure)
        return failure

    def end(self) -> None:
        """Note that the panel answered, unless a call failed. A call that we kept back says nothing about the panel."""
        if self._has_answered and (self._failure is None or isinstance(self._failure, Deferred)):
            note_answer(self.panel.pk)


def _is_about_account(error: PanelError) -> bool:
    if isinstance(error, Refused):
        return error.is_about_account
    return isinstance(error, NotSent) and error.is_rate_limit


@contextmanager
def visit(panels: QuerySet[Panel], panel_pk: int, stopping: threading.Event) -> Iterator[Visit]:
    """Visit a panel if it is one of `panels`, and draw conclusions about it at the end.

    Raises PanelClosedError if the panel is not one of them, or if its key cannot be decrypted. A PanelError of the
    work is noted and raised again.
    """
    panel = panels.filter(pk=panel_pk).first()
    if panel is None:
        raise PanelClosedError
    with open_client(panel, stopping) as client:
        here = Visit(panel, client)
        try:
            yield here
        except PanelError as error:
            here.note_error(error)
            raise
        finally:
            here.end()


@contextmanager
def open_client(panel: Panel, stopping: threading.Event) -> Iterator[PanelClient]:
    """Open a client that keeps to the panel's pace, and store its findings about the panel's dialect at the end.

    Raises PanelClosedError, after pausing the panel, if its key cannot be decrypted.
    """
    try:
        panel.api_key.reveal()
    except KeyUnreadableError as error:
        pause(panel, Panel.Pause.AUTH, f"{error} Enter the API key again, or bring back the old CREDENTIAL_KEYS.")
        raise PanelClosedError(panel, "The stored key cannot be decrypted.") from error
    with PanelClient(panel.account(), pace=pace(panel.pk, stopping), sleep=stopping.wait) as client:
        try:
            yield client
        finally:
            if client.learned:
                Panel.objects.filter(pk=panel.pk).update(**client.learned)
            _store_calls(panel.pk, client)


def _store_calls(panel_pk: int, client: PanelClient) -> None:
    """Store the time of the last answer, and add the calls of a client to the days of its panel.

    A failure must not disturb the work at the panel.
    """
    try:
        if answered_at := client.tally.take_answer():
            Panel.objects.filter(pk=panel_pk).update(answered_at=answered_at)
        for day, calls in client.tally.take().items():
            PanelDay.add(panel_pk, day, answers=calls.answers, failures=calls.failures, seconds=calls.seconds)
    except Error as error:
        logger.warning("The calls to panel %s were not counted: %s", panel_pk, error)
        if not connection.in_atomic_block:
            connection.close()


def pace(panel_pk: int, stopping: threading.Event) -> Callable[[], None]:
    """Return a function for a client to call before each exchange: it waits for the next free call, and counts it."""

    def wait_for_turn() -> None:
        if stopping.is_set():
            raise Deferred("The worker was stopping. The call is made later.")
        while (wait := _take_turn(panel_pk)) > timedelta():
            if wait > LONGEST_WAIT or stopping.wait(wait.total_seconds()):
                raise Deferred("The calls per minute of this panel are used up. The call is made later.")
        if not connection.in_atomic_block:
            # Other work needs the database connection while a panel hangs.
            connection.close()

    return wait_for_turn


def shared_now() -> datetime:
    """Return the time of the clock that all workers share: the clock of PostgreSQL, or of the machine with SQLite."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def _take_turn(panel_pk: int) -> timedelta:
    """Count a call if it may go out now, and return how long to wait otherwise."""
    with transaction.atomic():
        panel = Panel.objects.select_for_update(no_key=True).get(pk=panel_pk)
        now = shared_now()
        wait = panel.call_slot(now) - now
        if wait <= timedelta() and (fields := panel.take_call_slot(now)):
            Panel.objects.filter(pk=panel_pk).update(**fields)
        return wait
