"""What can go wrong at a panel, sorted by what to do next.

PanelError
├── NotSent          nothing happened: no connection was ever finished, or the panel answered 429
│   └── Deferred     we kept the call back ourselves: its turn has not come, or the worker stops
├── OutcomeUnknown   the panel may have acted; for a read it only means: no usable answer
│   └── Unreadable   an answer came, and nothing could be made of it
└── Refused          the panel was understood, and said no; `reason` says which kind of no
"""

from __future__ import annotations

import enum
from collections.abc import Mapping


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


class Deferred(NotSent):
    """We kept the call back ourselves, so it says nothing about the panel."""


class OutcomeUnknown(PanelError):
    """The request may have arrived, and no answer that we can read came back."""


class Unreadable(OutcomeUnknown):
    """An answer came, and nothing could be made of it; `is_fault` tells an HTTP status of 500 or more."""

    def __init__(self, text: str, *, is_fault: bool = False, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.is_fault = is_fault
        self.retry_after = retry_after


class Refused(PanelError):
    """The panel understood the call and said no, in the words kept in `text`."""

    def __init__(self, text: str, reason: Reason = Reason.UNKNOWN, *, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.reason = reason
        self.retry_after = retry_after

    @property
    def is_about_account(self) -> bool:
        """Whether the call itself was not looked at: it may be made again once the account is in order."""
        return self.reason in (Reason.AUTH, Reason.RATE_LIMIT, Reason.FUNDS)


def failure_in(answers: Mapping[str, object]) -> PanelError | None:
    """Return what ended a call early; what a panel says no to is an answer, unless it is about the whole account."""
    errors = [answer for answer in answers.values() if isinstance(answer, PanelError) and not is_answer(answer)]
    # What kept the others from being asked comes after what went wrong.
    return min(errors, key=lambda error: isinstance(error, NotSent) and not error.is_rate_limit, default=None)


def is_answer(answer: object) -> bool:
    """Tell whether this is what a panel said, or did not say, about an order: not why it could not be asked."""
    return not isinstance(answer, PanelError) or (isinstance(answer, Refused) and not answer.is_about_account)
