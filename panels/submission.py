"""Queued orders go out: claim, send once, record.

claim    one transaction: the panel's limits, the price guard, then queued ▸ sending with a deadline
send     no transaction is open; the transport refuses to start after the deadline
record   only for its own attempt; an id that the panel gave is written first, alone, and again until it is
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from panels.client import PanelClient
from panels.crew import in_parallel
from panels.errors import NotSent, OutcomeUnknown, PanelError, Reason, Refused
from panels.limits import PanelClosedError, note_answer, note_error, open_client
from panels.models import Batch, Controls, Order, OrderEvent, Panel, Service
from panels.recording import record

logger = logging.getLogger(__name__)

State, What = Order.State, OrderEvent.What

# A claimed order must be on its way within this time; then its whole exchange and some spare time pass before
# anybody else may conclude that nothing will be heard of it any more.
START_WITHIN = timedelta(seconds=30)
SPARE = timedelta(seconds=30)
# A turn further away than this is left to the next visit.
PATIENCE = timedelta(seconds=60)
FIRST_CHECK_AFTER = timedelta(seconds=5)
FIRST_RETRY_AFTER = timedelta(seconds=15)
LONGEST_RETRY = timedelta(minutes=15)
# How often an idle hand looks for work while others are still busy, in seconds.
LOOK_AGAIN_AFTER = 0.5


def submit_queued(panel_pk: int, stopping: threading.Event) -> Counter[str]:
    """Send what waits at one panel, as its limits allow, until nothing may go out; count the outcomes."""
    panel = Panel.objects.filter(pk=panel_pk, is_active=True).first()
    if panel is None or not _queued(panel_pk).exists():
        return Counter()
    try:
        with open_client(panel, stopping) as client:
            return in_parallel(panel.parallel_calls, _Shift(panel, client, stopping).work)
    except PanelClosedError:
        return Counter()


class _Shift:
    """Several hands that send one panel's orders; those without work stay while others may still get some."""

    def __init__(self, panel: Panel, client: PanelClient, stopping: threading.Event) -> None:
        self.panel, self.client, self.stopping = panel, client, stopping
        self._lock = threading.Lock()
        self._busy = 0

    def work(self) -> Counter[str]:
        """Claim and send, one order after the other, until nothing may go out and nobody is at it any more."""
        outcomes: Counter[str] = Counter()
        while not self.stopping.is_set():
            found = claim(self.panel.pk, called=self.panel)
            if isinstance(found, Order):
                outcomes[self._send(found)] += 1
            elif isinstance(found, timedelta) and found <= PATIENCE:
                self.stopping.wait(found.total_seconds())
            elif not self._wait_for_work():
                break
        return outcomes

    def _send(self, order: Order) -> str:
        with self._lock:
            self._busy += 1
        try:
            return send(order, self.client)
        finally:
            with self._lock:
                self._busy -= 1

    def _wait_for_work(self) -> bool:
        """Wait while another hand is busy and the queue is empty; False if no hand is busy any more."""
        while self._busy:
            if self.stopping.wait(LOOK_AGAIN_AFTER):
                return False
            if _queued(self.panel.pk).filter(send_after__lte=timezone.now()).exists():
                return True
        return False


# -- claim


def claim(panel_pk: int, *, called: Panel | None = None) -> Order | timedelta | None:
    """Take the next order of a panel for sending: now it is `sending`, and ours until its deadline.

    `called` is the row that the client was made from: with another address, key or time-out by now, nothing is taken.
    Returns how long to wait if only the panel's pace is in the way, None if nothing may go out.
    """
    with transaction.atomic():
        panel = Panel.objects.select_for_update(no_key=True).get(pk=panel_pk)
        now = timezone.now()
        if not _may_send(panel, now) or (called and not panel.sends_alike(called)):
            return None
        order = _queued(panel_pk).filter(send_after__lte=now).first()
        if order is None:
            return None
        if reason := reason_to_hold(order):
            _hold(order, reason)
            # Look again, in a transaction of its own: a thousand orders may have to be held.
            return timedelta()
        wait = panel.call_slot(now) - now
        if wait > timedelta():
            return wait
        return order if _take(order, panel, now) else timedelta()


