"""The states of an order here, its progress at the panel, and the changes of state that are allowed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

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
GIVEN_UP = (OrderProgress.CANCELED, OrderProgress.REFUNDED, OrderProgress.FAILED)
NOT_BEGUN = ("", OrderProgress.PENDING, OrderProgress.PROCESSING)
# The allowed changes of state. `check_move` raises for all others.
ALLOWED = frozenset(
    {
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
        # A person sends it again, because the panel refused everybody.
        (OrderState.REFUSED, OrderState.QUEUED),
        # The id came after a person had marked the order as lost.
        (OrderState.WRITTEN_OFF, OrderState.PLACED),
    }
)


def check_move(came_from: str, to: str) -> None:
    """Raise IllegalMoveError if this change of state is not allowed."""
    if (came_from, to) not in ALLOWED:
        raise IllegalMoveError(f"Orders cannot go from {came_from} to {to}.")
