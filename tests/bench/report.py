"""A figure beside its floor, and the table of them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, what it can at best be (or is compared with), and their ratio."""

    what: str
    figure: str
    floor: str = ""
    ratio: str = ""


@dataclass
class Stopwatch:
    """Takes the seconds and the CPU seconds of this process between entering and leaving."""

    wall: float = 0.0
    cpu: float = 0.0
    _began: tuple[float, float] = field(default=(0.0, 0.0), repr=False)

    def __enter__(self) -> Stopwatch:
        self._began = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self._began[0], time.process_time() - self._began[1]

    def __str__(self) -> str:
        return f"{self.wall:.2f} s, {self.cpu:.2f} s CPU"


def peak_memory(pid: int | str = "self") -> float:
    """Return the most memory that a process has held, in MB; not getrusage's, which a process inherits."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def table(rows: Iterable[Row]) -> str:
    """Set rows out in columns."""
    cells = [("measured", "figure", "floor", "ratio"), *((row.what, row.figure, row.floor, row.ratio) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )
