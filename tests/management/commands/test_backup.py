"""A backup is made by hand, and a restored one loses no order and sends none twice."""

import contextlib
import sqlite3
import subprocess
import threading
from collections import Counter
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from panels.bulk.adoption import create_adoption
from panels.calls.adoption import adopt
from panels.calls.candidates import confirm_candidates
from panels.calls.submission import submit_queued
from panels.models import JobRun, Order
from panels.orders import resolution
from panels.worker.database_copy import CopyError
from tests.bench.surroundings import database_url
from tests.factories import make_sheet
from tests.management.running import order_at, run

NEVER = threading.Event()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "BACKUP_DIR", str(tmp_path))
    return tmp_path


def restore(backup):
    """Restore a backup. A file is not replaced, because a thread of an earlier test may have it open."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(backup)) as source:
            source.backup(connection.connection)
        return
    connection.close()
    name = connection.settings_dict["NAME"]
    with psycopg.connect(database_url("postgres"), autocommit=True) as own:
        own.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        own.execute(f'CREATE DATABASE "{name}"')
    options = ["--exit-on-error", "--no-owner", f"--dbname={database_url(name)}"]
    subprocess.run(["pg_restore", *options, backup], check=True)


@pytest.mark.django_db(transaction=True)
def test_after_a_restore_every_order_of_the_panel_is_found_and_none_is_sent_twice(
    synced_panel, sandbox, folder, operator
):
    def send():
        submit_queued(synced_panel.pk, NEVER)
        return sandbox.calls["add"]

    def id_at_panel(link):
        return next(entry.order_id for entry in sandbox.ledger if entry.fields["link"] == link)

    before = order_at(synced_panel, sandbox)
    assert send() == 1
    waiting = order_at(synced_panel, sandbox)
    output, problem = run("backup")
    assert problem == ""
    (backup,) = folder.iterdir()
    assert output.startswith(f"{backup} (")
    assert send() == 2
    later = order_at(synced_panel, sandbox).link
    assert send() == 3

    restore(backup)
    assert set(Order.objects.values_list("pk", "state")) == {(before.pk, "placed"), (waiting.pk, "queued")}
    assert "1 orders" in run("after_restore")[0]
    assert send() == 3

    # A person compares the orders with those of the panel.
    waiting.refresh_from_db()
    assert waiting.state == "unknown"
    assert resolution.name_candidate(waiting, id_at_panel(waiting.link), operator) == ""
    assert confirm_candidates(synced_panel.pk, NEVER) == 1
    create_adoption(make_sheet({"panel": synced_panel.name, "order": id_at_panel(later)}), created_by=operator)
    adopt(synced_panel.pk, NEVER)
    ours = Order.objects.filter(state="placed").values_list("remote_id", flat=True)
    assert sorted(ours) == sorted(entry.order_id for entry in sandbox.ledger)
    assert send() == 3
    assert set(Counter(entry.fields["link"] for entry in sandbox.ledger).values()) == {1}


def test_without_a_folder_or_while_a_backup_is_made_nothing_is_done(db, folder, monkeypatch):
    JobRun.take(JobRun.BACKUP, every=timedelta(), at_most=timedelta(hours=1))
    assert "A backup is being made." in run("backup")[1]
    monkeypatch.setattr(settings, "BACKUP_DIR", "")
    assert "BACKUP_DIR is empty." in run("backup")[1]
    assert list(folder.iterdir()) == []


def test_a_backup_that_fails_says_why_and_is_recorded(db, folder, monkeypatch):
    def fail(*_):
        raise CopyError("The copy is damaged.")

    for name in ("copy_sqlite", "copy_postgres"):
        monkeypatch.setattr(f"panels.worker.backup.{name}", fail)
    assert run("backup")[1] == "There is no new backup. The copy is damaged."
    job = JobRun.objects.get()
    assert (job.last_error, job.succeeded_at, job.leased_until) == ("The copy is damaged.", None, None)
