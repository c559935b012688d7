"""The worker as a process, on the database of the test."""

import html
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from dashboard.first_run import NAMES
from panels import bell
from panels.calls.catalog import sync_catalog
from panels.models import JobRun, Order, Panel, Worker
from panels.sandbox import Fault, SandboxPanel
from panels.schedule import SWEEP_EVERY
from panels.worker import sweep
from panels.worker.consumer import LOOK_INTO_QUEUE_EVERY, QuietConsumer
from tests.bench.surroundings import database_url
from tests.factories import make_order, make_panel, make_user
from tests.processes import (
    DELAYS,
    PATIENCE,
    ROOT,
    end_early,
    end_while_halted,
    eventually,
    halting_at_django,
    own_port,
)
from tests.queues import REDIS, needs, own_queue


@pytest.fixture
def start_worker(tmp_path, transactional_db, start):
    """Start a worker on the database of the test. It ends before the tables are emptied, because `start` comes last."""

    def run(queue=f"sqlite:///{tmp_path / 'queue.sqlite3'}", *, wait=True, **environment):
        given = {name: os.environ[name] for name in NAMES if name in os.environ}
        given |= {"DATABASE_URL": database_url(connection.settings_dict["NAME"]), "QUEUE_URL": queue}
        started = start("manage.py", "worker", cwd=ROOT, ENV_FILE=os.devnull, **given, **environment)
        if wait:
            assert eventually(lambda: Worker.objects.filter(pid=started.process.pid).exists()), started.output
        return started

    return run


@pytest.fixture
def sandbox():
    with SandboxPanel() as panel:
        yield panel


@pytest.fixture
def order(sandbox, transactional_db):
    """An order that is queued for the sandbox."""
    panel = make_panel(
        api_url=sandbox.api_url, key=sandbox.key, balance=Decimal(500), balance_checked_at=timezone.now()
    )
    sync_catalog(panel.pk, threading.Event())
    return make_order(panel.services.get(remote_id=sandbox.pick().id))


@pytest.mark.parametrize("delay", DELAYS)
def test_a_worker_that_is_asked_to_end_while_it_starts_ends_in_good_order(start_worker, delay):
    assert end_early(start_worker(wait=False), delay) == 0


def test_a_worker_takes_signals_before_it_loads_django(start_worker, tmp_path):
    worker = start_worker(wait=False, **halting_at_django(tmp_path))
    assert end_while_halted(worker, tmp_path) == 0
    assert not Worker.objects.exists()


def state_of(order):
    order.refresh_from_db()
    return order.state


def test_an_idle_worker_shows_that_it_lives_and_signs_out_when_it_ends(start_worker):
    Worker.objects.create(host="old", pid=1, started_at=timezone.now(), seen_at=timezone.now() - timedelta(days=30))
    running = start_worker()
    row = Worker.objects.get()
    assert (row.pid, row.host, row.is_alive) == (running.process.pid, socket.gethostname(), True)
    assert eventually(lambda: JobRun.objects.filter(name="sweep", finished_at__isnull=False))
    running.signal(signal.SIGTERM)
    assert running.wait() == 0
    assert not Worker.objects.get().is_alive


def test_a_worker_looks_at_once_although_another_has_just_done_so(start_worker, order):
    JobRun.objects.create(name="sweep", started_at=timezone.now(), finished_at=timezone.now())
    start_worker()
    assert eventually(lambda: state_of(order) == Order.State.PLACED)
    # The first sweep found the order, and not the sweep a minute later.
    assert JobRun.objects.get(name="sweep").started_at < Worker.objects.get().started_at + SWEEP_EVERY


