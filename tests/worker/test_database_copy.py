"""A copy shows one moment of a database in use, it is checked, and no password is in a command line."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from contextlib import closing
from itertools import chain, repeat
from types import SimpleNamespace

import pytest

from panels.worker import database_copy
from panels.worker.database_copy import STOPPED, CopyError, copy_postgres, copy_sqlite

NEVER = threading.Event()
PAGES = 300


@pytest.fixture
def source(tmp_path):
    """A database of some hundred pages, in the mode of ours."""
    path = tmp_path / "source #1.sqlite3"
    with closing(sqlite3.connect(path)) as own:
        own.execute("PRAGMA journal_mode = WAL")
        own.execute("CREATE TABLE word (text)")
        own.executemany("INSERT INTO word VALUES (?)", [(f"{number}" * 1000,) for number in range(PAGES)])
        own.commit()
    return path


@pytest.fixture
def target(tmp_path):
    return tmp_path / "copy.sqlite3"


def count(path):
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as own:
        return own.execute("SELECT COUNT(*) FROM word").fetchone()[0]


class WriteMeanwhile:
    """Writes a row at each look whether the worker stops, with no patience for a lock."""

    def __init__(self, own):
        self.own, self.written = own, 0

    def is_set(self):
        self.written += 1
        assert self.written < 10 * PAGES, "each write begins the copy anew"
        self.own.execute("INSERT INTO word VALUES ('later')")
        return False


def test_a_copy_holds_up_no_write_and_shows_the_moment_at_which_it_began(source, target, monkeypatch):
    monkeypatch.setattr(database_copy, "PIECE", 5)
    with closing(sqlite3.connect(source, timeout=0, isolation_level=None)) as own:
        meanwhile = WriteMeanwhile(own)
        copy_sqlite(source, target, meanwhile)
        assert own.execute("SELECT COUNT(*) FROM word").fetchone()[0] == PAGES + meanwhile.written
    assert meanwhile.written > 10
    assert count(target) == PAGES
    # In the mode of the source, two more files belong to a database: its bytes 18 and 19 are 2.
    assert target.read_bytes()[18:20] == b"\1\1"
    assert [path.name for path in target.parent.glob("copy*")] == [target.name]


def test_a_worker_that_stops_ends_a_copy(source, target):
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(CopyError, match=STOPPED):
        copy_sqlite(source, target, stopping)


def test_a_worker_that_stops_ends_the_check_of_a_copy(source, target, monkeypatch):
    monkeypatch.setattr(database_copy, "STEPS", 1)
    # The copy is one piece.
    answers = chain([False], repeat(True))
    with pytest.raises(CopyError, match=STOPPED):
        copy_sqlite(source, target, SimpleNamespace(is_set=lambda: next(answers)))
    assert count(target) == PAGES


def test_the_log_of_the_source_can_be_emptied_while_the_copy_is_checked(source, target, monkeypatch):
    monkeypatch.setattr(database_copy, "STEPS", 1)
    kept = []
    with closing(sqlite3.connect(source, timeout=0, isolation_level=None)) as own:

        def is_set():
            if len(kept) < 3:
                own.execute("INSERT INTO word VALUES ('later')")
                kept.append(own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
            return False

        copy_sqlite(source, target, SimpleNamespace(is_set=is_set))
    # The copy is one piece.
    assert kept == [1, 0, 0]


def test_a_copy_is_written_to_disk_every_few_pieces(source, target, monkeypatch):
    monkeypatch.setattr(database_copy, "PIECE", 5)
    looks, syncs = [], []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (syncs.append(len(looks)), real(descriptor)))
    monkeypatch.setattr(database_copy, "_quick_check", lambda *_: "ok")
    copy_sqlite(source, target, SimpleNamespace(is_set=lambda: looks.append(1)))
    assert len(looks) > 20
    assert syncs == [look for look in range(1, len(looks) + 1) if look % 4 == 0]


def test_a_damaged_database_makes_no_backup(source, target):
    content = bytearray(source.read_bytes())
    content[20 * 4096 : 40 * 4096] = b"\xff" * (20 * 4096)
    source.write_bytes(content)
    with pytest.raises((CopyError, sqlite3.DatabaseError), match=r"damaged|malformed"):
        copy_sqlite(source, target, NEVER)


def test_a_copy_does_not_fill_the_disk(source, target, monkeypatch):
    size = source.stat().st_size
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2 * size - 1))
    with pytest.raises(CopyError, match="too little space"):
        copy_sqlite(source, target, NEVER)
    assert not target.exists()


# -- PostgreSQL

DATABASE = {"NAME": "ours", "USER": "me", "HOST": "db", "PORT": 5433, "PASSWORD": "s3cret", "OPTIONS": {}}


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Put programs of these names and lines first, and return the folder where they run."""

    def install(**lines):
        for name, line in lines.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n")
            (tmp_path / name).chmod(0o700)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        monkeypatch.chdir(tmp_path)
        return tmp_path

    monkeypatch.setattr(database_copy, "LOOK_EVERY", 0.01)
    return install


def test_the_password_of_postgresql_is_in_no_command_line(programs, target):
    folder = programs(pg_dump='echo "$@" > dumped; echo "$PGPASSWORD" > secret', pg_restore='echo "$@" > listed')
    copy_postgres(DATABASE, target, NEVER)
    asked = (folder / "dumped").read_text()
    assert asked == f"--format=custom --no-password --file={target} -U me -h db -p 5433 ours\n"
    assert (folder / "secret").read_text() == "s3cret\n"
    assert (folder / "listed").read_text() == f"--list {target}\n"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ({"pg_dump": "echo version mismatch >&2; exit 1", "pg_restore": ""}, "pg_dump has failed: version mismatch"),
        ({"pg_dump": "", "pg_restore": "echo no archive >&2; exit 1"}, "pg_restore has failed: no archive"),
    ],
    ids=["dump", "list"],
)
def test_a_program_that_fails_says_why(programs, target, lines, words):
    programs(**lines)
    with pytest.raises(CopyError, match=words):
        copy_postgres(DATABASE, target, NEVER)


def test_a_missing_client_of_postgresql_is_named(target, monkeypatch):
    monkeypatch.setenv("PATH", str(target.parent))
    with pytest.raises(CopyError, match=r"pg_dump is not installed\. Install the PostgreSQL"):
        copy_postgres(DATABASE, target, NEVER)


def test_a_worker_that_stops_ends_the_program(programs, target):
    folder = programs(pg_dump="echo $$ > pid; exec sleep 1000", pg_restore="")

    class Started:
        def is_set(self):
            return (folder / "pid").exists()

    with pytest.raises(CopyError, match=STOPPED):
        copy_postgres(DATABASE, target, Started())
