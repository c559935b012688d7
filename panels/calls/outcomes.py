"""Records what came of sending orders: an id, a refusal, nothing at all, or nobody knows; never for another's attempt.

An id that the panel gave has cost money: it is written first, and again until the database takes it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

from django.db import IntegrityError, transaction
from django.utils import timezone

from panels.calls.recording import record, tried
from panels.calls.visit import note_answer, note_error
from panels.models import Order, OrderEvent, Panel
from panels.orders.moves import move_together
from panels.protocol.errors import Deferred, NotSent, OutcomeUnknown, PanelError, Reason, Refused

logger = logging.getLogger(__name__)
State, What = Order.State, OrderEvent.What
FIRST_CHECK_AFTER = timedelta(seconds=5)
FIRST_RETRY_AFTER = timedelta(seconds=15)
LONGEST_RETRY = timedelta(minutes=15)
# Panels know repeats for some minutes: what was sent further apart is none.
REPEATED_WITHIN = timedelta(minutes=10)
# A claimed order, and the panel's id for it or why there is none.
Answered: TypeAlias = tuple[Order, str | PanelError]


def record_outcomes(answered: list[Answered]) -> Counter[str]:
    """Record what came of calls to one panel; returns the outcomes in a word each. What cannot be written is logged."""
    placed = [(order, answer) for order, answer in answered if isinstance(answer, str)]
    together = _write_ids(placed) if placed else set()
    outcomes = Counter(["placed"] * len(together))
    # What is left may be tried for minutes: ids come first.
    for order, answer in sorted(answered, key=lambda each: not isinstance(each[1], str)):
        if order not in together:
            outcomes[_record_outcome(order, answer)] += 1
    return outcomes


def _write_ids(placed: list[tuple[Order, str]]) -> set[Order]:
    """Write ids and their story together, in one commit; returns the orders if this was possible.

    Whatever prevents it, an id is then written alone, by record_placed.
    """
    moves = [
        (order, _id_in_words(remote_id), placed_fields(remote_id))
        for order, remote_id in sorted(placed, key=lambda each: each[0].pk)
    ]
    try:
        move_together(State.PLACED, moves, what=What.PLACED)
    except Exception as error:  # noqa: BLE001  whatever it was, each id gets a try of its own
        ids = ", ".join(f"order {order.pk} was placed as {remote_id!r}" for order, remote_id in placed)
        logger.warning("Recorded one by one, because of %s: %s.", type(error).__name__, ids)
        return set()
    _note_answer(placed[0][0].panel)
    return {order for order, _ in placed}


def _record_outcome(order: Order, answer: str | PanelError) -> str:
    if isinstance(answer, str):
        outcome = tried(lambda: record_placed(order, answer))
        _note_answer(order.panel)
        return outcome or "not recorded"
    error, write = answer, _consequence(answer)
    outcome = tried(lambda: record(f"order {order.pk}: {error.text}", lambda: write(order, error)))
    tried(lambda: record(f"panel {order.panel_id}: {error.text}", lambda: note_error(order.panel, error, placing=True)))
    return outcome or "not recorded"


def _note_answer(panel: Panel) -> None:
    if panel.failures or panel.paused_reason or panel.unanswered_orders:
        tried(lambda: record(f"an answer of panel {panel.pk}", lambda: note_answer(panel.pk, placing=True)))


def _consequence(error: PanelError) -> Callable[[Order, PanelError], str]:
    if isinstance(error, Deferred):
        return _keep_back
    if isinstance(error, NotSent) or (isinstance(error, Refused) and error.is_about_account):
        return _put_back
    return _refuse if isinstance(error, Refused) else _make_unknown


def _id_in_words(remote_id: str) -> str:
    return f"The panel's id is {remote_id}."


def _keep_back(order: Order, error: PanelError) -> str:
    """It was not even tried: the order keeps its place."""
    return "kept back" if _queue_again(order, error) else "late"


def _put_back(order: Order, error: PanelError) -> str:
    """Nothing happened at the panel: the order waits for its next turn, longer with every failure there."""
    delay = min(FIRST_RETRY_AFTER * 2 ** min(order.panel.failures, 10), LONGEST_RETRY)
    about_panel = isinstance(error, Refused) or (isinstance(error, NotSent) and error.is_rate_limit)
    # The panel's own pause says when it goes on, so the order itself need not wait any longer.
    send_after = timezone.now() + (timedelta() if about_panel else delay)
    return "put back" if _queue_again(order, error, send_after=send_after) else "late"


def _queue_again(order: Order, error: PanelError, **fields: Any) -> bool:
    """Queue an order that has certainly not left us, unless it was given up meanwhile; a person is told then.

    A person may have ordered it at the panel by then, so it does not go out by itself any more.
    """
    if order.move(
        State.QUEUED, what=What.NOT_SENT, detail=error.text, send_deadline=None, error_text=error.text, **fields
    ):
        return True
    given_up = Order.objects.filter(pk=order.pk, state=State.UNKNOWN, attempt=order.attempt)
    text = f"Nothing was sent, as we know by now: {error.text}"
    with transaction.atomic():
        if given_up.update(error_text=text):
            order.add_event(What.NOT_SENT, text)
    return False


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
    # It shows as unknown already where this is repeated for what follows.
    is_known = order.state == State.UNKNOWN
    if not (is_known or order.move(State.UNKNOWN, what=What.UNKNOWN, detail=error.text, error_text=error.text)):
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
        record(what, lambda: order.add_event(What.PLACED, _id_in_words(remote_id)))
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
        order.add_event(What.ALARM, text)
    logger.error("Order %s: %s", order.pk, text)
    return "alarm"


def _write_second_order_of_an_id(order: Order, remote_id: str) -> str:
    """Another of our orders has the id: refuse this one only where the panel took it for a repeat of that one."""
    first = Order.with_remote_ids(order.panel_id, [remote_id]).get()
    if first.pk == order.pk:
        return "placed"
    if order.state != State.WRITTEN_OFF and _is_repeat(order, first):
        answer = f"it answered with that order's id, {remote_id}."
        return _refuse(
            order, Refused(f"The panel took this for a repeat of our order {first.pk}: {answer}", Reason.DUPLICATE)
        )
    told = f"The panel gave the id {remote_id} to this order, and our order {first.pk} has it."
    text = f"{told} Look there which of the two it is before you order again."
    _raise_alarm(order, text)
    return _make_unknown(order, OutcomeUnknown(text)) if order.state == State.SENDING else "alarm"


def _is_repeat(order: Order, first: Order) -> bool:
    """Tell whether a panel may have taken an order for the one that we sent it just before (panel-api.md, 5).

    An id that a person gave the first one may be wrong; what was placed elsewhere, or at another time, was no repeat.
    """
    if not (first.attempt and first.sent_at and order.sent_at):
        return False
    is_alike = first.service_id == order.service_id and _target(first) == _target(order)
    is_soon = abs(order.sent_at - first.sent_at) <= REPEATED_WITHIN
    return is_alike and is_soon and not first.events.filter(what=What.RESOLVED, actor__isnull=False).exists()


def _target(order: Order) -> object:
    # A subscription has no link: its other fields say for whom it is.
    return order.link_key or order.params


def expire_sends() -> int:
    """Turn what is past its deadline into unknown: its worker is gone, and the panel may have the order."""
    overdue = Order.objects.filter(state=State.SENDING, send_deadline__lt=timezone.now())
    error = OutcomeUnknown("No outcome was recorded before the deadline: the worker that was sending it is gone.")
    return sum(_make_unknown(order, error) == "unknown" for order in overdue)
