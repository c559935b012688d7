"""Records the acts of a panel, with retries until the database takes them, because they cannot be asked for again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import Error, connection

from panels.threads import UnderWay

logger = logging.getLogger(__name__)
T = TypeVar("T")
# Seconds until a write is given up, and seconds between the tries: after the first try, and at most.
RECORD_FOR = 300.0
FIRST_WAIT, LONGEST_WAIT = 0.2, 10.0
# A worker that ended during a write would lose the answer.
records_under_way = UnderWay()


def record(what: str, write: Callable[[], T]) -> T:
    """Retry a write for minutes until the database takes it. `what` describes it in the log, as a record there.

    The write must be idempotent, because it is also repeated after a commit whose acknowledgement got lost.
    """
    with records_under_way:
        return _retry(what, write)


def _retry(what: str, write: Callable[[], T]) -> T:
    give_up_at = time.monotonic() + RECORD_FOR
    wait = FIRST_WAIT
    while True:
        try:
            return write()
        except Error:
            if connection.in_atomic_block:
                raise
            if time.monotonic() > give_up_at:
                logger.critical("Given up recording: %s.", what)
                raise
            logger.exception("Not recorded yet, trying again: %s.", what)
            connection.close()
            threading.Event().wait(wait)
            wait = min(wait * 2, LONGEST_WAIT)


def tried(write: Callable[[], T]) -> T | None:
    """Record for one row, and return None if that fails, so the rows after it are recorded all the same."""
    try:
        return write()
    except Exception:
        logger.exception("Something could not be recorded.")
        return None
