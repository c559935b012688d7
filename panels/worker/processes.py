"""Runs processes under one parent: it alone hears the terminal, all end together, and none outlives it.

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

# Signals that come this close together are one: a service manager tells each process, and the parent its children.
AS_ONE = 0.3
LOOK_EVERY = 0.05
SET_PARENT_DEATH_SIGNAL = 1


class StopSignals:
    """Notes the first SIGINT or SIGTERM in `received`; a second one calls `at_once` and ends the process.

    The handler touches no lock: the main thread, which it interrupts, may hold it.
    """

    def __init__(self) -> None:
        self.at_once: Callable[[], object] = lambda: None
        self._first_at = 0.0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    @classmethod
    def of_process(cls) -> Self:
        """Return the object that already takes the signals of this process, or let a new one take them.

        A signal that came before the command began is in `received`.
        """
        owner = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
        return owner if isinstance(owner, cls) else cls()

    @property
    def received(self) -> bool:
        """Whether somebody has asked this process to end."""
        return self._first_at > 0

    def _note(self, number: int, _: object) -> None:
        now = time.monotonic()
        if not self._first_at:
            self._first_at = now
        elif now - self._first_at > AS_ONE:
            self.at_once()
            os._exit(128 + number)


class Family:
    """The children of this process: each in a session of its own, so that a Ctrl-C reaches only the parent."""

    def __init__(self, output: IO[Any] | None = None) -> None:
        self._output = output
        self._children: list[tuple[subprocess.Popen[bytes], bool]] = []
        self.signals = StopSignals.of_process()
        self.signals.at_once = self.kill

    def start(self, command: Sequence[str], *, ends_last: bool = False) -> None:
        """Start a child, but none after a signal; one that `ends_last` is told to end when all others have."""
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
        """Wait for something while all are well; False if a child has ended or we were told to end."""
        while not is_done():
            if self.signals.received or self._ended() is not None:
                return False
            time.sleep(LOOK_EVERY)
        return True

    def run(self) -> int:
        """Wait until one ends or we are told to, and end all; return the status of the one that ended, else 0."""
        self.wait_until(lambda: False)
        status = self._ended()
        self.stop()
        return 0 if self.signals.received or status is None else status

    def stop(self) -> None:
        """Tell all to end, and wait as long as they need: what is being sent has a deadline of its own."""
        for is_late in (False, True):
            children = [child for child, ends_last in self._children if ends_last == is_late]
            for child in children:
                if child.poll() is None:
                    child.terminate()
            for child in children:
                while child.poll() is None:
                    time.sleep(LOOK_EVERY)
                # What a child that was killed has left behind.
                _kill_group(child.pid)

    def kill(self) -> None:
        """End all at once, with all that they have started."""
        for child, _ in self._children:
            _kill_group(child.pid)

    def _ended(self) -> int | None:
        """Return the status of the first child that has ended, as a shell would give it; None if all run."""
        for child, _ in self._children:
            if (status := child.poll()) is not None:
                return status if status >= 0 else 128 - status
        return None


def free_port(wanted: int) -> int:
    """Return `wanted` if nobody listens there on loopback, else a port that is free now."""
    for port in (wanted, 0):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)) as listener:
            return int(listener.getsockname()[1])
    raise OSError("There is no free port on 127.0.0.1.")


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _end_with_parent() -> Callable[[], None] | None:
    """Return what a child does first: ask the kernel to be told to end when its parent is gone, however that ends."""
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask() -> None:
        libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask
