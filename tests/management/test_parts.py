"""The processes of a running dashboard use this interpreter, from any folder."""

import re
import subprocess
import sys

from panels.management import parts
from tests.processes import ROOT


def test_a_command_runs_from_any_folder(tmp_path):
    command = parts.command("worker", "--help")
    assert command[:2] == [sys.executable, str(ROOT / "manage.py")]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "After Ctrl-C, orders that are being sent get their outcome first" in " ".join(answer.stdout.split())


def test_the_web_server_has_the_settings_of_this_project(tmp_path):
    command = parts.web("127.0.0.1:9", workers=3)
    answer = subprocess.run([*command, "--print-config"], cwd=tmp_path, capture_output=True, text=True, check=True)
    settings = dict(re.findall(r"^(\w+)\s+= (.*)$", answer.stdout, re.M))
    assert (settings["workers"], settings["bind"]) == ("3", "['127.0.0.1:9']")
    assert (settings["worker_class"], settings["keepalive"]) == ("gthread", "1")
    assert settings["chdir"] == str(ROOT)
