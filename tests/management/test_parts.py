"""The processes of a running dashboard use this interpreter, from any folder, and the web server is found as bound."""

import re
import socket
import subprocess
import sys
import threading

import pytest

from panels.management import parts
from tests.processes import ROOT, own_port


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
    assert (settings["worker_class"], settings["keepalive"]) == ("dashboard.web_worker.Worker", "130")
    assert settings["chdir"] == str(ROOT)


@pytest.mark.parametrize(
    ("bind", "shown"),
    [
        ("127.0.0.1:8000", "http://localhost:8000/"),
        ("0.0.0.0:80", "http://localhost:80/"),
        ("[::1]:8000", "http://localhost:8000/"),
        ("[fd00::5]:8000", "http://[fd00::5]:8000/"),
        ("panels.example:9000", "http://panels.example:9000/"),
        ("unix:/run/panels.sock", "unix:/run/panels.sock"),
    ],
)
def test_the_address_is_shown_as_a_link(bind, shown):
    assert parts.link(bind) == shown


@pytest.mark.parametrize(
    ("bind", "is_local"),
    [
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("localhost:8000", True),
        ("unix:/run/panels.sock", True),
        ("0.0.0.0:8000", False),
        ("[::]:8000", False),
        (":8000", False),
        ("192.0.2.7:8000", False),
        ("panels.example:8000", False),
    ],
)
def test_an_address_that_other_machines_reach_is_known(bind, is_local):
    assert parts.is_local(bind) is is_local


@pytest.mark.parametrize(("answer", "is_well"), [(b"HTTP/1.1 200 OK", True), (b"HTTP/1.1 503 No", False), (b"", False)])
def test_the_web_server_is_healthy_once_it_says_so(answer, is_well, tmp_path):
    path = tmp_path / "web"
    for place, bind in ((("127.0.0.1", port := own_port()), f"127.0.0.1:{port}"), (str(path), f"unix:{path}")):
        with socket.socket(socket.AF_INET if isinstance(place, tuple) else socket.AF_UNIX) as listener:
            listener.bind(place)
            listener.listen()
            thread = threading.Thread(target=lambda: _answer(listener, answer))
            thread.start()
            assert parts.is_healthy(bind) is is_well
            thread.join()
    assert not parts.is_healthy(f"127.0.0.1:{own_port()}")


def _answer(listener, answer):
    connection, _ = listener.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(answer + b"\r\n\r\n" if answer else b"")
