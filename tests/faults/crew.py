"""The workers of a run: real processes, each with a log of its own, and the signals that they get."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from tests.faults.verdict import Strike
from tests.faults.worker import DEADLINE

LEAVE_WITHIN = 2 * DEADLINE


class Worker:
    """One process; its name is what a panel sees as the User-Agent."""

    def __init__(self, name: str, log: Path) -> None:
        self.name, self.log = name, log
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.worker", name],
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def close(self) -> None:
        """Let go of the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()


class Crew:
    """So many workers at once; `strikes` tells every signal that was meant to hurt."""

    def __init__(self, size: int, folder: Path) -> None:
        self._size, self._folder = size, folder
        self._names = 0
        self.workers: list[Worker] = []
        self.strikes: list[Strike] = []
        self._leaving: list[Worker] = []

    def fill(self) -> None:
        """Start as many as are missing."""
        while len(self.workers) < self._size:
            self.start()

    def start(self) -> Worker:
        """Start one more."""
        self._names += 1
        name = f"worker-{self._names}"
        self.workers.append(Worker(name, self._folder / f"{name}.log"))
        return self.workers[-1]

    def named(self, name: str) -> Worker | None:
        """Find one that is there."""
        return next((worker for worker in self.workers if worker.name == name), None)

    def kill(self, workers: Iterable[Worker], why: str) -> None:
        """End them with SIGKILL."""
        workers = list(workers)
        began = time.time()
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.process.wait()
            worker.close()
            self.workers.remove(worker)
            self.strikes.append(Strike("kill", began, time.time(), worker=worker.name, why=why))

    def stop(self, workers: Iterable[Worker]) -> float:
        """Halt them with SIGSTOP; returns since when they surely stand still."""
        workers = list(workers)
        for worker in workers:
            worker.process.send_signal(signal.SIGSTOP)
        for worker in workers:
            os.waitid(os.P_PID, worker.process.pid, os.WSTOPPED | os.WNOWAIT)
        return time.time()

    def go_on(self, workers: Iterable[Worker], stopped_at: float, why: str) -> None:
        """Let them continue with SIGCONT."""
        for worker in workers:
            worker.process.send_signal(signal.SIGCONT)
            self.strikes.append(Strike("stop", stopped_at, time.time(), worker=worker.name, why=why))

    def dismiss(self, worker: Worker) -> None:
        """Ask one to end as a service manager does; it takes its time for what it is sending."""
        worker.process.terminate()
        self.workers.remove(worker)
        self._leaving.append(worker)

    def all_left(self) -> list[str]:
        """Return what is to be said against those who were asked to end: nothing if all did, and in good order."""
        for worker in self._leaving:
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.process.wait(LEAVE_WITHIN)
        return [
            f"{worker.name} was asked to end, and its status is {worker.process.returncode}"
            for worker in self._leaving
            if worker.process.returncode != 0
        ]

    def logs(self) -> list[Path]:
        """Return the logs of all that there have been."""
        return sorted(self._folder.glob("worker-*.log"))

    def end(self) -> None:
        """Leave nothing behind."""
        for worker in [*self.workers, *self._leaving]:
            worker.process.kill()
            worker.process.wait()
            worker.close()