def _may_send(panel: Panel, now: datetime) -> bool:
    if not panel.is_active or panel.is_paused(now) or Controls.is_sending_stopped():
        return False
    in_flight = Order.objects.filter(panel=panel, state=State.SENDING, send_deadline__gt=now).count()
    return in_flight < panel.parallel_calls


def _queued(panel_pk: int) -> QuerySet[Order]:
    return (
        Order.objects.filter(panel=panel_pk, state=State.QUEUED, held_reason="")
        .exclude(batch__state=Batch.State.PAUSED)
        .select_related("service", "panel")
        .order_by("send_after", "pk")
    )


def reason_to_hold(order: Order) -> str:
    """Say why a person must look before this order goes out, "" if nothing has changed since it was placed."""
    service, agreed = order.service, order.rate_agreed
    if service is None or agreed is None or not service.is_listed:
        return "The panel no longer lists this service."
    if service.type != order.type:
        return f"The service's type has changed to {service.raw_type or 'unknown'}."
    limit = agreed * (1 + Decimal(str(settings.PRICE_GUARD_PERCENT)) / 100)
    if service.rate_per_1000 > limit:
        return f"The price has risen from {agreed.normalize():f} to {service.rate_per_1000.normalize():f}."
    return ""


def _hold(order: Order, reason: str) -> None:
    Order.objects.filter(pk=order.pk, state=State.QUEUED).update(held_reason=reason)
    order.tell(What.HELD, reason)


def _take(order: Order, panel: Panel, now: datetime) -> bool:
    deadline = now + START_WITHIN + timedelta(seconds=panel.total_timeout) + SPARE
    attempt = order.attempt + 1
    if not order.move(
        State.SENDING, what=What.SENT, detail=f"Attempt {attempt}", attempt=attempt, send_deadline=deadline, sent_at=now
    ):
        return False
    if fields := panel.take_call_slot(now):
        Panel.objects.filter(pk=panel.pk).update(**fields)
    return True


# -- send


def send(order: Order, client: PanelClient) -> str:
    """Send a claimed order once and record what came of it; returns the outcome in a word."""
    not_after = (order.sent_at or timezone.now()) + START_WITHIN
    # Whatever waits has its service: only adopted orders may lack it.
    service = cast(Service, order.service)
    try:
        remote_id = client.add(service.remote_id, order.type, order.values, not_after=not_after.timestamp())
    except NotSent as error:
        return _settle(order, error, _put_back)
    except Refused as error:
        return _settle(order, error, _put_back if error.is_about_account else _refuse)
    except OutcomeUnknown as error:
        return _settle(order, error, _make_unknown)
    except Exception:
        logger.exception("Sending order %s failed on our side.", order.pk)
        return _settle(order, OutcomeUnknown("Something failed on our side while the order was sent."), _make_unknown)
    outcome = record_placed(order, remote_id)
    if order.panel.failures or order.panel.paused_reason:
        record(f"an answer of panel {order.panel_id}", lambda: note_answer(order.panel_id))
    return outcome


def _settle(order: Order, error: PanelError, write: Callable[[Order, PanelError], str]) -> str:
    outcome = record(f"order {order.pk}: {error.text}", lambda: write(order, error))
    record(f"panel {order.panel_id}: {error.text}", lambda: note_error(order.panel, error, placing=True))
    return outcome


# -- record


def _put_back(order: Order, error: PanelError) -> str:
    """Nothing happened at the panel: the order waits for its next turn, longer after every try."""
    delay = min(FIRST_RETRY_AFTER * 2 ** min(order.attempt - 1, 10), LONGEST_RETRY)
    about_panel = isinstance(error, Refused) or (isinstance(error, NotSent) and error.is_rate_limit)
    # The panel's own pause says when it goes on, so the order itself need not wait any longer.
    send_after = timezone.now() + (timedelta() if about_panel else delay)
    order.move(
        State.QUEUED,
        what=What.NOT_SENT,
        detail=error.text,
        send_after=send_after,
        send_deadline=None,
        error_text=error.text,
    )
    return "put back"


