"""The pages in which a panel gives out its catalog."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any


class Manner(enum.StrEnum):
    """What a panel does with `offset`."""

    FOLLOWED = "followed"
    """The rows from `offset` on, and none after the end."""
    IGNORED = "ignored"
    """The first rows again."""
    REFUSED = "refused"
    """An error."""
    REPEATED = "repeated"
    """As followed, and after the end the last page again."""


@dataclass(frozen=True, slots=True)
class Paging:
    """The rows of one page (0: all), and what an offset does."""

    size: int = 0
    manner: Manner = Manner.IGNORED

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError("a page cannot have fewer than 0 rows")

    def page(self, rows: list[Any], offset: str | None) -> list[Any] | None:
        """Return the rows of a page, or None if the offset is refused."""
        size = self.size or len(rows)
        if offset is None or self.manner is Manner.IGNORED:
            return rows[:size]
        if self.manner is Manner.REFUSED or not offset.isdecimal():
            return None
        start = int(offset)
        if self.manner is Manner.REPEATED:
            start = min(start, (len(rows) - 1) // size * size)
        return rows[start : start + size]
