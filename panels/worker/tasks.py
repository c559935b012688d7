"""The tasks of the worker, from the queue and on schedule. Each task calls one activity.

Each kind of work at a panel has its own lane, so a panel that hangs occupies only its own threads.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from panels import schedule
from panels.bell import ALL, HANDLERS, WorkKind, enqueue, forget_counts, ring, work
from panels.calls import (
    adoption,
    aftercare,
    balances,
    candidates,
    catalog,
    id_search,
    mails,
    outcomes,
    polling,
    rates,
    submission,
)
from panels.catalog import facts, offers, records
from panels.clients import days as client_days
from panels.models import BalanceReading, JobRun, Panel, search_index
from panels.money import books, charges, totals
from panels.money import rates as stored_rates
from panels.orders import actions, readings
from panels.people import history, sessions
from panels.people import mails as written_mails
from panels.providers import pauses
from panels.schedule import RECOUNT, SWEEP_EVERY, THIN_EVERY, TIDY_EVERY
from panels.worker import backup, sweep, tidying
from panels.worker.lanes import Lanes

logger = logging.getLogger(__name__)
lanes = Lanes()


def _submit(panel_pk: int) -> None:
    if Panel.objects.to_probe().filter(pk=panel_pk).exists():
        ring("balance", panel_pk)
        return
    if submission.submit_queued(panel_pk, lanes.stopping)["placed"]:
        _ring_first_check(panel_pk)
    _ring_requested_balance(panel_pk)


def _poll(panel_pk: int) -> None:
    polling.poll_due(panel_pk, lanes.stopping)


def _confirm(panel_pk: int) -> None:
    if candidates.confirm_candidates(panel_pk, lanes.stopping):
        _ring_first_check(panel_pk)


def _send_requests(panel_pk: int) -> None:
    if aftercare.send_requests(panel_pk, lanes.stopping):
        ring("poll", panel_pk)


def _sync(panel_pk: int) -> None:
    requested_at = _requested_at(panel_pk, "sync")
    job = _as_job(
        f"sync {panel_pk}", lambda: catalog.sync_catalog(panel_pk, lanes.stopping)[1], at_most=timedelta(minutes=5)
    )
    ring("offers", ALL)
    if job and _requested_at(panel_pk, "sync") not in (None, requested_at):
        # Requested again while it ran, because the account was changed meanwhile.
        ring("sync", panel_pk)


def _balance(panel_pk: int) -> None:
    requested_at = _requested_at(panel_pk, "balance")
    was_silent = Panel.objects.to_probe().filter(pk=panel_pk).exists()
    why = BalanceReading.Why.REQUEST if requested_at else BalanceReading.Why.SCHEDULE
    job = _as_job(
        f"balance {panel_pk}",
        lambda: balances.check_balance(panel_pk, lanes.stopping, why),
        at_most=timedelta(minutes=5),
    )
    if job and _requested_at(panel_pk, "balance") not in (None, requested_at):
        ring("balance", panel_pk)
    if job and not job.last_error:
        # The panel answers again, so a catalog that failed is requested too.
        if Panel.objects.filter(pk=panel_pk, catalog_error__gt="", sync_requested_at=None).update(
            sync_requested_at=timezone.now()
        ):
            ring("sync", panel_pk)
        # A pause because of the balance or a missing answer may have ended, so the waiting work may go on.
        for kind in pauses.AT_END if was_silent else ("submit",):
            ring(kind, panel_pk)


def _requested_at(panel_pk: int, what: str) -> datetime | None:
    return Panel.objects.filter(pk=panel_pk).values_list(f"{what}_requested_at", flat=True).first()


def _adopt(panel_pk: int) -> None:
    adoption.adopt(panel_pk, lanes.stopping)


def _search(panel_pk: int) -> None:
    id_search.search_ids(panel_pk, lanes.stopping)


def _act(action_pk: int) -> None:
    for panel_pk in actions.carry_out(action_pk, lanes.stopping):
        ring("submit", panel_pk)
        ring("requests", panel_pk)
        ring("poll", panel_pk)


def _mail(_: int) -> None:
    mails.send_due(lanes.stopping)


def _ring_first_check(panel_pk: int) -> None:
    ring("poll", panel_pk, delay=outcomes.FIRST_CHECK_AFTER.total_seconds() + 1)


def _ring_requested_balance(panel_pk: int) -> None:
    if Panel.objects.filter(pk=panel_pk, balance_requested_at__isnull=False).exists():
        ring("balance", panel_pk)


def _count_offers(_: int) -> None:
    """Read the names that are new, and count the offers of their products."""
    _as_job("read names", lambda: facts.read_names(lanes.stopping), at_most=AT_MOST)
    _as_job(offers.JOB, lambda: offers.count_offers(lanes.stopping), at_most=AT_MOST)


def _compute_records(_: int) -> None:
    _as_job(records.JOB, lambda: records.compute(lanes.stopping), at_most=AT_MOST)


def _sum_clients(_: int) -> None:
    _as_job(client_days.JOB, lambda: client_days.compute(lanes.stopping), at_most=AT_MOST)


WORK: dict[WorkKind, Callable[[int], None]] = {
    "submit": _submit,
    "poll": _poll,
    "confirm": _confirm,
    "requests": _send_requests,
    "sync": _sync,
    "balance": _balance,
    "adopt": _adopt,
    "search": _search,
    "act": _act,
    "mail": _mail,
    "offers": _count_offers,
    "records": _compute_records,
    "clients": _sum_clients,
}


def _start(kind: WorkKind, pk: int) -> None:
    lanes.start((kind, pk), partial(WORK[kind], pk))


HANDLERS.update({kind: partial(_start, kind) for kind in WORK})


AT_MOST = timedelta(minutes=10)
# Longer than from one backup of a worker to the next.
FORGET_BACKUP_AFTER = timedelta(hours=26)


def _as_job(
    name: str, work: Callable[[], object], *, every: timedelta = timedelta(), at_most: timedelta
) -> JobRun | None:
    """Run `work` under a lease and record its result. Text that it returns is its error.

    Return None if another worker runs this job, or ran it less than `every` ago.
    """
    job = JobRun.take(name, every=every, at_most=at_most)
    if job is None:
        return None
    try:
        result = work()
        job.give_back(result if isinstance(result, str) else "")
    # Also if a person interrupts a command. Else the job would count as running until its lease ends.
    except BaseException as error:
        job.give_back(str(error) or type(error).__name__)
        raise
    return job


def run_sweep(*, every: timedelta = SWEEP_EVERY - timedelta(seconds=5)) -> None:
    """Find and start all due work, unless another worker does so or began less than `every` ago.

    Each worker calls this every minute by its own clock, so no work is lost when the queue is down.
    """
    if _as_job("sweep", _sweep, every=every, at_most=timedelta(minutes=2)):
        _do_chores()


def _do_chores() -> None:
    """Run the jobs that no person waits for. If one job fails, the others still run."""
    chores: list[tuple[str, Callable[[], object], timedelta]] = [
        (totals.JOB, totals.update_totals, timedelta()),
        (charges.JOB, charges.compare_charges, timedelta()),
        (RECOUNT, totals.recount, TIDY_EVERY),
        (client_days.COMPARE, partial(client_days.compare, lanes.stopping), TIDY_EVERY),
        (client_days.MARK, client_days.mark_changed, timedelta()),
        ("count all products", offers.mark_all_stale, TIDY_EVERY),
        (records.MARK, records.mark_changed, records.MARK_EVERY),
        ("delete old drafts", tidying.tidy, TIDY_EVERY),
        ("delete old counters", forget_counts, TIDY_EVERY),
        (sessions.JOB, sessions.delete_old, TIDY_EVERY),
        (history.JOB, history.delete_old, TIDY_EVERY),
        (written_mails.JOB, written_mails.delete_old, TIDY_EVERY),
        (books.JOB, lambda: books.summary(books.check_books()), TIDY_EVERY),
        (readings.JOB, partial(readings.thin, lanes.stopping), THIN_EVERY),
    ]
    if search_index.must_settle():
        chores.append((search_index.JOB, search_index.settle_order_index, timedelta()))
    for name, chore, every in chores:
        try:
            _as_job(name, chore, every=every, at_most=AT_MOST)
        except Exception:
            logger.exception("The job %r failed. It will be retried.", name)
    _back_up_at_night()
    _fetch_rates_daily()


def _back_up_at_night() -> None:
    """Start a backup if it is due, in its own lane, because it may take minutes."""
    now = timezone.now()
    if settings.BACKUP_DIR:
        run = JobRun.objects.filter(name=JobRun.BACKUP).first() or JobRun()
        since = schedule.next_backup_at(run, now)
        if since <= now:
            lanes.start("backup", partial(run_backup, every=now - since))
    else:
        # If no other worker makes them, something else does, and nobody must be told of an old run.
        JobRun.objects.filter(name=JobRun.BACKUP, started_at__lt=now - FORGET_BACKUP_AFTER).delete()


def run_backup(*, every: timedelta = timedelta()) -> JobRun | None:
    """Back the database up into BACKUP_DIR, unless that is under way or began less than `every` ago."""
    work = partial(backup.problem_of_backup, Path(settings.BACKUP_DIR), lanes.stopping)
    return _as_job(JobRun.BACKUP, work, every=every, at_most=backup.AT_MOST)


def _fetch_rates_daily() -> None:
    """Start the fetch of the exchange rates if it is due, in its own lane, because the bank may not answer."""
    now = timezone.now()
    if stored_rates.is_fetch_wanted():
        run = JobRun.objects.filter(name=JobRun.RATES).first() or JobRun()
        since = schedule.next_rates_at(run, now)
        if since <= now:
            lanes.start("rates", partial(run_rates, every=now - since))
    else:
        # Nobody must be told of an old run.
        JobRun.objects.filter(name=JobRun.RATES).delete()


def run_rates(*, every: timedelta = timedelta()) -> JobRun | None:
    """Fetch the exchange rates, unless that is under way or began less than `every` ago."""
    job = _as_job(JobRun.RATES, rates.fetch_rates, every=every, at_most=timedelta(minutes=2))
    if job and not job.last_error:
        offers.compare_anew()
    return job


def _sweep() -> None:
    sweep.pull_back()
    sweep.expire()
    sweep.ask_what_is_left()
    sweep.release_unread()
    for kind, pks in schedule.waiting().items():
        for pk in pks:
            if not enqueue(kind, pk):
                work.call_local(kind, pk)
