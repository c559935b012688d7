"""A new database and queue for one run. They can be locked, emptied, copied, restored and taken away for a while."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import psycopg.sql

from tests.bench.surroundings import set_up
from tests.faults.disk import Disk
from tests.faults.server import Server

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/14")
KINDS = ("sqlite", "postgres+redis", "postgres")


class Storage:
    """The database and the queue on a small disk. Their addresses are in the environment, for the workers too."""

    # Whether the database is a server that can be stopped.
    has_server = False

    def __init__(self, disk: Disk, database_url: str, queue_url: str) -> None:
        self.disk = disk
        os.environ["DATABASE_URL"] = database_url
        set_up(queue_url)

    @staticmethod
    @contextlib.contextmanager
    def of(kind: str, folder: Path) -> Iterator[Storage]:
        """Yield a migrated database with an empty queue, and remove both in the end."""
        from django.core.management import call_command

        with Disk.of(folder / "disk") as disk:
            storage = _Sqlite(disk) if kind == "sqlite" else _Postgres(disk, REDIS if "redis" in kind else None)
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
        """End what the database needs. Its files end with the folder of the run."""

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop the server of the database as a crash does, and start it again in the end."""
        raise NotImplementedError

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """Keep the disk of the database full."""
        with self.disk.full():
            yield
        self.let_go()

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
    def __init__(self, disk: Disk) -> None:
        self._file, self._queue = disk.folder / "dashboard.sqlite3", disk.folder / "queue.sqlite3"
        self._copy = disk.folder.with_name("copy.sqlite3")
        super().__init__(disk, f"sqlite:///{self._file}", f"sqlite:///{self._queue}")

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
    has_server = True

    def __init__(self, disk: Disk, queue_url: str | None) -> None:
        self._name, self._copy = "panels", "panels_copy"
        self._server = Server(disk.folder)
        self._own, self._maintenance = self._server.url(self._name), self._server.url("postgres")
        self._run("CREATE DATABASE {}", self._name)
        super().__init__(disk, self._own, queue_url or self._own)

    def remove(self) -> None:
        self._server.stop_at_once()

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        self._server.stop_at_once()
        try:
            yield
        finally:
            self._server.start()
            self.let_go()

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """A server that cannot write its log of changes ends. Then a person frees the disk, and starts it again."""
        try:
            with super().full():
                yield
        finally:
            self._server.start()

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
