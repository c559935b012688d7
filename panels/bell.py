"""The bell: rings for the worker by a task that carries an id and says "look"; the rows alone say what there is to do.

The table of handlers is empty here. The worker fills it, so that whoever rings imports nothing that talks to a panel.
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
# What is done when the bell rings: a kind of work at one panel, or (for `act`) one action. `worker/tasks` fills it.
HANDLERS: dict[str, Callable[[int], None]] = {}


def _queue(url: str) -> Huey:
    """Make the queue that QUEUE_URL names: sqlite:///path, redis://…, postgres://…, or memory:// for tests."""
    common = {"name": NAME, "results": False, "immediate": False}
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey(filename=str(path), **common)
    if scheme in ("redis", "rediss", "unix"):
        # Redis that is gone must not hold up a web request for long; a worker waits there for a second at a time.
        pool = ConnectionPool.from_url(url, socket_connect_timeout=0.5, socket_timeout=2)
        return RedisHuey(connection_pool=pool, **common)
    if scheme in ("postgres", "postgresql"):
        # The worker makes the tables: importing this must not need the queue.
        return PostgresHuey(dsn=url, create_tables=False, connect_timeout=2, **common)
    if scheme == "memory":
        return MemoryHuey(**common)
    raise ImproperlyConfigured("QUEUE_URL must begin with sqlite:///, redis://, rediss://, unix:// or postgres://.")


huey = _queue(settings.QUEUE_URL)


def queue_depth() -> int | None:
    """Return how many tasks wait in the queue, for now or for later; None if it does not answer."""
    try:
        return int(huey.pending_count() + huey.scheduled_count())
    except Exception as error:  # noqa: BLE001 - each storage has errors of its own
        logger.warning("The queue does not answer: %s", type(error).__name__)
        return None


def ring(kind: WorkKind, pk: int, *, delay: float = 0) -> None:
    """Ask the worker to look, once the current transaction is committed; the sweep finds it anyway if that fails."""
    transaction.on_commit(partial(enqueue, kind, pk, delay=delay), robust=True)


# Seconds for which nobody rings after the queue has failed: a request that rings for many panels waits for it once.
SILENT_FOR = 2.0
_silent_until = 0.0


def enqueue(kind: str, pk: int, *, delay: float = 0) -> bool:
    """Put a task into the queue now, in the middle of a transaction too; False if the queue did not take it."""
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
        logger.exception("The queue did not take %s %s; the sweep will find it within a minute.", kind, pk)
        return False
    return True


@huey.task()  # type: ignore[untyped-decorator]
def work(kind: str, pk: int) -> None:
    """Look for one kind of work at one panel, or (for `act`) in one action."""
    HANDLERS[kind](pk)
