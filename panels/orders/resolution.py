"""Carries out a person's decision about an order: withdraw it, release it, or resolve an unknown outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from panels.models import Order, OrderEvent
from panels.models.order_states import OrderState
from panels.orders.moves import move_all
from panels.pages.numbers import exact_rate
from panels.protocol.order_types import check
from panels.protocol.scalars import read_remote_id

State, What = Order.State, OrderEvent.What
TOO_LATE = "The order has changed since this page was shown. Nothing was changed. Check the order again."
ON_ITS_WAY = (State.SENDING, State.PLACED)


def withdraw(order: Order, actor: Any) -> str:
    """Withdraw an order that was not sent; return "", or the reason why this is not possible."""
    if not order.can_withdraw:
        return _cannot_withdraw(order)
    if order.move(State.WITHDRAWN, what=What.WITHDRAWN, actor=actor, held_reason="", finished_at=timezone.now()):
        return ""
    current = Order.objects.select_related("panel").get(pk=order.pk)
    return TOO_LATE if current.can_withdraw else _cannot_withdraw(current)


def withdraw_queued(pks: Iterable[int], actor: Any, detail: str = "") -> int:
    """Withdraw those of some hundred orders that wait, also those on hold, and return their number."""
    ends: dict[str, Any] = {"held_reason": "", "finished_at": timezone.now()}
    return move_all(pks, (State.QUEUED, State.WITHDRAWN), what=What.WITHDRAWN, detail=detail, actor=actor, **ends)


def withdraw_asked(pks: Iterable[int], actor: Any) -> int:
    """Withdraw those of some hundred orders that wait for approval, and return their number."""
    now = timezone.now()
    return move_all(pks, (State.ASKED, State.WITHDRAWN), what=What.WITHDRAWN, actor=actor, finished_at=now)


def _cannot_withdraw(order: Order) -> str:
    if order.state == State.WITHDRAWN:
        return f"Order {order.pk} is already withdrawn."
    if order.state in ON_ITS_WAY:
        way = f"Order {order.pk} is already on its way to {order.panel}. Nothing was changed."
        return f"{way} If its service takes cancels, request one."
    return f"Only a waiting order can be withdrawn. Order {order.pk} is {order.get_state_display().lower()}."


@dataclass(frozen=True)
class Release:
    """What the release of an order means now.

    problem: the reason why the order can only be withdrawn, or "".
    cost: also beside a problem that does not concern the price. None if it is not known.
    is_ceiling: the cost is an upper bound.
    mark: a text that changes when the cost or the terms of the service change.
    """

    problem: str
    cost: Decimal | None = None
    is_ceiling: bool = False
    mark: str = ""


def check_now(order: Order) -> Release:
    """Check an order on hold against its service as it is now."""
    service = order.service
    if service is None or not service.is_listed:
        return Release("The panel no longer lists this service, so the order can only be withdrawn.")
    checked = check(service.offer(), order.values)
    errors = " ".join(message for messages in checked.errors.values() for message in messages)
    problem = f"The service no longer takes this order: {errors}" if errors else ""
    price = f"{checked.cost} {order.panel.currency} at {service.rate_per_1000}"
    mark = f"{price}, refill {service.refill}, cancel {service.cancel}, {service.name}, {service.category}"
    return Release(problem, checked.cost, checked.is_ceiling, mark)


def release(order: Order, actor: Any) -> str:
    """Let an order on hold go out on the current terms; return "", or the reason why this is not possible."""
    service, now = order.service, check_now(order)
    if service is None or now.problem:
        return now.problem
    with transaction.atomic():
        if not Order.objects.filter(pk=order.pk, state=State.QUEUED, held_reason=order.held_reason).update(
            held_reason="",
            rate_agreed=service.rate_per_1000,
            expected_cost=now.cost,
            type=service.type,
            # A person who sends an order in spite of the balance was shown no other terms.
            as_ordered=order.as_ordered if order.is_held_for_funds else service.terms(),
            send_after=timezone.now(),
            held_for_funds_at=None,
            may_exceed_balance=order.is_held_for_funds or order.may_exceed_balance,
        ):
            return TOO_LATE
        order.add_event(What.RELEASED, f"At {exact_rate(service.rate_per_1000, order.currency)}.", actor=actor)
    return ""


def dismiss_alarm(order: Order, actor: Any) -> None:
    """Clear the alarm of an order because a person has seen it."""
    if Order.objects.filter(pk=order.pk, alarm=order.alarm).update(alarm=""):
        order.add_event(What.RESOLVED, f"Seen: {order.alarm}", actor=actor)


def may_resolve(order: Order) -> bool:
    """Tell whether an unknown order can be resolved: no answer to its last attempt can come any more."""
    is_over = order.send_deadline is None or order.send_deadline < timezone.now()
    return order.state == State.UNKNOWN and is_over


def send_again(order: Order, actor: Any) -> str:
    """Queue an unknown order again, because a person says that the panel does not have it.

    An order that waited for approval in a restored backup waits for it again.
    """
    if order.asked_because:
        detail = "Not at the panel. The order waits for approval again."
        return _resolve_order(order, State.ASKED, detail, actor)
    detail = "Not at the panel. The order is sent again."
    return _resolve_order(order, State.QUEUED, detail, actor, send_after=timezone.now())


def write_off(order: Order, actor: Any) -> str:
    """Mark an unknown order as lost, because its outcome will never be known."""
    return _resolve_order(order, State.WRITTEN_OFF, "Marked as lost.", actor, finished_at=timezone.now())


def _resolve_order(order: Order, to: OrderState, detail: str, actor: Any, **fields: Any) -> str:
    if not may_resolve(order):
        return "An answer may still arrive. Decide after the deadline."
    # Only the next claim knows whether the balance covers an order that is sent again.
    fields |= {"candidate_id": "", "held_for_funds_at": None}
    moved = order.move(to, what=What.RESOLVED, detail=detail, actor=actor, **fields)
    return "" if moved else TOO_LATE


def name_candidate(order: Order, text: str, actor: Any) -> str:
    """Store the id that a person names for an unknown order; return "", or the reason why this is not possible.

    The order is placed only after the panel has confirmed the id to the worker.
    """
    remote_id = read_remote_id(text)
    if not remote_id:
        return "This is not an order ID. An order ID has up to 64 letters and digits."
    if not order.panel.is_active:
        return f"{order.panel} is inactive, so it cannot be asked. Activate it first."
    named = Order.objects.filter(panel=order.panel_id, candidate_id=remote_id).exclude(candidate_id="").order_by()
    owner = Order.with_remote_ids(order.panel_id, [remote_id]).first() or named.exclude(pk=order.pk).first()
    if owner:
        return f"{remote_id} is the panel order ID of our order {owner.pk}."
    if not may_resolve(order):
        return "An answer may still arrive. Decide after the deadline."
    unknown = Order.objects.filter(pk=order.pk, state=State.UNKNOWN)
    named_now = unknown.update(candidate_id=remote_id, candidate_by=actor, candidate_error="")
    return "" if named_now else TOO_LATE
