"""The worker's door: the queue, its tasks, and the schedule, each a thin call of one activity.

The rows are the truth and the queue is a bell: a task carries an id and says "look". Work at a panel runs in a lane
of its own for each kind, so a panel that hangs occupies only its own threads.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone
from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey
from redis import ConnectionPool

from panels import (
    actions,
    adoption,
    aftercare,
    balances,
    bulk_import,
    catalog,
    id_search,
    outcomes,
    polling,
    resolution,
    submission,
    sweep,
    totals,
)
from panels.crew import Lanes
from panels.models import BalanceReading, JobRun, Panel

logger = logging.getLogger(__name__)

NAME = "panel-dashboard"


def _queue(url: str) -> Huey:
    """Make the queue that QUEUE_URL names: sqlite:///path, redis://…, postgres://…, or memory:// for tests."""
    common = {"name": NAME, "results": False, "immediate": False}
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey(filename=str(path), **common)
    if scheme in ("redis", "rediss", "unix"):
        # Redis that is gone must not hold up a web request for long; a worker waits there for a second at a time.
        pool = ConnectionPool.from_url(url, socket_connect_timeout=0.5, socket_timeout=2)
        return RedisHuey(connection_pool=pool, **common)
    if scheme in ("postgres", "postgresql"):
        # The worker makes the tables: importing this must not need the queue.
        return PostgresHuey(dsn=url, create_tables=False, connect_timeout=2, **common)
    if scheme == "memory":
        return MemoryHuey(**common)
    raise ImproperlyConfigured("QUEUE_URL must begin with sqlite:///, redis://, rediss://, unix:// or postgres://.")


huey = _queue(settings.QUEUE_URL)
lanes = Lanes()


def queue_depth() -> int | None:
    """Return how many tasks wait in the queue, for now or for later; None if it does not answer."""
    try:
        return int(huey.pending_count() + huey.scheduled_count())
    except Exception as error:  # noqa: BLE001 - each storage has errors of its own
        logger.warning("The queue does not answer: %s", type(error).__name__)
        return None


# -- the bell


def ring(kind: str, pk: int, *, delay: float = 0) -> None:
    """Ask the worker to look, once the current transaction is committed; the sweep finds it anyway if that fails."""
    transaction.on_commit(partial(_enqueue, kind, pk, delay), robust=True)


# Seconds for which nobody rings after the queue has failed: a request that rings for many panels waits for it once.
SILENT_FOR = 2.0
_silent_until = 0.0


def _enqueue(kind: str, pk: int, delay: float) -> bool:
    global _silent_until  # noqa: PLW0603
    if time.monotonic() < _silent_until:
        return False
    try:
        if delay:
            work.schedule((kind, pk), delay=delay)
        else:
            work(kind, pk)
    except Exception:
        _silent_until = time.monotonic() + SILENT_FOR
        logger.exception("The queue did not take %s %s; the sweep will find it within a minute.", kind, pk)
        return False
    return True


@huey.task()
def work(kind: str, pk: int) -> None:
    """Look what one kind of work there is for one panel (or, for `act`, one action), in its own lane."""
    lanes.start((kind, pk), partial(KINDS[kind], pk))


# -- the kinds of work


def _submit(panel_pk: int) -> None:
    if sweep.to_probe().filter(pk=panel_pk).exists():
        ring("balance", panel_pk)
        return
    if submission.submit_queued(panel_pk, lanes.stopping)["placed"]:
        _ring_first_check(panel_pk)
    _ring_requested_balance(panel_pk)


def _poll(panel_pk: int) -> None:
    polling.poll_due(panel_pk, lanes.stopping)


def _confirm(panel_pk: int) -> None:
    if resolution.confirm_candidates(panel_pk, lanes.stopping):
        _ring_first_check(panel_pk)


def _care(panel_pk: int) -> None:
    if aftercare.send_requests(panel_pk, lanes.stopping):
        ring("poll", panel_pk)


def _sync(panel_pk: int) -> None:
    requested_at = _requested_at(panel_pk, "sync")
    job = _as_job(
        f"sync {panel_pk}", lambda: catalog.sync_catalog(panel_pk, lanes.stopping)[1], at_most=timedelta(minutes=5)
    )
    if job and _requested_at(panel_pk, "sync") not in (None, requested_at):
        # Asked for anew while it ran, by somebody who has just changed the account.
        ring("sync", panel_pk)


