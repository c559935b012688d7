"""Takes the ground from under everybody: the server of the database, its disk, and the clock of a worker."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence

from tests.faults.crew import Crew
from tests.faults.evidence import Strike
from tests.faults.panel import SpoiledPanel
from tests.faults.storage import Storage
from tests.faults.worker import DEADLINE
from tests.processes import eventually

# In seconds. Outcomes that were received meanwhile are recorded after that.
SHORTEST, LONGEST = 0.5, 2.0
# So far is a clock off. It is more than any time of the application may differ, so that rows of then must be repaired.
HOUR = 3600.0


class Outages:
    """Counts what it did in `done`, and notes when in `strikes`."""

    def __init__(
        self,
        crew: Crew,
        panels: Sequence[SpoiledPanel],
        storage: Storage,
        chance: random.Random,
        done: Counter[str],
        strikes: list[Strike],
    ) -> None:
        self._crew, self._panels, self._storage, self._chance = crew, panels, storage, chance
        self._done, self._strikes = done, strikes

    def stop_database(self) -> None:
        """Stop the server of the database as a crash does, and start it again."""
        self._wait_for_workers()
        began = time.time()
        with self._storage.stopped():
            self._wait()
        self._note("outage", began)
        self._done["database stopped"] += 1

    def fill_disk(self) -> None:
        """Fill the disk of the database, and free it again."""
        self._wait_for_workers()
        began = time.time()
        with self._storage.full():
            self._wait()
        self._note("full", began)
        self._done["disk full"] += 1

    def set_clock_forward(self) -> None:
        """Set the clock of a worker forward, and kill it, or set its clock back to the true time."""
        self._set_clock(self._chance.uniform(1, 3) * HOUR, is_killed=self._chance.random() < 0.5)
        self._done["clock forward"] += 1

    def set_clock_back(self) -> None:
        """Set the clock of a worker back, and then forward to the true time."""
        self._set_clock(-self._chance.uniform(1, 3) * HOUR, is_killed=False)
        self._done["clock back"] += 1

    def _set_clock(self, seconds: float, *, is_killed: bool) -> None:
        self._wait_for_workers()
        began, worker = time.time(), self._chance.choice(self._crew.workers)
        self._count_no_peaks(float("inf"))
        with self._crew.clock_off(worker, seconds):
            self._wait()
            if is_killed:
                self._crew.kill([worker], "with a wrong clock")
                self._done["kill"] += 1
        self._count_no_peaks(time.time() + DEADLINE)
        self._note("clock", began, f"{worker.name} {seconds:+.0f} s")

    def _count_no_peaks(self, until: float) -> None:
        for panel in self._panels:
            panel.no_peak_until = until

    def _wait_for_workers(self) -> None:
        """Wait until all workers work, because a worker that finds no database when it starts ends."""
        from panels.models import Worker

        pids = {worker.process.pid for worker in self._crew.workers}
        eventually(lambda: pids <= set(Worker.objects.values_list("pid", flat=True)))

    def _wait(self) -> None:
        time.sleep(self._chance.uniform(SHORTEST, LONGEST))

    def _note(self, kind: str, began: float, why: str = "") -> None:
        self._strikes.append(Strike(kind, began, time.time(), why=why))
