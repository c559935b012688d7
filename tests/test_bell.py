"""The queue may lose tasks, and it never runs them in the web process."""

from __future__ import annotations

import pickle
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.signing import Signer
from django.db import transaction
from huey.registry import Message
from huey.storage import RedisStorage

from panels import bell
from tests.queues import own_queue


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
        ("sqlite:///{folder}/q.sqlite3", bell.InSqlite),
        ("redis://127.0.0.1:6379/0", RedisStorage),
        ("postgres://nobody@127.0.0.1:9/none", bell.InPostgres),
    ],
)
def test_each_of_the_three_queues_is_created_without_a_connection(url, kind, tmp_path):
    assert isinstance(bell._queue(url.format(folder=tmp_path)).storage, kind)


def test_another_queue_is_refused_by_name():
    with pytest.raises(ImproperlyConfigured, match="QUEUE_URL"):
        bell._queue("amqp://localhost")


def test_the_worker_never_runs_tasks_inside_the_web_process():
    assert bell.huey.immediate is False


# -- the messages


class Hostile:
    """An object whose pickle creates a file when it is read."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return Path.touch, (self.file,)


@pytest.fixture(params=["sqlite", "redis", "postgres"])
def queue(request, tmp_path, monkeypatch):
    """An empty queue of each kind, in place of the queue of the tests."""
    with own_queue(request.param, tmp_path) as url:
        queue = bell._queue(url)
        if request.param == "postgres":
            queue.storage.initialize_schema()
        queue.storage.flush_all()
        # The task itself knows the queue of the tests.
        queue.task()(bell.work.func)
        monkeypatch.setattr(bell, "huey", queue)
        monkeypatch.setattr(bell.work, "huey", queue)
        yield queue
        queue.storage.flush_all()
        queue.storage.close()


def test_a_task_comes_back_from_each_queue_as_it_was_sent_at_once_and_later(queue):
    bell.enqueue("submit", 7)
    # Two equal tasks for the same moment are two tasks.
    at = datetime(2040, 1, 1)  # noqa: DTZ001 - as Huey has it
    for _ in range(2):
        bell.work.schedule(("poll", 8), eta=at)
    first, *others = [queue.dequeue() for _ in range(3)]
    assert (first.args, first.eta) == (("submit", 7), None)
    for task in others:
        queue.execute(task)
    assert (queue.pending_count(), queue.scheduled_count()) == (0, 2)
    due = queue.read_schedule(at + timedelta(days=1))
    assert [(task.args, task.eta.year) for task in due] == [(("poll", 8), 2040)] * 2


def test_nothing_in_a_queue_is_ever_unpickled(queue, tmp_path, caplog, monkeypatch):
    ran = tmp_path / "ran"
    hostile = pickle.dumps(Hostile(ran))
    before = pickle.dumps(Message("1", "panels.bell.work", args=("submit", 7), kwargs={}))
    done = []
    monkeypatch.setitem(bell.HANDLERS, "submit", done.append)
    bell.enqueue("submit", 5)
    task = queue.dequeue()
    for key in (task.revoke_id, "rt:panels.bell.work"):
        queue.storage.put_data(key, hostile)
    queue.execute(task)
    assert done == [5]
    other = Signer(salt="other").sign_object(["1", "submit", 7, None]).encode()
    for message in (hostile, before, other, b"", b"\xff", b"[]"):
        queue.storage.enqueue(message)
        queue.storage.add_to_schedule(message, datetime(2020, 1, 1))  # noqa: DTZ001 - as Huey has it
    bell.enqueue("submit", 6)
    assert queue.dequeue().args == ("submit", 6)
    assert queue.dequeue() is None
    assert queue.read_schedule() == queue.scheduled() == queue.pending() == []
    assert not ran.exists()
    assert caplog.text.count("Dropped a message") == 1
    # The file is proof only if reading the message creates it.
    pickle.loads(hostile)
    assert ran.exists()


def test_a_changed_message_is_refused_and_an_old_secret_is_accepted_while_it_is_a_fallback(settings):
    queue, old = bell._queue("memory://"), settings.SECRET_KEY
    queue.task()(bell.work.func)
    message = bell.SignedTasks().serialize(Message("1", "panels.bell.work", args=("submit", 7), kwargs={}))
    assert queue._deserialize_all([message])[0].args == ("submit", 7)
    assert queue._deserialize_all([b"x" + message, message[:-1]]) == []
    settings.SECRET_KEY = "another secret"
    assert queue._deserialize_all([message]) == []
    settings.SECRET_KEY_FALLBACKS = [old]
    assert queue._deserialize_all([message])[0].args == ("submit", 7)


def test_a_counter_is_shared_and_a_queue_that_is_down_counts_nothing(queue, monkeypatch):
    assert [bell.count("a"), bell.count("a"), bell.count("b")] == [1, 2, 1]
    bell.forget_counts()
    assert bell.count("a") == 1
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    monkeypatch.setattr(queue.storage, "incr", lambda *_: 1 / 0)
    assert bell.count("a") == 0
