"""The first `up` writes a configuration, the demo keeps its own, and other commands write no configuration."""

import os
import stat

import pytest

from dashboard import first_run
from dashboard.first_run import NAMES, prepare


@pytest.fixture
def nothing_configured(tmp_path, monkeypatch):
    """Configure nothing, and write files into a folder of the test."""
    before = dict(os.environ)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENV_FILE", str(tmp_path / ".env"))
    monkeypatch.setattr(first_run, "DEMO_DIR", tmp_path / "demo")
    yield tmp_path
    os.environ.clear()
    os.environ.update(before)


def names_in(path):
    return {line.partition("=")[0] for line in path.read_text().splitlines() if "=" in line and line[0] != "#"}


def test_the_first_up_writes_new_secrets_that_only_its_user_may_read(nothing_configured, capsys):
    prepare("up")
    file = nothing_configured / ".env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert names_in(file) == {"SECRET_KEY", "CREDENTIAL_KEYS", "HTTPS"}
    assert str(file) in capsys.readouterr().out
    written = file.read_text()
    prepare("up")
    assert file.read_text() == written


@pytest.mark.parametrize("name", NAMES)
def test_up_completes_no_configuration_that_a_person_has_begun(nothing_configured, monkeypatch, name):
    monkeypatch.setenv(name, "something")
    prepare("up")
    assert not (nothing_configured / ".env").exists()


def test_nothing_of_a_real_installation_reaches_the_demo(nothing_configured, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://real")
    prepare("demo")
    file = nothing_configured / "demo" / "env"
    assert "DATABASE_URL" not in os.environ
    assert os.environ["ENV_FILE"] == str(file)
    assert "postgres://" not in file.read_text()
    written = file.read_text()
    # Else the demo would delete old backups of the real installation.
    assert "BACKUP_DIR=" in written.splitlines()
    assert {"DEMO_PASSWORD", "SECRET_KEY", "CREDENTIAL_KEYS"} < names_in(file)
    # A second run keeps the password and the keys of the data.
    prepare("demo")
    assert sorted(file.read_text().splitlines()) == sorted(written.splitlines())


def test_a_sandbox_panel_needs_no_secrets(nothing_configured):
    prepare("sandbox_panel")
    assert os.environ["DEBUG"] == "on"


@pytest.mark.parametrize(
    "line", [("up", "--help"), ("up", "--bind", "x", "-h"), ("help", "up"), ("demo", "--help"), ("migrate", "-h")]
)
def test_a_question_for_help_writes_nothing(nothing_configured, line):
    prepare(*line)
    assert list(nothing_configured.iterdir()) == []
    assert (os.environ["DEBUG"], os.environ["QUEUE_URL"]) == ("on", "memory://")


def test_other_commands_write_nothing(nothing_configured):
    prepare("migrate")
    prepare("")
    assert list(nothing_configured.iterdir()) == []
