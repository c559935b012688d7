"""The worker's door: the queue, its tasks, and the schedule, each a thin call of one activity.

The rows are the truth and the queue is a bell: a task carries an id and says "look". Work at a panel runs in a lane
of its own for each kind, so a panel that hangs occupies only its own threads.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone
from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from redis import ConnectionPool

from panels import (
    actions,
    adoption,
    aftercare,
    balances,
    bulk_import,
    catalog,
    polling,
    resolution,
    submission,
    sweep,
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
        # An enqueue must not hold up a web request for long when Redis is gone.
        pool = ConnectionPool.from_url(url, socket_connect_timeout=0.5, socket_timeout=3)
        return RedisHuey(connection_pool=pool, **common)
    if scheme in ("postgres", "postgresql"):
        # The worker makes the tables: importing this must not need the queue.
        return PostgresHuey(dsn=url, create_tables=False, connect_timeout=2, **common)
    if scheme == "memory":
        return MemoryHuey(**common)
    raise ImproperlyConfigured("QUEUE_URL must begin with sqlite:///, redis://, rediss://, unix:// or postgres://.")


huey = _queue(settings.QUEUE_URL)
lanes = Lanes()


# -- the bell


def ring(kind: str, pk: int, *, delay: float = 0) -> None:
    """Ask the worker to look, once the current transaction is committed; the sweep finds it anyway if that fails."""
    transaction.on_commit(partial(_enqueue, kind, pk, delay), robust=True)


def _enqueue(kind: str, pk: int, delay: float) -> None:
    try:
        if delay:
            work.schedule((kind, pk), delay=delay)
        else:
            work(kind, pk)
    except Exception:
        logger.exception("The queue did not take %s %s; the sweep will find it within a minute.", kind, pk)


@huey.task()
def work(kind: str, pk: int) -> None:
    """Look what one kind of work there is for one panel (or, for `act`, one action), in its own lane."""
    lanes.start((kind, pk), partial(KINDS[kind], pk))


# -- the kinds of work


def _submit(panel_pk: int) -> None:
    if submission.submit_queued(panel_pk, lanes.stopping)["placed"]:
        ring("poll", panel_pk, delay=submission.FIRST_CHECK_AFTER.total_seconds() + 1)
    _ring_requested_balance(panel_pk)


def _poll(panel_pk: int) -> None:
    resolution.confirm_candidates(panel_pk, lanes.stopping)
    polling.poll_due(panel_pk, lanes.stopping)


def _care(panel_pk: int) -> None:
    if aftercare.send_requests(panel_pk, lanes.stopping):
        ring("poll", panel_pk)


def _sync(panel_pk: int) -> None:
    # Two workers need not both fetch a few megabytes.
    if job := JobRun.take(f"sync {panel_pk}", every=timedelta(), at_most=timedelta(minutes=5)):
        job.give_back(catalog.sync_catalog(panel_pk, lanes.stopping)[1])
        # Asked for anew while it ran, by somebody who has just changed the account.
        if Panel.objects.filter(pk=panel_pk, sync_requested_at__gt=job.started_at).exists():
            ring("sync", panel_pk)


def _balance(panel_pk: int) -> None:
    requested = Panel.objects.filter(pk=panel_pk, balance_requested_at__isnull=False).exists()
    why = BalanceReading.Why.REQUEST if requested else BalanceReading.Why.SCHEDULE
    if not balances.check_balance(panel_pk, lanes.stopping, why):
        # Somebody is there again: a catalog that could not be had may be asked for as well.
        if Panel.objects.filter(pk=panel_pk, catalog_error__gt="", sync_requested_at=None).update(
            sync_requested_at=timezone.now()
        ):
            ring("sync", panel_pk)
        # What was paused for want of funds or of an answer may go on now.
        ring("submit", panel_pk)


def _adopt(panel_pk: int) -> None:
    adoption.adopt(panel_pk, lanes.stopping)


def _act(action_pk: int) -> None:
    for panel_pk in actions.carry_out(action_pk, lanes.stopping):
        ring("care", panel_pk)
        ring("poll", panel_pk)


def _ring_requested_balance(panel_pk: int) -> None:
    if Panel.objects.filter(pk=panel_pk, balance_requested_at__isnull=False).exists():
        ring("balance", panel_pk)


KINDS: dict[str, Callable[[int], None]] = {
    "submit": _submit,
    "poll": _poll,
    "care": _care,
    "sync": _sync,
    "balance": _balance,
    "adopt": _adopt,
    "act": _act,
}


# -- the schedule


@huey.periodic_task(crontab())
def sweep_every_minute() -> None:
    """Ring for everything that waits; every worker wakes up for it, the lease lets one do it."""
    lanes.start("sweep", run_sweep)


def run_sweep(*, every: timedelta = timedelta(seconds=30)) -> None:
    """Find and start what waits, unless another worker does so or began less than `every` ago."""
    job = JobRun.take("sweep", every=every, at_most=timedelta(minutes=2))
    if job is None:
        return
    try:
        sweep.expire()
        for kind, pks in sweep.waiting().items():
            for pk in pks:
                _enqueue(kind, pk, 0)
        _tidy()
    except Exception as error:
        job.give_back(str(error))
        raise
    job.give_back()


def _tidy() -> None:
    """Once a day, delete the drafts that nobody has confirmed."""
    job = JobRun.take("delete old drafts", every=timedelta(days=1), at_most=timedelta(minutes=10))
    if job is None:
        return
    try:
        bulk_import.delete_old_drafts()
        actions.delete_old_drafts()
    except Exception as error:
        job.give_back(str(error))
        raise
    job.give_back()
