"""The page of how it runs: whoever looks after it sees what works, what waits, and what does not answer."""

from __future__ import annotations

import os
import re
import socket
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from panels import bell, schedule
from panels.models import Batch, JobRun, Worker
from panels.worker import tasks
from tests.factories import make_order, make_panel, make_placed, make_refill, make_service, report_in
from tests.servers import Server

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _empty_queue():
    bell.huey.storage.flush_queue()
    bell.huey.storage.flush_schedule()


def page_of(response):
    assert response.status_code == 200
    return response.content.decode()


def words_of(response):
    """Return the words of a page without its markup: what stands before the tables, and each row of them."""
    page = page_of(response).replace("</table>", "<tr>").replace("<", " <")
    return [" ".join(strip_tags(row).split()) for row in page.split("<tr>")]


def row(response, word):
    return next(text for text in words_of(response) if word in text)


def make_worker(host="alpha", seconds_ago=0, **fields):
    at = timezone.now() - timedelta(seconds=seconds_ago)
    return Worker.objects.create(host=host, pid=77, started_at=at, seen_at=at, **fields)


# -- page and fragment


def test_the_page_holds_its_moving_part_and_managers_are_led_to_it(as_manager):
    page = page_of(as_manager.get("/operations/"))
    assert "<html" in page
    assert 'hx-get="/operations/" hx-trigger="every 10s"' in page
    assert page_of(as_manager.get("/")).count('href="/operations/"') == 2


def test_htmx_gets_the_moving_part_alone(as_manager):
    response = as_manager.get("/operations/", headers=HTMX)
    assert page_of(response).strip().startswith('<div id="operations"')
    assert "HX-Request" in response.headers["Vary"]


def test_others_are_not_led_where_they_may_not_go(as_operator):
    make_order()
    assert "/operations/" not in page_of(as_operator.get("/"))


def test_queries_do_not_grow_with_rows(as_manager):
    def fill(number):
        for _ in range(number):
            service = make_service()
            make_order(service)
            make_refill(make_placed(service, progress="completed"))
            make_worker(f"host {service.pk}")
            JobRun.objects.create(name=f"sync {service.panel_id}")

    def count():
        with CaptureQueriesContext(connection) as queries:
            page_of(as_manager.get("/operations/"))
        return len(queries)

    fill(2)
    few = count()
    fill(10)
    assert count() == few


# -- workers


def test_workers_are_alive_stopped_or_lost(as_manager):
    make_worker("alpha")
    make_worker("beta", seconds_ago=60)
    make_worker("gamma", stopped_at=timezone.now())
    answer = as_manager.get("/operations/")
    assert [row(answer, host).split()[2] for host in ("alpha", "beta", "gamma")] == ["Alive", "Lost", "Stopped"]
    assert "Workers alive 1 Every" in words_of(answer)[0]
    assert "No worker is running" not in page_of(answer)


def test_an_install_that_never_had_a_worker_is_told_how_to_start_one(as_manager):
    page = page_of(as_manager.get("/operations/"))
    assert "No worker is running" in page
    assert "manage.py worker" in page
    assert "waiting for a worker" in page


def test_one_that_starts_again_and_again_does_not_hide_those_that_work(as_manager):
    make_worker("alpha", seconds_ago=20)
    for number in range(30):
        make_worker(f"broken-{number}", stopped_at=timezone.now())
    page = page_of(as_manager.get("/operations/"))
    assert "alpha" in page
    assert page.count("Stopped") == 10


def test_a_missing_index_of_the_search_is_shown_with_what_to_do(as_manager, monkeypatch):
    assert "Searching many orders is slow" not in page_of(as_manager.get("/operations/"))
    monkeypatch.setattr("panels.models.search_index.ORDER_INDEX", "no_such_index")
    assert "CREATE EXTENSION pg_trgm" in page_of(as_manager.get("/operations/"))


# -- the queue


