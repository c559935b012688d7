"""What follows from the values of an order alone. A row of a list has the same values without being an order."""

from __future__ import annotations

from typing import Any

from panels.models.order_states import FINISHED, GIVEN_UP, NOT_BEGUN, OrderProgress, OrderState


class OrderValues:
    """The rules that read no other row."""

    State = OrderState
    Progress = OrderProgress
    FINISHED = FINISHED
    GIVEN_UP = GIVEN_UP
    NOT_BEGUN = NOT_BEGUN

    state: Any
    progress: Any
    quantity: Any
    params: Any

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
