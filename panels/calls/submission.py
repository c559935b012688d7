"""Sends queued orders in three steps: claim, send once, record.

claim    one transaction: the limits of the panel, the price guard, then queued ▸ sending with a deadline (claiming.py)
send     no transaction is open; the transport sends nothing after the deadline
record   only for the same attempt; ids come first, with retries until they are written (outcomes.py)

After a refusal about our account, nothing is claimed until the balance was asked for (account_refusals.py).
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import cast

from django.utils import timezone

from panels.calls.account_refusals import DoubtfulRefusal, conclude, is_doubtful
from panels.calls.claiming import Claims
from panels.calls.outcomes import Answered, record_outcomes
from panels.calls.visit import PanelClosedError, Visit, visit
from panels.models import Order, Panel, Service
from panels.orders.queue import queued
from panels.protocol.client import PanelClient
from panels.protocol.errors import Deferred, OutcomeUnknown, PanelError, Refused
from panels.protocol.exchange import Latest

logger = logging.getLogger(__name__)
# If the next turn is further away than this, the next visit sends the order.
PATIENCE = timedelta(seconds=60)
# How often the sender looks for new orders while some threads are free and other threads still call.
LOOK_AGAIN_AFTER = timedelta(seconds=0.5)


def submit_queued(panel_pk: int, stopping: threading.Event) -> Counter[str]:
    """Send the queued orders of one panel within its limits until no order may go out; count the outcomes."""
    if not queued().filter(panel=panel_pk, send_after__lte=timezone.now()).exists():
        return Counter()
    try:
        with visit(Panel.objects.open_for_orders(), panel_pk, stopping) as here:
            return _Sender(here, stopping).send()
    except PanelClosedError:
        return Counter()


class _Sender:
    """Sends the orders of one panel. Its threads only call the panel; the thread that runs `send` claims and records.

    So orders for several free threads are claimed together, and answers that come at about the same time are recorded
    together. An order is claimed only when a thread is free for it, because each claimed order becomes unknown if the
    worker is killed.
    """

    def __init__(self, here: Visit, stopping: threading.Event) -> None:
        self.here, self.panel, self.client, self.stopping = here, here.panel, here.client, stopping
        self._claims = Claims(here.panel.pk, called=here.panel)
        self._outcomes: Counter[str] = Counter()
        # Claimed orders, each with the time until which it may be sent and the number of recorded warnings at its
        # claim; None ends a thread.
        self._claimed: SimpleQueue[tuple[Order, Latest, int] | None] = SimpleQueue()
        self._answers: SimpleQueue[Answered] = SimpleQueue()
        # Orders that are claimed and have no recorded outcome yet.
        self._under_way = 0
        # Answers that may concern the next order too, and how many of them are recorded.
        self._warnings: list[str | PanelError] = []
        self._recorded_warnings = 0
        # Refusals about our account. Nothing is claimed until the balance has shown whether they are true.
        self._doubtful: list[DoubtfulRefusal] = []

    def send(self) -> Counter[str]:
        """Send until no order may go out and all calls have ended; count the outcomes."""
        threads = range(self.panel.parallel_calls)
        with ThreadPoolExecutor(len(threads)) as pool:
            try:
                for _ in threads:
                    pool.submit(self._send_claimed)
                while self._wait_for_next(self._claim_orders()):
                    self.here.count_calls()
            finally:
                try:
                    while self._under_way:
                        self._record_answers(LOOK_AGAIN_AFTER)
                finally:
                    for _ in threads:
                        self._claimed.put(None)
        return self._outcomes

    def _claim_orders(self) -> timedelta | None:
        """Claim an order for each free thread; return the wait before the next claim, None if nothing is to come."""
        free = self.panel.parallel_calls - self._under_way
        if self.stopping.is_set() or not free or self._doubtful:
            return None
        recorded_warnings = self._recorded_warnings
        orders, wait = self._claims.take(free)
        self._under_way += len(orders)
        for order in orders:
            self._claimed.put((order, self._claims.start_by, recorded_warnings))
        return wait

    def _wait_for_next(self, until_next: timedelta | None) -> bool:
        """Wait for answers and record them, or wait for the next turn; return False if no order may go out for now."""
        if self._under_way:
            self._record_answers(LOOK_AGAIN_AFTER if until_next is None else min(until_next, LOOK_AGAIN_AFTER))
            return True
        if self._doubtful:
            doubtful, self._doubtful = self._doubtful, []
            return not self.stopping.is_set() and conclude(self.here, doubtful)
        if until_next is None or until_next > PATIENCE:
            return False
        return not self.stopping.wait(until_next.total_seconds())

    def _record_answers(self, timeout: timedelta) -> None:
        """Wait for an answer, and record it together with all other answers that have come by then."""
        answered: list[Answered] = []
        with suppress(Empty):
            answered.append(self._answers.get(timeout=timeout.total_seconds()))
            while True:
                answered.append(self._answers.get_nowait())
        self._under_way -= len(answered)
        self._outcomes += record_outcomes(answered)
        self._doubtful += [(order, answer) for order, answer in answered if is_doubtful(answer)]
        self._recorded_warnings += sum(_warns_of_next(answer) for _, answer in answered)

    def _send_claimed(self) -> None:
        """Send claimed orders, one after the other, in a thread that does not touch the database."""
        while claimed := self._claimed.get():
            self._answers.put((claimed[0], self._send_order(*claimed)))

    def _send_order(self, order: Order, not_after: Latest, recorded_warnings: int) -> str | PanelError:
        if self.stopping.is_set():
            return Deferred("Not sent, because the worker was stopping.")
        if len(self._warnings) > recorded_warnings:
            return Deferred("Not sent, because an earlier order had failed.")
        answer = call(order, self.client, not_after)
        if _warns_of_next(answer):
            self._warnings.append(answer)
        return answer


def _warns_of_next(answer: str | PanelError) -> bool:
    """Tell whether the next order may get the same answer. A refusal of only this order says nothing about others."""
    if isinstance(answer, Refused):
        return answer.is_about_account
    return isinstance(answer, PanelError) and not isinstance(answer, Deferred)


def call(order: Order, client: PanelClient, not_after: Latest) -> str | PanelError:
    """Send a claimed order once, and not after that time; return the panel's id for it, or the error."""
    # A queued order has a service. Only an imported order may have no service.
    service = cast(Service, order.service)
    try:
        remote_id = client.add(service.remote_id, order.type, order.values, not_after=not_after)
    except PanelError as error:
        return error
    except Exception:
        logger.exception("Sending order %s failed on our side.", order.pk)
        return OutcomeUnknown("An error happened on our side while the order was being sent.")
    # The id is also in the log, because the database may not take it.
    logger.info("Order %s was placed as %r.", order.pk, remote_id)
    return remote_id
