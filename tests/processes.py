"""Processes that a test starts: what they print, what they answer, and that nothing is left of them."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
# Only what hangs takes as long, so that a busy machine fails no test.
PATIENCE = 120.0
# Below the ports that the kernel gives away, so that no other process gets one of these by chance.
PORTS = range(10_000, 32_000)
# How long after its first line a process is asked to end, in seconds: before, while and after it loads Django.
DELAYS = (0, 0.2, 0.5)
HALT = """
import sys, time
from pathlib import Path

class Halt:
    def find_spec(self, name, path, target=None):
        if name == "django":
            Path({folder!r}, "halted").touch()
            while not Path({folder!r}, "go").exists():
                time.sleep(0.01)

sys.meta_path.insert(0, Halt())
"""
T = TypeVar("T")


class Started:
    """A process of ours, and the processes it has started: all have the same mark in their environment."""

    def __init__(self, command: Sequence[str], output: Path, *, cwd: Path, env: Mapping[str, str]) -> None:
        self._mark = f"TEST_MARK={uuid.uuid4()}"
        self._output = output
        name, _, value = self._mark.partition("=")
        with output.open("w") as file:
            self.process = subprocess.Popen(
                command,
                cwd=cwd,
                env={**env, name: value},
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    def all(self) -> dict[int, str]:
        """Return pid → command line of every process of these that lives."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self._mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    def pid_of(self, word: str) -> int:
        """Return the child of that command that was there first."""
        return min(pid for pid, command in self.all().items() if word in command and pid != self.process.pid)

    def signal(self, number: int, *, group: bool = False) -> None:
        """Send a signal to the first process, or as a terminal does to its whole group."""
        (os.killpg if group else os.kill)(self.process.pid, number)

    def wait(self) -> int:
        """Return the exit status, once nothing is left of it."""
        eventually(lambda: self.process.poll() is not None and not self.all())
        assert self.process.poll() is not None, self.output
        assert self.all() == {}
        return self.process.returncode

    def end(self) -> None:
        """Leave nothing of it."""
        for pid in self.all():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()


def eventually(question: Callable[[], T], seconds: float = PATIENCE) -> T:
    """Ask until the answer is true, and return it; the last answer after so many seconds."""
    until = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < until:
        time.sleep(0.02)
    return answer


def takes(number: int, process: subprocess.Popen[bytes]) -> bool:
    """Tell whether a process has a handler of its own for a signal: before that Python has not come to its code."""
    with contextlib.suppress(FileNotFoundError):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> number - 1 & 1)
    return False


def end_early(started: Started, delay: float) -> int:
    """Ask a process to end that has just been started, and return its exit status.

    Nothing can be caught before Python has come to the first lines of the command, so that is waited for.
    """
    assert eventually(lambda: takes(signal.SIGTERM, started.process)), started.output
    time.sleep(delay)
    started.signal(signal.SIGTERM)
    return started.wait()


def halting_at_django(folder: Path) -> dict[str, str]:
    """Return the environment of a process that stands still, where it begins to load Django, until it may go on."""
    (folder / "sitecustomize.py").write_text(HALT.format(folder=str(folder)))
    return {"PYTHONPATH": str(folder)}


def end_while_halted(started: Started, folder: Path) -> int:
    """Ask a process to end while it stands still before Django, and return its exit status."""
    assert eventually((folder / "halted").exists), started.output
    assert takes(signal.SIGTERM, started.process)
    started.signal(signal.SIGTERM)
    (folder / "go").touch()
    return started.wait()


def own_port() -> int:
    """Return a port that nobody listens on, and that no other process of the tests is likely to choose."""
    while True:
        port = random.choice(PORTS)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def own_redis(url: str) -> str:
    """Return the address of a Redis database of this process alone, because pytest-xdist runs several at once.

    Each takes the database before the last one, so that a second run of the tests can use those in between.
    """
    server, _, number = url.rpartition("/")
    return f"{server}/{(int(number) - 2 * int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0')[2:])) % 16}"


def get(port: int, path: str = "/healthz/") -> int | None:
    """Return the status of an answer, None if there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.suppress(OSError), contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().status
    return None
