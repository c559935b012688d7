"""A small disk for the data of a run, which can be filled up and emptied again. It is a tmpfs, so it needs root."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

SIZE = 384  # In MB, so that a full run fits.
PIECE = 256 * 1024


class Disk:
    """A folder for data. `is_small` is False where this machine allows no mount, and then the disk cannot be filled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.is_small = _as_root("mount", "-t", "tmpfs", "-o", f"size={SIZE}m,mode=1777", "tmpfs", str(folder))

    @classmethod
    @contextlib.contextmanager
    def of(cls, folder: Path) -> Iterator[Disk]:
        """Mount the disk at a new folder, and unmount it in the end."""
        disk = cls(folder)
        try:
            yield disk
        finally:
            if disk.is_small:
                # A process of the run that has just ended may still use it.
                _as_root("umount", "--lazy", str(folder))

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """Keep the disk without a free byte. What others free meanwhile stays free."""
        ballast = self.folder / "ballast"
        try:
            with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
                piece = PIECE
                while piece:
                    # The last bytes need smaller pieces.
                    if not _is_written(file.fileno(), piece):
                        piece //= 8
            yield
        finally:
            ballast.unlink(missing_ok=True)


def _is_written(file: int, size: int) -> bool:
    try:
        return os.write(file, bytes(size)) == size
    except OSError:
        return False


def _as_root(*command: str) -> bool:
    as_root = command if os.geteuid() == 0 else ("sudo", "-n", *command)
    try:
        return subprocess.run(as_root, check=False, capture_output=True).returncode == 0
    except OSError:
        return False
