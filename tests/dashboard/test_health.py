"""The health check shows the state of web, database and worker."""

import contextlib
import json
import resource
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from panels.models import Worker


def make_worker(seconds_ago=0, **fields):
    at = timezone.now() - timedelta(seconds=seconds_ago)
    return Worker.objects.create(host="here", pid=1, started_at=at, seen_at=at, **fields)


def test_a_missing_worker_does_not_take_the_web_down_with_it(client, db):
    answer = client.get("/healthz/")
    expected = {"status": "ok", "database": "ok", "worker": "not running", "worker_seen_seconds_ago": None}
    assert (answer.status_code, answer.json()) == (200, expected)
    make_worker(seconds_ago=100)
    answer = client.get("/healthz/").json()
    assert (answer["worker"], answer["worker_seen_seconds_ago"]) == ("not running", 100)


def test_the_status_shows_a_missing_worker_on_request(client, db):
    assert client.get("/healthz/?worker").status_code == 503
    assert client.get("/healthz/?worker").json()["status"] == "error"
    make_worker()
    answer = client.get("/healthz/?worker")
    assert (answer.status_code, answer.json()["worker"]) == (200, "ok")


def test_a_worker_that_has_just_stopped_does_not_hide_one_that_works(client, db):
    make_worker(seconds_ago=4)
    make_worker(stopped_at=timezone.now())
    assert client.get("/healthz/").json()["worker"] == "ok"


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_health_says_when_the_database_is_gone(client, monkeypatch, error):
    def gone():
        raise error("gone, with password=secret")

    monkeypatch.setattr("dashboard.health.connection.cursor", gone)
    answer = client.get("/healthz/")
    assert (answer.status_code, json.loads(answer.content)["status"]) == (503, "error")
    assert b"secret" not in answer.content


@contextlib.contextmanager
def full_disk():
    """Have the kernel refuse every write to a file, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_health_says_when_nothing_can_be_written(client, db):
    make_worker()
    if connection.vendor == "sqlite":
        with full_disk():
            answer = client.get("/healthz/")
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        answer = client.get("/healthz/")
    assert (answer.status_code, answer.json()["status"]) == (503, "error")
    assert (answer.json()["database"], answer.json()["worker"]) == ("cannot write", "ok")


def test_health_waits_for_no_writer_and_writes_no_row(client, transactional_db, django_assert_max_num_queries):
    make_worker()
    # The test holds the write lock itself, so a check that wants it would fail.
    with transaction.atomic(), django_assert_max_num_queries(3) as asked:
        Worker.objects.update(pid=2)
        assert client.get("/healthz/").status_code == 200
    assert not [query["sql"] for query in asked.captured_queries[1:] if query["sql"].startswith(("UPDATE", "INSERT"))]
