"""Backs the database up: copies it under another name, checks the copy, writes it to disk, and gives it its name.

So a file with the name of a backup is whole. Only the user of the worker may read it.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.utils import timezone

from panels.worker.database_copy import CopyError, copy_postgres, copy_sqlite

KEPT = 14
AT_MOST = timedelta(hours=1)
UNFINISHED = ".part"


def problem_of_backup(folder: Path, stopping: threading.Event) -> str:
    """Make a backup, and return "" or the reason why there is none."""
    try:
        back_up(folder, stopping)
    except (CopyError, OSError, sqlite3.Error) as error:
        return str(error)
    return ""


def back_up(folder: Path, stopping: threading.Event) -> Path:
    """Make a backup in a folder, delete the oldest ones, and return its file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in _files(folder, rf"{re.escape(UNFINISHED)}.*"):
        left.unlink()
    backup = folder / f"{_stem()}-{timezone.now():%Y%m%dT%H%M%SZ}{_suffix()}"
    unfinished = backup.with_name(f"{backup.name}{UNFINISHED}")
    # No other user may read it at any moment.
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        if connection.vendor == "sqlite":
            copy_sqlite(Path(connection.settings_dict["NAME"]), unfinished, stopping)
        else:
            copy_postgres(connection.settings_dict, unfinished, stopping)
        _write_to_disk(unfinished)
        unfinished.replace(backup)
    finally:
        unfinished.unlink(missing_ok=True)
    _write_to_disk(folder)
    for old in backups(folder)[:-KEPT]:
        old.unlink()
    return backup


def backups(folder: Path) -> list[Path]:
    """Return the backups of this database in a folder, the oldest first."""
    return _files(folder, "")


def _files(folder: Path, ending: str) -> list[Path]:
    name = re.compile(rf"{re.escape(_stem())}-\d{{8}}T\d{{6}}Z{re.escape(_suffix())}{ending}")
    return sorted(path for path in folder.iterdir() if name.fullmatch(path.name))


def _stem() -> str:
    return Path(connection.settings_dict["NAME"]).stem


def _suffix() -> str:
    return ".sqlite3" if connection.vendor == "sqlite" else ".dump"


def _write_to_disk(path: Path) -> None:
    """Write a file, or the names of a folder, to disk, so that it survives a power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
