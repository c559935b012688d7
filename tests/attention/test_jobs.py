"""When the backup and the fetch of the exchange rates need a person, and who is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.attention.finding import count_attention, find_attention
from panels.attention.subjects import PANELS
from panels.models import JobRun
from tests.factories import make_job

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def find(may=lambda _: True):
    return find_attention(may, {PANELS: []}).findings


def is_said(words):
    found = find()
    assert (len(found), count_attention()) == ((0, 0) if words is None else (1, 1))
    return words is None or words in found[0].sentences[0]


@pytest.mark.parametrize(
    ("days_ago", "fields", "words"),
    [
        (1.9, {"last_error": "No disk."}, None),
        (2.1, {"last_error": ""}, "No backup since"),
        (2.1, {"last_error": "No <disk>."}, "No &lt;disk&gt;."),
        # A new installation, and one whose first backup runs.
        (None, {}, None),
        (None, {"leased_until": timezone.now() + HOUR}, None),
        (None, {"last_error": "pg_dump is not installed."}, "No backup. pg_dump is not installed."),
        (None, {"leased_until": timezone.now() - HOUR}, "No backup."),
    ],
)
def test_a_backup_is_missed_after_two_days_and_where_none_succeeds_at_once(days_ago, fields, words):
    make_job(JobRun.BACKUP, days_ago, **fields)
    JobRun.objects.create(name="other", last_error="Never", succeeded_at=timezone.now() - 9 * DAY)
    assert is_said(words)


@pytest.mark.parametrize(
    ("days_ago", "fields", "words"),
    [
        (1.2, {"last_error": "No answer."}, None),
        (1.3, {"last_error": "No <answer>."}, "No &lt;answer&gt;. You can type the rates."),
        (1.3, {"leased_until": timezone.now() - HOUR}, "No rates were fetched since"),
        # No worker was running.
        (9, {}, None),
        (None, {}, None),
        (None, {"last_error": "No answer."}, "No rates were fetched. No answer."),
    ],
)
def test_rates_are_missed_some_hours_after_the_bank_has_new_ones(days_ago, fields, words):
    make_job(JobRun.RATES, days_ago, **fields)
    assert is_said(words)


def test_each_job_leads_to_its_own_page():
    make_job(JobRun.BACKUP)
    make_job(JobRun.RATES, last_error="No answer.")
    assert [(each.title, each.address) for each in find()] == [
        ("Backups of the database", "/operations/"),
        ("Exchange rates", "/settings/rates/"),
    ]


@pytest.mark.parametrize("job", [JobRun.BACKUP, JobRun.RATES])
def test_only_who_sees_the_jobs_is_told_of_them(viewer, manager, client, job):
    make_job(job, last_error="No answer.")
    assert [len(find(person.has_perm)) for person in (viewer, manager)] == [0, 1]
    for person in (viewer, manager):
        client.force_login(person)
        page = client.get("/").text
        assert ("No answer." in page) is (person == manager)
        assert ('1<span class="sr"> need attention' in page) is (person == manager)
