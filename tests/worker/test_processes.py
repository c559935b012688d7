"""Real processes: what they print, what they answer, and that nothing is left of them."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
import urllib.parse
import uuid
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
import redis
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from dashboard.first_run import NAMES
from panels.calls import outcomes
from panels.calls.aftercare import send_requests
from panels.calls.catalog import sync_catalog
from panels.calls.claiming import claims_under_way
from panels.calls.outcomes import record_outcomes
from panels.calls.submission import submit_queued
from panels.models import JobRun, Order, Panel, Worker
from panels.models.order import RequestState
from panels.protocol.answers import Answer
from panels.sandbox import Fault, SandboxPanel
from panels.worker import consumer, sweep
from panels.worker.lanes import Lanes
from panels.worker.processes import free_port
from tests.factories import make_order, make_panel, make_placed, make_refill

ROOT = Path(__file__).resolve().parents[2]
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")


class Started:
    """A process of ours, and whoever it has started: all carry the same mark in their environment."""

    def __init__(self, command, output, *, cwd, env):
        self._mark = f"TEST_MARK={uuid.uuid4()}"
        self._output = output
        name, _, value = self._mark.partition("=")
        with output.open("w") as file:
            self.process = subprocess.Popen(
                command,
                cwd=cwd,
                env={**env, name: value},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self):
        return self._output.read_text()

    def all(self):
        """Return pid → command line of everything that lives."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self._mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    def pid_of(self, word):
        """Return the child of that command that was there first."""
        return min(pid for pid, command in self.all().items() if word in command and pid != self.process.pid)

    def signal(self, number, *, group=False):
        """Send a signal to the first process, or as a terminal does to its whole group."""
        (os.killpg if group else os.kill)(self.process.pid, number)

    def wait(self, seconds):
        """Return the exit status, once nothing is left of it."""
        until = time.monotonic() + seconds
        while (self.process.poll() is None or self.all()) and time.monotonic() < until:
            time.sleep(0.02)
        assert self.process.poll() is not None, self.output
        assert self.all() == {}
        return self.process.returncode

    def end(self):
        for pid in self.all():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


def eventually(question, seconds=60):
    until = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < until:
        time.sleep(0.05)
    return answer


@pytest.fixture
def start(tmp_path):
    """Start a process with an environment that says nothing of this project, but for what is given."""
    started = []
    bare = {name: text for name, text in os.environ.items() if name not in (*NAMES, "ENV_FILE")}

    def run(*command, cwd=tmp_path, **environment):
        output = tmp_path / f"output-{len(started)}"
        started.append(Started([sys.executable, *command], output, cwd=cwd, env={**bare, **environment}))
        return started[-1]

    yield run
    for each in started:
        each.end()


@pytest.fixture
def clone(tmp_path):
    """The project in a folder of its own, with nothing configured."""
    place = tmp_path / "clone"
    place.mkdir()
    shutil.copy(ROOT / "manage.py", place)
    for folder in ("dashboard", "panels", "templates", "static"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return place


def get(port, path="/healthz/"):
    with contextlib.suppress(OSError), contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, 5)) as browser:
        browser.request("GET", path)
        return browser.getresponse().status
    return None


# -- the demo


def test_the_demo_shows_the_way_in_and_continues_where_it_was(start, clone):
    port = free_port(0)
    demo = start("manage.py", "demo", f"--port={port}", cwd=clone, DATABASE_URL="sqlite:////nowhere/real.sqlite3")
    assert eventually(lambda: "Login" in demo.output), demo.output
    line = next(line for line in demo.output.splitlines() if "http" in line)
    password = re.fullmatch(rf"Dashboard: http://127\.0\.0\.1:{port}/  Login: demo  Password: (\S+)", line)[1]
    assert str(clone / ".demo" / "demo.log") in demo.output
    assert (clone / ".demo" / "env").stat().st_mode & 0o777 == 0o600
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as browser:
        assert sign_in(browser, "demo", password) == (302, "/")
        # Although the browser keeps its connection.
        demo.signal(signal.SIGINT, group=True)
        asked_at = time.monotonic()
        assert demo.wait(30) == 0
        assert time.monotonic() - asked_at < 4

    states, orders = look(clone, "SELECT DISTINCT state || progress FROM panels_order"), count(clone)
    for wanted in ("queued", "unknown", "refused", "placedcompleted", "placedpartial", "placedcanceled"):
        assert wanted in states
    assert look(clone, "SELECT 1 FROM panels_order WHERE held_reason <> ''")
    assert look(clone, "SELECT 1 FROM panels_refill")
    assert len(look(clone, "SELECT DISTINCT filename FROM panels_batch WHERE state = 'paused'")) == 2
    ordered = look(clone, "SELECT id FROM panels_order WHERE batch_id IS NOT NULL")
    assert set(look(clone, "SELECT order_id FROM panels_batchline")) == set(ordered)
    assert len(look(clone, "SELECT DISTINCT reported_currency FROM panels_panel WHERE balance > 0")) == 2
    assert look(clone, "SELECT 1 FROM panels_panel WHERE balance < low_balance")

    with socket.create_server(("127.0.0.1", port)):
        again = start("manage.py", "demo", f"--port={port}", cwd=clone)
        assert eventually(lambda: "Login" in again.output), again.output
    assert password in again.output
    assert "Preparing" not in again.output
    other_port = int(re.search(r"http://127\.0\.0\.1:(\d+)/", again.output)[1])
    assert (other_port != port, get(other_port)) == (True, 200)
    assert count(clone) == orders
    rival = start("manage.py", "demo", cwd=clone)
    assert rival.wait(30) == 1
    assert "runs already" in rival.output

    # Whatever ends the parent, nothing stays behind.
    again.signal(signal.SIGKILL)
    assert again.wait(30) == -signal.SIGKILL


