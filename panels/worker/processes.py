"""Runs processes under one parent. Only the parent gets the signals of the terminal, and all processes end together.

This module imports no Django, because a process takes its signals before Django loads.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import IO, Any, Self

# Signals within so many seconds count as one, because a service manager and the parent may both send one.
AS_ONE = 0.3
LOOK_EVERY = 0.05
SET_PARENT_DEATH_SIGNAL = 1
# The option of mallopt for the most heaps of a process, and their number for a worker.
MOST_HEAPS, HEAPS = -8, 2


class StopSignals:
    """Notes the first SIGINT or SIGTERM in `received`. A second signal calls `at_once` and ends the process.

    The handler uses no lock, because the interrupted main thread may hold it, which would be a deadlock.
    """

    def __init__(self) -> None:
        self.at_once: Callable[[], object] = lambda: None
        self._first_at = 0.0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    @classmethod
    def of_process(cls) -> Self:
        """Return the object that takes the signals of this process. Create it if there is none.

        A signal that came before the command began is in `received`.
        """
        owner = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
        return owner if isinstance(owner, cls) else cls()

    @property
    def received(self) -> bool:
        """Whether a signal asked this process to end."""
        return self._first_at > 0

    def _note(self, number: int, _: object) -> None:
        now = time.monotonic()
        if not self._first_at:
            self._first_at = now
        elif now - self._first_at > AS_ONE:
            self.at_once()
            os._exit(128 + number)


class Family:
    """The children of this process. Each child has its own session, so a Ctrl-C reaches only the parent."""

    def __init__(self, output: IO[Any] | None = None) -> None:
        self._output = output
        self._children: list[tuple[subprocess.Popen[bytes], bool]] = []
        self.signals = StopSignals.of_process()
        self.signals.at_once = self.kill

    def start(self, command: Sequence[str], *, ends_last: bool = False) -> None:
        """Start a child, unless a signal has come. A child with `ends_last` ends after all others have ended."""
        if self.signals.received:
            return
        child = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,
            preexec_fn=_end_with_parent(),  # noqa: PLW1509
        )
        self._children.append((child, ends_last))

    def wait_until(self, is_done: Callable[[], bool]) -> bool:
        """Wait until `is_done` returns true. Return False if a child has ended or a signal came."""
        while not is_done():
            if self.signals.received or self._ended() is not None:
                return False
            time.sleep(LOOK_EVERY)
        return True

    def run(self) -> int:
        """Wait until a child ends or a signal comes, and end all children. Return the status of that child, or 0."""
        self.wait_until(lambda: False)
        status = self._ended()
        self.stop()
        return 0 if self.signals.received or status is None else status

    def stop(self) -> None:
        """Ask all children to end, and wait without a limit, because sends have their own deadline."""
        for is_late in (False, True):
            children = [child for child, ends_last in self._children if ends_last == is_late]
            for child in children:
                if child.poll() is None:
                    child.terminate()
            for child in children:
                while child.poll() is None:
                    time.sleep(LOOK_EVERY)
                # A killed child may have left its own children.
                _kill_group(child.pid)

    def kill(self) -> None:
        """Kill all children and the processes that they started."""
        for child, _ in self._children:
            _kill_group(child.pid)

    def _ended(self) -> int | None:
        """Return the exit status of the first child that has ended, as a shell gives it, or None if all run."""
        for child, _ in self._children:
            if (status := child.poll()) is not None:
                return status if status >= 0 else 128 - status
        return None


def share_heaps() -> None:
    """Let all threads of this process share two heaps. Must be called before the first thread is started.

    glibc gives threads up to eight heaps a core, and keeps what a thread has freed for the next one in the same heap.
    So a worker, which starts threads all the time, would need more. Other C libraries have no such option.
    """
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(MOST_HEAPS, HEAPS)


def give_memory_back() -> None:
    """Return the memory that is free in the heaps of this process to the system.

    glibc does so itself only at the end of a heap, so one small value there keeps all that a large answer took.
    """
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def free_port(wanted: int) -> int:
    """Return `wanted` if this port is free on loopback, or else a port that is free now."""
    for port in (wanted, 0):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)) as listener:
            return int(listener.getsockname()[1])
    raise OSError("There is no free port on 127.0.0.1.")


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _end_with_parent() -> Callable[[], None] | None:
    """Return the function that a child runs first. It asks the kernel for a SIGTERM when the parent ends."""
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask() -> None:
        libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask
