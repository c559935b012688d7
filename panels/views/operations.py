"""The state of the background work: workers, the queue, waiting rows and scheduled jobs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from huey.storage import RedisStorage

from panels import bell, schedule
from panels.clients import days as client_days
from panels.models import JobRun, Order, Panel, Refill, Worker, search_index
from panels.models.order_states import RequestState
from panels.money import books, rates, totals
from panels.orders import readings
from panels.orders.queue import queued
from panels.pages.htmx import render_page

# A worker that restarts again and again must not fill the page.
MAX_GONE = 10
QUEUES = {RedisStorage: "Redis", bell.InPostgres: "PostgreSQL", bell.InSqlite: "SQLite, on this machine"}


@permission_required(("panels.view_worker", "panels.view_jobrun"), raise_exception=True)
@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    """Show whether all background work runs."""
    panels = list(Panel.objects.filter(is_active=True).defer("api_key"))
    alive = list(Worker.alive().order_by("host", "pid"))
    # A job that never ran has an empty run.
    runs = defaultdict(JobRun, {run.name: run for run in JobRun.objects.all()})
    context = {
        "alive": len(alive),
        "workers": alive + list(Worker.objects.exclude(pk__in=[worker.pk for worker in alive])[:MAX_GONE]),
        "queue": bell.queue_depth(),
        "queue_kind": QUEUES.get(type(bell.huey.storage), "In memory"),
        "waiting": _waiting(),
        "jobs": _jobs(panels, runs),
        "backup": runs[JobRun.BACKUP],
        "makes_backups": bool(settings.BACKUP_DIR),
        "search_is_slow": not search_index.has_order_index(),
    }
    return render_page(request, "panels/operations.html", context, partial="live")


# -- waiting work


@dataclass
class Waiting:
    """The waiting work at one panel. Held orders and orders of a paused batch are not counted: they need a person."""

    panel: Panel
    queued: int = 0
    oldest_at: datetime | None = None
    sending: int = 0
    checks: int = 0
    requests: int = 0


def _waiting() -> list[Waiting]:
    """Return the panels with waiting work. Inactive panels are included, because a person must activate them."""
    orders, now = Order.objects.order_by(), timezone.now()
    counts: dict[int, dict[str, Any]] = defaultdict(dict)
    for pk, number, oldest_at in queued().order_by().values_list("panel").annotate(Count("pk"), Min("created_at")):
        counts[pk] |= {"queued": number, "oldest_at": oldest_at}
    for name, rows, path in (
        ("sending", orders.filter(state=Order.State.SENDING), "panel"),
        ("checks", orders.filter(next_check_at__lte=now), "panel"),
        ("cancels", orders.filter(cancel_state=RequestState.QUEUED), "panel"),
        ("refills", Refill.objects.order_by().filter(state=RequestState.QUEUED), "order__panel"),
    ):
        for pk, number in _count_by(rows, path):
            counts[pk][name] = number
    found = []
    for panel in Panel.objects.filter(pk__in=counts).defer("api_key"):
        row = counts[panel.pk]
        row["requests"] = row.pop("cancels", 0) + row.pop("refills", 0)
        found.append(Waiting(panel, **row))
    return found


def _count_by(rows: QuerySet[Any], path: str) -> Iterable[tuple[int, int]]:
    counted: Iterable[tuple[int, int]] = rows.values_list(path).annotate(Count("pk"))
    return counted


# -- scheduled jobs


@dataclass(frozen=True)
class Job:
    """A scheduled job with its interval and its last run. `next_at` is None while the job waits for a person."""

    name: str
    every: timedelta
    run: JobRun
    next_at: datetime | None
    panel: Panel | None = None

    @property
    def is_due(self) -> bool:
        """Whether the next sweep starts the job."""
        return self.next_at is not None and self.next_at <= timezone.now()


def _jobs(panels: list[Panel], runs: Mapping[str, JobRun]) -> list[Job]:
    jobs = [
        _job("Find waiting work", runs["sweep"], schedule.SWEEP_EVERY),
        _job("Sum spend", runs[totals.JOB], schedule.SWEEP_EVERY),
        _job("Recount all spend", runs[schedule.RECOUNT], schedule.TIDY_EVERY),
        _job("Compare orders with the ledger", runs[books.JOB], schedule.TIDY_EVERY),
        _job("Find changed spend of clients", runs[client_days.MARK], schedule.SWEEP_EVERY),
        _job("Compare all spend of clients", runs[client_days.COMPARE], schedule.TIDY_EVERY),
        _job("Delete old drafts, sign-ins and catalog changes", runs["delete old drafts"], schedule.TIDY_EVERY),
        _job("Thin old readings of orders", runs[readings.JOB], schedule.THIN_EVERY),
    ]
    if search_index.must_settle():
        jobs.append(_job("Sort new orders into the search", runs[search_index.JOB], schedule.SWEEP_EVERY))
    if settings.BACKUP_DIR or runs[JobRun.BACKUP].started_at:
        jobs.append(_daily("Back the database up", runs[JobRun.BACKUP], schedule.next_backup_at))
    if rates.is_fetch_wanted():
        jobs.append(_daily("Fetch exchange rates", runs[JobRun.RATES], schedule.next_rates_at))
    for panel in panels:
        balance, catalog = runs[f"balance {panel.pk}"], runs[f"sync {panel.pk}"]
        jobs += [
            Job("Balance", schedule.BALANCE_EVERY, balance, schedule.next_at(panel, "balance"), panel),
            Job("Catalog", schedule.SYNC_EVERY, catalog, schedule.next_at(panel, "catalog"), panel),
        ]
    return jobs


def _daily(name: str, run: JobRun, next_at: Callable[[JobRun, datetime], datetime]) -> Job:
    now = timezone.now()
    return Job(name, timedelta(days=1), run, max(next_at(run, now), now))


def _job(name: str, run: JobRun, every: timedelta) -> Job:
    return Job(name, every, run, run.started_at + every if run.started_at else timezone.now())