def sign_in(browser, username, password):
    browser.request("GET", "/login/")
    page = browser.getresponse()
    cookie = page.getheader("Set-Cookie").split(";")[0]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[1]
    form = {"username": username, "password": password, "csrfmiddlewaretoken": token}
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    browser.request("POST", "/login/", urllib.parse.urlencode(form), headers)
    answer = browser.getresponse()
    answer.read()
    return answer.status, answer.getheader("Location")


def look(clone, query):
    with contextlib.closing(sqlite3.connect(clone / ".demo" / "dashboard.sqlite3")) as database:
        return [row[0] for row in database.execute(query)]


def count(clone):
    return look(clone, "SELECT count(*) FROM panels_order")[0]


# -- up


def test_up_configures_a_bare_clone_and_ends_as_a_whole_with_the_status_of_the_part_that_died(start, clone):
    port = free_port(0)
    up = start("manage.py", "up", f"--bind=127.0.0.1:{port}", cwd=clone)
    assert eventually(lambda: get(port) == 200), up.output
    assert (clone / ".env").stat().st_mode & 0o777 == 0o600
    written = (clone / ".env").read_text()
    assert re.search(r"^SECRET_KEY=.{50,}$", written, re.M)
    assert re.search(r"^CREDENTIAL_KEYS=.{44}$", written, re.M)
    assert re.search(r"^HTTPS=off$", written, re.M)
    assert "no TLS proxy" in up.output
    assert "createsuperuser" in up.output
    assert get(port, "/login/") == 200
    assert eventually(lambda: "The worker has started" in up.output)

    os.kill(up.pid_of("manage.py worker"), signal.SIGKILL)
    assert up.wait(30) == 128 + signal.SIGKILL

    again = start("manage.py", "up", f"--bind=127.0.0.1:{port}", cwd=clone)
    assert eventually(lambda: get(port) == 200), again.output
    assert (clone / ".env").read_text() == written
    # As a terminal and as a service manager tell it: each process, or the first one alone.
    for pid in again.all():
        os.kill(pid, signal.SIGTERM)
    assert again.wait(30) == 0
    assert start("manage.py", "up", "--prepare", cwd=clone).wait(30) == 0


def test_up_refuses_half_a_configuration_and_names_what_is_missing(start, clone):
    up = start("manage.py", "up", cwd=clone, HTTPS="off")
    assert up.wait(30) == 1
    assert "SECRET_KEY and CREDENTIAL_KEYS are not set" in up.output
    assert not (clone / ".env").exists()


# -- a family of processes

PARENT = """
    import sys
    from panels.worker.processes import Family

    family = Family()
    for script in sys.argv[1:]:
        family.start([sys.executable, "-c", script], ends_last="late" in script)
    print("started", flush=True)
    sys.exit(family.run())
"""
SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(15, lambda *_: print('asked', flush=True)); print('deaf', flush=True)\n"
STUBBORN += "while True: time.sleep(1)"
SAYS = "import signal, sys, time; signal.signal(15, lambda *_: (print('{0}', flush=True), sys.exit())); time.sleep(60)"


@pytest.fixture
def family(start):
    def run(*scripts):
        parent = start("-c", textwrap.dedent(PARENT), *scripts, cwd=ROOT)
        assert eventually(lambda: "started" in parent.output), parent.output
        return parent

    return run


