"""Who claimed which order: each worker writes it down, in one file for all, whatever becomes of that worker."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Claim:
    """An order that a worker took for sending; `at` is its sent_at, as time.time() counts."""

    at: float
    order: int
    attempt: int
    worker: str


def note_claims(worker: str, file: Path) -> None:
    """Write down from now on what this process claims."""
    from panels.calls import claiming

    mark_sending = claiming._mark_sending
    log = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def mark_and_note(orders: Any, *arguments: Any) -> None:
        mark_sending(orders, *arguments)
        # Still in the transaction: no claim is committed that is not in the file, and some in there never are.
        os.write(
            log, "".join(f"{each.sent_at.timestamp()} {each.pk} {each.attempt} {worker}\n" for each in orders).encode()
        )

    claiming._mark_sending = mark_and_note


def read_claims(file: Path) -> list[Claim]:
    """Return what was written down, in that order."""
    rows = (line.split() for line in file.read_text().splitlines())
    return [Claim(float(at), int(order), int(attempt), worker) for at, order, attempt, worker in rows]
