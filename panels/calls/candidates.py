"""Asks panels about the ids that people named for unknown orders, and places the orders that are confirmed."""

from __future__ import annotations

import threading

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from panels.calls.outcomes import placed_fields
from panels.calls.visit import PanelClosedError, visit
from panels.models import Order, OrderEvent, Panel
from panels.models.planning import unindexed
from panels.protocol.errors import Deferred, PanelError, Refused
from panels.protocol.wire import OrderStatus

State, What = Order.State, OrderEvent.What


def confirm_candidates(panel_pk: int, stopping: threading.Event) -> int:
    """Ask a panel about the ids that people named for unknown orders; place the confirmed orders, and count them."""
    unknown = Order.objects.alias(at=unindexed("panel_id")).filter(at=panel_pk, state=State.UNKNOWN)
    named = unknown.exclude(candidate_id="")
    orders = list(named.select_related("panel", "candidate_by")[:100])
    if not orders:
        return 0
    try:
        with visit(Panel.objects.open_for_questions(), panel_pk, stopping) as here:
            answers = here.client.statuses([order.candidate_id for order in orders])
            here.note_answers(answers)
    except PanelClosedError:
        return 0
    except PanelError as error:
        answers = dict.fromkeys((order.candidate_id for order in orders), error)
    return sum(_confirm_candidate(order, answers.get(order.candidate_id)) for order in orders)


def _confirm_candidate(order: Order, answer: object) -> bool:
    """Place an order if the panel knows its id; otherwise store the reason for the person who named the id."""
    if isinstance(answer, Deferred):
        return False
    remote_id = order.candidate_id
    if not isinstance(answer, OrderStatus):
        words = answer.text if isinstance(answer, PanelError) else "no answer"
        verb = "does not confirm" if answer is None or isinstance(answer, Refused) else "could not check"
        return _reject_candidate(order, f"The panel {verb} {remote_id}: {words}")
    try:
        with transaction.atomic():
            # Locked, because a person must not correct the id while the order is placed with it.
            if _unchanged_row(order).select_for_update().first() is None:
                return False
            return order.move(
                State.PLACED,
                what=What.RESOLVED,
                detail=f"The panel confirms {remote_id}.",
                actor=order.candidate_by,
                **placed_fields(remote_id),
            )
    except IntegrityError:
        owner = Order.with_remote_ids(order.panel_id, [remote_id]).get()
        return _reject_candidate(order, f"{remote_id} is the panel order ID of our order {owner.pk}.")


def _reject_candidate(order: Order, text: str) -> bool:
    _unchanged_row(order).update(candidate_id="", candidate_error=text)
    return False


def _unchanged_row(order: Order) -> QuerySet[Order]:
    """Select an unknown order, unless a person has named another id for it since the panel was asked."""
    return Order.objects.filter(pk=order.pk, state=State.UNKNOWN, candidate_id=order.candidate_id)
