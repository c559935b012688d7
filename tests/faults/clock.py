"""The clock of a worker, which a file sets forward or back while the worker runs.

Only the two sources change that the application asks: time.time and django.utils.timezone.now. The monotonic clock goes
on, as it does where an administrator or NTP sets the clock of a machine.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from pathlib import Path

FILE = "clock-{}"
LOOK_EVERY = 0.05
true_time = time.time
_offset = 0.0


def offset() -> float:
    """Return by how many seconds the clock of this process is wrong."""
    return _offset


def _shifted_time() -> float:
    return true_time() + _offset


def _shifted_now() -> dt.datetime:
    return dt.datetime.fromtimestamp(_shifted_time(), dt.UTC)


def follow(file: Path) -> None:
    """Let the clock of this process be wrong by the seconds in a file, whenever that file is there."""
    from django.utils import timezone

    time.time = _shifted_time
    timezone.now = _shifted_now
    threading.Thread(target=_follow, args=(file,), daemon=True).start()


def _follow(file: Path) -> None:
    global _offset  # noqa: PLW0603
    while True:
        try:
            text = file.read_text()
        except OSError:
            text = "0"
        # The file may be read while it is written.
        with contextlib.suppress(ValueError):
            _offset = float(text)
        time.sleep(LOOK_EVERY)