def test_the_depth_of_the_queue_counts_what_is_for_later_too(as_manager):
    bell.work("submit", 1)
    bell.work.schedule(("poll", 1), delay=60)
    assert "In the queue 2 In memory" in words_of(as_manager.get("/operations/"))[0]


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("redis://:pa55word@127.0.0.1:1/0", "Redis"),
        ("postgres://somebody:pa55word@127.0.0.1:1/none", "PostgreSQL"),
        ("sqlite:////dev/null/queue.sqlite3", "SQLite"),
    ],
)
def test_a_queue_that_is_gone_is_said_in_words(as_manager, monkeypatch, caplog, url, kind):
    if kind == "SQLite":
        monkeypatch.setattr(bell.Path, "mkdir", lambda *_, **__: None)
        monkeypatch.setattr("huey.storage.SqliteStorage.initialize_schema", lambda _: None)
    monkeypatch.setattr(bell, "huey", bell._queue(url))
    page = page_of(as_manager.get("/operations/"))
    assert "The queue does not answer" in page
    assert kind in page
    assert "pa55word" not in page + caplog.text


def silent(connection, server):
    """Take whatever comes, and answer nothing."""
    while connection.recv(65536):
        pass


def test_a_queue_that_hangs_holds_no_page(as_manager, monkeypatch):
    with Server(silent) as server:
        monkeypatch.setattr(bell, "huey", bell._queue(f"redis://127.0.0.1:{server.port}/0"))
        began = time.monotonic()
        assert "The queue does not answer" in page_of(as_manager.get("/operations/"))
        # For ever, if it had no end of its own.
        assert time.monotonic() - began < 60
        assert server.connections == 1


@pytest.mark.django_db(transaction=True)
def test_a_request_that_rings_often_waits_for_a_dead_queue_once(monkeypatch):
    tried = []

    def gone(*_):
        tried.append(1)
        raise ConnectionError

    monkeypatch.setattr(bell.huey.storage, "enqueue", gone)
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    for pk in range(5):
        bell.ring("submit", pk)
    assert len(tried) == 1
    monkeypatch.setattr(bell, "_silent_until", time.monotonic())
    bell.ring("submit", 5)
    assert len(tried) == 2


# -- waiting work


def test_what_waits_is_counted_for_each_panel(as_manager):
    service = make_service(make_panel(name="Northwind"))
    now = timezone.now()
    make_order(service, created_at=now - timedelta(minutes=7))
    make_order(service)
    make_order(service, held_reason="The price has risen.")
    make_order(service, batch=Batch.objects.create(source=Batch.Source.FILE, state=Batch.State.PAUSED))
    make_order(service, state="sending")
    make_placed(service, next_check_at=now + timedelta(hours=1), cancel_state="queued")
    make_placed(service)
    make_placed(service, next_check_at=None)
    make_refill(make_placed(service, next_check_at=None))
    make_panel(name="Idle")
    answer = as_manager.get("/operations/")
    assert row(answer, "Northwind") == "Northwind Not tested yet 2 7 min ago 1 1 2"
    assert sum("Idle" in text for text in words_of(answer)) == 2


def test_nothing_that_waits_is_said(as_manager):
    make_panel()
    assert "No work is waiting." in page_of(as_manager.get("/operations/"))


# -- the schedule


def test_a_job_shows_its_last_run_and_its_next(as_manager):
    make_worker()
    now = timezone.now()
    panel = make_panel(name="Northwind", balance_checked_at=now, catalog_synced_at=now - timedelta(hours=7))
    paused = make_panel(name="Southwind", paused_reason="auth")
    make_panel(name="Eastwind", paused_reason="unreachable", paused_until=now)
    ended = {"started_at": now - timedelta(seconds=20), "finished_at": now - timedelta(seconds=19.6), "worker": "b 7"}
    JobRun.objects.create(name="sweep", **ended)
    JobRun.objects.create(name="delete old drafts", **ended, last_error="It is locked.")
    JobRun.objects.create(name=f"balance {panel.pk}", started_at=now, leased_until=now + timedelta(minutes=1))
    JobRun.objects.create(name=f"sync {paused.pk}", **ended | {"finished_at": None}, leased_until=now)
    answer = as_manager.get("/operations/")
    for line in (
        r"Find waiting work 1 min 2\d s ago Done 0.4 s b 7 in \d\d s",
        r"Delete old drafts, sign-ins and catalog changes It is locked. 1 d 2\d s ago Failed 0.4 s b 7 in 23 h",
        r"Balance of Northwind 15 min just now Running – – –",
        r"Catalog of Northwind 6 h never – – – due",
        r"Balance of Eastwind 15 min never – – – due",
        r"Catalog of Eastwind 6 h never – – – when the pause ends",
        r"Catalog of Southwind 6 h 2\d s ago Did not finish – b 7 when the pause ends",
    ):
        assert any(re.fullmatch(line, text) for text in words_of(answer)), line


