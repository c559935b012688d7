"""Copies the database into a file while it is in use, and checks the copy, by the means of each engine."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Mapping
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

from django.db.backends.postgresql.client import DatabaseClient

# The pages of SQLite that are copied at once, about 8 MB.
PIECE = 2_000
# So many pieces are written to disk together. More at once would keep the writes of everybody else waiting.
SYNC_EVERY = 4
# The steps of SQLite between two looks whether the worker stops. They take less than a millisecond.
STEPS = 10_000
# Seconds between two looks whether the worker stops.
LOOK_EVERY = 0.2
STOPPED = "The worker was stopped before the backup was complete."


class CopyError(Exception):
    """There is no copy. The text says why, and what to do."""


def copy_sqlite(source: Path, target: Path, stopping: threading.Event) -> None:
    """Copy a database of SQLite into an empty file. Other processes go on reading and writing."""
    # A full disk would stop the dashboard itself, so as much stays free as the copy takes.
    if shutil.disk_usage(target.parent).free < 2 * source.stat().st_size:
        raise CopyError(f"The disk of {target.parent} has too little space. Delete files there, or move BACKUP_DIR.")
    address = f"{source.absolute().as_uri()}?mode=rw"
    pieces = count(1)
    with (
        target.open("ab") as written,
        closing(sqlite3.connect(address, uri=True, isolation_level=None)) as ours,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):

        def after_piece(*_: int) -> None:
            _go_on(stopping)
            if next(pieces) % SYNC_EVERY == 0:
                os.fsync(written.fileno())

        # Without a transaction, each write of another process would make SQLite begin the copy anew.
        ours.execute("BEGIN")
        ours.execute("SELECT 1 FROM sqlite_master").fetchone()
        ours.backup(copy, pages=PIECE, progress=after_piece)
        # While it is open, the log of the source only grows.
        ours.execute("ROLLBACK")
        # As a single file. In the mode of the source, two more files would belong to it.
        copy.execute("PRAGMA journal_mode = DELETE")
        found = _quick_check(copy, stopping)
    if found != "ok":
        raise CopyError(f"The copy is damaged: {found}. Check the disk and the database.")


def _quick_check(copy: sqlite3.Connection, stopping: threading.Event) -> str:
    """Return the first fault of a copy, or "ok"."""
    copy.set_progress_handler(stopping.is_set, STEPS)
    try:
        (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError:
        _go_on(stopping)
        raise
    return str(found)


def copy_postgres(database: Mapping[str, Any], target: Path, stopping: threading.Event) -> None:
    """Copy a database of PostgreSQL by pg_dump. `database` has its settings, and no argument has the password."""
    (_, *place), secrets = DatabaseClient.settings_to_cmd_args_env(dict(database), [])
    _run(["pg_dump", "--format=custom", "--no-password", f"--file={target}", *place], secrets or {}, stopping)
    _run(["pg_restore", "--list", str(target)], {}, stopping)


def _run(command: list[str], secrets: Mapping[str, str], stopping: threading.Event) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise CopyError(
            f"{command[0]} is not installed. Install the PostgreSQL client in the version of the server, or set "
            "BACKUP_DIR to nothing if something else makes backups."
        )
    with (
        subprocess.Popen(  # noqa: S603
            [program, *command[1:]],
            env={**os.environ, **secrets},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        ) as process
    ):
        try:
            errors = _wait(process, stopping)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise CopyError(f"{command[0]} has failed: {errors.strip()[-500:]}")


def _wait(process: subprocess.Popen[str], stopping: threading.Event) -> str:
    """Wait for a process, and return what it says about errors."""
    while True:
        try:
            return process.communicate(timeout=LOOK_EVERY)[1]
        except subprocess.TimeoutExpired:
            _go_on(stopping)


def _go_on(stopping: threading.Event) -> None:
    if stopping.is_set():
        raise CopyError(STOPPED)
