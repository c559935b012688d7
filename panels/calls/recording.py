"""Writes down what a panel did, again and again until the database takes it: it cannot be asked for twice."""

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
# Seconds that a write is tried for, and between the first and the later tries.
RECORD_FOR = 300.0
FIRST_WAIT, LONGEST_WAIT = 0.2, 10.0
# A worker that ended meanwhile would take what it heard with it.
records_under_way = UnderWay()


def record(what: str, write: Callable[[], T]) -> T:
    """Repeat a write for minutes while the database does not take it; `what` is logged, so that it is on record there.

    The write must know what it has written before: a commit whose acknowledgement got lost is tried again too.
    """
    with records_under_way:
        return _repeat(what, write)


def _repeat(what: str, write: Callable[[], T]) -> T:
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
    """Keep what cannot be recorded for one row from what has still to be recorded for others; None if it cannot."""
    try:
        return write()
    except Exception:
        logger.exception("Something could not be recorded.")
        return None
