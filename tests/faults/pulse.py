"""Notes when a process got no CPU, so that a machine with too much work is no riddle afterwards."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from tests.faults.clock import true_time
from tests.faults.evidence import Strike

BEAT_EVERY, LATE = 0.1, 0.2  # In seconds.
# The name of the process with the panels. If it gets no CPU, all answers are late.
OURS = "-"
_late_at = 0.0


def watch(name: str, file: Path) -> None:
    """Append the times to a file in which this process stood still, from now on."""
    log = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    threading.Thread(target=_watch, args=(name, log), daemon=True).start()


def _watch(name: str, log: int) -> None:
    global _late_at  # noqa: PLW0603
    while True:
        before = time.monotonic()
        time.sleep(BEAT_EVERY)
        if (late := time.monotonic() - before - BEAT_EVERY) > LATE:
            now = _late_at = true_time()
            os.write(log, f"{now - late} {now} {name}\n".encode())


def was_late_within(seconds: float) -> bool:
    """Return whether this process stood still in the last seconds."""
    return true_time() - _late_at < seconds


def read_starved(file: Path) -> list[Strike]:
    """Return the times in which a process stood still. Those of our own process concern everybody."""
    rows = (line.split() for line in file.read_text().splitlines()) if file.exists() else ()
    return [Strike("starved", float(began), float(ended), worker=name.strip(OURS)) for began, ended, name in rows]
