"""Takes the rights of other users from files and folders that an earlier version has left open to them."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

OTHERS = 0o077
# The files of an SQLite database: itself, and what SQLite keeps beside it while it is open.
SUFFIXES = ("", "-wal", "-shm", "-journal")


def close_database(path: str) -> None:
    """Take the rights of other users from an SQLite database and the files beside it."""
    for suffix in SUFFIXES:
        close_to_others(Path(f"{path}{suffix}"))


def close_to_others(path: Path) -> None:
    """Take the rights of other users from a file or a folder. One that is missing or of another user stays as it is."""
    with contextlib.suppress(OSError):
        found = path.stat()
        # A device such as /dev/null belongs to everybody.
        if (path.is_file() or path.is_dir()) and found.st_uid == os.geteuid() and found.st_mode & OTHERS:
            path.chmod(found.st_mode & ~OTHERS & 0o7777)
