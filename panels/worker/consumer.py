"""The worker process: Huey's consumer, a heartbeat, and an end that waits for sends that are under way."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connections
from django.db.models import Max
from django.utils import timezone
from huey.consumer import Consumer
from huey.storage import PostgresStorage

from panels.bell import HANDLERS, KINDS, huey
from panels.calls.claiming import claims_under_way
from panels.calls.recording import records_under_way
from panels.models import Order, Refill, Worker
from panels.models.order_states import RequestState
from panels.schedule import SWEEP_EVERY
from panels.worker.lanes import Lanes
from panels.worker.processes import LOOK_EVERY, StopSignals, give_memory_back, share_heaps
from panels.worker.tasks import lanes, run_sweep

logger = logging.getLogger(__name__)
# These threads only start lanes.
THREADS = 2
# Seconds between two reads of a queue that does not block, and between two reads of a blocking queue after an error.
LOOK_INTO_QUEUE_EVERY, RETRY_QUEUE_EVERY = 0.3, 5.0
BEAT_EVERY = 5.0
FORGET_AFTER = timedelta(days=7)
# The kinds of work that change something at a panel.
SENDING = ("submit", "requests")
# After so long, the last claims are in the database as `sending`.
SETTLE_WITHIN = timedelta(seconds=5)


class QuietConsumer(Consumer):  # type: ignore[misc]
    """Huey's consumer without its signal handlers, because they do not wait for orders that are being sent."""

    def _set_signal_handlers(self) -> None:
        pass


class Heartbeat:
    """Shows in the database that this process is alive, even while its other threads hang."""

    def __init__(self) -> None:
        self._token = uuid.uuid4()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Register this worker, delete workers that were not seen for days, and start the thread."""
        Worker.objects.filter(seen_at__lt=timezone.now() - FORGET_AFTER).delete()
        self._beat()
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread, and mark this worker as stopped."""
        self._ending.set()
        self._thread.join(BEAT_EVERY)
        self._try(self._sign_out)

    def _run(self) -> None:
        while not self._ending.wait(BEAT_EVERY):
            self._try(self._beat)
        connections.close_all()

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except Error as error:
            logger.warning("The heartbeat could not be written: %s", error)
            connections.close_all()

    def _beat(self) -> None:
        now = timezone.now()
        # If the database was restored since, the row of this worker is missing.
        if not Worker.objects.filter(token=self._token).update(seen_at=now):
            Worker.objects.create(
                token=self._token, host=socket.gethostname()[:255], pid=os.getpid(), started_at=now, seen_at=now
            )

    def _sign_out(self) -> None:
        Worker.objects.filter(token=self._token).update(stopped_at=timezone.now())


def run(signals: StopSignals) -> None:
    """Work until a signal, and then until everything that is being sent has its outcome or has passed its deadline."""
    if missing := set(KINDS) - HANDLERS.keys():
        raise ImproperlyConfigured(f"No handler for {', '.join(sorted(missing))}: this worker would lose tasks.")
    if signals.received:
        return
    if isinstance(huey.storage, PostgresStorage):
        huey.storage.initialize_schema()
    share_heaps()
    heartbeat = Heartbeat()
    heartbeat.start()
    consumer = QuietConsumer(
        huey,
        workers=THREADS,
        periodic=False,
        max_delay=RETRY_QUEUE_EVERY if huey.storage.blocking else LOOK_INTO_QUEUE_EVERY,
    )
    consumer.start()
    # A worker that was killed a moment ago may have left work for which the queue has no task.
    lanes.start("sweep", partial(run_sweep, every=timedelta()))
    seen_well_at = swept_at = time.monotonic()
    try:
        while not signals.received:
            seen_well_at = consumer.loop(seen_well_at)
            if time.monotonic() >= swept_at + SWEEP_EVERY.total_seconds():
                swept_at = time.monotonic()
                lanes.start("sweep", run_sweep)
                give_memory_back()
    finally:
        consumer.stop_flag.set()
        drain(lanes)
        heartbeat.stop()


def drain(lanes: Lanes) -> bool:
    """Stop claiming, and wait for the outcomes of sends. Return False if a send had no outcome at its deadline."""
    lanes.stopping.set()
    logger.info("No more orders are claimed. Orders that are being sent get their outcome.")
    until = timezone.now() + SETTLE_WITHIN
    while any(kind in SENDING for kind in _kinds(lanes)):
        if claims_under_way or records_under_way:
            # This wait for the database has no limit. A claim is sent or given back right after it, and an answer that
            # was received must be recorded.
            until = timezone.now() + SETTLE_WITHIN
        until = max(until, _latest_deadline() or until)
        if timezone.now() > until:
            return False
        time.sleep(LOOK_EVERY)
    # Work that only reads from a panel gets one second to end.
    lanes.join(1)
    return True


def _kinds(lanes: Lanes) -> list[str]:
    return [name[0] for name in lanes.running() if isinstance(name, tuple)]


def _latest_deadline() -> datetime | None:
    """Return the latest deadline of all sends, or None if nothing is being sent.

    If the database fails, return a time soon after now.
    """
    sending = RequestState.SENDING
    try:
        found = (
            Order.objects.filter(state=Order.State.SENDING).aggregate(at=Max("send_deadline"))["at"],
            Order.objects.filter(cancel_state=sending).aggregate(at=Max("cancel_deadline"))["at"],
            Refill.objects.filter(state=sending).aggregate(at=Max("send_deadline"))["at"],
        )
    except Error:
        connections.close_all()
        return timezone.now() + SETTLE_WITHIN
    return max((at for at in found if at), default=None)
