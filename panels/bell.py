"""The bell: puts tasks into the queue. A task asks the worker to look at one row, and only the rows say what is due.

The table of handlers is empty here. The worker fills it, so a caller of `ring` imports no code that calls a panel.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey
from redis import ConnectionPool

logger = logging.getLogger(__name__)

NAME = "panel-dashboard"

WorkKind = Literal["submit", "poll", "confirm", "requests", "sync", "balance", "adopt", "search", "act"]
KINDS: tuple[WorkKind, ...] = get_args(WorkKind)
# The function for each kind of work. Its argument is the pk of a panel, or of an action for `act`.
HANDLERS: dict[str, Callable[[int], None]] = {}


def _queue(url: str) -> Huey:
    """Return the queue that QUEUE_URL names: sqlite:///path, redis://…, postgres://…, or memory:// for tests."""
    common = {"name": NAME, "results": False, "immediate": False}
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey(filename=str(path), **common)
    if scheme in ("redis", "rediss", "unix"):
        # A web request must not wait long for Redis that is down. A worker waits in steps of one second.
        pool = ConnectionPool.from_url(url, socket_connect_timeout=0.5, socket_timeout=2)
        return RedisHuey(connection_pool=pool, **common)
    if scheme in ("postgres", "postgresql"):
        # The worker creates the tables, because an import of this module must not need the queue.
        return PostgresHuey(dsn=url, create_tables=False, connect_timeout=2, **common)
    if scheme == "memory":
        return MemoryHuey(**common)
    raise ImproperlyConfigured("QUEUE_URL must begin with sqlite:///, redis://, rediss://, unix:// or postgres://.")


huey = _queue(settings.QUEUE_URL)


def queue_depth() -> int | None:
    """Return the number of tasks in the queue, those for later included, or None if the queue does not answer."""
    try:
        return int(huey.pending_count() + huey.scheduled_count())
    except Exception as error:  # noqa: BLE001 - each storage has its own errors
        logger.warning("The queue does not answer: %s", type(error).__name__)
        return None


def ring(kind: WorkKind, pk: int, *, delay: float = 0) -> None:
    """Put a task into the queue after the current transaction is committed. If that fails, the sweep finds the work."""
    transaction.on_commit(partial(enqueue, kind, pk, delay=delay), robust=True)


# For so many seconds after an error, no task is put into the queue. A request for many panels so waits once.
SILENT_FOR = 2.0
_silent_until = 0.0


def enqueue(kind: str, pk: int, *, delay: float = 0) -> bool:
    """Put a task into the queue now, even inside a transaction. Return False if the queue did not take it."""
    global _silent_until  # noqa: PLW0603
    if time.monotonic() < _silent_until:
        return False
    try:
        if delay:
            work.schedule((kind, pk), delay=delay)
        else:
            work(kind, pk)
    except Exception:
        _silent_until = time.monotonic() + SILENT_FOR
        logger.exception("The queue did not take %s %s. The sweep will find it within a minute.", kind, pk)
        return False
    return True


@huey.task()  # type: ignore[untyped-decorator]
def work(kind: str, pk: int) -> None:
    """Do one kind of work at one panel, or (for `act`) one action."""
    HANDLERS[kind](pk)
