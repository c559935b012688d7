"""The claims of all workers: each worker writes its claims to one file, which outlives the worker."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Claim:
    """An order that a worker claimed for sending. `at` is its sent_at, in seconds as time.time() counts."""

    at: float
    order: int
    attempt: int
    worker: str


def note_claims(worker: str, file: Path) -> None:
    """Record all claims of this process from now on."""
    from panels.calls import claiming

    mark_sending = claiming._mark_sending
    log = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def mark_and_note(orders: Any, *arguments: Any) -> None:
        mark_sending(orders, *arguments)
        # Inside the transaction, so the file has every committed claim. It may also have uncommitted claims.
        os.write(
            log, "".join(f"{each.sent_at.timestamp()} {each.pk} {each.attempt} {worker}\n" for each in orders).encode()
        )

    claiming._mark_sending = mark_and_note


def read_claims(file: Path) -> list[Claim]:
    """Return the recorded claims, in the order of the file."""
    rows = (line.split() for line in file.read_text().splitlines())
    return [Claim(float(at), int(order), int(attempt), worker) for at, order, attempt, worker in rows]
