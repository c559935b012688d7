"""A job runs once at a time. A lease that has run out passes to the next worker."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from panels.models import JobRun


@pytest.mark.django_db
def test_a_lease_is_kept_although_the_next_worker_waited_for_the_database(monkeypatch):
    asked_at = timezone.now()
    assert JobRun.take("x", every=timedelta(), at_most=timedelta(minutes=5))
    monkeypatch.setattr(timezone, "now", lambda: asked_at)
    assert JobRun.take("x", every=timedelta(), at_most=timedelta(minutes=5)) is None


@pytest.mark.django_db
def test_a_clock_that_was_set_back_stops_no_job():
    ahead = timezone.now() + timedelta(hours=8)
    JobRun.objects.create(name="x", started_at=ahead, leased_until=ahead)
    assert JobRun.take("x", every=timedelta(minutes=1), at_most=timedelta(minutes=5))


@pytest.mark.django_db
def test_a_worker_with_a_clock_slightly_behind_does_not_run_a_job_again():
    ahead = timezone.now() + timedelta(seconds=5)
    job = JobRun.objects.create(name="x", started_at=ahead, leased_until=ahead + timedelta(minutes=5))
    assert JobRun.take("x", every=timedelta(), at_most=timedelta(minutes=5)) is None
    job.give_back()
    assert JobRun.take("x", every=timedelta(minutes=1), at_most=timedelta(minutes=5)) is None
    assert JobRun.take("x", every=timedelta(), at_most=timedelta(minutes=5))


@pytest.mark.django_db
def test_a_lease_passes_to_another_worker_when_its_holder_is_gone():
    first = JobRun.take("x", every=timedelta(), at_most=timedelta(minutes=5))
    assert JobRun.take("x", every=timedelta(), at_most=timedelta(minutes=5)) is None
    JobRun.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    second = JobRun.take("x", every=timedelta(), at_most=timedelta(minutes=5))
    first.give_back("late")
    assert JobRun.objects.get().holder == second.holder
    assert JobRun.objects.get().last_error == ""


@pytest.mark.django_db
def test_a_run_with_an_error_is_no_success_and_hides_none():
    for error in ("", "No disk"):
        JobRun.take("x", every=timedelta(), at_most=timedelta(minutes=5)).give_back(error)
    job = JobRun.objects.get()
    assert job.last_error == "No disk"
    assert job.started_at > job.succeeded_at


def test_one_of_many_workers_that_come_at_once_runs_a_job(transactional_db):
    taken, barrier = [], threading.Barrier(8)

    def come():
        barrier.wait(10)
        taken.append(JobRun.take("x", every=timedelta(minutes=1), at_most=timedelta(minutes=5)))
        connection.close()

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 8
    assert sum(job is not None for job in taken) == 1