def test_when_a_child_ends_all_end_with_its_status(family):
    assert family(SLEEP, "import sys, time; time.sleep(.3); sys.exit(7)").wait(20) == 7


def test_a_child_that_was_killed_leaves_nothing_of_its_own_behind(family):
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEP + '#grandchild'!r}])"
    parent = family(script)
    assert eventually(lambda: len(parent.all()) == 3)
    os.kill(parent.pid_of("subprocess"), signal.SIGKILL)
    assert parent.wait(20) == 128 + signal.SIGKILL


def test_a_ctrl_c_of_the_terminal_reaches_only_the_parent_which_tells_the_others(family):
    parent = family(SAYS.format("asked"), SAYS.format("late"))
    time.sleep(0.3)
    parent.signal(signal.SIGINT, group=True)
    assert parent.wait(20) == 0
    # The one that ends last was told last.
    assert parent.output.split() == ["started", "asked", "late"]
    assert "KeyboardInterrupt" not in parent.output


def test_a_second_signal_ends_all_at_once_but_not_one_that_belongs_to_the_first(family):
    parent = family(STUBBORN)
    assert eventually(lambda: "deaf" in parent.output)
    parent.signal(signal.SIGTERM)
    time.sleep(0.05)
    parent.signal(signal.SIGTERM)
    assert eventually(lambda: "asked" in parent.output)
    time.sleep(0.4)
    assert len(parent.all()) == 2
    parent.signal(signal.SIGTERM)
    assert parent.wait(2) == 128 + signal.SIGTERM


def test_nothing_outlives_a_parent_that_was_killed(family):
    parent = family(SLEEP)
    parent.signal(signal.SIGKILL)
    assert parent.wait(20) == -signal.SIGKILL


def test_a_port_that_is_taken_is_not_chosen():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        assert free_port(taken) != taken
    assert free_port(taken) == taken


# -- the worker


@pytest.fixture
def start_worker(start, tmp_path, transactional_db):
    """Start a worker on the test's own database."""

    def run(queue=f"sqlite:///{tmp_path / 'queue.sqlite3'}", *, wait=True):
        given = {name: os.environ[name] for name in NAMES if name in os.environ} | {"ENV_FILE": os.devnull}
        started = start(
            "manage.py", "worker", cwd=ROOT, **{**given, "DATABASE_URL": database_url(), "QUEUE_URL": queue}
        )
        if wait:
            assert eventually(lambda: Worker.objects.filter(pid=started.process.pid).exists()), started.output
        return started

    return run


def database_url():
    own = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{own['NAME']}"
    return f"postgres://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"


@pytest.fixture
def sandbox():
    with SandboxPanel() as panel:
        yield panel


@pytest.fixture
def order(sandbox, transactional_db):
    """An order that waits to be sent to the sandbox."""
    panel = make_panel(
        api_url=sandbox.api_url, key=sandbox.key, balance=Decimal(500), balance_checked_at=timezone.now()
    )
    sync_catalog(panel.pk, threading.Event())
    return make_order(panel.services.get(remote_id=sandbox.pick().id))


def state_of(order):
    order.refresh_from_db()
    return order.state


def test_an_idle_worker_shows_that_it_lives_and_is_gone_within_a_second(start_worker):
    Worker.objects.create(host="old", pid=1, started_at=timezone.now(), seen_at=timezone.now() - timedelta(days=30))
    running = start_worker()
    row = Worker.objects.get()
    assert (row.pid, row.host, row.is_alive) == (running.process.pid, socket.gethostname(), True)
    assert eventually(lambda: JobRun.objects.filter(name="sweep", finished_at__isnull=False))
    running.signal(signal.SIGTERM)
    asked_at = time.monotonic()
    assert running.wait(20) == 0
    assert time.monotonic() - asked_at < 2
    assert not Worker.objects.get().is_alive


def test_a_worker_looks_at_once_although_another_has_just_done_so(start_worker, order):
    JobRun.objects.create(name="sweep", started_at=timezone.now(), finished_at=timezone.now())
    start_worker()
    assert eventually(lambda: state_of(order) == Order.State.PLACED, 8)


def test_what_is_being_sent_gets_its_outcome_before_a_worker_ends(start_worker, sandbox, order):
    sandbox.faults.add(Fault.LATE_ANSWER, "add", seconds=3)
    later = make_order(order.service)
    Panel.objects.update(parallel_calls=1)
    running = start_worker()
    assert eventually(lambda: sandbox.calls["add"])
    running.signal(signal.SIGINT)
    assert running.wait(30) == 0
    assert (state_of(order), order.remote_id) == (Order.State.PLACED, sandbox.ledger[0].order_id)
    # Nothing new was claimed.
    assert state_of(later) == Order.State.QUEUED
    assert len(sandbox.ledger) == 1


