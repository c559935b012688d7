"""Compares a drip-feed with the limits of its service in the two ways of panels (docs/protocol.md, 2 and 6).

Some panels compare the quantity of one run with the limits, others the total of all runs. No catalog says which.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DripFeed:
    """The limits of a service, the quantity of one run, and the number of runs, which is 1 without a drip-feed."""

    least: int | None
    most: int | None
    quantity: int
    runs: int

    @property
    def total(self) -> int:
        """The quantity of all runs together."""
        return self.quantity * self.runs

    @property
    def fits_no_reading(self) -> bool:
        """Whether every panel refuses this."""
        return not (self._fits(self.quantity) or self._fits(self.total))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Say what panels of one kind refuse and those of the other kind take."""
        if self._fits(self.quantity) == self._fits(self.total):
            return ()
        if self._fits(self.total):
            unfit = f"Quantity {self.quantity:,} of one run {self._problem(self.quantity)}"
            return (f"{unfit}. Some panels refuse this. Others take it, because the total of {self.total:,} fits.",)
        unfit = f"The total of {self.total:,} in {self.runs:,} runs"
        return (f"{unfit} {self._problem(self.total)}. Some panels refuse this. Others take it, because one run fits.",)

    def _fits(self, number: int) -> bool:
        return not self._problem(number)

    def _problem(self, number: int) -> str:
        if self.least is not None and number < self.least:
            return f"is below this service's minimum of {self.least:,}"
        if self.most is not None and number > self.most:
            return f"is above this service's maximum of {self.most:,}"
        return ""
