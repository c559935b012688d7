"""The workers of a run: real processes with their own logs, and the signals that they get."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.faults.claims import Claim, Taken, read_claims, read_taken
from tests.faults.clock import FILE
from tests.faults.evidence import Strike
from tests.faults.pulse import read_starved
from tests.faults.worker import CLAIMS, DEADLINE, HOLD, PULSE, TAKEN
from tests.processes import eventually, takes

LEAVE_WITHIN = 2 * DEADLINE


class Worker:
    """One process. The panel sees its name as the User-Agent."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        with (folder / f"{name}.log").open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.worker", name, str(folder)],
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def close(self) -> None:
        """Close the files of the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()


class Crew:
    """A number of workers that run at once. `strikes` has every signal that was meant to harm a worker."""

    def __init__(self, size: int, folder: Path) -> None:
        self._size, self._folder = size, folder
        self._names = 0
        self.workers: list[Worker] = []
        self.strikes: list[Strike] = []
        self._leaving: list[Worker] = []
        self._deserters: list[Worker] = []

    def fill(self) -> None:
        """Start workers until the number is complete."""
        self._look_for_deserters()
        while len(self.workers) < self._size:
            self.start()

    def start(self) -> Worker:
        """Start one more worker."""
        self._names += 1
        name = f"worker-{self._names}"
        self.workers.append(Worker(name, self._folder))
        return self.workers[-1]

    def named(self, name: str) -> Worker | None:
        """Return a worker that runs."""
        return next((worker for worker in self.workers if worker.name == name), None)

    def kill(self, workers: Iterable[Worker], why: str) -> None:
        """Kill workers with SIGKILL."""
        self._look_for_deserters()
        workers = [worker for worker in workers if worker in self.workers]
        began = time.time()
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.process.wait()
            worker.close()
            self.workers.remove(worker)
            self.strikes.append(Strike("kill", began, time.time(), worker=worker.name, why=why))

    def stop(self, workers: Iterable[Worker]) -> float:
        """Halt workers with SIGSTOP. Return the time since which they surely stand still."""
        workers = list(workers)
        for worker in workers:
            worker.process.send_signal(signal.SIGSTOP)
        for worker in workers:
            os.waitid(os.P_PID, worker.process.pid, os.WSTOPPED | os.WNOWAIT)
        return time.time()

    def go_on(self, workers: Iterable[Worker], stopped_at: float, why: str) -> None:
        """Continue workers with SIGCONT."""
        for worker in workers:
            worker.process.send_signal(signal.SIGCONT)
            self.strikes.append(Strike("stop", stopped_at, time.time(), worker=worker.name, why=why))

    @contextlib.contextmanager
    def holding(self, panel_pk: int) -> Iterator[None]:
        """Let workers begin no send to a panel, even if they have claimed orders for it."""
        file = self._folder / HOLD.format(panel_pk)
        file.touch()
        try:
            yield
        finally:
            file.unlink()

    @contextlib.contextmanager
    def clock_off(self, worker: Worker, seconds: float) -> Iterator[None]:
        """Let the clock of a worker be wrong by so many seconds."""
        file = self._folder / FILE.format(worker.name)
        file.write_text(str(seconds))
        try:
            yield
        finally:
            file.unlink()

    def dismiss(self, worker: Worker) -> None:
        """Ask a worker to end, as a service manager does. It first waits for the orders that it sends."""
        eventually(lambda: worker.process.poll() is not None or takes(signal.SIGTERM, worker.process))
        worker.process.terminate()
        self.workers.remove(worker)
        self._leaving.append(worker)

    def complaints(self) -> list[str]:
        """Return the problems: workers that did not end in good order when asked, and workers that ended unasked."""
        for worker in self._leaving:
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.process.wait(LEAVE_WITHIN)
        self._look_for_deserters()
        stayed = [worker for worker in self._leaving if worker.process.returncode != 0]
        return [
            *(f"{each.name} was asked to end, and its status is {each.process.returncode}" for each in stayed),
            *(f"{each.name} has ended by itself with status {each.process.returncode}" for each in self._deserters),
        ]

    def logs(self) -> list[Path]:
        """Return the logs of all workers of the run."""
        return sorted(self._folder.glob("worker-*.log"))

    def claims(self) -> list[Claim]:
        """Return all claims of the run."""
        return read_claims(self._folder / CLAIMS)

    def taken(self) -> list[Taken]:
        """Return all refills and cancels that workers took."""
        return read_taken(self._folder / TAKEN)

    def starved(self) -> list[Strike]:
        """Return the times in which a worker or the process of the panels stood still."""
        return read_starved(self._folder / PULSE)

    def _look_for_deserters(self) -> None:
        self._deserters += [worker for worker in self.workers if worker.process.poll() is not None]
        self.workers = [worker for worker in self.workers if worker not in self._deserters]

    def end(self) -> None:
        """End all processes."""
        for worker in [*self.workers, *self._leaving, *self._deserters]:
            worker.process.kill()
            worker.process.wait()
            worker.close()
