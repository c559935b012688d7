"""Queued orders go out: claim, send once, record.

claim    one transaction: the panel's limits, the price guard, then queued ▸ sending with a deadline (claiming.py)
send     no transaction is open; the transport refuses to start after the deadline
record   only for its own attempt; ids that the panel gave come first, and again until they are written (outcomes.py)
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import cast

from django.utils import timezone

from panels.calls.claiming import Claims, start_by
from panels.calls.outcomes import Answered, settle_all
from panels.calls.visit import PanelClosedError, visit
from panels.models import Order, Panel, Service
from panels.orders.queue import queued
from panels.protocol.client import PanelClient
from panels.protocol.errors import Deferred, OutcomeUnknown, PanelError, Refused

logger = logging.getLogger(__name__)
# A turn further away than this is left to the next visit.
PATIENCE = timedelta(seconds=60)
# How often an idle hand looks for work while others are still busy.
LOOK_AGAIN_AFTER = timedelta(seconds=0.5)
# Where calls take no longer than this, our books between two calls of a hand would take a good part of its time: one
# order for so many hands is claimed ahead then, and no more, for each of them is unknown when the worker is killed.
QUICK = 0.2  # seconds
HANDS_PER_SPARE = 2


def submit_queued(panel_pk: int, stopping: threading.Event) -> Counter[str]:
    """Send what waits at one panel, as its limits allow, until nothing may go out; count the outcomes."""
    if not queued().filter(panel=panel_pk, send_after__lte=timezone.now()).exists():
        return Counter()
    try:
        with visit(Panel.objects.open_for_orders(), panel_pk, stopping) as here:
            return _Shift(here.panel, here.client, stopping).work()
    except PanelClosedError:
        return Counter()


class _Shift:
    """Hands that only call the panel, and one that keeps the books: it claims for the free hands and records for all.

    So what several hands heard at about the same time is written together, and so are the claims for them. Where the
    panel is quick, some orders are claimed ahead: a hand that has its answer goes on with the next one at once.
    """

    def __init__(self, panel: Panel, client: PanelClient, stopping: threading.Event) -> None:
        self.panel, self.client, self.stopping = panel, client, stopping
        self._claims = Claims(panel.pk, called=panel)
        self._outcomes: Counter[str] = Counter()
        # Each with how many warnings were on record when it was claimed.
        self._orders: SimpleQueue[tuple[Order, int] | None] = SimpleQueue()
        self._answers: SimpleQueue[Answered] = SimpleQueue()
        # Claimed, and not heard of yet, as (pk, attempt).
        self._ours: set[tuple[int, int]] = set()
        self._is_quick = False
        # Answers after which the next order may fare alike, and how many of them are on record.
        self._warnings: list[str | PanelError] = []
        self._recorded_warnings = 0

    def work(self) -> Counter[str]:
        """Send until nothing may go out and no hand is busy any more; count the outcomes."""
        hands = range(self.panel.parallel_calls)
        with ThreadPoolExecutor(len(hands)) as pool:
            try:
                for _ in hands:
                    pool.submit(self._call)
                while self._go_on(self._hand_out()):
                    pass
            finally:
                try:
                    self._end()
                finally:
                    for _ in hands:
                        self._orders.put(None)
        return self._outcomes

    def _end(self) -> None:
        kept_back = self._take_back()
        while len(self._ours) > len(kept_back):
            self._record(LOOK_AGAIN_AFTER)
        # Last, for ids have cost money.
        self._settle(kept_back)

    def _call(self) -> None:
        while claimed := self._orders.get():
            order, known_warnings = claimed
            if self.stopping.is_set():
                answer: str | PanelError = Deferred("Kept back, as the worker was to stop.")
            elif len(self._warnings) > known_warnings:
                answer = Deferred("Kept back, as an order before it had failed.")
            else:
                answer = self._ask(order)
            self._answers.put((order, answer))

    def _ask(self, order: Order) -> str | PanelError:
        began = time.monotonic()
        answer = call(order, self.client)
        self._is_quick = time.monotonic() - began < QUICK
        if _warns_of_next(answer):
            self._warnings.append(answer)
        return answer

    def _hand_out(self) -> timedelta | None:
        free = self.panel.parallel_calls - len(self._ours)
        spare = math.ceil(self.panel.parallel_calls / HANDS_PER_SPARE) if self._is_quick else 0
        if self.stopping.is_set() or free + spare <= 0:
            return None
        known_warnings = self._recorded_warnings
        orders, wait = self._claims.take(free, spare=spare, ours=self._ours)
        for order in orders:
            self._ours.add((order.pk, order.attempt))
            self._orders.put((order, known_warnings))
        return wait

    def _go_on(self, wait: timedelta | None) -> bool:
        if self._ours:
            # A free hand looks now and then whether new work has come.
            is_idle = len(self._ours) < self.panel.parallel_calls and not self.stopping.is_set()
            timeout = min(wait, LOOK_AGAIN_AFTER) if is_idle and wait is not None else LOOK_AGAIN_AFTER
            if not self._record(timeout) and timeout == LOOK_AGAIN_AFTER:
                # The panel is slow by now: what was claimed ahead could wait for a hand until it is too late.
                self._is_quick = False
                self._settle(self._take_back())
            return True
        if wait is None or wait > PATIENCE:
            return False
        return not self.stopping.wait(wait.total_seconds())

    def _take_back(self) -> list[Answered]:
        """Keep what no hand has begun with from going out."""
        kept_back: list[Answered] = []
        with suppress(Empty):
            while claimed := self._orders.get_nowait():
                kept_back.append((claimed[0], Deferred("Kept back, as the orders before it took too long.")))
        return kept_back

    def _record(self, timeout: timedelta) -> bool:
        """Wait for an answer, and write it down with all others that have come by then; False if none came."""
        answered: list[Answered] = []
        with suppress(Empty):
            answered.append(self._answers.get(timeout=timeout.total_seconds()))
            while True:
                answered.append(self._answers.get_nowait())
        self._settle(answered)
        return bool(answered)

    def _settle(self, answered: list[Answered]) -> None:
        self._ours.difference_update((order.pk, order.attempt) for order, _ in answered)
        self._outcomes += settle_all(answered)
        self._recorded_warnings += sum(_warns_of_next(answer) for _, answer in answered)


def _warns_of_next(answer: str | PanelError) -> bool:
    """Tell whether the next order may fare alike: a no to this one alone says nothing about others."""
    if isinstance(answer, Refused):
        return answer.is_about_account
    return isinstance(answer, PanelError) and not isinstance(answer, Deferred)


def call(order: Order, client: PanelClient) -> str | PanelError:
    """Send a claimed order once; returns the panel's id for it, or why there is none."""
    # Whatever waits has its service: only adopted orders may lack it.
    service = cast(Service, order.service)
    try:
        remote_id = client.add(service.remote_id, order.type, order.values, not_after=start_by(order).timestamp())
    except PanelError as error:
        return error
    except Exception:
        logger.exception("Sending order %s failed on our side.", order.pk)
        return OutcomeUnknown("Something failed on our side while the order was sent.")
    # On record here as well, while it waits for the database.
    logger.info("Order %s was placed as %r.", order.pk, remote_id)
    return remote_id