def test_a_backup_is_due_at_night_and_not_shown_where_something_else_makes_them(as_manager, settings):
    make_worker()
    assert "Back the database up" not in page_of(as_manager.get("/operations/"))
    settings.BACKUP_DIR = "somewhere"
    assert row(as_manager.get("/operations/"), "Back the database up") == "Back the database up 1 d never – – – due"
    night = schedule.latest_backup_time(timezone.now())
    JobRun.objects.create(name=JobRun.BACKUP, started_at=night, finished_at=night)
    assert re.search(r"Done .* in \d+ (h|min|s)$", row(as_manager.get("/operations/"), "Back the database up"))


def test_the_fetch_of_rates_is_shown_where_currencies_are_compared(as_manager, settings):
    make_worker()
    make_panel()
    settings.EXCHANGE_RATES_URL = "http://localhost:9/"
    assert "Fetch exchange rates" not in page_of(as_manager.get("/operations/"))
    report_in("EUR")
    assert row(as_manager.get("/operations/"), "Fetch exchange") == "Fetch exchange rates 1 d never – – – due"
    now = timezone.now()
    JobRun.objects.create(name=JobRun.RATES, started_at=now, finished_at=now, last_error="No answer.")
    assert "No answer." in row(as_manager.get("/operations/"), "Fetch exchange rates")


def test_the_page_says_when_the_last_backup_was_made_or_that_there_is_none(as_manager, settings):
    make_worker()
    text = " ".join(words_of(as_manager.get("/operations/")))
    assert "Last backup None yet This dashboard makes none, because BACKUP_DIR is empty." in text
    settings.BACKUP_DIR = "somewhere"
    at = timezone.now() - timedelta(hours=3)
    JobRun.objects.create(name=JobRun.BACKUP, started_at=at, finished_at=at, succeeded_at=at)
    text = " ".join(words_of(as_manager.get("/operations/")))
    assert "Last backup 3 h ago A worker backs the database up each night." in text


@pytest.mark.parametrize(
    ("made", "run", "words"),
    [
        (None, {"last_error": "No space."}, "None yet The last run began 1 h ago and made none."),
        (9, {"last_error": "No space."}, "9 h ago The last run began 1 h ago and made none."),
        (None, {"leased_until": -1}, "None yet The last run began 1 h ago and made none."),
        (9, {"leased_until": 1, "last_error": "No space."}, "9 h ago A worker is making a backup."),
    ],
)
def test_the_words_about_the_last_backup_fit_each_other(as_manager, settings, made, run, words):
    settings.BACKUP_DIR, now = "somewhere", timezone.now()
    hours = {name: timedelta(hours=each) for name, each in run.items() if name == "leased_until"}
    JobRun.objects.create(
        name=JobRun.BACKUP,
        started_at=now - timedelta(hours=1),
        succeeded_at=made and now - timedelta(hours=made),
        **run | {name: now + each for name, each in hours.items()},
    )
    text = " ".join(words_of(as_manager.get("/operations/"))).replace("\xa0", " ")
    is_over = "making" not in words
    assert f"Last backup {'Last run failed ' if is_over else ''}{words}" in text
    if is_over:
        assert "A worker tries again each hour." in text
    assert "each night" not in text
    if run.get("last_error") and is_over:
        assert "each hour. No space." in text


def test_backups_of_before_are_said_where_none_are_made_any_more(as_manager):
    at = timezone.now() - timedelta(hours=3)
    JobRun.objects.create(name=JobRun.BACKUP, started_at=at, succeeded_at=at, last_error="No space.")
    text = " ".join(words_of(as_manager.get("/operations/")))
    assert "Last backup 3 h ago This dashboard makes no more, because BACKUP_DIR is empty." in text


def test_a_run_names_the_process_that_did_it(db):
    tasks.run_sweep()
    here = f"{socket.gethostname()} {os.getpid()}"
    jobs = ["sweep", "sum spend", "compare charges", "count all spend", "thin readings"]
    jobs += ["delete old drafts", "delete old counters"]
    jobs += ["delete old sign-ins", "delete old history", "delete old mails"]
    jobs += ["count all products", "find changed records", "check the books"]
    jobs += ["find changed days of clients", "compare all spend of clients"]
    if connection.vendor == "postgresql":
        jobs.append("settle search")
    assert set(JobRun.objects.values_list("name", "worker", "last_error")) == {(name, here, "") for name in jobs}