def test_a_second_signal_leaves_what_is_being_sent_to_become_unknown(start_worker, sandbox, order):
    sandbox.faults.add(Fault.HANG, "add")
    running = start_worker()
    assert eventually(lambda: sandbox.calls["add"])
    running.signal(signal.SIGTERM)
    time.sleep(1.5)
    assert running.process.poll() is None
    running.signal(signal.SIGTERM)
    assert running.wait(1) == 128 + signal.SIGTERM
    assert state_of(order) == Order.State.SENDING
    Order.objects.update(send_deadline=timezone.now() - timedelta(seconds=1))
    sweep.expire()
    assert state_of(order) == Order.State.UNKNOWN
    assert len(sandbox.ledger) == 1


def reachable(url):
    try:
        if url.startswith("redis"):
            redis.Redis.from_url(url, socket_connect_timeout=1).ping()
        else:
            address = urllib.parse.urlsplit(url)
            psycopg.connect(f"{address.scheme}://{address.netloc}/postgres", connect_timeout=2).close()
    except (redis.RedisError, psycopg.Error):
        return False
    return True


def needs(url, package):
    """Skip where there is no such server, unless nothing may be skipped."""
    if not os.environ.get("REQUIRE_ALL") and not reachable(url):
        pytest.skip(f"nothing answers at {url}: install the Debian package {package} and start it, or see .ci/run")


@pytest.fixture(params=["redis", "postgres"])
def url(request):
    """Give an empty queue, which no other run of the tests rings."""
    if request.param == "redis":
        needs(REDIS, "redis-server")
        yield REDIS
        return
    needs(POSTGRES, "postgresql")
    address = urllib.parse.urlsplit(POSTGRES)
    server, name = f"{address.scheme}://{address.netloc}", f"queue_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_worker_hears_the_bell_of_another_queue(url, start_worker, monkeypatch, order):
    Order.objects.update(send_after=timezone.now() + timedelta(minutes=5))
    start_worker(url)
    assert eventually(lambda: JobRun.objects.filter(name="sweep", finished_at__isnull=False))
    ring = "from panels import bell; bell.huey.storage.initialize_schema() if 'postgres' in sys.argv[1] else None\n"
    ring = f"import sys, django; django.setup(); {ring}bell.work('submit', {order.panel_id})"
    Order.objects.update(send_after=timezone.now())
    environment = {**os.environ, "QUEUE_URL": url, "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
    subprocess.run([sys.executable, "-c", ring, url], cwd=ROOT, env=environment, check=True)
    assert eventually(lambda: state_of(order) == Order.State.PLACED, 5)


def test_a_worker_works_off_what_waits_while_its_queue_is_gone(start_worker, order):
    start_worker(f"redis://127.0.0.1:{free_port(0)}/0")
    assert eventually(lambda: state_of(order) == Order.State.PLACED)


@pytest.mark.parametrize("kind", ["each its own", "redis"])
def test_a_panels_limits_hold_for_two_workers_together(start_worker, tmp_path, transactional_db, kind):
    if kind == "redis":
        needs(REDIS, "redis-server")
    with SandboxPanel(latency=0.3) as wide, SandboxPanel() as slow:
        orders = [make_waiting(wide, 8, parallel_calls=2), make_waiting(slow, 8, calls_per_minute=10, parallel_calls=8)]
        began = time.monotonic()
        for name in ("first", "second"):
            # With a queue of its own, each finds all that waits when it starts, whatever the other does.
            start_worker(REDIS if kind == "redis" else f"sqlite:///{tmp_path / name}", wait=False)
        assert eventually(lambda: Order.objects.filter(panel=orders[0], state="placed").count() == 8)
        assert eventually(lambda: slow.calls["add"] >= 4)
        assert wide.peaks["add"] == 2
        assert len(wide.ledger) == 8
        # Four at once, then one each 10 seconds.
        # The catalog was had before.
        assert slow.calls.total() - 1 <= 4 + (time.monotonic() - began) / 10
    assert Worker.objects.count() == 2


def make_waiting(sandbox, number, **limits):
    """Make a panel with so many orders that wait for it."""
    now = timezone.now()
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key, balance=Decimal(500), balance_checked_at=now)
    sync_catalog(panel.pk, threading.Event())
    Panel.objects.filter(pk=panel.pk).update(**limits)
    for _ in range(number):
        make_order(panel.services.get(remote_id=sandbox.pick().id))
    return panel


