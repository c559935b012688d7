"""The claims of all workers: each worker writes its claims to one file, which outlives the worker."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.faults.clock import offset, true_time

# Seconds that a claim takes at most until it is noted.
HARDLY_LONGER = 60.0


@dataclass(frozen=True)
class Claim:
    """An order that a worker claimed for sending. `at` is the true time, in seconds as time.time() counts."""

    at: float
    order: int
    attempt: int
    worker: str


@dataclass(frozen=True)
class Taken:
    """A refill or cancel that a worker took for sending, by the panel's id of its order. `at` is the true time."""

    at: float
    action: str
    order_id: str
    worker: str


def note_taken(worker: str, file: Path) -> None:
    """Record all refills and cancels that this process takes from now on, with the time just before."""
    from panels.calls import aftercare
    from panels.models import Refill

    claim_requests = aftercare._claim_requests
    log = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def claim_and_note(*arguments: Any, **options: Any) -> Any:
        at = true_time()
        rows, not_after = claim_requests(*arguments, **options)
        of_refills = ("refill", [each.order.remote_id for each in rows if isinstance(each, Refill)])
        of_cancels = ("cancel", [each.remote_id for each in rows if not isinstance(each, Refill)])
        lines = (f"{at} {action} {each} {worker}\n" for action, ids in (of_refills, of_cancels) for each in ids)
        os.write(log, "".join(lines).encode())
        return rows, not_after

    aftercare._claim_requests = claim_and_note


def read_taken(file: Path) -> list[Taken]:
    """Return the recorded requests, in the order of the file."""
    rows = (line.split() for line in file.read_text().splitlines()) if file.exists() else ()
    return [Taken(float(at), action, order_id, worker) for at, action, order_id, worker in rows]


def note_claims(worker: str, file: Path) -> None:
    """Record all claims of this process from now on."""
    from panels.calls import claiming

    mark_sending = claiming._mark_sending
    log = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def mark_and_note(orders: Any, *arguments: Any) -> None:
        mark_sending(orders, *arguments)
        lines = (f"{_true_time_of(each.sent_at)} {each.pk} {each.attempt} {worker}\n" for each in orders)
        # Inside the transaction, so the file has every committed claim. It may also have uncommitted claims.
        os.write(log, "".join(lines).encode())

    claiming._mark_sending = mark_and_note


def _true_time_of(sent_at: datetime) -> float:
    """Return the true time of a claim of this moment, also if the clock was set in between."""
    now = true_time()
    at = sent_at.timestamp() - offset()
    return at if abs(at - now) < HARDLY_LONGER else now


def read_claims(file: Path) -> list[Claim]:
    """Return the recorded claims, in the order of the file."""
    rows = (line.split() for line in file.read_text().splitlines())
    return [Claim(float(at), int(order), int(attempt), worker) for at, order, attempt, worker in rows]
