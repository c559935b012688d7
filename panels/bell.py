"""The bell: puts tasks into the queue. A task asks the worker to look at one row, and only the rows say what is due.

The table of handlers is empty here. The worker fills it, so a caller of `ring` imports no code that calls a panel.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signing import BadSignature, Signer
from django.db import transaction
from huey import Huey
from huey.api import Task
from huey.registry import Message
from huey.storage import MemoryStorage, PostgresStorage, RedisStorage, SqliteStorage
from redis import ConnectionPool

logger = logging.getLogger(__name__)

NAME = "panel-dashboard"

WorkKind = Literal[
    "submit",
    "poll",
    "confirm",
    "requests",
    "sync",
    "balance",
    "adopt",
    "search",
    "act",
    "mail",
    "offers",
    "records",
    "clients",
]
KINDS: tuple[WorkKind, ...] = get_args(WorkKind)
# In place of a pk, where the work of a kind is not divided.
ALL = 0
# The function for each kind of work. Its argument is the pk of a panel, of an action for `act`, or ALL for `mail`,
# `offers`, `records` and `clients`.
HANDLERS: dict[str, Callable[[int], None]] = {}


class SignedTasks:
    """Writes a task as JSON that is signed with SECRET_KEY, and reads nothing else.

    Huey's own serializers unpickle. So everybody who can write to the queue could run code in the worker.
    """

    def serialize(self, message: Message) -> bytes:
        """Return the message. The ID keeps two equal tasks apart, because the schedule in Redis is a set."""
        kind, pk = message.args
        return _signer().sign_object([message.id, kind, pk, message.eta and message.eta.isoformat()]).encode()

    def deserialize(self, data: bytes) -> Message:
        """Return the task of a message. Raises BadSignature, ValueError or TypeError for a message that is not ours."""
        task_id, kind, pk, eta = _signer().unsign_object(bytes(data).decode())
        eta = eta and datetime.fromisoformat(eta)
        return Message(task_id, f"{__name__}.work", eta, args=(kind, pk), kwargs={})


def _signer() -> Signer:
    """Return the signer of tasks. It also accepts SECRET_KEY_FALLBACKS, and no signature of another purpose."""
    return Signer(salt=f"{__name__}.work")


class Queue(Huey):  # type: ignore[misc]
    """A queue that drops each unreadable message at once, and says so in one line of the log a minute.

    Such a message is from an earlier version, or was written by somebody without SECRET_KEY. The rows say what is due.
    """

    LINE_EVERY = 60.0

    def __init__(self, storage_class: type, **options: Any) -> None:
        super().__init__(NAME, results=False, serializer=SignedTasks(), storage_class=storage_class, **options)
        self._lock, self._next_line_at = threading.Lock(), 0.0

    def dequeue(self) -> Task | None:
        """Return the next readable task, or None if there is none now."""
        while (data := self.storage.dequeue()) is not None:
            if tasks := self._deserialize_all([data]):
                return tasks[0]
        return None

    def is_revoked(self, *_: object, **__: object) -> bool:
        """Return False, because nobody revokes a task. Huey would read an entry of the storage here."""
        return False

    def _deserialize_all(self, messages: Iterable[bytes]) -> list[Task]:
        tasks = []
        for data in messages:
            try:
                tasks.append(self.deserialize_task(data))
            except (BadSignature, ValueError, TypeError):
                self._say_dropped()
        return tasks

    def _say_dropped(self) -> None:
        with self._lock:
            if time.monotonic() < self._next_line_at:
                return
            self._next_line_at = time.monotonic() + self.LINE_EVERY
        logger.warning(
            "Dropped a message of the queue that is not signed with SECRET_KEY. The sweep finds its work within a "
            "minute. More of them are dropped without a line for a minute."
        )


class InSqlite(SqliteStorage):  # type: ignore[misc]
    """A queue in an SQLite file. A power failure may lose its last tasks, so no write waits for the disk."""

    def _create_connection(self) -> Any:
        connection = super()._create_connection()
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection


class InPostgres(PostgresStorage):  # type: ignore[misc]
    """A queue in PostgreSQL. A crash of the server may lose its last tasks, so no write waits for the disk."""

    def _create_connection(self) -> Any:
        connection = super()._create_connection()
        connection.execute("SET synchronous_commit TO off")
        return connection


def _queue(url: str) -> Queue:
    """Return the queue that QUEUE_URL names: sqlite:///path, redis://…, postgres://…, or memory:// for tests."""
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return Queue(InSqlite, filename=str(path))
    if scheme in ("redis", "rediss", "unix"):
        # A web request must not wait long for Redis that is down. A worker waits in steps of one second.
        pool = ConnectionPool.from_url(url, socket_connect_timeout=0.5, socket_timeout=2)
        return Queue(RedisStorage, connection_pool=pool)
    if scheme in ("postgres", "postgresql"):
        # The worker creates the tables, because an import of this module must not need the queue.
        return Queue(InPostgres, dsn=url, create_tables=False, connect_timeout=2)
    if scheme == "memory":
        return Queue(MemoryStorage)
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


# For so many seconds after an error, nothing is asked of the queue. A request for many panels so waits once.
SILENT_FOR = 2.0
_silent_until = 0.0


def enqueue(kind: str, pk: int, *, delay: float = 0) -> bool:
    """Put a task into the queue now, even inside a transaction. Return False if the queue did not take it."""
    if _is_silent():
        return False
    try:
        if delay:
            work.schedule((kind, pk), delay=delay)
        else:
            work(kind, pk)
    except Exception:
        _be_silent()
        logger.exception("The queue did not take %s %s. The sweep will find it within a minute.", kind, pk)
        return False
    return True


def count(name: str) -> int:
    """Add 1 to a counter that all processes share, and return it. Return 0 if the queue does not answer."""
    if _is_silent():
        return 0
    try:
        return int(huey.storage.incr(name))
    except Exception as error:  # noqa: BLE001 - each storage has its own errors
        _be_silent()
        logger.warning("The queue does not count: %s", type(error).__name__)
        return 0


def forget_counts() -> None:
    """Delete all counters."""
    huey.storage.flush_counters()


def _is_silent() -> bool:
    return time.monotonic() < _silent_until


def _be_silent() -> None:
    global _silent_until  # noqa: PLW0603
    _silent_until = time.monotonic() + SILENT_FOR


@huey.task()  # type: ignore[untyped-decorator]
def work(kind: str, pk: int) -> None:
    """Do one kind of work at one panel, one action (for `act`), or all of it (for `mail`)."""
    HANDLERS[kind](pk)
