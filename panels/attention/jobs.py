"""Declares which jobs of the worker need a person: the backup and the exchange rates."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.html import format_html

from panels.attention.buttons import link
from panels.attention.parts import Need
from panels.attention.subjects import JOBS
from panels.models import JobRun
from panels.pages.states import badge
from panels.pages.times import moment

# One night may be missed, because the machine was off or restarted.
BACKED_UP_WITHIN = timedelta(days=2)
# A fetch that fails is tried again each hour, so the rates of today come some hours late.
FETCHED_WITHIN = timedelta(hours=30)

# It ended with an error, or did not come to its end.
_HAS_FAILED = Q(last_error__gt="") | Q(leased_until__lt=Now())
# A job that has never succeeded needs a person as soon as it has failed.
_NEVER_SUCCEEDED = Q(_HAS_FAILED, succeeded_at=None)


def _no_backup(job: JobRun) -> str:
    since = format_html(" since {}", moment(job.succeeded_at)) if job.succeeded_at else ""
    return format_html("No backup{}. {}", since, job.last_error)


def _no_rates(job: JobRun) -> str:
    since = format_html(" since {}", moment(job.succeeded_at)) if job.succeeded_at else ""
    return format_html("No rates were fetched{}. {} You can type the rates.", since, job.last_error)


JOB_NEEDS = (
    Need(
        name="backup",
        subject=JOBS,
        weight=64,
        when=Q(_NEVER_SUCCEEDED | Q(succeeded_at__lt=Now() - BACKED_UP_WITHIN), name=JobRun.BACKUP),
        sentence=_no_backup,
        buttons=(link("Open operations", "panels.view_jobrun", lambda _: reverse("operations")),),
        badge=lambda _: badge("backup", label="No backup", kind="bad"),
        since=lambda job: job.succeeded_at,
    ),
    Need(
        name="rates",
        subject=JOBS,
        weight=30,
        when=Q(_NEVER_SUCCEEDED | Q(_HAS_FAILED, succeeded_at__lt=Now() - FETCHED_WITHIN), name=JobRun.RATES),
        sentence=_no_rates,
        buttons=(link("Open exchange rates", "panels.change_preferences", lambda _: reverse("rates")),),
        badge=lambda _: badge("rates", label="No new rates", kind="warn"),
        since=lambda job: job.succeeded_at,
    ),
)
