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
from functools import partial
from typing import TypeVar, cast

from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from panels.client import PanelClient
from panels.crew import in_parallel
from panels.errors import NotSent, OutcomeUnknown, PanelError, Reason, Refused
from panels.limits import PanelClosedError, note_answer, note_error, open_client
from panels.models import Batch, Controls, Order, OrderEvent, Panel, Service

logger = logging.getLogger(__name__)

T = TypeVar("T")
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
RECORD_FOR = timedelta(minutes=5)


def submit_queued(panel_pk: int, stopping: threading.Event) -> Counter[str]:
    """Send what waits at one panel, as its limits allow, until nothing may go out; count the outcomes."""
    panel = Panel.objects.filter(pk=panel_pk, is_active=True).first()
    if panel is None:
        return Counter()
    waiting = _queued(panel_pk).count()
    try:
        with open_client(panel, stopping) as client:
            hands = min(panel.parallel_calls, waiting)
            return in_parallel(hands, partial(_send_until_empty, panel_pk, client, stopping)) if hands else Counter()
    except PanelClosedError:
        return Counter()


def _send_until_empty(panel_pk: int, client: PanelClient, stopping: threading.Event) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    while not stopping.is_set():
        found = claim(panel_pk)
        if isinstance(found, Order):
            outcomes[send(found, client)] += 1
        elif found is None or found > PATIENCE:
            break
        else:
            stopping.wait(found.total_seconds())
    return outcomes


# -- claim


def claim(panel_pk: int) -> Order | timedelta | None:
    """Take the next order of a panel for sending: now it is `sending`, and ours until its deadline.

    Returns how long to wait if only the panel's pace is in the way, None if nothing may go out.
    """
    with transaction.atomic():
        panel = Panel.objects.select_for_update().get(pk=panel_pk)
        now = timezone.now()
        if not _may_send(panel, now):
            return None
        while order := _queued(panel_pk).filter(send_after__lte=now).first():
            if (wait := panel.call_slot(now) - now) > timedelta():
                return wait
            if reason := reason_to_hold(order):
                _hold(order, reason)
            elif _take(order, panel, now):
                return order
        return None


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
        is_about_account = error.reason in (Reason.AUTH, Reason.FUNDS, Reason.RATE_LIMIT)
        return _settle(order, error, _put_back if is_about_account else _refuse)
    except OutcomeUnknown as error:
        return _settle(order, error, _make_unknown)
    except Exception:
        logger.exception("Sending order %s failed on our side.", order.pk)
        return _settle(order, OutcomeUnknown("Something failed on our side while the order was sent."), _make_unknown)
    outcome = record_placed(order, remote_id)
    if order.panel.failures or order.panel.paused_reason:
        _persist(lambda: note_answer(order.panel_id))
    return outcome


def _settle(order: Order, error: PanelError, record: Callable[[Order, PanelError], str]) -> str:
    outcome = _persist(lambda: record(order, error))
    _persist(lambda: note_error(order.panel_id, error))
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
    try:
        outcome = _persist(lambda: _write_placed(order, remote_id))
    except DatabaseError:
        logger.critical("Order %s was placed as %r, which could not be recorded.", order.pk, remote_id)
        raise
    if outcome == "placed":
        _persist(lambda: order.tell(What.PLACED, f"The panel's id is {remote_id}."))
    return outcome


def _write_placed(order: Order, remote_id: str) -> str:
    now = timezone.now()
    try:
        with transaction.atomic():
            written = order.advance(
                State.PLACED,
                remote_id=remote_id,
                placed_at=now,
                next_check_at=now + FIRST_CHECK_AFTER,
                error_class="",
                error_text="",
                candidate_id="",
                candidate_error="",
            )
    except IntegrityError:
        return _write_second_order_of_an_id(order, remote_id)
    if not written:
        return _write_late_id(Order.objects.get(pk=order.pk), order.attempt, remote_id)
    return "placed"


def _write_late_id(current: Order, attempt: int, remote_id: str) -> str:
    """The row has moved on while the panel took its time: take the id where it can only belong, else alarm."""
    if current.remote_id == remote_id:
        return "placed"
    if current.attempt == attempt and current.state in (State.UNKNOWN, State.WRITTEN_OFF):
        return _write_placed(current, remote_id)
    text = f"Second order at the panel: {remote_id}, from attempt {attempt}."
    with transaction.atomic():
        Order.objects.filter(pk=current.pk).update(alarm=text)
        Order.objects.filter(pk=current.pk, state=State.QUEUED).update(held_reason=text)
        current.tell(What.ALARM, text)
    logger.error("Order %s: %s", current.pk, text)
    return "alarm"


def _write_second_order_of_an_id(order: Order, remote_id: str) -> str:
    first = Order.objects.get(panel=order.panel_id, remote_id=remote_id)
    if first.pk == order.pk:
        return "placed"
    text = f"The panel took this for a repeat of our order {first.pk}: it answered with that order's id, {remote_id}."
    return _refuse(order, Refused(text, Reason.DUPLICATE))


def _persist(write: Callable[[], T]) -> T:
    """Repeat a write for minutes while the database does not take it."""
    give_up_at = timezone.now() + RECORD_FOR
    delay = 0.2
    while True:
        try:
            return write()
        except DatabaseError:
            if connection.in_atomic_block or timezone.now() > give_up_at:
                raise
            logger.exception("An outcome could not be recorded; trying again.")
            connection.close()
            threading.Event().wait(delay)
            delay = min(delay * 2, 10)


def expire_sends() -> int:
    """Turn what is past its deadline into unknown: its worker is gone, and the panel may have the order."""
    overdue = Order.objects.filter(state=State.SENDING, send_deadline__lt=timezone.now())
    error = OutcomeUnknown("No outcome was recorded before the deadline: the worker that was sending it is gone.")
    return sum(_make_unknown(order, error) == "unknown" for order in overdue)
