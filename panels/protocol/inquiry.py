"""The four actions that take ids, and how each is asked about many ids at any panel (docs/protocol.md, 1 and 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from panels.protocol.errors import Deferred, NotSent, OutcomeUnknown, PanelError, Reason, Refused, Unreadable
from panels.protocol.wire import (
    Answer,
    read_cancels,
    read_refill,
    read_refill_status,
    read_refill_statuses,
    read_refills,
    read_status,
    read_statuses,
)

# The most ids in one call (docs/protocol.md, 1).
CHUNK = 100
# A round of single calls ends after this many unreadable answers.
PATIENCE = 3
# After a crash of the plural form, the single form is tried at most so often.
TRY_SINGLE_EVERY = timedelta(hours=1)
_CRASHED = 500
# Makes one call: the action, its fields, and the function that reads the answer.
Ask: TypeAlias = Callable[[str, Mapping[str, str], Callable[[Answer], Any]], Any]
T = TypeVar("T")
_ABOUT_THE_ORDER = frozenset({Reason.NOT_ELIGIBLE, Reason.DUPLICATE})


# The value of an API option, the time of a try, or the number of rows at one.
Option: TypeAlias = bool | str | int | datetime | None


class Options(Protocol):
    """The API options of a panel. `learned` takes those that were found out by a call."""

    learned: dict[str, Option]

    def option(self, name: str) -> Option:
        """Return an API option, as learned by now."""


@dataclass(frozen=True, slots=True)
class Action(Generic[T]):
    """An action that takes ids: its parameter for one id and for many, and the API option that decides between them."""

    name: str
    one: str
    many: str
    read_one: Callable[[Answer, str], T]
    read_many: Callable[[Answer, Sequence[str]], Mapping[str, T | Refused]]
    option: str
    # The value of the option at a panel that takes one id at a time.
    singular: bool | str = False
    is_write: bool = False
    # The plural form is usual even for a single id.
    is_always_plural: bool = False


class Inquiry(Generic[T]):
    """Asks for one action about many ids: in chunks, and one by one at a panel that does not understand the plural."""

    def __init__(self, options: Options, action: Action[T], ask: Ask, ids: Sequence[str]) -> None:
        self._options = options
        self._action = action
        self._ask = ask
        self._ids = list(dict.fromkeys(ids))
        self._unasked = set(self._ids)
        self._failed: dict[str, PanelError] = {}
        self._answers: dict[str, T | Refused] = {}

    def outcomes(self) -> dict[str, T | PanelError]:
        """Return the answers up to the first failure, and an error for each of the other ids.

        Raises the failure if there was no answer at all. For a write, it is raised only if it is true of every id:
        a request that may have arrived must not be sent again, and a request that was never sent may be.
        """
        for start in range(0, len(self._ids), CHUNK):
            try:
                self._ask_chunk(self._ids[start : start + CHUNK])
            except PanelError:
                if not (self._answers or self._are_some_in_doubt()):
                    raise
                break
        unasked = Deferred("The panel was not asked, because an earlier call failed.")
        # The error that ended the calls comes first, because it says most about the panel.
        failed = dict(reversed(self._failed.items()))
        return {**failed, **dict.fromkeys(self._unasked, unasked), **self._answers}

    def _are_some_in_doubt(self) -> bool:
        """Say whether some of these writes may have arrived and others have not."""
        nothing_done = {each for each, error in self._failed.items() if isinstance(error, NotSent | Refused)}
        in_doubt = len(self._ids) - len(self._unasked | nothing_done)
        return self._action.is_write and 0 < in_doubt < len(self._ids)

    def _ask_chunk(self, ids: list[str]) -> None:
        is_singular = self._options.option(self._action.option) == self._action.singular
        if is_singular or (len(ids) == 1 and not self._action.is_always_plural):
            self._ask_singly(ids)
        elif whole := self._ask_together(ids):
            self._fall_back(ids, whole)

    def _ask_together(self, ids: list[str]) -> PanelError | None:
        """Ask in the plural. Return the error if the panel may not have understood the plural, else None."""
        may_try_single = self._may_try_single()
        try:
            answers = self._ask_plural(ids, may_crash=may_try_single)
        except Refused as refusal:
            if refusal.is_about_account:
                raise
            return refusal
        except Unreadable as error:
            if error.is_crash:
                self._try_single(ids, error)
                return None
            if self._action.is_write or error.is_fault:
                raise
            return error
        self._answers.update(answers)
        if answers or self._action.is_write:
            return None
        return OutcomeUnknown("The panel's answer has nothing about any of these ids.")

    def _ask_plural(self, ids: list[str], *, may_crash: bool) -> Mapping[str, T | Refused]:
        read = partial(_read_many, self._action, ids)
        found: Mapping[str, T | Refused] = self._exchange(
            self._action.many, ids, _or_crash(read) if may_crash else read
        )
        return found

    def _may_try_single(self) -> bool:
        """Say whether the single form may be tried if the plural form crashes. A write is never asked otherwise."""
        tried_at = self._options.option("single_tried_at")
        is_due = not isinstance(tried_at, datetime) or abs(datetime.now(UTC) - tried_at) >= TRY_SINGLE_EVERY
        return is_due and not self._action.is_write

    def _try_single(self, ids: list[str], crash: Unreadable) -> None:
        """Ask about one id after a crash of the plural form, and learn the single form if only the plural crashes.

        Raises the crash if the single form is not answered. So a dead panel costs two calls.
        """
        self._options.learned["single_tried_at"] = datetime.now(UTC)
        first = ids[0]
        answer: T | Refused
        try:
            answer = self._exchange(self._action.one, [first], _or_crash(partial(self._read_one, first)))
        except Refused as refusal:
            if refusal.is_about_account:
                raise
            answer = refusal
        except PanelError:
            self._failed.update(dict.fromkeys(ids, crash))
            raise crash from None
        self._confirm_crash(ids, first, answer)

    def _confirm_crash(self, ids: list[str], first: str, answer: T | Refused) -> None:
        """Ask in the plural once more, because the panel may have been restarted between the two calls."""
        self._answers[first] = answer
        try:
            self._answers.update(self._ask_plural(ids, may_crash=True))
        except Unreadable as again:
            if not again.is_crash:
                raise
            for each in ids:
                self._failed.pop(each, None)
            self._unasked.update(ids[1:])
            self._options.learned[self._action.option] = self._action.singular
            self._ask_singly(ids[1:])

    def _fall_back(self, ids: list[str], whole: PanelError) -> None:
        """Ask one by one after an error for all ids. Raises that error if every single call gets it too."""
        if len(ids) == 1 and isinstance(whole, Refused) and whole.reason in _ABOUT_THE_ORDER:
            self._answers[ids[0]] = whole
            return
        # An error for the whole call means that nothing was done for any of its ids.
        self._unasked.update(ids)
        for each in ids:
            self._failed.pop(each, None)
        self._ask_singly(ids, whole)
        answers = [self._answers.get(each) for each in ids]
        if len(ids) > 1 and all(isinstance(each, Refused) and each.text == whole.text for each in answers):
            for each in ids:
                del self._answers[each]
            raise whole

    def _ask_singly(self, ids: list[str], whole: PanelError | None = None) -> None:
        unreadable = 0
        for each in ids:
            try:
                answer = self._exchange(self._action.one, [each], partial(self._read_one, each))
            except Refused as refusal:
                if refusal.is_about_account or (len(ids) > 1 and _is_same_refusal(refusal, whole)):
                    raise
                self._answers[each] = refusal
            except Unreadable:
                unreadable += 1
                if unreadable >= min(PATIENCE, len(ids)):
                    raise
            else:
                self._answers[each] = answer
                if whole is not None:
                    self._options.learned[self._action.option] = self._action.singular
                    whole = None

    def _read_one(self, remote_id: str, answer: Answer) -> T:
        return self._action.read_one(answer, remote_id)

    def _exchange(self, parameter: str, ids: list[str], read: Callable[[Answer], Any]) -> Any:
        self._unasked.difference_update(ids)
        try:
            return self._ask(self._action.name, {parameter: ",".join(ids)}, read)
        except PanelError as error:
            self._failed.update(dict.fromkeys(ids, error))
            raise


def _read_many(action: Action[T], ids: Sequence[str], answer: Answer) -> Mapping[str, T | Refused]:
    return action.read_many(answer, ids)


def _or_crash(read: Callable[[Answer], T]) -> Callable[[Answer], T]:
    """Return a reader that raises an Unreadable with `is_crash` if HTTP 500 has no readable answer."""

    def read_or_crash(answer: Answer) -> T:
        try:
            return read(answer)
        except OutcomeUnknown as error:
            if answer.http_status != _CRASHED:
                raise
            raise Unreadable(error.text, is_crash=True, retry_after=answer.retry_after) from error

    return read_or_crash


def _read_cancel(answer: Answer, remote_id: str) -> None:
    outcomes = read_cancels(answer, [remote_id])
    if remote_id not in outcomes:
        raise OutcomeUnknown("The panel's answer does not show whether the cancel was accepted.")
    if refusal := outcomes[remote_id]:
        raise refusal


STATUS = Action("status", "order", "orders", read_status, read_statuses, "multi_status")
REFILL = Action("refill", "order", "orders", read_refill, read_refills, "multi_refill", is_write=True)
REFILL_STATUS = Action(
    "refill_status",
    "refill",
    "refills",
    read_refill_status,
    read_refill_statuses,
    "multi_refill",
)
CANCEL = Action(
    "cancel",
    "order",
    "orders",
    _read_cancel,
    read_cancels,
    "cancel_parameter",
    "order",
    is_write=True,
    is_always_plural=True,
)


def _is_same_refusal(refusal: Refused, whole: PanelError | None) -> bool:
    """Say whether a single call is refused in the words of the plural call, so that the refusal is not about one order.

    "Order not found" is the exception, because a panel that ignores `orders` uses the same words as for a lost order.
    """
    return whole is not None and refusal.text == whole.text and refusal.reason is not Reason.NOT_FOUND
