"""The errors of a call, sorted by the next step of the caller (docs/protocol.md, 5).

PanelError
├── NotSent          nothing happened: no connection was finished, or the panel answered 429
│   └── Deferred     the dashboard itself did not send the call: it must wait, or the worker stops
├── OutcomeUnknown   the panel may have acted; for a read it means only that there is no usable answer
│   └── Unreadable   an answer came, but it could not be read
│       └── IdHidden the panel took an order, and the id in its answer cannot be kept
└── Refused          the panel refused the call, and its answer was understood; `reason` gives the class
"""

from __future__ import annotations

import enum
from collections.abc import Mapping


class Reason(enum.StrEnum):
    """The classes of refusals, in the order in which the text of a refusal is tested (docs/protocol.md, 4)."""

    AUTH = "auth"
    RATE_LIMIT = "rate_limit"
    DUPLICATE = "duplicate"
    FUNDS = "funds"
    # The panel takes no orders from anybody: maintenance, ordering or the API switched off.
    EVERYBODY = "everybody"
    NOT_ELIGIBLE = "not_eligible"
    NOT_FOUND = "not_found"
    VALIDATION = "validation"
    UNKNOWN = "unknown"


class PanelError(Exception):
    """A call failed. The text can be shown to users and does not contain the key."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class NotSent(PanelError):
    """Nothing happened at the panel, so the same call may be made again later.

    `retry_after` is in seconds. It is the wait that the panel asked for with a 429, or None. `is_rate_limit` is True
    for a 429, which means that the panel works, and False if no connection could be made.
    """

    def __init__(self, text: str, *, retry_after: float | None = None, is_rate_limit: bool = False) -> None:
        super().__init__(text)
        self.retry_after = retry_after
        self.is_rate_limit = is_rate_limit


class Deferred(NotSent):
    """The dashboard itself did not send the call, so the error says nothing about the panel."""


class OutcomeUnknown(PanelError):
    """The request may have arrived, and there is no readable answer."""


class Unreadable(OutcomeUnknown):
    """An answer came, but it could not be read.

    `is_fault` means an HTTP status of 500 or more. `is_crash` means HTTP 500 to a read that may have made the script of
    the panel stop, so it is not retried as it is. `retry_after` is in seconds, or None. `excerpt` is the beginning of
    the answer without the key, "" if it is empty.
    """

    def __init__(
        self, text: str, *, is_fault: bool = False, is_crash: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(text)
        self.is_fault = is_fault or is_crash
        self.is_crash = is_crash
        self.retry_after = retry_after
        self.excerpt = ""

    @property
    def trace(self) -> str:
        """The text of the error and the beginning of the answer."""
        is_shown = self.excerpt.strip('"') in self.text
        return self.text if is_shown else f"{self.text} The answer begins: “{self.excerpt}”"


class IdHidden(Unreadable):
    """The panel gave an id, but the API key is in it. So the id is not kept, and a person has to look it up."""


class Refused(PanelError):
    """The panel refused the call. `text` has its own words, and `retry_after` is in seconds, or None.

    It is not certain if only a number tells it, such as a code, because the same number may mean a success elsewhere.
    """

    def __init__(self, text: str, reason: Reason = Reason.UNKNOWN, *, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.reason = reason
        self.retry_after = retry_after
        self.is_certain = True

    @property
    def is_about_account(self) -> bool:
        """Whether the refusal is about the account or the whole panel. Then the call may be made again later."""
        return self.reason in (Reason.AUTH, Reason.RATE_LIMIT, Reason.FUNDS, Reason.EVERYBODY)


def failure_in(answers: Mapping[str, object]) -> PanelError | None:
    """Return the error that ended a call about many ids early, or None (docs/protocol.md, 5).

    A refusal of one id is an answer, unless it is about the account or the whole panel.
    """
    errors = [answer for answer in answers.values() if isinstance(answer, PanelError) and not is_answer(answer)]
    # An error at the panel comes before the errors of ids that were not asked because of it.
    return min(errors, key=lambda error: isinstance(error, NotSent) and not error.is_rate_limit, default=None)


def visit_failure_in(answers: Mapping[str, object]) -> PanelError | None:
    """Return the error that ends a visit after a call about many ids, or None.

    Unreadable answers about a few ids are about these ids, if at least as many others were answered.
    """
    failure = failure_in(answers)
    if not isinstance(failure, Unreadable):
        return failure
    unreadable = sum(isinstance(answer, Unreadable) for answer in answers.values())
    return None if sum(map(is_answer, answers.values())) >= unreadable else failure


def is_answer(answer: object) -> bool:
    """Say whether a value is an answer about one id, and not an error that prevented it (docs/protocol.md, 4)."""
    return not isinstance(answer, PanelError) or (isinstance(answer, Refused) and not answer.is_about_account)
