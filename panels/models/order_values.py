"""What follows from the values of an order alone. A row of a list has the same values without being an order."""

from __future__ import annotations

import datetime as dt
from typing import Any

from panels.models.order_states import (
    FINISHED,
    GIVEN_UP,
    NOT_BEGUN,
    OrderProgress,
    OrderState,
    RequestState,
)

# The end of a refill that has none.
LIFETIME = dt.datetime(2999, 12, 31, tzinfo=dt.UTC)


class OrderValues:
    """The rules that read no other row, except for the present offer of the service."""

    State = OrderState
    Progress = OrderProgress
    FINISHED = FINISHED
    GIVEN_UP = GIVEN_UP
    NOT_BEGUN = NOT_BEGUN

    state: Any
    progress: Any
    quantity: Any
    params: Any
    as_ordered: Any
    cancel_state: Any
    finished_at: Any
    refill_until: Any

    @property
    def is_finished(self) -> bool:
        return self.progress in self.FINISHED

    @property
    def can_refresh(self) -> bool:
        return bool(self.state == self.State.PLACED)

    @property
    def total_quantity(self) -> int | None:
        """The quantity of all runs together, None if the order has no quantity."""
        return None if self.quantity is None else self.quantity * int(self.params.get("runs") or 1)

    @property
    def delivered(self) -> int | None:
        """The delivered quantity, None if it is not known."""
        return self.delivered_by(self)

    def delivered_by(self, told: Any) -> int | None:
        """Return the delivered quantity by the progress, remains and start count of a reading, None if not known.

        The remaining quantity says nothing about an order that was given up. Some panels report 0 before they begin.
        """
        total, remains = self.total_quantity, told.remains
        if total is None or remains is None or told.progress in self.GIVEN_UP:
            return None
        if remains == 0 and not told.start_count and told.progress in self.NOT_BEGUN:
            return None
        return max(total - max(int(remains), 0), 0)

    @property
    def can_withdraw(self) -> bool:
        return bool(self.state in (self.State.QUEUED, self.State.ASKED))

    @property
    def can_refill(self) -> bool:
        """Whether a refill can be requested: it was or is offered, and units were delivered."""
        return (
            self.state == self.State.PLACED
            and self._is_offered("refill")
            and self.progress in (self.Progress.COMPLETED, self.Progress.PARTIAL)
        )

    @property
    def has_lifetime_refill(self) -> bool:
        return bool(self.refill_until == LIFETIME)

    def refill_end(self, days: int | None, lifetime_days: int) -> dt.datetime | None:
        """Return until when the order is refilled, by the days of refill that its service has when it finishes.

        days: `lifetime_days` or more for a lifetime, None if they are not known. An order without delivered units has
        nothing to refill.
        """
        is_partial = self.progress == self.Progress.PARTIAL and self.delivered != 0
        if not days or self.finished_at is None or not (is_partial or self.progress == self.Progress.COMPLETED):
            return None
        return LIFETIME if days >= lifetime_days else self.finished_at + dt.timedelta(days=days)

    @property
    def can_cancel(self) -> bool:
        """Whether a cancel can be requested: it was or is offered, and the order has not finished."""
        return (
            self.state == self.State.PLACED
            and self._is_offered("cancel")
            and not self.is_finished
            and self.cancel_state not in (RequestState.QUEUED, RequestState.SENDING, RequestState.ACCEPTED)
        )

    def _is_offered(self, name: str) -> bool:
        """Whether the service offered this when it was ordered, or offers it now. Not stated is no refusal.

        The person paid for it as ordered, a new offer may cover old orders, and the panel decides about each request.
        """
        as_ordered = self.as_ordered and self.as_ordered.get(name) is not False
        return bool(as_ordered or self.offered_now(name) is not False)

    def offered_now(self, name: str) -> bool | None:
        """Return whether the service offers a refill or a cancel now, None if that is not known."""
        raise NotImplementedError
