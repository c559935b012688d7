"""Files and folders that only their user may read."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.private_files import close_database, close_to_others
from tests.processes import ROOT


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_an_open_database_is_closed_with_the_files_beside_it(tmp_path):
    names = ("data.sqlite3", "data.sqlite3-wal", "data.sqlite3-shm")
    for name in names:
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o664)
    (tmp_path / "other").touch()
    (tmp_path / "other").chmod(0o644)
    close_database(str(tmp_path / names[0]))
    assert [mode(tmp_path / name) for name in (*names, "other")] == [0o600, 0o600, 0o600, 0o644]


def test_a_folder_is_closed_and_keeps_the_rights_of_its_user(tmp_path):
    tmp_path.chmod(0o755)
    close_to_others(tmp_path)
    assert mode(tmp_path) == 0o700


@pytest.mark.parametrize("path", ["/dev/null", "/nowhere/at/all"])
def test_a_device_and_a_missing_file_stay_as_they_are(path, monkeypatch):
    monkeypatch.setattr(Path, "chmod", lambda *_: pytest.fail("its mode was changed"))
    close_to_others(Path(path))


def test_a_file_of_another_user_stays_as_it_is(tmp_path, monkeypatch):
    tmp_path.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    close_to_others(tmp_path)
    assert mode(tmp_path) == 0o755


def test_each_start_closes_what_an_earlier_version_left_open_and_opens_nothing_new(tmp_path, monkeypatch):
    """In a process of its own, with the usual mask of a shell."""
    files = [tmp_path / name for name in ("old/data.sqlite3", "old/queue.sqlite3")]
    files[0].parent.mkdir()
    for file in files:
        file.touch()
        file.chmod(0o644)
    urls = {"DATABASE_URL": f"sqlite:///{files[0]}", "QUEUE_URL": f"sqlite:///{files[1]}"}
    lines = (
        "import os; os.umask(0o022)",
        "import django; django.setup()",
        "from django.db import connection; connection.cursor().execute('CREATE TABLE t (x)')",
        "from panels.bell import huey; huey.storage.enqueue(b'x')",
        f"open({str(tmp_path / 'copy')!r}, 'w').close()",
        f"print(*(oct(os.stat(file).st_mode & 0o777) for file in os.scandir({str(files[0].parent)!r})))",
    )
    environment = {**os.environ, **urls, "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
    command = [sys.executable, "-c", "\n".join(lines)]
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    # Both databases, and what SQLite keeps beside the open ones.
    assert answer.stdout.split() == ["0o600"] * 6
    assert mode(tmp_path / "copy") == 0o600
