"""What can go wrong at a panel, sorted by what to do next.

PanelError
├── NotSent          nothing happened: no connection was ever finished, or the panel answered 429
├── OutcomeUnknown   the panel may have acted; for a read it only means: no usable answer
└── Refused          the panel was understood, and said no; `reason` says which kind of no
"""

from __future__ import annotations

import enum


class Reason(enum.StrEnum):
    """The kinds of no, in the order in which a refusal's text is tested (panel-api.md, 4)."""

    AUTH = "auth"
    RATE_LIMIT = "rate_limit"
    DUPLICATE = "duplicate"
    FUNDS = "funds"
    NOT_ELIGIBLE = "not_eligible"
    NOT_FOUND = "not_found"
    VALIDATION = "validation"
    UNKNOWN = "unknown"


class PanelError(Exception):
    """Anything that kept a call from ending well; the text is fit to be shown and holds no key."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class NotSent(PanelError):
    """Nothing happened at the panel, so the same call may be made again later.

    `retry_after` is the number of seconds that the panel asked for with a 429, else None. `is_rate_limit` tells
    a 429 (the panel is well) from a connection that could not be made.
    """

    def __init__(self, text: str, *, retry_after: float | None = None, is_rate_limit: bool = False) -> None:
        super().__init__(text)
        self.retry_after = retry_after
        self.is_rate_limit = is_rate_limit


class OutcomeUnknown(PanelError):
    """The request may have arrived, and no answer that we can read came back."""


class Refused(PanelError):
    """The panel understood the call and said no, in the words kept in `text`."""

    def __init__(self, text: str, reason: Reason = Reason.UNKNOWN, *, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.reason = reason
        self.retry_after = retry_after
