"""A worker that ends waits for sends that are under way, and its heartbeat shows that it is alive."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from panels import bell
from panels.calls import outcomes
from panels.calls.aftercare import send_requests
from panels.calls.claiming import claims_under_way
from panels.calls.outcomes import record_outcomes
from panels.calls.recording import records_under_way
from panels.calls.submission import submit_queued
from panels.models import Order, Panel, Worker
from panels.models.order_states import RequestState
from panels.worker import consumer
from panels.worker.lanes import Lanes
from panels.worker.processes import LOOK_EVERY
from tests.factories import make_order, make_placed, make_refill
from tests.processes import PATIENCE, eventually


class Clock:
    """The clock of a drain. Only the sleeps of the drain move it, so the speed of the machine does not matter."""

    def __init__(self) -> None:
        self.at = timezone.now()
        self.sleeps = 0
        self.on_sleep: Callable[[float], timedelta] = lambda seconds: timedelta(seconds=seconds)

    def now(self):
        return self.at

    def sleep(self, seconds):
        self.sleeps += 1
        time.sleep(0.01)
        self.at += self.on_sleep(seconds)

    def go_on_until(self, end: threading.Event) -> None:
        """Let each sleep use up the patience of a drain, until `end` is set after some sleeps."""

        def go_on(_):
            if self.sleeps > 3:
                end.set()
            return timedelta() if end.is_set() else 2 * consumer.SETTLE_WITHIN

        self.on_sleep = go_on


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(consumer, "timezone", clock)
    monkeypatch.setattr(consumer, "time", clock)
    return clock


def test_draining_waits_for_the_latest_deadline_and_no_longer(transactional_db, monkeypatch, clock):
    monkeypatch.setattr(consumer, "SETTLE_WITHIN", timedelta(seconds=0.1))
    latest = clock.at + timedelta(seconds=3)
    make_order(state=Order.State.SENDING, send_deadline=clock.at + timedelta(seconds=1))
    make_placed(cancel_state=RequestState.SENDING, cancel_deadline=clock.at + timedelta(seconds=2))
    make_refill(state=RequestState.SENDING, send_deadline=latest)
    lanes, released = Lanes(), threading.Event()
    lanes.start(("submit", 1), released.wait)
    assert not consumer.drain(lanes)
    assert latest < clock.at <= latest + 2 * timedelta(seconds=LOOK_EVERY)
    assert lanes.stopping.is_set()
    released.set()
    assert lanes.join(PATIENCE)
    assert consumer.drain(lanes)


@pytest.mark.parametrize("kind", ["submit", "requests"])
def test_draining_waits_for_a_claim_that_waits_for_the_database(transactional_db, monkeypatch, clock, kind):
    row, lanes, held, sent = make_order() if kind == "submit" else make_refill(), Lanes(), threading.Event(), []
    panel, release = row.panel if kind == "submit" else row.order.panel, threading.Event()

    def hold():
        with transaction.atomic():
            type(row).objects.select_for_update().get(pk=row.pk)
            Panel.objects.select_for_update().get(pk=panel.pk)
            held.set()
            release.wait(PATIENCE)
        connection.close()

    monkeypatch.setattr("panels.protocol.transport.Transport.post", lambda _, form, **__: sent.append(form["action"]))
    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(PATIENCE)
    work = submit_queued if kind == "submit" else send_requests
    lanes.start((kind, panel.pk), lambda: work(panel.pk, lanes.stopping))
    assert eventually(lambda: claims_under_way)
    clock.go_on_until(release)
    assert consumer.drain(lanes)
    row.refresh_from_db()
    holder.join()
    # It is kept back, because no new order is sent then.
    assert row.state == "queued"
    assert sent == []
    if kind == "submit":
        assert [event.what for event in row.events.all()] == ["sent", "not_sent"]


def test_draining_waits_for_an_id_that_the_database_does_not_take(transactional_db, monkeypatch, clock):
    order = make_order(state=Order.State.SENDING, attempt=1, send_deadline=clock.at + timedelta(seconds=0.1))
    lanes, room, change = Lanes(), threading.Event(), Order._change

    def change_once_there_is_room(self, *args, **fields):
        if not room.is_set():
            raise OperationalError("database or disk is full")
        return change(self, *args, **fields)

    monkeypatch.setattr(outcomes, "move_together", lambda *_, **__: 1 / 0)
    monkeypatch.setattr(Order, "_change", change_once_there_is_room)
    lanes.start(("submit", 1), lambda: record_outcomes([(order, "900")]))
    assert eventually(lambda: records_under_way)
    clock.go_on_until(room)
    assert consumer.drain(lanes)
    assert Order.objects.get().remote_id == "900"


def test_draining_does_not_wait_for_a_panel_that_is_only_asked(transactional_db, clock):
    lanes, released = Lanes(), threading.Event()
    make_order(state=Order.State.SENDING, send_deadline=clock.at + timedelta(minutes=2))
    lanes.start(("poll", 1), released.wait)
    consumer.drain(lanes)
    assert clock.sleeps == 0
    released.set()
    assert lanes.join(PATIENCE)


def test_a_worker_that_was_asked_to_end_before_it_began_begins_nothing(db):
    consumer.run(SimpleNamespace(received=True))
    assert not Worker.objects.exists()


def test_a_heartbeat_survives_a_database_that_fails_or_was_restored(transactional_db, monkeypatch, caplog):
    monkeypatch.setattr(consumer, "BEAT_EVERY", 0.05)
    heartbeat = consumer.Heartbeat()
    heartbeat.start()
    with monkeypatch.context() as broken:
        broken.setattr(heartbeat, "_beat", lambda: (_ for _ in ()).throw(OperationalError("gone")))
        assert eventually(lambda: "The heartbeat could not be written: gone" in caplog.text)
    Worker.objects.all().delete()
    assert eventually(Worker.objects.exists)
    heartbeat.stop()
    assert Worker.objects.get().stopped_at


def test_a_worker_without_a_handler_for_each_kind_of_work_refuses_to_start(monkeypatch):
    monkeypatch.delitem(bell.HANDLERS, "poll")
    with pytest.raises(ImproperlyConfigured, match="No handler for poll"):
        consumer.run(SimpleNamespace(received=False))


def test_a_thousand_unreadable_messages_delay_no_task_and_are_one_line_of_the_log(in_queue, monkeypatch, caplog):
    done = []
    monkeypatch.setitem(bell.HANDLERS, "submit", done.append)
    monkeypatch.setattr(bell.huey, "_next_line_at", 0.0)
    for number in range(1000):
        bell.huey.storage.enqueue(b"unreadable %d" % number)
    bell.enqueue("submit", 7)
    # The thread of a consumer sleeps after an error, longer each time.
    monkeypatch.setattr("huey.consumer.Worker.sleep", lambda _: pytest.fail("the worker sleeps"))
    worker, _ = consumer.QuietConsumer(bell.huey, workers=1, periodic=False).worker_threads[0]
    worker.loop()
    assert done == [7]
    assert len(caplog.records) == 1
