"""A file with the name of a backup is whole, private and one of the newest."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from panels.worker import backup
from panels.worker.backup import KEPT, back_up, backups, problem_of_backup
from panels.worker.database_copy import CopyError

pytestmark = pytest.mark.django_db
NEVER = threading.Event()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept" / "backups"


@pytest.fixture
def copying(monkeypatch):
    """Replace the copy by a function of the unfinished file."""

    def replace(copy):
        for name in ("copy_sqlite", "copy_postgres"):
            monkeypatch.setattr(backup, name, lambda _, target, __: copy(target))

    return replace


def mode(path):
    return path.stat().st_mode & 0o777


def test_a_backup_is_private_from_its_first_byte_and_the_only_file_of_its_folder(folder, monkeypatch):
    modes = []
    write = backup._write_to_disk
    monkeypatch.setattr(backup, "_write_to_disk", lambda path: modes.append((path.suffix, mode(path))) or write(path))
    made = back_up(folder, NEVER)
    assert list(folder.iterdir()) == backups(folder) == [made]
    # First the content is on disk, then the name.
    assert modes == [(".part", 0o600), ("", 0o700)]
    assert mode(made) == 0o600
    assert made.read_bytes()[:6] == (b"SQLite" if connection.vendor == "sqlite" else b"PGDMP\x01")


def test_the_newest_backups_are_kept_and_other_files_too(folder, copying):
    copying(lambda target: target.write_text("new"))
    ending = back_up(folder, NEVER).name.partition("-")[2].partition("Z")[2]
    stem = backups(folder)[0].name.partition("-2")[0]
    old = [folder / f"{stem}-20200101T0000{number:02}Z{ending}" for number in range(KEPT + 3)]
    others = [folder / f"{stem}-before-the-upgrade{ending}", folder / f"other-20200101T000000Z{ending}"]
    for path in [*old, *others]:
        path.touch()
    made = back_up(folder, NEVER)
    assert len(backups(folder)) == KEPT
    assert backups(folder)[-1] == made
    assert not any(path.exists() for path in old[:4])
    assert all(path.exists() for path in others)


def test_a_copy_that_fails_leaves_the_backups_of_before_and_nothing_else(folder, copying):
    copying(lambda target: target.write_text("whole"))
    made = back_up(folder, NEVER)

    def fail(target):
        target.write_text("half")
        raise CopyError("The copy is damaged.")

    copying(fail)
    assert problem_of_backup(folder, NEVER) == "The copy is damaged."
    assert list(folder.iterdir()) == [made]
    assert made.read_text() == "whole"


def test_a_half_backup_of_a_killed_worker_is_no_backup_and_goes_with_the_next_one(folder, copying):
    copying(lambda target: target.write_text("half"))
    made = back_up(folder, NEVER)
    left = made.rename(made.with_name(f"{made.name}.part"))
    journal = left.with_name(f"{left.name}-journal")
    journal.touch()
    assert backups(folder) == []
    made = back_up(folder, NEVER)
    assert list(folder.iterdir()) == [made]


def test_a_folder_that_cannot_be_made_is_a_reason_and_no_crash(folder):
    folder.parent.write_text("a file")
    assert "Not a directory" in problem_of_backup(folder, NEVER) or "File exists" in problem_of_backup(folder, NEVER)
