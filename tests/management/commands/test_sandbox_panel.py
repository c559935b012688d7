"""The command that runs a sandbox panel."""

import http.client
import json
import os
import signal
import subprocess
import sys
from urllib.parse import urlencode, urlsplit

import pytest
from django.core.management import CommandError, call_command

from panels.management.commands.sandbox_panel import _panel
from panels.sandbox.behaviours import BEHAVIOURS
from tests.processes import PATIENCE, ROOT, end_while_halted, halting_at_django

OPTIONS = {"dialect": "003", "key": "k", "currency": "USD", "balance": "5", "port": 0, "latency": 0.0, "speed": 1.0}
OPTIONS |= {"seed": 1, "state_file": None}


def test_a_panel_takes_signals_before_it_loads_django(start, tmp_path):
    panel = start("manage.py", "sandbox_panel", "--port=0", cwd=ROOT, **halting_at_django(tmp_path))
    assert end_while_halted(panel, tmp_path) == 0
    assert "Traceback" not in panel.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_runs_a_panel_until_it_is_interrupted(number, tmp_path):
    options = (
        "--port=0",
        "--dialect=000",
        "--currency=EUR",
        "--balance=12.50",
        "--key=k",
        "--speed=2",
        "--behaviour=balance_in_data",
    )
    process = subprocess.Popen(
        [sys.executable, "manage.py", "sandbox_panel", *options, f"--state-file={tmp_path / 'panel.jsonl'}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        line = process.stdout.readline()
        assert "key" not in line
        url = urlsplit(line.split(" at ")[1].strip())
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=PATIENCE)
        connection.request("POST", url.path, urlencode({"key": "k", "action": "balance"}))
        assert json.loads(connection.getresponse().read()) == {
            "status": "success",
            "data": {"balance": "12.5", "currency": "EUR"},
        }
        process.send_signal(number)
        assert process.wait(timeout=PATIENCE) == 0
        connection.close()


def test_the_behaviours_are_listed_with_their_sentences(capsys):
    call_command("sandbox_panel", "--list-behaviours")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(BEHAVIOURS)
    assert any(line.split(None, 1) == ["id_alone", "The answer is only the ID."] for line in lines)


def test_a_house_has_a_catalog_of_its_own_and_an_unknown_one_is_refused():
    with pytest.raises(CommandError, match="atlantis"):
        call_command("sandbox_panel", "--house=atlantis")
    with _panel({**OPTIONS, "house": "kestrel"}) as panel:
        assert "5202" <= min(panel.services) < "5300"
