"""The queue may lose tasks, and it never runs them in the web process."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from huey import PostgresHuey, RedisHuey, SqliteHuey

from panels import bell


@pytest.mark.django_db
def test_the_bell_rings_only_after_the_commit(in_queue, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        bell.ring("submit", 7)
        assert in_queue() == []
    assert in_queue() == [("submit", 7)]


@pytest.mark.django_db(transaction=True)
def test_nothing_rings_after_a_rollback(in_queue):
    with transaction.atomic():
        bell.ring("submit", 7)
        transaction.set_rollback(True)
    assert in_queue() == []


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_is_down_is_logged_and_fails_no_request(monkeypatch, caplog):
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    monkeypatch.setattr(bell.huey.storage, "enqueue", lambda *_: 1 / 0)
    bell.ring("submit", 7)
    assert "sweep will find it" in caplog.text


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("sqlite:///{folder}/q.sqlite3", SqliteHuey),
        ("redis://127.0.0.1:6379/0", RedisHuey),
        ("postgres://nobody@127.0.0.1:9/none", PostgresHuey),
    ],
)
def test_each_of_the_three_queues_is_created_without_a_connection(url, kind, tmp_path):
    assert isinstance(bell._queue(url.format(folder=tmp_path)), kind)


def test_another_queue_is_refused_by_name():
    with pytest.raises(ImproperlyConfigured, match="QUEUE_URL"):
        bell._queue("amqp://localhost")


def test_the_worker_never_runs_tasks_inside_the_web_process():
    assert bell.huey.immediate is False
