"""Causes the faults. Each method is one fault, timed so that it surely has its effect."""

from __future__ import annotations

import contextlib
import io
import itertools
import random
import string
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.core.management import call_command

from panels.sandbox import Arrival, Fault
from tests.faults.care import Care
from tests.faults.crew import Crew, Worker
from tests.faults.evidence import AFTER_SEND, BEFORE_RECORD, BEFORE_SEND, Strike
from tests.faults.panel import BY_OWNER, LIE, SpoiledPanel
from tests.faults.stock import Stock
from tests.faults.storage import Storage
from tests.faults.worker import DEADLINE

LOOK_EVERY = 0.02
# How long a fault waits for its moment, in seconds.
PATIENCE = 15.0
# Long enough to strike meanwhile, and less than a worker waits for an answer.
LATE = 1.0
# The orders that must wait at a panel before a fault is caused there.
ENOUGH = 9
# The refills and the cancels that wait in the copy of the database.
CARE_IN_COPY = 3
# How often workers are halted until they are at the right moment.
TRIES = 20
NOT_NOW = "not at the right moment"


class Saboteur:
    """Causes faults of workers, panels and storage while orders are sent, and counts them in `done`."""

    def __init__(
        self, crew: Crew, panels: list[SpoiledPanel], stock: Stock, storage: Storage, chance: random.Random
    ) -> None:
        self._crew, self._panels, self._stock, self._storage, self._chance = crew, panels, stock, storage, chance
        # The faults of panels, of the database and of clocks.
        self.strikes: list[Strike] = []
        self.done: Counter[str] = Counter()
        # The most orders that a panel refused in unknown words before it was paused.
        self.most_refused = 0
        # The orders that waited in the restored copy, and the time of the restore.
        self.restored: set[int] = set()
        self.restored_at = 0.0
        # Links of orders whose workers stood still until it was too late to send them, by the time since when.
        self.fenced: dict[str, float] = {}

    def kill_at_random(self) -> None:
        """Kill any worker at any moment."""
        time.sleep(self._chance.uniform(0, 0.5))
        self._kill([self._chance.choice(self._crew.workers)], "at random")

    def kill_before_send(self) -> None:
        """Kill all workers while some have claimed orders and their connections are not finished."""
        panel = self._any_panel()
        with self._unreachable(panel) as since:
            if not self._until(lambda: self._claimed(panel, since)):
                self._missed("kill before the send")
                return
            self._kill(list(self._crew.workers), BEFORE_SEND)

    def kill_after_send(self) -> None:
        """Kill a worker whose order the panel has accepted and not yet answered."""
        panel = self._any_panel()
        with panel.answering_late(LATE):
            arrival = self._await_late(panel)
            worker = arrival and self._crew.named(arrival.caller)
            if not worker:
                self._missed("kill after the send")
                return
            self._kill([worker], AFTER_SEND)

    def kill_before_record(self) -> None:
        """Kill a worker that has the answer of the panel and cannot record it yet."""
        panel = self._any_panel()
        with panel.answering_late(LATE):
            arrival = self._await_late(panel)
            worker = arrival and self._crew.named(arrival.caller)
            if not arrival or not worker:
                self._missed("kill before the record")
                return
            with self._storage.locked(self._stock.order(arrival).pk):
                self._until(lambda: arrival.answered_at, is_locked=True)
                # The longest time to read an answer that has arrived.
                time.sleep(0.15)
                self._kill([worker], BEFORE_RECORD)

    def stop_before_send(self) -> None:
        """Halt all workers with claimed orders that are not sent, until another worker has sent one of these again."""
        unreachable = self._any_panel()
        panel = self._chance.choice([panel for panel in self._panels if panel is not unreachable])
        # At one panel they have not begun, and at the other panel they wait for their connections.
        # While they stand still, the kernel finishes these. So only the clock keeps the workers from sending.
        with self._unreachable(unreachable) as since:
            self._until(lambda: self._claimed(unreachable, since))
            with self._holding(panel) as held_since:
                stopped, orders, stopped_at = self._stop_with_claims({panel: held_since, unreachable: since})
        self._crew.start()
        if not orders or not self._until(lambda: self._stock.states_of(orders) == {"unknown"}, 3 * DEADLINE):
            self._crew.go_on(stopped, stopped_at, NOT_NOW)
            self._missed("stop before the send")
            return
        again, *others = orders
        self._stock.send_again(again)
        self._stock.put_first(again)
        number = panel.last_number()
        with panel.answering_late(LATE, None):
            self._until(lambda: any(each.fields["link"] == again.link for each in panel.arrived_since(number)))
            # Now it is being sent as a second attempt. The workers that claimed the first attempt continue.
            self._crew.go_on(stopped, stopped_at, BEFORE_SEND)
            time.sleep(LATE)
        self.fenced |= dict.fromkeys((order.link for order in others), stopped_at)
        self.done["stop before the send"] += len(orders)
        self._crew.dismiss(self._chance.choice(self._crew.workers))

    def stop_after_send(self) -> None:
        """Halt a worker whose order the panel has accepted, until long after the answer and the deadline."""
        panel = self._any_panel()
        with panel.answering_late(LATE):
            arrival = self._await_late(panel)
            worker = arrival and self._crew.named(arrival.caller)
            if not arrival or not worker:
                self._missed("stop after the send")
                return
            stopped_at = self._stop_without_locks([worker])
        if not stopped_at:
            self._missed("stop after the send")
            return
        self._until(lambda: self._stock.order(arrival).state != "sending", 3 * DEADLINE)
        if self._stock.order(arrival).state == "unknown":
            self.done["stop after the send"] += 1
        else:
            self._missed("stop after the send")
        self._crew.go_on([worker], stopped_at, AFTER_SEND)

    def vanish(self) -> None:
        """Let a panel vanish for a while: it cuts all connections, and it refuses new ones."""
        panel, began = self._any_panel(), time.time()
        panel.vanish()
        cut_at = time.time()
        time.sleep(self._chance.uniform(0.1, 1.5))
        panel.come_back()
        self._note_vanished(panel, began, cut_at)

    def lie(self) -> None:
        """Let a panel take orders and refuse them in unknown words. A person says that the words are about them."""
        panel = self._any_panel()
        if self._refused_until_paused(panel, LIE, takes=True):
            self._stock.go_on(panel.name, "orders")
            self.done["panel lied"] += 1
        else:
            self._missed("lie")

    def close_by_owner(self) -> None:
        """Let a panel refuse everybody in unknown words. A person says so, and sends the orders again."""
        panel = self._any_panel()
        if self._refused_until_paused(panel, BY_OWNER, takes=False):
            self._stock.go_on(panel.name, "panel")
            self.done["panel closed by its owner"] += 1
        else:
            self._missed("close by the owner")

    def _refused_until_paused(self, panel: SpoiledPanel, words: str, *, takes: bool) -> bool:
        """Let a panel refuse all orders until it is paused. Known words pause nothing, so each time has its own."""
        words = f"{words} {''.join(self._chance.choices(string.ascii_lowercase, k=12))}"
        number = panel.last_number()
        with panel.refusing(words, takes=takes):
            is_paused = self._until(lambda: self._stock.paused_because(panel.name) == "unclear", 2 * PATIENCE)
        refused = [each for each in panel.arrived_since(number) if each.fault and each.fault.text == words]
        self.most_refused = max(self.most_refused, len(refused))
        return is_paused

    def flush_queue(self) -> None:
        """Delete all tasks of the queue."""
        self._storage.flush_queue()
        self.done["queue flushed"] += 1

    def copy_when_left(self, count: int, care: Care) -> None:
        """When so many orders are left, kill all workers in the middle of their work, and copy the database."""
        self._until(lambda: self._stock.left().count() <= count)
        care.keep(CARE_IN_COPY)
        self._kill(list(self._crew.workers), "for a copy")
        self._storage.copy()

    def restore_when_left(self, count: int) -> None:
        """When so many orders are left, kill all workers and restore the copy."""
        self._until(lambda: self._stock.left().count() <= count)
        self._kill(list(self._crew.workers), "for the restore")
        # No row of the copy has the orders that the panels still work on.
        self._until(lambda: not any(panel.under_way for panel in self._panels))
        self._storage.restore()
        self.restored, self.restored_at = self._stock.waiting_pks(), time.time()
        call_command("after_restore", force=True, stdout=io.StringIO())
        self.done["database restored"] += 1

    def _any_panel(self) -> SpoiledPanel:
        """Return a panel that has enough waiting orders and is not paused."""

        def ready() -> list[SpoiledPanel]:
            left = self._stock.left_at(is_open=True)
            return [panel for panel in self._panels if left[panel.name] >= ENOUGH]

        self._until(ready)
        panels, sending = ready() or self._panels, self._stock.sending_at()
        # Orders of a killed worker count as parallel calls until their deadline.
        fewest = min(sending[panel.name] for panel in panels)
        return self._chance.choice([panel for panel in panels if sending[panel.name] == fewest])

    def _kill(self, workers: list[Worker], why: str) -> None:
        self._crew.kill(workers, why)
        self.done["kill"] += len(workers)
        self.done[f"kill {why}"] += 1

    def _missed(self, what: str) -> None:
        self.done[f"missed: {what}"] += 1

    def _until(self, question: Callable[[], object], seconds: float = PATIENCE, *, is_locked: bool = False) -> bool:
        until = time.monotonic() + seconds
        while not (found := question()) and time.monotonic() < until:
            if not is_locked:
                self._stock.lift_pauses()
            time.sleep(LOOK_EVERY)
        return bool(found)

    @contextlib.contextmanager
    def _unreachable(self, panel: SpoiledPanel) -> Iterator[float]:
        """Let orders be claimed for a panel while no connection to it can be finished. Yield since when."""
        self._stock.pause(panel.name)
        # A panel that loses orders is first asked for its balance before it gets more orders.
        self._until(lambda: not self._stock.sending_at()[panel.name], LATE)
        began = time.time()
        with panel.unreachable():
            cut_at = time.time()
            self._stock.resume(panel.name)
            yield cut_at
        self._note_vanished(panel, began, cut_at)

    @contextlib.contextmanager
    def _holding(self, panel: SpoiledPanel) -> Iterator[float]:
        """Let orders be claimed for a panel while no send to it may begin. Yield since when."""
        with self._crew.holding(self._stock.pk_of(panel.name)):
            began = time.time()
            yield began
        self.strikes.append(Strike("hold", began, time.time(), panel=panel.name))

    def _claimed(self, panel: SpoiledPanel, since: float) -> list[Any]:
        """Return the claims for a panel since then. The time is too short for the panel to count as silent."""
        self._stock.resume(panel.name)
        return self._stock.claimed(panel.name, since)

    def _note_vanished(self, panel: SpoiledPanel, began: float, cut_at: float) -> None:
        why = f"and was away for {time.time() - cut_at:.3f} s"
        self.strikes.append(Strike("vanish", began, cut_at, panel=panel.name, why=why))
        self.done["panel vanished"] += 1

    def _await_late(self, panel: SpoiledPanel) -> Arrival | None:
        """Wait for an order that will be answered late."""
        number = panel.last_number()

        def late() -> list[Arrival]:
            return [
                each
                for each in panel.arrived_since(number)
                if each.fault
                and each.fault.fault is Fault.LATE_ANSWER
                and each.answered_at is None
                and self._crew.named(each.caller)
                and self._stock.order(each).state == "sending"
            ]

        self._until(late)
        return next(iter(late()), None)

    def _stop_with_claims(self, panels: dict[SpoiledPanel, float]) -> tuple[list[Worker], list[Any], float]:
        """Halt all workers when they have claimed orders of each panel since then and hold no lock.

        Return these orders, those of the first panel first, or no orders if that moment does not come.
        """
        workers, until = list(self._crew.workers), time.monotonic() + 2 * PATIENCE
        while time.monotonic() < until:
            self._until(lambda: all(itertools.starmap(self._claimed, panels.items())))
            if stopped_at := self._stop_without_locks(workers):
                orders = [self._stock.claimed(panel.name, since) for panel, since in panels.items()]
                if all(orders):
                    return workers, list(itertools.chain(*orders)), stopped_at
                self._crew.go_on(workers, stopped_at, NOT_NOW)
        return [], [], 0.0

    def _stop_without_locks(self, workers: list[Worker]) -> float:
        """Halt some workers when they block no others. Return since when they stand still, or 0 if they continue."""
        for _ in range(TRIES):
            stopped_at = self._crew.stop(workers)
            if self._storage.is_free():
                return stopped_at
            self._crew.go_on(workers, stopped_at, NOT_NOW)
            time.sleep(self._chance.uniform(0, 5 * LOOK_EVERY))
        return 0.0