def _balance(panel_pk: int) -> None:
    requested_at = _requested_at(panel_pk, "balance")
    why = BalanceReading.Why.REQUEST if requested_at else BalanceReading.Why.SCHEDULE
    job = _as_job(
        f"balance {panel_pk}",
        lambda: balances.check_balance(panel_pk, lanes.stopping, why),
        at_most=timedelta(minutes=5),
    )
    if job and _requested_at(panel_pk, "balance") not in (None, requested_at):
        ring("balance", panel_pk)
    if job and not job.last_error:
        # Somebody is there again: a catalog that could not be had may be asked for as well.
        if Panel.objects.filter(pk=panel_pk, catalog_error__gt="", sync_requested_at=None).update(
            sync_requested_at=timezone.now()
        ):
            ring("sync", panel_pk)
        # What was paused for want of funds or of an answer may go on now.
        ring("submit", panel_pk)


def _requested_at(panel_pk: int, what: str) -> datetime | None:
    return Panel.objects.filter(pk=panel_pk).values_list(f"{what}_requested_at", flat=True).first()


def _adopt(panel_pk: int) -> None:
    adoption.adopt(panel_pk, lanes.stopping)


def _search(panel_pk: int) -> None:
    id_search.search_ids(panel_pk, lanes.stopping)


def _act(action_pk: int) -> None:
    for panel_pk in actions.carry_out(action_pk, lanes.stopping):
        ring("care", panel_pk)
        ring("poll", panel_pk)


def _ring_first_check(panel_pk: int) -> None:
    ring("poll", panel_pk, delay=outcomes.FIRST_CHECK_AFTER.total_seconds() + 1)


def _ring_requested_balance(panel_pk: int) -> None:
    if Panel.objects.filter(pk=panel_pk, balance_requested_at__isnull=False).exists():
        ring("balance", panel_pk)


KINDS: dict[str, Callable[[int], None]] = {
    "submit": _submit,
    "poll": _poll,
    "confirm": _confirm,
    "care": _care,
    "sync": _sync,
    "balance": _balance,
    "adopt": _adopt,
    "search": _search,
    "act": _act,
}


# -- the schedule

SWEEP_EVERY, TIDY_EVERY = timedelta(minutes=1), timedelta(days=1)
AT_MOST = timedelta(minutes=10)
RECOUNT = "count all spend"


def _as_job(
    name: str, work: Callable[[], object], *, every: timedelta = timedelta(), at_most: timedelta
) -> JobRun | None:
    """Do what may return its error as text, and put it on record; None if another worker does, or has just done."""
    job = JobRun.take(name, every=every, at_most=at_most)
    if job is None:
        return None
    try:
        result = work()
        job.give_back(result if isinstance(result, str) else "")
    except Exception as error:
        job.give_back(str(error) or type(error).__name__)
        raise
    return job


def run_sweep(*, every: timedelta = SWEEP_EVERY - timedelta(seconds=5)) -> None:
    """Find and start what waits, unless another worker does so or began less than `every` ago.

    Every worker comes here each minute by its own clock, so that a queue that is gone stops nothing.
    """
    if _as_job("sweep", _sweep, every=every, at_most=timedelta(minutes=2)):
        _do_chores()


def _do_chores() -> None:
    """Do what nobody waits for, the rest also where one part fails."""
    for name, chore, every in (
        (totals.JOB, totals.update_totals, timedelta()),
        (RECOUNT, totals.recount, TIDY_EVERY),
        ("delete old drafts", _tidy, TIDY_EVERY),
    ):
        try:
            _as_job(name, chore, every=every, at_most=AT_MOST)
        except Exception:
            logger.exception("The job %r failed; it is tried again.", name)


def _sweep() -> None:
    sweep.pull_back()
    sweep.expire()
    sweep.ask_what_is_left()
    for kind, pks in sweep.waiting().items():
        for pk in pks:
            if not _enqueue(kind, pk, 0):
                work.call_local(kind, pk)


def _tidy() -> None:
    """Delete the drafts that nobody has confirmed."""
    bulk_import.delete_old_drafts()
    actions.delete_old_drafts()
