"""A new database and queue for one run. They can be locked, emptied, copied and restored."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import psycopg.sql

from tests.bench.surroundings import set_up

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/panels_faults")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/14")
KINDS = ("sqlite", "postgres+redis", "postgres")


class Storage:
    """The database and the queue. Their addresses are in the environment, for the workers too."""

    def __init__(self, database_url: str, queue_url: str) -> None:
        os.environ["DATABASE_URL"] = database_url
        set_up(queue_url)

    @staticmethod
    @contextlib.contextmanager
    def of(kind: str, folder: Path) -> Iterator[Storage]:
        """Yield a migrated database with an empty queue, and remove both in the end."""
        from django.core.management import call_command

        storage = _Sqlite(folder) if kind == "sqlite" else _Postgres(REDIS if kind == "postgres+redis" else None)
        try:
            call_command("migrate", verbosity=0)
            storage.flush_queue()
            yield storage
        finally:
            storage.let_go()
            storage.remove()

    def flush_queue(self) -> None:
        """Delete all tasks of the queue."""
        from huey.storage import PostgresStorage

        from panels.bell import huey

        if isinstance(huey.storage, PostgresStorage):
            huey.storage.initialize_schema()
        huey.storage.flush_all()

    def let_go(self) -> None:
        """Close our own connections to the database and the queue."""
        from django.db import connections

        from panels.bell import huey

        connections.close_all()
        huey.storage.close()

    def remove(self) -> None:
        """Delete the database."""

    def copy(self) -> None:
        """Copy the database as it is now. No process may be connected."""
        raise NotImplementedError

    def restore(self) -> None:
        """Restore the copy of `copy`. No process may be connected."""
        raise NotImplementedError

    def locked(self, order_pk: int) -> contextlib.AbstractContextManager[None]:
        """Keep all other processes from writing this order."""
        raise NotImplementedError

    def is_free(self) -> bool:
        """Return whether no process holds a lock that blocks the others."""
        raise NotImplementedError


class _Sqlite(Storage):
    def __init__(self, folder: Path) -> None:
        self._file, self._copy = folder / "dashboard.sqlite3", folder / "copy.sqlite3"
        self._queue = folder / "queue.sqlite3"
        super().__init__(f"sqlite:///{self._file}", f"sqlite:///{self._queue}")

    def copy(self) -> None:
        with (
            contextlib.closing(sqlite3.connect(self._file)) as ours,
            contextlib.closing(sqlite3.connect(self._copy)) as copy,
        ):
            ours.backup(copy)

    def restore(self) -> None:
        self.let_go()
        for suffix in ("-wal", "-shm"):
            Path(f"{self._file}{suffix}").unlink(missing_ok=True)
        shutil.move(self._copy, self._file)

    @contextlib.contextmanager
    def locked(self, order_pk: int) -> Iterator[None]:
        with contextlib.closing(sqlite3.connect(self._file, isolation_level=None, timeout=10)) as own:
            own.execute("BEGIN IMMEDIATE")
            yield

    def is_free(self) -> bool:
        try:
            for file in (self._file, self._queue):
                with contextlib.closing(sqlite3.connect(file, isolation_level=None, timeout=0.3)) as own:
                    own.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        return True


class _Postgres(Storage):
    def __init__(self, queue_url: str | None) -> None:
        server = urlsplit(POSTGRES)
        self._name = f"{server.path.removeprefix('/')}_faults_{os.getpid()}"
        self._copy = f"{self._name}_copy"
        self._own = f"{server.scheme}://{server.netloc}/{self._name}"
        self._maintenance = f"{server.scheme}://{server.netloc}/postgres"
        self._run("CREATE DATABASE {}", self._name)
        super().__init__(self._own, queue_url or self._own)

    def remove(self) -> None:
        for name in (self._name, self._copy):
            self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def copy(self) -> None:
        self.let_go()
        with psycopg.connect(self._maintenance, autocommit=True) as own:
            # Processes that ended, although the server has not noticed it yet.
            own.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [self._name])
        self._run("CREATE DATABASE {} TEMPLATE {}", self._copy, self._name)

    def restore(self) -> None:
        self.let_go()
        self._run("DROP DATABASE {} WITH (FORCE)", self._name)
        self._run("ALTER DATABASE {} RENAME TO {}", self._copy, self._name)

    @contextlib.contextmanager
    def locked(self, order_pk: int) -> Iterator[None]:
        with psycopg.connect(self._own) as own:
            own.execute("SELECT 1 FROM panels_order WHERE id = %s FOR UPDATE", [order_pk])
            yield

    def is_free(self) -> bool:
        try:
            with psycopg.connect(self._own) as own:
                for table in ("panels_panel", "panels_jobrun"):
                    own.execute(f"SELECT 1 FROM {table} FOR UPDATE NOWAIT")
                own.execute("SELECT 1 FROM panels_order WHERE state = 'sending' FOR UPDATE NOWAIT")
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, statement: str, *names: str) -> None:
        query = psycopg.sql.SQL(statement).format(*map(psycopg.sql.Identifier, names))
        with psycopg.connect(self._maintenance, autocommit=True) as own:
            own.execute(query)
