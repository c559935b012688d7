"""Migrates the SQLite test database in one process of pytest-xdist. The others copy it, because that takes no time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.db import connection


def _migrated() -> Path:
    """Return the place of the migrated database, which is the same in all processes of a run."""
    return Path(os.environ["TEST_TABLES"])


@contextlib.contextmanager
def made_once() -> Iterator[bool]:
    """Let the test database be created inside. Yield whether it is a copy, which only needs to be kept."""
    own = Path(connection.settings_dict["TEST"]["NAME"] or "")
    if own.parent != _migrated().parent:
        yield False
        return
    with _migrated().with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _migrated().exists():
            yield False
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(_migrated())])
            return
    copy_tables(own)
    yield True


def copy_tables(place: Path) -> None:
    """Write a database with all tables to a file, if this run has one."""
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(_migrated(), place)
