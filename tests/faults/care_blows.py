"""Kills workers while a panel answers their calls for refills and cancels."""

from __future__ import annotations

import random
import time
from collections import Counter

from panels.sandbox import Fault
from tests.faults.care import Care
from tests.faults.care_panel import ACTIONS, Ask, CarePanel
from tests.faults.crew import Crew
from tests.faults.storage import Storage
from tests.processes import eventually

# In seconds: how long the panel waits with its answer, and how long a fault waits for its moment.
LATE, PATIENCE = 1.0, 10.0
# The refills and the cancels that wait when a fault occurs.
IN_STOCK = 3


class CareBlows:
    """Counts what it did in `done`."""

    def __init__(
        self,
        crew: Crew,
        panel: CarePanel,
        care: Care,
        storage: Storage,
        chance: random.Random,
        done: Counter[str],
    ) -> None:
        self._crew, self._panel, self._care, self._storage = crew, panel, care, storage
        self._chance, self._done = chance, done

    def kill_after_ask(self) -> None:
        """Kill a worker whose request the panel has taken and not yet answered."""
        self._kill_during_ask("kill after an ask", waits_for_answer=False)

    def kill_before_care_record(self) -> None:
        """Kill a worker that has the panel's answer to a request and cannot record it yet."""
        self._kill_during_ask("kill before the record of an ask", waits_for_answer=True)

    def _kill_during_ask(self, what: str, *, waits_for_answer: bool) -> None:
        number, action = self._panel.last_number(), self._chance.choice(ACTIONS)
        with self._panel.answering_requests_late(action, LATE):
            ask = eventually(lambda: self._late_since(number), PATIENCE)
            worker = ask and self._crew.named(ask.caller)
            if not ask or not worker:
                self._done[f"missed: {what}"] += 1
                return
            if waits_for_answer:
                with self._storage.locked(self._care.pk_of(ask.order_id)):
                    eventually(lambda: ask.answered_at, PATIENCE)
                    # The longest time to read an answer that has arrived.
                    time.sleep(0.15)
                    self._crew.kill([worker], what)
            else:
                self._crew.kill([worker], what)
        self._done["kill"] += 1
        self._done[what] += 1

    def _late_since(self, number: int) -> Ask | None:
        """Return a request that will be answered late, of a worker that runs. Keeps requests waiting until then."""
        self._care.keep(IN_STOCK)
        late = (
            ask
            for ask in self._panel.asked_since(number)
            if ask.fault and ask.fault.fault is Fault.LATE_ANSWER and ask.fault.seconds == LATE
        )
        return next((ask for ask in late if ask.answered_at is None and self._crew.named(ask.caller)), None)
