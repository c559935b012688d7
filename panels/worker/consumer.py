"""The worker process: Huey's consumer, a heartbeat, and an end that waits for what is being sent."""

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
from panels.models.order import RequestState
from panels.schedule import SWEEP_EVERY
from panels.worker.lanes import Lanes
from panels.worker.processes import LOOK_EVERY, StopSignals
from panels.worker.tasks import lanes, run_sweep

logger = logging.getLogger(__name__)
# They only hand work to the lanes.
THREADS = 2
# Seconds between two looks into a queue that has to be asked; one that rings by itself is left alone after an error.
LOOK_INTO_QUEUE_EVERY, RETRY_QUEUE_EVERY = 0.3, 5.0
BEAT_EVERY = 5.0
FORGET_AFTER = timedelta(days=7)
# The kinds of work that a panel may have acted on before we hear of it.
SENDING = ("submit", "requests")
# After the last claim: what was claimed shows as `sending` by then.
SETTLE_WITHIN = timedelta(seconds=5)


class QuietConsumer(Consumer):  # type: ignore[misc]
    """Huey's consumer without its handling of signals, which knows nothing of what is being sent."""

    def _set_signal_handlers(self) -> None:
        pass


class Heartbeat:
    """Shows in the database that this process is alive, whatever its other threads do."""

    def __init__(self) -> None:
        self._token = uuid.uuid4()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Sign in, forget who has not been seen for days, and beat from now on."""
        Worker.objects.filter(seen_at__lt=timezone.now() - FORGET_AFTER).delete()
        self._beat()
        self._thread.start()

    def stop(self) -> None:
        """Sign out."""
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
        # A database that was restored meanwhile does not know us.
        if not Worker.objects.filter(token=self._token).update(seen_at=now):
            Worker.objects.create(
                token=self._token, host=socket.gethostname()[:255], pid=os.getpid(), started_at=now, seen_at=now
            )

    def _sign_out(self) -> None:
        Worker.objects.filter(token=self._token).update(stopped_at=timezone.now())


def run(signals: StopSignals) -> None:
    """Work until told to end, and then until what is being sent has an outcome or has passed its deadline."""
    if missing := set(KINDS) - HANDLERS.keys():
        raise ImproperlyConfigured(f"No handler for {', '.join(sorted(missing))}: this worker would lose the bell.")
    if signals.received:
        return
    if isinstance(huey.storage, PostgresStorage):
        huey.storage.initialize_schema()
    heartbeat = Heartbeat()
    heartbeat.start()
    consumer = QuietConsumer(
        huey,
        workers=THREADS,
        periodic=False,
        max_delay=RETRY_QUEUE_EVERY if huey.storage.blocking else LOOK_INTO_QUEUE_EVERY,
    )
    consumer.start()
    # Whoever ran before may have been killed a moment ago, with work that nobody rings for.
    lanes.start("sweep", partial(run_sweep, every=timedelta()))
    seen_well_at = swept_at = time.monotonic()
    try:
        while not signals.received:
            seen_well_at = consumer.loop(seen_well_at)
            if time.monotonic() >= swept_at + SWEEP_EVERY.total_seconds():
                swept_at = time.monotonic()
                lanes.start("sweep", run_sweep)
    finally:
        consumer.stop_flag.set()
        drain(lanes)
        heartbeat.stop()


def drain(lanes: Lanes) -> bool:
    """Claim nothing more, and wait for what is being sent; False if some of it had no outcome at its deadline."""
    lanes.stopping.set()
    logger.info("Nothing more is claimed, and what is being sent gets its outcome.")
    until = timezone.now() + SETTLE_WITHIN
    while any(kind in SENDING for kind in _kinds(lanes)):
        if claims_under_way or records_under_way:
            # However long it waits for the database: what is claimed is sent or given back at once, and what was heard
            # must not end with us.
            until = timezone.now() + SETTLE_WITHIN
        until = max(until, _latest_deadline() or until)
        if timezone.now() > until:
            return False
        time.sleep(LOOK_EVERY)
    # What only asks a panel may end properly if it can do so soon.
    lanes.join(1)
    return True


def _kinds(lanes: Lanes) -> list[str]:
    return [name[0] for name in lanes.running() if isinstance(name, tuple)]


def _latest_deadline() -> datetime | None:
    """Return when the last of what is being sent is given up, None if nothing is or the database does not say."""
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