def test_a_job_is_run_by_one_of_many_that_come_at_once(transactional_db):
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


# -- its parts


def test_draining_waits_for_the_latest_deadline_and_no_longer(transactional_db, monkeypatch):
    monkeypatch.setattr(consumer, "SETTLE_WITHIN", timedelta(seconds=0.1))
    make_order(state=Order.State.SENDING, send_deadline=timezone.now() + timedelta(seconds=0.3))
    make_placed(cancel_state=RequestState.SENDING, cancel_deadline=timezone.now() + timedelta(seconds=0.6))
    make_refill(state=RequestState.SENDING, send_deadline=timezone.now() + timedelta(seconds=0.9))
    lanes, released, began = Lanes(), threading.Event(), time.monotonic()
    lanes.start(("submit", 1), released.wait)
    assert not consumer.drain(lanes)
    assert 0.8 < time.monotonic() - began < 2
    assert lanes.stopping.is_set()
    released.set()
    assert lanes.join(5)
    assert consumer.drain(lanes)


@pytest.mark.parametrize("kind", ["submit", "requests"])
def test_draining_waits_for_a_claim_that_waits_for_the_database(transactional_db, monkeypatch, kind):
    monkeypatch.setattr(consumer, "SETTLE_WITHIN", timedelta(seconds=0.3))
    row, lanes, held, sent = make_order() if kind == "submit" else make_refill(), Lanes(), threading.Event(), []
    panel = row.panel if kind == "submit" else row.order.panel
    key = "order" if kind == "submit" else "refill"

    def hold():
        with transaction.atomic():
            type(row).objects.select_for_update().get(pk=row.pk)
            Panel.objects.select_for_update().get(pk=panel.pk)
            held.set()
            time.sleep(1.5)
        connection.close()

    def post(self, form, **_):
        sent.append(form["action"])
        time.sleep(1)
        return Answer(200, json.dumps({key: 77}).encode())

    monkeypatch.setattr("panels.protocol.transport.Transport.post", post)
    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(5)
    work = submit_queued if kind == "submit" else send_requests
    lanes.start((kind, panel.pk), lambda: work(panel.pk, lanes.stopping))
    assert eventually(lambda: claims_under_way, 1)
    assert consumer.drain(lanes)
    row.refresh_from_db()
    holder.join()
    # It is kept back, as nothing new goes out by then.
    assert row.state == "queued"
    assert sent == []
    if kind == "submit":
        assert [event.what for event in row.events.all()] == ["sent", "not_sent"]


def test_draining_waits_for_an_id_that_the_database_does_not_take(transactional_db, monkeypatch):
    monkeypatch.setattr(consumer, "SETTLE_WITHIN", timedelta(seconds=0.2))
    order = make_order(state=Order.State.SENDING, attempt=1, send_deadline=timezone.now() + timedelta(seconds=0.1))
    lanes, full_until, change = Lanes(), time.monotonic() + 1.5, Order._change

    def change_once_there_is_room(self, *args, **fields):
        if time.monotonic() < full_until:
            raise OperationalError("database or disk is full")
        return change(self, *args, **fields)

    monkeypatch.setattr(outcomes, "move_together", lambda *_, **__: 1 / 0)
    monkeypatch.setattr(Order, "_change", change_once_there_is_room)
    lanes.start(("submit", 1), lambda: record_outcomes([(order, "900")]))
    assert consumer.drain(lanes)
    assert Order.objects.get().remote_id == "900"


def test_draining_does_not_wait_for_a_panel_that_is_only_asked(transactional_db):
    lanes, released, began = Lanes(), threading.Event(), time.monotonic()
    make_order(state=Order.State.SENDING, send_deadline=timezone.now() + timedelta(minutes=2))
    lanes.start(("poll", 1), released.wait)
    consumer.drain(lanes)
    assert time.monotonic() - began < 2
    released.set()
    assert lanes.join(5)


def test_a_heartbeat_survives_a_database_that_fails_or_was_restored(transactional_db, monkeypatch, caplog):
    monkeypatch.setattr(consumer, "BEAT_EVERY", 0.05)
    heartbeat = consumer.Heartbeat()
    heartbeat.start()
    with monkeypatch.context() as broken:
        broken.setattr(heartbeat, "_beat", lambda: (_ for _ in ()).throw(OperationalError("gone")))
        assert eventually(lambda: "The heartbeat could not be written: gone" in caplog.text, 5)
    Worker.objects.all().delete()
    assert eventually(Worker.objects.exists, 5)
    heartbeat.stop()
    assert Worker.objects.get().stopped_at