def _refuse(order: Order, error: PanelError) -> str:
    reason = error.reason if isinstance(error, Refused) else Reason.UNKNOWN
    if order.move(
        State.REFUSED,
        what=What.REFUSED,
        detail=error.text,
        error_class=reason,
        error_text=error.text,
        finished_at=timezone.now(),
    ):
        return "refused"
    current = Order.objects.get(pk=order.pk)
    # A no that came after the deadline is as good as one in time.
    is_late = current.state == State.UNKNOWN and current.attempt == order.attempt
    return _refuse(current, error) if is_late else "late"


def _make_unknown(order: Order, error: PanelError) -> str:
    if not order.move(State.UNKNOWN, what=What.UNKNOWN, detail=error.text, error_text=error.text):
        return "late"
    # The balance now, beside the last one before, is a hint of whether the panel has taken the order.
    Panel.objects.filter(pk=order.panel_id).update(balance_requested_at=timezone.now())
    return "unknown"


def record_placed(order: Order, remote_id: str) -> str:
    """Write down the id that the panel gave, whatever it takes: money has been spent."""
    what = f"order {order.pk} was placed as {remote_id!r}"
    try:
        outcome = record(what, lambda: _write_placed(order, remote_id))
    except Exception:
        logger.critical("Not recorded: %s.", what)
        raise
    if outcome == "placed":
        record(what, lambda: order.tell(What.PLACED, f"The panel's id is {remote_id}."))
    return outcome


def placed_fields(remote_id: str) -> dict[str, Any]:
    """Return what a row gets when its order turns out to be at the panel."""
    now = timezone.now()
    return {
        "remote_id": remote_id,
        "placed_at": now,
        "next_check_at": now + FIRST_CHECK_AFTER,
        "error_class": "",
        "error_text": "",
        "candidate_id": "",
        "candidate_error": "",
    }


def _write_placed(order: Order, remote_id: str) -> str:
    try:
        if order.advance(State.PLACED, **placed_fields(remote_id)):
            return "placed"
    except IntegrityError:
        return _write_second_order_of_an_id(order, remote_id)
    return _write_late_id(Order.objects.get(pk=order.pk), order.attempt, remote_id)


def _write_late_id(current: Order, attempt: int, remote_id: str) -> str:
    """The row has moved on while the panel took its time: take the id where it can only belong, else alarm."""
    if current.remote_id == remote_id:
        return "placed"
    if current.attempt == attempt and current.state in (State.UNKNOWN, State.WRITTEN_OFF):
        return _write_placed(current, remote_id)
    return _raise_alarm(current, f"Second order at the panel: {remote_id}, from attempt {attempt}.")


def _raise_alarm(order: Order, text: str) -> str:
    """Tell a person, and keep an order that waits from going out as one more."""
    with transaction.atomic():
        Order.objects.filter(pk=order.pk).update(alarm=text[:300])
        Order.objects.filter(pk=order.pk, state=State.QUEUED).update(held_reason=text[:300])
        order.tell(What.ALARM, text)
    logger.error("Order %s: %s", order.pk, text)
    return "alarm"


def _write_second_order_of_an_id(order: Order, remote_id: str) -> str:
    first = Order.objects.get(panel=order.panel_id, remote_id=remote_id)
    if first.pk == order.pk:
        return "placed"
    if first.events.filter(what=What.RESOLVED, actor__isnull=False).exists():
        text = f"The panel gave the id {remote_id} to this order; a person had named it for order {first.pk}."
        _raise_alarm(order, text)
        return _make_unknown(order, OutcomeUnknown(text)) if order.state == State.SENDING else "alarm"
    text = f"The panel took this for a repeat of our order {first.pk}: it answered with that order's id, {remote_id}."
    if order.state == State.WRITTEN_OFF:
        return _raise_alarm(order, text)
    return _refuse(order, Refused(text, Reason.DUPLICATE))


def expire_sends() -> int:
    """Turn what is past its deadline into unknown: its worker is gone, and the panel may have the order."""
    overdue = Order.objects.filter(state=State.SENDING, send_deadline__lt=timezone.now())
    error = OutcomeUnknown("No outcome was recorded before the deadline: the worker that was sending it is gone.")
    return sum(_make_unknown(order, error) == "unknown" for order in overdue)
