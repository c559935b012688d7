"""The states of an order here, its progress at the panel, the changes of state that are allowed, and the nine stages.

A person looks for orders by their stage. State and progress say exactly how an order is. Each order is in one stage.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

from django.db import models
from django.db.models import Case, Q, When

from panels.models.planning import Literal
from panels.protocol.wire import Progress as WireProgress


class IllegalMoveError(Exception):
    """A change of state that no order may make."""


# Orders that wait for a person: their outcome is unknown, they are on hold, or they have an alarm.
NEEDS_A_PERSON = Q(state="unknown") | Q(state="queued", held_reason__gt="") | Q(alarm__gt="")

# Placed orders whose status no answer has shown lately, although the panel is asked.
NOT_FOLLOWED = Q(unreadable_since__isnull=False, next_check_at__isnull=False)


class RequestState(models.TextChoices):
    """The state of a refill or cancel until the panel has accepted it. The panel reports the further progress."""

    QUEUED = "queued", "Waiting to be sent"
    SENDING = "sending", "Being sent"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"
    UNKNOWN = "unknown", "Outcome unknown"


class OrderState(models.TextChoices):
    ASKED = "asked", "Waiting for approval"
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    PLACED = "placed", "Placed"
    REFUSED = "refused", "Refused"
    UNKNOWN = "unknown", "Unknown"
    WITHDRAWN = "withdrawn", "Withdrawn"
    WRITTEN_OFF = "written_off", "Marked as lost"


class OrderProgress(models.TextChoices):
    PENDING = WireProgress.PENDING.value, "Pending"
    PROCESSING = WireProgress.PROCESSING.value, "Processing"
    IN_PROGRESS = WireProgress.IN_PROGRESS.value, "In progress"
    COMPLETED = WireProgress.COMPLETED.value, "Completed"
    PARTIAL = WireProgress.PARTIAL.value, "Partial"
    CANCELED = WireProgress.CANCELED.value, "Canceled"
    REFUNDED = WireProgress.REFUNDED.value, "Refunded"
    FAILED = WireProgress.FAILED.value, "Failed"
    PAUSED = WireProgress.PAUSED.value, "Paused"
    EXPIRED = WireProgress.EXPIRED.value, "Expired"


FINISHED = (
    OrderProgress.COMPLETED,
    OrderProgress.PARTIAL,
    OrderProgress.CANCELED,
    OrderProgress.REFUNDED,
    OrderProgress.FAILED,
    OrderProgress.EXPIRED,
)


def _uncharged(placed: Any, nothing: Any, finished: Any) -> Q:
    """Match the orders that were placed here and have no usable charge yet. Many panels report 0 at first."""
    is_placed_here = Q(state=placed, rate_agreed__isnull=False)
    return is_placed_here & (Q(charge__isnull=True) | Q(charge=nothing) & ~Q(progress__in=finished))


# The condition of an index. SQLite uses the index only for the other one, which has the values in the statement itself.
UNCHARGED_INDEXED = _uncharged("placed", 0, FINISHED)
UNCHARGED = _uncharged(Literal("placed"), Literal("0"), [Literal(str(each)) for each in FINISHED])
GIVEN_UP = (OrderProgress.CANCELED, OrderProgress.REFUNDED, OrderProgress.FAILED)
NOT_BEGUN = ("", OrderProgress.PENDING, OrderProgress.PROCESSING)


class Stage(models.TextChoices):
    APPROVAL = "approval", "Waits for approval"
    WAITING = "waiting", "Waiting"
    NEEDS_YOU = "needs_you", "Needs you"
    SENDING = "sending", "Sending"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    PARTLY = "partly", "Partly"
    PROBLEM = "problem", "Problem"
    WITHDRAWN = "withdrawn", "Withdrawn"


# The stage of an order that needs no person: by its state, and by its progress once it is placed.
STAGE_OF_STATE = {
    OrderState.ASKED: Stage.APPROVAL,
    OrderState.QUEUED: Stage.WAITING,
    OrderState.SENDING: Stage.SENDING,
    OrderState.REFUSED: Stage.PROBLEM,
    OrderState.UNKNOWN: Stage.NEEDS_YOU,
    OrderState.WITHDRAWN: Stage.WITHDRAWN,
    OrderState.WRITTEN_OFF: Stage.PROBLEM,
}
STAGE_OF_PROGRESS = {
    "": Stage.RUNNING,
    OrderProgress.PENDING: Stage.RUNNING,
    OrderProgress.PROCESSING: Stage.RUNNING,
    OrderProgress.IN_PROGRESS: Stage.RUNNING,
    OrderProgress.PAUSED: Stage.RUNNING,
    OrderProgress.COMPLETED: Stage.DONE,
    OrderProgress.PARTIAL: Stage.PARTLY,
    OrderProgress.CANCELED: Stage.PROBLEM,
    OrderProgress.REFUNDED: Stage.PROBLEM,
    OrderProgress.FAILED: Stage.PROBLEM,
    OrderProgress.EXPIRED: Stage.PROBLEM,
}
# A placed order that ended so after the panel accepted a cancel was taken back by a person.
CANCEL_ENDS = (OrderProgress.CANCELED, OrderProgress.REFUNDED)


class StagedOrder(Protocol):
    """The fields of an order that `stage_of` reads."""

    state: str
    progress: str
    held_reason: str
    alarm: str
    cancel_state: str


def stage_of(order: StagedOrder) -> Stage:
    """Return the one stage of an order. `STAGE` is the same rule in SQL."""
    if order.alarm or (order.state == OrderState.QUEUED and order.held_reason):
        return Stage.NEEDS_YOU
    if order.state != OrderState.PLACED:
        return STAGE_OF_STATE[OrderState(order.state)]
    if order.progress in CANCEL_ENDS and order.cancel_state == RequestState.ACCEPTED:
        return Stage.WITHDRAWN
    return STAGE_OF_PROGRESS[order.progress]


def _stage_in_sql() -> Case:
    """Return the rule of `stage_of`. An index has the same expression."""
    queued, placed = _literals(OrderState.QUEUED, OrderState.PLACED)
    needs_a_person = Q(alarm__gt=Literal("")) | Q(state=queued, held_reason__gt=Literal(""))
    accepted = Literal(RequestState.ACCEPTED.value)
    taken_back = Q(state=placed, progress__in=_literals(*CANCEL_ENDS), cancel_state=accepted)
    cases = [(needs_a_person, Stage.NEEDS_YOU), (taken_back, Stage.WITHDRAWN)]
    for stage in Stage:
        states = _literals(*(state for state, its in STAGE_OF_STATE.items() if its == stage))
        progresses = _literals(*(progress for progress, its in STAGE_OF_PROGRESS.items() if its == stage))
        cases += [(Q(state__in=states), stage)] if states else []
        cases += [(Q(state=placed, progress__in=progresses), stage)] if progresses else []
    return Case(*(When(when, then=Literal(stage.value)) for when, stage in cases), output_field=models.CharField())


def _literals(*texts: str) -> list[Literal]:
    return [Literal(str(text)) for text in texts]


STAGE = _stage_in_sql()


# The allowed changes of state. `check_move` raises for all others.
ALLOWED = frozenset(
    {
        (OrderState.ASKED, OrderState.WITHDRAWN),
        (OrderState.QUEUED, OrderState.SENDING),
        (OrderState.QUEUED, OrderState.WITHDRAWN),
        # After a restore, an order that the backup shows as queued may have been sent already.
        (OrderState.QUEUED, OrderState.UNKNOWN),
        (OrderState.SENDING, OrderState.PLACED),
        (OrderState.SENDING, OrderState.REFUSED),
        (OrderState.SENDING, OrderState.UNKNOWN),
        (OrderState.SENDING, OrderState.QUEUED),
        (OrderState.UNKNOWN, OrderState.PLACED),
        (OrderState.UNKNOWN, OrderState.QUEUED),
        (OrderState.UNKNOWN, OrderState.REFUSED),
        (OrderState.UNKNOWN, OrderState.WRITTEN_OFF),
        # After a restore, a person says that the panel does not have it, and nobody has approved it.
        (OrderState.UNKNOWN, OrderState.ASKED),
        # A person sends it again, because the panel refused everybody.
        (OrderState.REFUSED, OrderState.QUEUED),
        # The id came after a person had marked the order as lost.
        (OrderState.WRITTEN_OFF, OrderState.PLACED),
    }
)

APPROVAL, RESTORE = "approval", "restore"
# The changes of state that only one module makes: `orders.approval` and `orders.restore`.
ALLOWED_TO = {
    APPROVAL: frozenset({(OrderState.ASKED, OrderState.QUEUED)}),
    # An order that the backup shows as asked may have been approved and sent already.
    RESTORE: frozenset({(OrderState.ASKED, OrderState.UNKNOWN)}),
}


def check_move(came_from: str, to: str, by: str = "") -> None:
    """Raise IllegalMoveError if this change of state is not allowed. `by` is a key of ALLOWED_TO, or ""."""
    if (came_from, to) not in ALLOWED | ALLOWED_TO.get(by, frozenset()):
        raise IllegalMoveError(f"Orders cannot go from {came_from} to {to}.")


class OpenOrder(Protocol):
    """The fields of an order that `is_open`, `is_held` and `is_held_for_funds` read."""

    state: str
    progress: str
    held_reason: str
    held_for_funds_at: dt.datetime | None
    check_requested_at: dt.datetime | None
    next_check_at: dt.datetime | None
    cancel_state: str


def is_open(order: OpenOrder) -> bool:
    """Return whether an order may change without a person. Pages with open orders refresh themselves."""
    if order.state in (OrderState.QUEUED, OrderState.SENDING):
        return True
    return order.state == OrderState.PLACED and (
        order.check_requested_at is not None
        or order.cancel_state in (RequestState.QUEUED, RequestState.SENDING)
        or (order.progress not in FINISHED and order.next_check_at is not None)
    )


def is_held(order: OpenOrder) -> bool:
    """Return whether an order waits until a person decides."""
    return order.state == OrderState.QUEUED and bool(order.held_reason)


def is_held_for_funds(order: OpenOrder) -> bool:
    """Return whether an order waits until the balance covers it."""
    return order.state == OrderState.QUEUED and not order.held_reason and order.held_for_funds_at is not None


class ReplaceableOrder(Protocol):
    """The fields of an order that `is_replaceable` reads."""

    state: str
    held_reason: str
    held_for_funds_at: dt.datetime | None


def is_replaceable(order: ReplaceableOrder) -> bool:
    """Return whether another order may take the place of an order: nothing was ordered, and it is not about to be.

    An order on hold or without enough balance is withdrawn when the other order is confirmed.
    """
    if order.state in (OrderState.REFUSED, OrderState.WITHDRAWN):
        return True
    return order.state == OrderState.QUEUED and bool(order.held_reason or order.held_for_funds_at)