def test_sends_get_their_outcome_before_a_worker_ends(start_worker, sandbox, order, hold):
    sandbox.faults.add(Fault.LATE_ANSWER, "add")
    may_answer = threading.Event()
    hold(lambda: may_answer.wait(PATIENCE))
    later = make_order(order.service)
    Panel.objects.update(parallel_calls=1)
    running = start_worker()
    assert eventually(lambda: sandbox.calls["add"])
    running.signal(signal.SIGINT)
    assert eventually(lambda: "No more orders are claimed" in running.output)
    may_answer.set()
    assert running.wait() == 0
    assert (state_of(order), order.remote_id) == (Order.State.PLACED, sandbox.ledger[0].order_id)
    # No new order was claimed.
    assert state_of(later) == Order.State.QUEUED
    assert len(sandbox.ledger) == 1


def test_after_a_second_signal_sends_become_unknown(start_worker, sandbox, order):
    sandbox.faults.add(Fault.HANG, "add")
    running = start_worker()
    assert eventually(lambda: sandbox.calls["add"])
    running.signal(signal.SIGTERM)
    assert eventually(lambda: "No more orders are claimed" in running.output)
    # Two signals at once are one.
    time.sleep(1.5)
    assert running.process.poll() is None
    running.signal(signal.SIGTERM)
    assert running.wait() == 128 + signal.SIGTERM
    assert state_of(order) == Order.State.SENDING
    Order.objects.update(send_deadline=timezone.now() - timedelta(seconds=1))
    sweep.expire()
    assert state_of(order) == Order.State.UNKNOWN
    assert len(sandbox.ledger) == 1


@pytest.fixture(params=["redis", "postgres"])
def url(request, tmp_path):
    """Yield an empty queue that no other run of the tests uses."""
    with own_queue(request.param, tmp_path) as url:
        yield url


def test_a_worker_hears_the_bell_of_another_queue(url, start_worker, monkeypatch, order):
    Order.objects.update(send_after=timezone.now() + timedelta(minutes=5))
    start_worker(url)
    assert eventually(lambda: JobRun.objects.filter(name="sweep", finished_at__isnull=False))
    ring = "from panels import bell; bell.huey.storage.initialize_schema() if 'postgres' in sys.argv[1] else None\n"
    ring = f"import sys, django; django.setup(); {ring}bell.work('submit', {order.panel_id})"
    swept_at = JobRun.objects.get(name="sweep").started_at
    Order.objects.update(send_after=timezone.now())
    environment = {**os.environ, "QUEUE_URL": url, "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
    subprocess.run([sys.executable, "-c", ring, url], cwd=ROOT, env=environment, check=True)
    assert eventually(lambda: state_of(order) == Order.State.PLACED)
    # The task came by the queue, because no sweep has run since.
    assert JobRun.objects.get(name="sweep").started_at == swept_at


def test_a_worker_does_all_due_work_while_its_queue_is_down(start_worker, order):
    start_worker(f"redis://127.0.0.1:{own_port()}/0")
    assert eventually(lambda: state_of(order) == Order.State.PLACED)


def test_an_order_goes_out_when_the_pause_ends_and_not_only_at_the_next_sweep(start_worker, sandbox, order):
    sandbox.faults.add(Fault.RATE_LIMIT, "add", seconds=2)
    start_worker()
    assert eventually(lambda: Panel.objects.filter(paused_reason="rate_limit").exists())
    until = Panel.objects.get().paused_until
    swept_at = JobRun.objects.get(name="sweep").started_at
    assert eventually(lambda: state_of(order) == Order.State.PLACED)
    assert Order.objects.get().placed_at >= until
    assert JobRun.objects.get(name="sweep").started_at == swept_at


@pytest.mark.parametrize("kind", ["each its own", "redis"])
def test_a_panels_limits_hold_for_two_workers_together(start_worker, tmp_path, transactional_db, kind):
    if kind == "redis":
        needs(REDIS, "redis-server")
    with SandboxPanel(latency=0.3) as wide, SandboxPanel() as slow:
        orders = [make_waiting(wide, 8, parallel_calls=2), make_waiting(slow, 8, calls_per_minute=10, parallel_calls=8)]
        began = time.monotonic()
        for name in ("first", "second"):
            # Each worker has its own queue. At its start, each finds all due work, independent of the other.
            start_worker(REDIS if kind == "redis" else f"sqlite:///{tmp_path / name}", wait=False)
        assert eventually(lambda: Order.objects.filter(panel=orders[0], state="placed").count() == 8)
        assert eventually(lambda: slow.calls["add"] >= 4)
        assert wide.peaks["add"] == 2
        assert len(wide.ledger) == 8
        # Four orders at once, then one order every 10 seconds.
        # The catalog was fetched before.
        assert slow.calls.total() - 1 <= 4 + (time.monotonic() - began) / 10
    assert Worker.objects.count() == 2


def make_waiting(sandbox, number, **limits):
    """Create a panel with so many queued orders."""
    now = timezone.now()
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key, balance=Decimal(500), balance_checked_at=now)
    sync_catalog(panel.pk, threading.Event())
    Panel.objects.filter(pk=panel.pk).update(**limits)
    for _ in range(number):
        make_order(panel.services.get(remote_id=sandbox.pick().id))
    return panel


