"""Stops everything that waits in a restored backup, because it may have been sent after the backup was made."""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.utils import timezone

from panels.models import ActionLine, Batch, Mail, Order, OrderAction, OrderEvent, Refill, RefusalWords
from panels.models.order_states import RESTORE, RequestState
from panels.orders.following import request_check

State, What = Order.State, OrderEvent.What
WAITING = (RequestState.QUEUED, RequestState.SENDING)
WORDS = "A backup was restored in which this was waiting. It may have been sent after the backup was made."


def distrust_what_waits() -> Counter[str]:
    """Turn all that a worker would send into unknown, in one transaction; return the number of rows of each kind."""
    with transaction.atomic():
        # The orders that a panel refused may have been sent again after the backup was made.
        RefusalWords.objects.update(final_until=timezone.now())
        # A person who still needs such a mail asks for it again.
        Mail.objects.filter(next_at__isnull=False).delete()
        return Counter(
            orders=_distrust_orders(),
            refills=_distrust_refills(),
            cancels=_distrust_cancels(),
            actions=_close_actions(),
            drafts=_discard_drafts(),
        )


def _distrust_orders() -> int:
    # An order that waits for approval in the backup may have been approved since.
    waiting = Order.objects.filter(state__in=(State.ASKED, State.QUEUED, State.SENDING))
    return sum(_distrust_order(order) for order in waiting)


def _distrust_order(order: Order) -> bool:
    # A queued order may have been sent at any time after the backup. The time of an earlier attempt would mislead.
    sent_at = order.sent_at if order.state == State.SENDING else None
    return order.move(
        State.UNKNOWN,
        by=RESTORE,
        what=What.UNKNOWN,
        detail=WORDS,
        error_text=WORDS,
        held_reason="",
        held_for_funds_at=None,
        sent_at=sent_at,
    )


def _distrust_refills() -> int:
    waiting = Refill.objects.filter(state__in=WAITING)
    for refill in waiting.select_related("order"):
        refill.order.add_event(What.REFILL, WORDS)
    return waiting.update(state=RequestState.UNKNOWN, error=WORDS, finished_at=timezone.now())


def _distrust_cancels() -> int:
    waiting = Order.objects.filter(cancel_state__in=WAITING)
    for order in waiting:
        order.add_event(What.CANCEL, WORDS)
    # Only the status of an order shows whether it is canceled.
    request_check(waiting)
    return waiting.update(cancel_state=RequestState.UNKNOWN, cancel_error=WORDS)


def _close_actions() -> int:
    """Close the confirmed actions that are not finished, because they would request everything again."""
    actions = OrderAction.objects.filter(confirmed_at__isnull=False, finished_at__isnull=True)
    ActionLine.objects.filter(action__in=actions, outcome="").update(outcome=ActionLine.Outcome.SKIPPED, detail=WORDS)
    return actions.update(finished_at=timezone.now())


def _discard_drafts() -> int:
    """Discard the drafts. A draft that was confirmed after the backup would be ordered a second time."""
    return Batch.objects.filter(state=Batch.State.DRAFT).update(state=Batch.State.DISCARDED)
