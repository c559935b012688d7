"""`up` as a process: it configures a new clone, and all its processes end together."""

import contextlib
import os
import re
import signal
import socket

import pytest

from tests.migrated import copy_tables
from tests.processes import DELAYS, ROOT, end_early, end_while_halted, eventually, get, halting_at_django, own_port


def test_up_configures_a_bare_clone_and_ends_as_a_whole_with_the_status_of_the_part_that_died(start, clone):
    port = own_port()
    up = start("manage.py", "up", f"--bind=127.0.0.1:{port}", cwd=clone)
    assert eventually(lambda: get(port) == 200), up.output
    assert (clone / ".env").stat().st_mode & 0o777 == 0o600
    written = (clone / ".env").read_text()
    assert re.search(r"^SECRET_KEY=.{50,}$", written, re.M)
    assert re.search(r"^CREDENTIAL_KEYS=.{44}$", written, re.M)
    assert re.search(r"^HTTPS=off$", written, re.M)
    assert "no TLS proxy" in up.output
    assert "slow clients" not in up.output
    assert get(port, "/login/") == 200
    assert eventually(lambda: f"The dashboard runs at http://localhost:{port}/ (" in up.output)
    # A file gets the output in pieces, and this sentence not before the address.
    assert "createsuperuser" in up.output
    assert eventually(lambda: "The worker has started" in up.output)

    os.kill(up.pid_of("manage.py worker"), signal.SIGKILL)
    assert up.wait() == 128 + signal.SIGKILL

    again = start("manage.py", "up", f"--bind=127.0.0.1:{port}", cwd=clone)
    assert eventually(lambda: get(port) == 200), again.output
    assert (clone / ".env").read_text() == written
    # A terminal sends the signal to each process, and a service manager may send it to the first process alone.
    for pid in again.all():
        os.kill(pid, signal.SIGTERM)
    assert again.wait() == 0
    assert start("manage.py", "up", "--prepare", cwd=clone).wait() == 0


@pytest.mark.parametrize("line", [("up", "--help"), ("help", "up"), ("demo", "-h")])
def test_a_question_for_help_writes_nothing(start, clone, line):
    def files():
        return sorted(path for path in clone.rglob("*") if "__pycache__" not in path.parts)

    before = files()
    asked = start("manage.py", *line, cwd=clone)
    assert asked.wait() == 0
    assert "usage: manage.py" in asked.output
    assert files() == before


def test_up_that_cannot_listen_does_not_say_that_it_runs_and_warns_of_an_address_for_other_machines(start_up, tables):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        up = start_up(bind=f"0.0.0.0:{listener.getsockname()[1]}")
        assert up.wait() != 0
    assert "The dashboard runs" not in up.output
    assert "A few slow clients can then stop all pages" in up.output


def test_up_refuses_a_partial_configuration_and_names_missing_values(start, clone):
    up = start("manage.py", "up", cwd=clone, HTTPS="off")
    assert up.wait() == 1
    assert "SECRET_KEY and CREDENTIAL_KEYS are not set" in up.output
    assert not (clone / ".env").exists()


@pytest.fixture
def start_up(start, tmp_path):
    """Start `up` on a new database. With DEBUG, it collects no static files into the project."""

    def run(bind="", **environment):
        given = {name: f"sqlite:///{tmp_path / name}" for name in ("DATABASE_URL", "QUEUE_URL")}
        given |= {"DEBUG": "on", "ENV_FILE": os.devnull, **environment}
        return start("manage.py", "up", f"--bind={bind or f'127.0.0.1:{own_port()}'}", cwd=ROOT, **given)

    return run


@pytest.fixture
def tables(django_db_setup, tmp_path):
    """Let `up` find a migrated database, because to migrate a new one takes most of its time."""
    copy_tables(tmp_path / "DATABASE_URL")


@pytest.mark.parametrize("delay", DELAYS)
def test_up_that_is_asked_to_end_while_it_starts_ends_in_good_order(start_up, delay):
    assert end_early(start_up(), delay) == 0


def test_up_takes_signals_before_it_loads_django_and_then_starts_nothing(start_up, tmp_path):
    up = start_up(**halting_at_django(tmp_path))
    assert end_while_halted(up, tmp_path) == 0
    assert up.output == ""


@pytest.mark.parametrize("is_told_to_each", [True, False])
def test_up_that_is_asked_to_end_before_its_children_take_signals_ends_with_them(start_up, tables, is_told_to_each):
    up = start_up()
    assert eventually(lambda: "manage.py worker" in " ".join(up.all().values())), up.output
    for pid in up.all() if is_told_to_each else [up.process.pid]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    assert up.wait() == 0