@pytest.fixture
def place_by_form(order, client, settings, tmp_path, monkeypatch):
    """Place an order as a person does who can take it back for some seconds. Returns it."""
    Order.objects.update(state=Order.State.WITHDRAWN)
    client.force_login(make_user("Operator"))

    def place(seconds):
        settings.TAKE_BACK_SECONDS = seconds
        monkeypatch.setattr(bell.huey, "storage", bell._queue(f"sqlite:///{tmp_path / 'queue.sqlite3'}").storage)
        return order_by_form(client, order.service)

    return place


def test_an_order_of_the_form_is_sent_by_its_own_bell_and_by_no_other_before_its_time(
    start_worker, sandbox, place_by_form
):
    start_worker()
    assert eventually(lambda: JobRun.objects.filter(name="sweep", finished_at__isnull=False))
    swept_at = JobRun.objects.get(name="sweep").started_at
    placed = place_by_form(5)
    bell.enqueue("submit", placed.panel_id)
    assert eventually(lambda: state_of(placed) == Order.State.PLACED)
    assert placed.sent_at >= placed.send_after
    assert sandbox.calls["add"] == 1
    # The task came by the queue, because no sweep has run since.
    assert JobRun.objects.get(name="sweep").started_at == swept_at


def test_an_order_of_the_form_is_sent_although_the_worker_ended_meanwhile_and_the_queue_was_lost(
    start_worker, sandbox, place_by_form
):
    first = start_worker()
    assert eventually(lambda: JobRun.objects.filter(name="sweep", finished_at__isnull=False))
    placed = place_by_form(2)
    first.signal(signal.SIGTERM)
    assert first.wait() == 0
    bell.huey.storage.flush_queue()
    bell.huey.storage.flush_schedule()
    start_worker()
    assert eventually(lambda: state_of(placed) == Order.State.PLACED)
    assert placed.sent_at >= placed.send_after
    assert sandbox.calls["add"] == 1


def hidden(response):
    """Read what the form carries unseen."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', response.content.decode())
    return {name: html.unescape(value) for name, value in found}


def order_by_form(client, service):
    """Place an order as a person does, and return it."""
    form = hidden(client.get("/orders/new/", {"service": service.pk}))
    fields = {"link": "https://example.com/form", "quantity": str(service.min_quantity)}
    priced = hidden(client.post("/orders/new/check/", form | fields))
    assert client.post("/orders/new/", priced | fields).status_code == 302
    return Order.objects.latest("pk")


def test_from_the_click_to_the_panel_it_takes_at_most_seven_seconds():
    """The longest way of a task with a delay: until the schedule is read, and until the queue is read."""
    made = QuietConsumer(bell.huey, workers=1, periodic=False)
    default = int(re.search(r'"TAKE_BACK_SECONDS", default=(\d+)', Path(ROOT, "dashboard/settings.py").read_text())[1])
    assert default + made.scheduler_interval + LOOK_INTO_QUEUE_EVERY < 7
