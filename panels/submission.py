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

from panels.claiming import Claims, queued, start_by
from panels.client import PanelClient
from panels.errors import Deferred, OutcomeUnknown, PanelError, Refused
from panels.limits import PanelClosedError, open_client
from panels.models import Order, Panel, Service
from panels.outcomes import Answered, settle_all

logger = logging.getLogger(__name__)

# A turn further away than this is left to the next visit.
PATIENCE = timedelta(seconds=60)
# How often an idle hand looks for work while others are still busy.
LOOK_AGAIN_AFTER = timedelta(seconds=0.5)
# Where a call takes no longer than this, our books between two calls of a hand would take a good part of its time: for
# every few hands one order is claimed ahead, no more, for each of them is unknown when the worker is killed.
QUICK = 0.2  # seconds
HANDS_PER_SPARE = 3


def submit_queued(panel_pk: int, stopping: threading.Event) -> Counter[str]:
    """Send what waits at one panel, as its limits allow, until nothing may go out; count the outcomes."""
    panel = Panel.objects.filter(pk=panel_pk, is_active=True).first()
    if panel is None or not queued(panel_pk).filter(send_after__lte=timezone.now()).exists():
        return Counter()
    try:
        with open_client(panel, stopping) as client:
            return _Shift(panel, client, stopping).work()
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
        self._orders: SimpleQueue[Order | None] = SimpleQueue()
        self._answers: SimpleQueue[Answered] = SimpleQueue()
        # Claimed, and not recorded yet.
        self._ours: set[int] = set()
        self._is_quick = False

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
                while self._ours:
                    self._record()
                for _ in hands:
                    self._orders.put(None)
        return self._outcomes

    def _call(self) -> None:
        while order := self._orders.get():
            began = time.monotonic()
            answer = call(order, self.client)
            self._is_quick = time.monotonic() - began < QUICK
            kept_back = self._keep_back(answer)
            # First what was heard, so that it is on record before anything else is claimed.
            for answered in [(order, answer), *kept_back]:
                self._answers.put(answered)

    def _keep_back(self, answer: str | PanelError) -> list[Answered]:
        """Keep what was claimed ahead from going out, if it would fare like this one or the worker is to stop."""
        if not (self.stopping.is_set() or _warns_of_next(answer)):
            return []
        kept: list[Answered] = []
        with suppress(Empty):
            while order := self._orders.get_nowait():
                kept.append((order, Deferred("Kept back: the order before it failed, or the worker was to stop.")))
        return kept

    def _hand_out(self) -> timedelta | None:
        if self.stopping.is_set():
            return None
        free = self.panel.parallel_calls - len(self._ours)
        spare = math.ceil(self.panel.parallel_calls / HANDS_PER_SPARE) if self._is_quick else 0
        if free + spare <= 0:
            return None
        orders, wait = self._claims.take(free, spare=spare, ours=self._ours)
        for order in orders:
            self._ours.add(order.pk)
            self._orders.put(order)
        return wait

    def _go_on(self, wait: timedelta | None) -> bool:
        if self._ours:
            # A free hand looks now and then whether new work has come.
            is_idle = len(self._ours) < self.panel.parallel_calls and not self.stopping.is_set()
            longest = LOOK_AGAIN_AFTER if wait is None else min(wait, LOOK_AGAIN_AFTER)
            self._record(longest.total_seconds() if is_idle else None)
            return True
        if wait is None or wait > PATIENCE:
            return False
        return not self.stopping.wait(wait.total_seconds())

    def _record(self, timeout: float | None = None) -> None:
        """Wait for an answer, and write it down with all others that have come by then."""
        with suppress(Empty):
            answered = [self._answers.get(timeout=timeout)]
            with suppress(Empty):
                while True:
                    answered.append(self._answers.get_nowait())
            self._ours.difference_update(order.pk for order, _ in answered)
            self._outcomes += settle_all(answered)


def _warns_of_next(answer: str | PanelError) -> bool:
    """Tell whether the next order may fare alike: a no to this one alone says nothing about others."""
    return isinstance(answer, PanelError) and (not isinstance(answer, Refused) or answer.is_about_account)


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
