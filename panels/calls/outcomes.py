"""Records the outcomes of sent orders: an id, a refusal, not sent, or unknown; each only for its own attempt.

An id from the panel has cost money. So ids are written first, with retries until the database takes them.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from copy import copy
from datetime import timedelta
from typing import Any, TypeAlias

from django.db import IntegrityError, transaction
from django.utils import timezone

from panels.calls import everybody
from panels.calls.conclusions import note_answer, note_error
from panels.calls.recording import record, tried
from panels.calls.refusals import count_refusal, with_meaning
from panels.models import Order, OrderEvent, Panel
from panels.orders import funds, service_waits
from panels.orders.moves import move_together
from panels.protocol.errors import Deferred, IdHidden, NotSent, OutcomeUnknown, PanelError, Reason, Refused

logger = logging.getLogger(__name__)
State, What = Order.State, OrderEvent.What
FIRST_CHECK_AFTER = timedelta(seconds=5)
FIRST_RETRY_AFTER = timedelta(seconds=15)
LONGEST_RETRY = timedelta(minutes=15)
# A panel recognises a repeated order only for some minutes.
REPEATED_WITHIN = timedelta(minutes=10)
# A claimed order, and the panel's id for it or the error.
Answered: TypeAlias = tuple[Order, str | PanelError]


def record_outcomes(answered: list[Answered]) -> Counter[str]:
    """Record the outcomes of calls to one panel; count them by name. An outcome that cannot be written is logged."""
    placed = [(order, answer) for order, answer in answered if isinstance(answer, str)]
    together = _write_ids_together(placed) if placed else set()
    outcomes = dict.fromkeys(together, "placed")
    # Ids come first, because each of these writes may be retried for minutes.
    understood: list[Answered] = []
    for order, answer in sorted(answered, key=lambda each: not isinstance(each[1], str)):
        meant = _understood(order, answer)
        understood.append((order, meant))
        if order not in together:
            outcomes[order] = _record_outcome(order, meant)
    tried(lambda: _note_consequences(understood, outcomes))
    return Counter(outcomes.values())


def _note_consequences(answered: list[Answered], outcomes: Mapping[Order, str]) -> None:
    """Free the money of orders that were not taken, end trials of waiting services, and learn who gives credit."""
    untaken = [order for order, _ in answered if outcomes[order] in ("refused", "put back", "kept back")]
    if untaken:
        funds.give_back(untaken[0].panel, untaken)
    for order, answer in answered:
        is_placed = outcomes[order] == "placed"
        # An unknown order keeps its service waiting until its deadline, and a refusal about the account is looked into.
        if service_waits.is_trial(order) and outcomes[order] != "unknown" and not _is_about_account(answer):
            service_waits.end_trial(order, is_placed=is_placed)
        if is_placed and funds.is_above_balance(order):
            funds.learn_credit(order.panel_id)


def _write_ids_together(placed: list[tuple[Order, str]]) -> set[Order]:
    """Write ids and their events in one commit; return the orders, or an empty set if it failed.

    After any failure, record_placed writes each id alone.
    """
    moves = [
        (order, _id_in_words(remote_id), placed_fields(remote_id))
        for order, remote_id in sorted(placed, key=lambda each: each[0].pk)
    ]
    try:
        move_together(State.PLACED, moves, what=What.PLACED)
    except Exception as error:  # noqa: BLE001  after any error each id gets a try of its own
        ids = ", ".join(f"order {order.pk} was placed as {remote_id!r}" for order, remote_id in placed)
        logger.warning("Recorded one by one, because of %s: %s.", type(error).__name__, ids)
        return set()
    _note_taken_orders([order.panel for order, _ in placed])
    return {order for order, _ in placed}


def _understood(order: Order, answer: str | PanelError) -> str | PanelError:
    """Return the answer with the meaning that a person or the last orders gave its words at this panel."""
    if isinstance(answer, str):
        return answer
    return tried(lambda: everybody.doubted(order, with_meaning(order, answer))) or answer


def _record_outcome(order: Order, error: str | PanelError) -> str:
    if isinstance(error, str):
        outcome = tried(lambda: record_placed(order, error))
        _note_taken_orders([order.panel])
        return outcome or "not recorded"
    write = _writer_for(error)
    conclude = everybody.conclude if everybody.says_everybody(error) else _note_error
    outcome = tried(lambda: record(f"order {order.pk}: {error.text}", lambda: write(order, error)))
    tried(lambda: record(f"panel {order.panel_id}: {error.text}", lambda: conclude(order, error)))
    tried(lambda: record(f"panel {order.panel_id}: {error.text}", lambda: count_refusal(order, error)))
    return outcome or "not recorded"


def _note_error(order: Order, error: PanelError) -> None:
    note_error(order.panel, error, placing=True)


def _note_taken_orders(panels: list[Panel]) -> None:
    """Note that the panel took orders. `panels` has its row as it was at each claim."""
    if any(panel.failures or panel.paused_reason or panel.sends_one_at_a_time for panel in panels):
        pk = panels[0].pk
        tried(lambda: record(f"an answer of panel {pk}", lambda: note_answer(pk, placing=True, taken=True)))


def _writer_for(error: PanelError) -> Callable[[Order, PanelError], str]:
    if isinstance(error, Deferred):
        return _keep_order_back
    if isinstance(error, NotSent) or _is_about_account(error):
        return _put_order_back
    if isinstance(error, IdHidden):
        return _make_order_unknown_with_alarm
    return _refuse_order if isinstance(error, Refused) else _make_order_unknown


def _is_about_account(answer: object) -> bool:
    return isinstance(answer, Refused) and answer.is_about_account


def _id_in_words(remote_id: str) -> str:
    return f"The panel order ID is {remote_id}."


def _keep_order_back(order: Order, error: PanelError) -> str:
    """Queue an order again that was not tried: it keeps its place."""
    return "kept back" if _queue_again(order, error, sent_at=None) else "late"


def _put_order_back(order: Order, error: PanelError) -> str:
    """Queue an order again because nothing happened at the panel; it waits longer after each failure there."""
    if isinstance(error, Refused) and error.reason == Reason.EVERYBODY:
        # It goes behind the others, so each try is another order, and no order alone can keep the panel paused.
        return "put back" if _queue_again(order, error, send_after=timezone.now()) else "late"
    if isinstance(error, Refused):
        # The pause of the panel delays the order already, so it keeps its place.
        return "put back" if _queue_again(order, error) else "late"
    if isinstance(error, NotSent) and error.is_rate_limit:
        return "put back" if _queue_again(order, error, sent_at=None) else "late"
    delay = min(FIRST_RETRY_AFTER * 2 ** min(order.panel.failures, 10), LONGEST_RETRY)
    return "put back" if _queue_again(order, error, sent_at=None, send_after=timezone.now() + delay) else "late"


def _queue_again(order: Order, error: PanelError, **fields: Any) -> bool:
    """Queue an order again that was certainly not sent, unless it was given up meanwhile; return whether it is queued.

    `sent_at` stays only where the panel refused the order, because the balance may still show that it was charged.
    An order that was given up does not go out by itself, because a person may have ordered it again by now. It only
    shows that it was not sent.
    """
    if order.move(
        State.QUEUED, what=What.NOT_SENT, detail=error.text, send_deadline=None, error_text=error.text, **fields
    ):
        return True
    given_up = Order.objects.filter(pk=order.pk, state=State.UNKNOWN, attempt=order.attempt)
    text = f"It is now known that nothing was sent: {error.text}"
    with transaction.atomic():
        if given_up.update(error_text=text):
            order.add_event(What.NOT_SENT, text)
    return False


def _refuse_order(order: Order, error: PanelError) -> str:
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
    # A refusal after the deadline counts as well.
    is_late = current.state == State.UNKNOWN and current.attempt == order.attempt
    return _refuse_order(current, error) if is_late else "late"


def _make_order_unknown(order: Order, error: PanelError) -> str:
    # The order is unknown already if the rest of this function is retried.
    is_known = order.state == State.UNKNOWN
    if not (is_known or order.move(State.UNKNOWN, what=What.UNKNOWN, detail=error.text, error_text=error.text)):
        return "late"
    # A new balance, compared with the last balance before, is a hint of whether the panel took the order.
    Panel.objects.filter(pk=order.panel_id).update(balance_requested_at=timezone.now())
    return "unknown"


def _make_order_unknown_with_alarm(order: Order, error: PanelError) -> str:
    """Raise an alarm too, because the panel has the order, and only a person can find out its id.

    Both are written or neither, so a retry does not raise the alarm twice. A copy is moved, because the object must not
    differ from the row after a rollback.
    """
    moved = copy(order)
    with transaction.atomic():
        _raise_alarm(order, error.text)
        outcome = _make_order_unknown(moved, error)
    if outcome == "unknown":
        order.show(State.UNKNOWN, {"error_text": error.text})
    return outcome


def record_placed(order: Order, remote_id: str) -> str:
    """Record the id from the panel, with retries, because money was spent; return the outcome by name."""
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
    """Return the fields to write into the row of an order that the panel has taken."""
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
    """Record an id whose order has moved on meanwhile, if the id can only belong to it; raise an alarm otherwise."""
    if current.remote_id == remote_id:
        return "placed"
    if current.attempt == attempt and current.state in (State.UNKNOWN, State.WRITTEN_OFF):
        return _write_placed(current, remote_id)
    return _raise_alarm(current, f"Second order at the panel: {remote_id}, from attempt {attempt}.")


def _raise_alarm(order: Order, text: str) -> str:
    """Raise an alarm, and hold the order if it is queued, so it is not sent once more."""
    with transaction.atomic():
        Order.objects.filter(pk=order.pk).update(alarm=text[:300])
        Order.objects.filter(pk=order.pk, state=State.QUEUED).update(held_reason=text[:300])
        order.add_event(What.ALARM, text)
    logger.error("Order %s: %s", order.pk, text)
    return "alarm"


def _write_second_order_of_an_id(order: Order, remote_id: str) -> str:
    """Refuse an order that was taken for a repeat of the order with this id; raise an alarm if it is no repeat."""
    first = Order.with_remote_ids(order.panel_id, [remote_id]).get()
    if first.pk == order.pk:
        return "placed"
    if order.state != State.WRITTEN_OFF and _is_repeat(order, first):
        answer = f"it answered with the ID of that order, {remote_id}."
        return _refuse_order(
            order, Refused(f"The panel took this for a repeat of our order {first.pk}: {answer}", Reason.DUPLICATE)
        )
    told = f"The panel gave the ID {remote_id} to this order, but our order {first.pk} already has this ID."
    text = f"{told} Check at the panel which order it is before you order again."
    is_under_way = order.state == State.SENDING
    return _make_order_unknown_with_alarm(order, OutcomeUnknown(text)) if is_under_way else _raise_alarm(order, text)


def _is_repeat(order: Order, first: Order) -> bool:
    """Tell whether the panel may have taken an order for a repeat of the first order (docs/protocol.md, 5).

    A first order that was placed elsewhere or at another time was not repeated, and an id that a person named for it
    may be wrong.
    """
    if not (first.attempt and first.sent_at and order.sent_at):
        return False
    is_alike = first.service_id == order.service_id and _target_of(first) == _target_of(order)
    is_soon = abs(order.sent_at - first.sent_at) <= REPEATED_WITHIN
    return is_alike and is_soon and not first.events.filter(what=What.RESOLVED, actor__isnull=False).exists()


def _target_of(order: Order) -> object:
    # A subscription has no link. Its other fields name its target.
    return order.link_key or order.params


def expire_sends() -> int:
    """Turn orders past their deadline into unknown, because their worker is gone and the panel may have them.

    Returns their number.
    """
    overdue = Order.objects.filter(state=State.SENDING, send_deadline__lt=timezone.now())
    error = OutcomeUnknown("No outcome was recorded before the deadline, because the worker ended while sending.")
    return sum(_make_order_unknown(order, error) == "unknown" for order in overdue)
