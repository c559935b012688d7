"""Processes that a test starts: their output, their answers, and a check that no process is left."""

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
# Only a process that hangs takes so long, so a busy machine fails no test. In seconds.
PATIENCE = 300.0
# Below the ports that the kernel assigns, so that no other process gets one of them by chance.
PORTS = range(10_000, 32_000)
# Seconds from the first line of a process to the signal: before, while and after it loads Django.
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
    """A process of ours, and the processes that it has started. All of them have the same mark in their environment."""

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
        """Return pid → command line of every process of these that is alive."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self._mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    def pid_of(self, word: str) -> int:
        """Return the oldest child with that word in its command."""
        return min(pid for pid, command in self.all().items() if word in command and pid != self.process.pid)

    def signal(self, number: int, *, group: bool = False) -> None:
        """Send a signal to the first process, or to its whole group as a terminal does."""
        (os.killpg if group else os.kill)(self.process.pid, number)

    def wait(self) -> int:
        """Return the exit status after all these processes have ended."""
        eventually(lambda: self.process.poll() is not None and not self.all())
        assert self.process.poll() is not None, self.output
        assert self.all() == {}
        return self.process.returncode

    def end(self) -> None:
        """Kill all processes that are left."""
        for pid in self.all():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()


def eventually(question: Callable[[], T], seconds: float = PATIENCE) -> T:
    """Ask until the answer is true, and return it. After so many seconds, return the last answer."""
    until = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < until:
        time.sleep(0.02)
    return answer


def takes(number: int, process: subprocess.Popen[bytes]) -> bool:
    """Return whether a process has its own handler for a signal. Before that, Python has not reached the code."""
    with contextlib.suppress(FileNotFoundError):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> number - 1 & 1)
    return False


def end_early(started: Started, delay: float) -> int:
    """Ask a process that was just started to end, and return its exit status.

    A signal cannot be caught before Python has reached the first lines of the command, so this function waits for them.
    """
    assert eventually(lambda: takes(signal.SIGTERM, started.process)), started.output
    time.sleep(delay)
    started.signal(signal.SIGTERM)
    return started.wait()


def halting_at_django(folder: Path) -> dict[str, str]:
    """Return the environment of a process that stops before it loads Django, until a file lets it continue."""
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
    """Return a free port that other processes of the tests are not likely to choose."""
    while True:
        port = random.choice(PORTS)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def own_redis(url: str) -> str:
    """Return the address of a Redis database for this process alone, because pytest-xdist runs several processes.

    Each process takes the second database before that of the process before it, so a second run can use the others.
    """
    server, _, number = url.rpartition("/")
    return f"{server}/{(int(number) - 2 * int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0')[2:])) % 16}"


def get(port: int, path: str = "/healthz/") -> int | None:
    """Return the status of the answer, or None if there is no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.suppress(OSError), contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().status
    return None
