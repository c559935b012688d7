"""Reads the answer of any panel into typed values that can be stored (docs/protocol.md, 3).

Every reader takes an Answer with any bytes and any HTTP status, does no I/O, and raises only

    NotSent          HTTP 429: nothing happened
    Refused          the answer is an error; HTTP 401 and 402 are auth and funds with any body
    OutcomeUnknown   the answer is a redirect, empty, a web page, broken JSON, null, or about something else

All values fit the columns of both databases (docs/architecture.md, Rows). A reader of many ids returns an entry for
each id that was asked and answered. A missing id was not answered, which says nothing about its order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from panels.protocol.added import read_added
from panels.protocol.answers import Answer, accepted_json, inner, named_id, only, outcomes_by_id, part_about, unknown
from panels.protocol.catalog import Catalog, CatalogRow, read_catalog
from panels.protocol.errors import Refused
from panels.protocol.fields import ORDER_ID_FIELDS, fields_of
from panels.protocol.refusal_shapes import ORDER_KEYS, find_refusal, refused
from panels.protocol.scalars import (
    ACCEPTED_WORDS,
    MAX_COUNT,
    is_hidden_id,
    read_currency,
    read_flag,
    read_integer,
    read_money,
    read_remote_id,
    read_text,
)
from panels.protocol.wording import Progress, RefillProgress, keeps_progress, order_progress, refill_progress

__all__ = [
    "Answer",
    "Balance",
    "Catalog",
    "CatalogRow",
    "OrderStatus",
    "Progress",
    "RefillProgress",
    "RefillStatus",
    "read_added",
    "read_balance",
    "read_cancels",
    "read_catalog",
    "read_refill",
    "read_refill_status",
    "read_refill_statuses",
    "read_refills",
    "read_remote_id",
    "read_status",
    "read_statuses",
]
T = TypeVar("T")
# Stands for a refill that was accepted without an id, and for a cancel that was accepted.
_ACCEPTED = ""
# As the only word of an answer, they are about the call and not about the order.
_CALL_WORDS = frozenset({"success", "successful", "ok"})
_STATUS_KEYS = ORDER_KEYS | {"status"}
_REFILL_KEYS = ("refill", "refillid")


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """The status of one order. None and "" mean that the answer did not contain the value."""

    # None for an unknown word: the order keeps its previous progress, and the word is flagged.
    progress: Progress | None
    remote_status: str
    charge: Decimal | None
    currency: str
    start_count: int | None
    remains: int | None
    # A person has said that the word says nothing about the progress.
    says_nothing: bool = False

    @property
    def is_word_unknown(self) -> bool:
        """Whether a person has to say what the word of the panel means."""
        is_open = self.progress is None and not self.says_nothing
        return is_open and self.remote_status != "" and not keeps_progress(self.remote_status)


@dataclass(frozen=True, slots=True)
class RefillStatus:
    """The status of one refill."""

    # None for an unknown word.
    progress: RefillProgress | None
    remote_status: str
    # A person has said that the word says nothing about the progress.
    says_nothing: bool = False

    @property
    def is_word_unknown(self) -> bool:
        """Whether a person has to say what the word of the panel means."""
        return self.progress is None and not self.says_nothing and self.remote_status != ""


@dataclass(frozen=True, slots=True)
class Balance:
    """The balance at a panel. It is negative if the panel gave credit."""

    amount: Decimal
    # A code in upper case, "" if the answer has none.
    currency: str


def read_status(answer: Answer, remote_id: str) -> OrderStatus:
    """Return the status of one order, from the single or the plural form (docs/protocol.md, 3).

    Raises OutcomeUnknown if the answer has no status of this order.
    """
    status = read_statuses(answer, [remote_id]).get(remote_id)
    return _value_or_error(answer, status, "The panel's answer has no status for this order.")


def read_statuses(answer: Answer, remote_ids: Sequence[str]) -> Mapping[str, OrderStatus | Refused]:
    """Return the status of each order, or a Refused for an id that failed (docs/protocol.md, 3).

    Charges are in the currency of the answer. Raises Refused if one error is about all ids, because the panel may not
    know `orders`. Raises OutcomeUnknown for a single status without an id.
    """
    return outcomes_by_id(answer, remote_ids, ORDER_ID_FIELDS, _order_status)


def read_refill(answer: Answer, remote_id: str) -> str:
    """Return the id of the refill requested for one order, "" if it was accepted without an id (docs/protocol.md, 3).

    Raises Refused if the refill was refused, and OutcomeUnknown if neither is clear.
    """
    outcome = _refill_id(part_about(answer, remote_id))
    return _value_or_error(answer, outcome, "The panel's answer does not show whether the refill was accepted.")


def read_refills(answer: Answer, remote_ids: Sequence[str]) -> Mapping[str, str | Refused]:
    """Return the refill id of each order, "" if accepted without an id, or a Refused for an id that failed.

    Raises Refused if one error is about all ids (docs/protocol.md, 3).
    """
    return outcomes_by_id(answer, remote_ids, ORDER_ID_FIELDS, _refill_id, for_all=_ACCEPTED)


def read_refill_status(answer: Answer, refill_id: str) -> RefillStatus:
    """Return the status of one refill (docs/protocol.md, 3).

    Raises OutcomeUnknown if the answer has no status.
    """
    outcome = _refill_status(part_about(answer, refill_id))
    return _value_or_error(answer, outcome, "The panel's answer has no status for this refill.")


def read_refill_statuses(answer: Answer, refill_ids: Sequence[str]) -> Mapping[str, RefillStatus | Refused]:
    """Return the status of each refill, or a Refused for an id that failed.

    Raises Refused if one error is about all ids (docs/protocol.md, 3).
    """
    return outcomes_by_id(answer, refill_ids, _REFILL_KEYS, _refill_status)


def read_cancels(answer: Answer, remote_ids: Sequence[str]) -> Mapping[str, Refused | None]:
    """Return None for each order whose cancel request was accepted, or a Refused for an id that failed.

    An accepted request is not yet a canceled order: only the status shows that. Raises Refused if one error is about
    all ids (docs/protocol.md, 3).
    """
    outcomes = outcomes_by_id(answer, remote_ids, ORDER_ID_FIELDS, _cancel_outcome, for_all=_ACCEPTED)
    return {remote_id: outcome if isinstance(outcome, Refused) else None for remote_id, outcome in outcomes.items()}


def read_balance(answer: Answer) -> Balance:
    """Return the balance and its currency, from the field `currency` or from the text of the amount.

    Raises OutcomeUnknown if there is no amount (docs/protocol.md, 3).
    """
    fields = fields_of(only(inner(accepted_json(answer))))
    amount, currency = read_money(fields.get("balance"))
    if amount is not None:
        return Balance(amount, read_currency(fields.get("currency")) or currency)
    raise unknown(answer, "The panel's answer has no balance.")


def _value_or_error(answer: Answer, outcome: T | Refused | None, otherwise: str) -> T:
    if isinstance(outcome, Refused):
        raise outcome
    if outcome is None:
        raise unknown(answer, otherwise)
    return outcome


def _row_refusal(row: object, key: str) -> Refused | None:
    """Return the error of one part of an answer: the part itself, or the value under `key`."""
    return find_refusal(row) or find_refusal(fields_of(row).get(key))


def _order_status(row: object) -> OrderStatus | Refused | None:
    if not isinstance(row, dict):
        return _refused_text(row)
    if refusal := _row_refusal(row, "status"):
        return refusal
    fields = fields_of(row)
    if not fields.keys() & _STATUS_KEYS or _is_envelope(fields):
        return None
    charge, currency = read_money(fields.get("charge"))
    start_counts = [read_integer(fields.get(key), -MAX_COUNT, MAX_COUNT) for key in ("startcount", "startcounter")]
    word = read_text(fields.get("status"), 100)
    return OrderStatus(
        progress=order_progress(word),
        remote_status=word,
        charge=charge,
        currency=read_currency(fields.get("currency")) or currency,
        start_count=next((count for count in start_counts if count is not None), None),
        remains=read_integer(fields.get("remains"), -MAX_COUNT, MAX_COUNT),
    )


def _is_envelope(fields: dict[str, object]) -> bool:
    """Say whether the status is about the call: it says success, and no field is about the order."""
    return read_text(fields.get("status"), 100).casefold() in _CALL_WORDS and not fields.keys() & ORDER_KEYS


def _refill_id(row: object) -> str | Refused | None:
    """Return the id of a refill, or "" if it was accepted without an id."""
    if refusal := _row_refusal(row, "refill"):
        return refusal
    value = fields_of(row).get("refill") if isinstance(row, dict) else row
    if (
        remote_id := read_remote_id(value)
        or named_id(value, ("refill", "refillid", "id"))
        or named_id(row, ("refillid",))
    ):
        return remote_id
    if value is True or _is_accepted_word(value) or _is_accepted(value) or _is_accepted(row):
        return _ACCEPTED
    return refused() if value is False else _refused_text(value)


def _refill_status(row: object) -> RefillStatus | Refused | None:
    if refusal := _row_refusal(row, "status"):
        return refusal
    word = read_text(fields_of(row).get("status") if isinstance(row, dict) else row, 100)
    progress = refill_progress(word)
    if not word:
        return None
    return RefillStatus(progress, word) if progress or isinstance(row, dict) else refused(word)


def _cancel_outcome(row: object) -> str | Refused | None:
    """Return "" for an accepted cancel."""
    if refusal := _row_refusal(row, "cancel"):
        return refusal
    value = fields_of(row).get("cancel") if isinstance(row, dict) else row
    if read_flag(value) is False:
        return refused()
    if _is_yes(value) or named_id(value, ("cancel", "cancelid", "id")) or named_id(row, ("cancelid",)):
        return _ACCEPTED
    return _ACCEPTED if _is_accepted(value) or _is_accepted(row) else _refused_text(value)


def _refused_text(value: object) -> Refused | None:
    """Return the refusal in a bare text that stands in the place of another value, unless it may be an id."""
    is_text = isinstance(value, str) and any(char.isalpha() for char in value) and not is_hidden_id(value)
    return find_refusal({"error": value}) if is_text else None


def _is_yes(value: object) -> bool:
    """Say whether a value means yes: true, a word for it, or an id, which is the id of the request."""
    if not isinstance(value, str):
        return value is True or read_remote_id(value) != ""
    is_id = read_remote_id(value) != "" and any(char.isdigit() for char in value)
    return read_flag(value) is True or _is_accepted_word(value) or is_id


def _is_accepted_word(value: object) -> bool:
    return isinstance(value, str) and value.strip().casefold() in ACCEPTED_WORDS


def _is_accepted(row: object) -> bool:
    """Say whether an object reports success: in `success` or `ok`, which is true or a text, or in `status`."""
    fields = fields_of(row)
    for key in ("success", "ok"):
        value = fields.get(key)
        if read_flag(value) or (isinstance(value, str) and value.strip() and read_flag(value) is None):
            return True
    return _is_accepted_word(fields.get("status"))
